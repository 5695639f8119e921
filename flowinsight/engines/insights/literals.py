"""Values as they stand in a query: numbers, canonical addresses, and words of a fixed alphabet. Nothing else reaches the text."""

import re
from ipaddress import IPv4Address, IPv6Address

from flowinsight.addresses import MAPPED, is_v4
from flowinsight.errors import QuestionError

_WORD = re.compile(r"[A-Za-z0-9_.:/@%+=,~*-]+")
_READS_AS_NUMBER = re.compile(r"[+-]?[0-9.][0-9.eE+-]*")


def number(value: int) -> str:
    """A whole number in decimal digits."""
    return str(int(value))


def word(text: str) -> str:
    """A word between quotation marks; QuestionError when it holds what no field of a flow log has.

    The alphabet leaves out quotation marks, backslashes, blanks, and whatever else could end or continue a text.
    """
    if not _WORD.fullmatch(text):
        raise QuestionError(
            f"{text!r} has characters that are not sent to Logs Insights: no field of a flow log has them."
        )
    return f'"{text}"'


def reads_as_number(text: str) -> bool:
    """Whether Logs Insights may take a word for a number, and then compare its value and not its letters."""
    return _READS_AS_NUMBER.fullmatch(text) is not None


def v4(address: int) -> str:
    """An IPv4 address, given as its 128-bit number, in four decimal parts."""
    if not is_v4(address):
        raise ValueError(f"{address} is not an IPv4 address.")
    return str(IPv4Address(address - MAPPED))


def v6(address: int) -> str:
    """An IPv6 address as RFC 5952 writes it."""
    return str(IPv6Address(address))
