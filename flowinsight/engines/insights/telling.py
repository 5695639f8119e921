"""Formats of the same number of fields in one log group: whether every line can be of one of them only, and by which shapes.

A number is no address and no state, so that where one format has a number and the other an address the value itself tells. Which
fields every record has, and what they look like: VPC User Guide, flow log records.
"""

from collections.abc import Sequence
from itertools import combinations

from flowinsight.fields import BY_TOKEN

_NUMBER, _ADDRESS = "[0-9]+", "[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*"
_OF_KIND = {"number": _NUMBER, "epoch": _NUMBER, "address": _ADDRESS}
_OF_TOKEN = {
    "action": "ACCEPT|REJECT",
    "log-status": "OK|NODATA|SKIPDATA",
    "interface-id": "eni-[0-9a-z]+",
    "vpc-id": "vpc-[0-9a-z]+",
    "subnet-id": "subnet-[0-9a-z]+",
    "instance-id": "i-[0-9a-z]+",
    "flow-direction": "ingress|egress",
}
_ALWAYS = frozenset(
    {
        "version", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "action",
        "log-status",
    }
)  # fmt: skip
"""What every record has that is no NODATA or SKIPDATA; those two have their log-status."""


def _values(token: str) -> str | None:
    """What values of a field look like, where that is known; two that differ have no value in common."""
    field = BY_TOKEN.get(token)
    return _OF_TOKEN.get(token) or (None if field is None else _OF_KIND.get(field.kind))


def shape(token: str) -> str:
    """An expression that no value of another field matches that `apart` tells from this one."""
    known = _values(token)
    if token == "log-status":
        return f"(?:{known})"
    return "[^ ]+" if known is None else f"(?:{known}|-)"


def alike(formats: Sequence[Sequence[str]]) -> bool:
    """Whether some of these formats have the same number of fields."""
    return len({len(one) for one in formats}) < len(formats)


def apart(formats: Sequence[Sequence[str]]) -> bool:
    """Whether every line can be of one of these formats only."""
    return all(_two(*pair) for pair in combinations(formats, 2) if len(pair[0]) == len(pair[1]))


def _two(one: Sequence[str], other: Sequence[str]) -> bool:
    pairs = [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
    records = any(_ALWAYS.issuperset(pair) and _differ(*pair) for pair in pairs)
    return records and all(_differ(*pair) for pair in pairs if "log-status" in pair)


def _differ(one: str, other: str) -> bool:
    values = {_values(one), _values(other)}
    return len(values) == 2 and None not in values
