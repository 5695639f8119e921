"""IP addresses as numbers, sets of them, and the special-purpose networks of IANA, for IPv4 and IPv6 alike.

An address is a 128-bit number. An IPv4 address is its IPv4-mapped IPv6 address (`::ffff:a.b.c.d`), so that one number type,
one comparison and one order serve both: IPv4 in its own order, then IPv6.
"""

import csv
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAPPED = 0xFFFF << 32
"""What is added to an IPv4 address to make it a 128-bit number."""
_V4 = (MAPPED, MAPPED + 2**32 - 1)
_ALL = ((0, 2**128 - 1),)

Range = tuple[int, int]
Ranges = tuple[Range, ...]


def parse_address(text: str) -> int:
    """The number of an IPv4 or IPv6 address; ValueError when it is neither. No record names a zone (`fe80::1%eth0`)."""
    if "%" in text:
        raise ValueError(f"{text!r} is an address with a zone")
    address = ipaddress.ip_address(text)
    return int(address) + MAPPED if address.version == 4 else int(address)


def format_address(number: int) -> str:
    """The usual text of an address: dotted for IPv4, RFC 5952 for IPv6."""
    if is_v4(number):
        return str(ipaddress.IPv4Address(number - MAPPED))
    return str(ipaddress.IPv6Address(number))


def is_v4(number: int) -> bool:
    return _V4[0] <= number <= _V4[1]


def merged(ranges: Iterable[Range]) -> Ranges:
    """The same addresses as disjoint ranges in ascending order."""
    result: list[Range] = []
    for first, last in sorted(ranges):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return tuple(result)


def without(ranges: Ranges, removed: Ranges) -> Ranges:
    """The addresses of `ranges` that are not in `removed`."""
    result = list(merged(ranges))
    for gone_first, gone_last in removed:
        kept: list[Range] = []
        for first, last in result:
            if gone_last < first or last < gone_first:
                kept.append((first, last))
                continue
            if first < gone_first:
                kept.append((first, gone_first - 1))
            if gone_last < last:
                kept.append((gone_last + 1, last))
        result = kept
    return tuple(result)


@dataclass(frozen=True)
class Addresses:
    """A set of addresses, as a person wrote it and as disjoint ranges of numbers."""

    text: str
    ranges: Ranges

    @staticmethod
    def parse(text: str) -> "Addresses":
        """An address, a CIDR block, a range `a-b`, or one of the words inside, outside, internet; ValueError otherwise."""
        word = text.strip().lower()
        if word in NAMED:
            return Addresses(word, _named(word))
        try:
            return _parse_set(word)
        except ValueError as error:
            if word and str(error).startswith(word):
                raise
            raise ValueError(f"{text or 'Nothing'} is not an address, a CIDR block or a range of addresses.") from error

    @property
    def single(self) -> int | None:
        """The one address this is, or None when it is a set of several."""
        if len(self.ranges) == 1 and self.ranges[0][0] == self.ranges[0][1]:
            return self.ranges[0][0]
        return None

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.ranges)


def _parse_set(word: str) -> Addresses:
    if "/" in word:
        network = ipaddress.ip_network(word, strict=False)
        return Addresses(str(network), (network_range(network),))
    if "-" in word:
        return _parse_range(word)
    number = parse_address(word)
    return Addresses(format_address(number), ((number, number),))


def _parse_range(text: str) -> Addresses:
    first_text, _, last_text = text.partition("-")
    if last_text.isdigit() and "." in first_text:
        last_text = first_text.rpartition(".")[0] + "." + last_text
    first, last = parse_address(first_text), parse_address(last_text)
    if is_v4(first) != is_v4(last):
        raise ValueError(f"{text} mixes IPv4 and IPv6.")
    if last < first:
        raise ValueError(f"{text} ends before it begins.")
    return Addresses(f"{format_address(first)}-{format_address(last)}", ((first, last),))


def network_range(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Range:
    offset = MAPPED if network.version == 4 else 0
    return int(network.network_address) + offset, int(network.broadcast_address) + offset


@dataclass(frozen=True)
class SpecialNetwork:
    """A row of IANA's special-purpose address registries."""

    block: str
    name: str
    globally_reachable: bool
    private: bool

    @property
    def range(self) -> Range:
        return network_range(ipaddress.ip_network(self.block))


@cache
def special_networks() -> tuple[SpecialNetwork, ...]:
    """IANA's special-purpose registries for IPv4 and IPv6, plus multicast; see flowinsight/data/README.md."""
    with resources.files("flowinsight.data").joinpath("special-purpose.csv").open(encoding="utf-8") as file:
        return tuple(
            SpecialNetwork(row["block"], row["name"], row["globally_reachable"] == "yes", row["private"] == "yes")
            for row in csv.DictReader(file)
        )


NAMED = {
    "inside": "private networks: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, link-local, fc00::/7",
    "outside": "every address that is not inside",
    "internet": "addresses that are reachable over the public internet, by IANA's registries, and the documentation networks "
    "that stand for it in examples",
}


@cache
def _named(word: str) -> Ranges:
    inside = merged(network.range for network in special_networks() if network.private)
    if word == "inside":
        return inside
    if word == "outside":
        return without(_ALL, inside)
    local = merged(
        network.range
        for network in special_networks()
        if not network.globally_reachable and not network.name.startswith("Documentation")
    )
    reachable = merged(network.range for network in special_networks() if network.globally_reachable)
    return without(_ALL, without(local, reachable))
