"""Blocks with exceptions hold exactly the addresses they stand for, and are never more than blocks side by side."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network, summarize_address_range

from hypothesis import given, settings
from hypothesis import strategies as st

from flowinsight.addresses import MAPPED, Addresses, Ranges, merged
from flowinsight.engines.insights import blocks
from flowinsight.engines.insights.blocks import Piece


def _holds(pieces: Iterable[Piece], address: int, offset: int) -> bool:
    return any(
        _in(ip_network(one.block), address, offset) and not _holds(one.without, address, offset) for one in pieces
    )


def _in(network: IPv4Network | IPv6Network, address: int, offset: int) -> bool:
    return int(network.network_address) <= address - offset <= int(network.broadcast_address)


def _size(pieces: Iterable[Piece]) -> int:
    return sum(1 + _size(one.without) for one in pieces)


def _edges(ranges: Ranges) -> set[int]:
    """Where a mistake would show: at the ends of the ranges, and beside them."""
    return {edge + beside for one in ranges for edge in one for beside in (-1, 0, 1)}


@st.composite
def _ranges(draw: st.DrawFn, low: int, high: int) -> Ranges:
    edges = sorted(draw(st.sets(st.integers(low, high), min_size=2, max_size=8)))
    return merged(zip(edges[::2], edges[1::2], strict=False))


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(_ranges(MAPPED, MAPPED + 2**32 - 1))
def test_ipv4_addresses_are_in_the_blocks_of_exactly_their_ranges(ranges: Ranges) -> None:
    pieces = blocks.v4(ranges)
    for address in _edges(ranges):
        if MAPPED <= address < MAPPED + 2**32:
            assert _holds(pieces, address, MAPPED) is any(first <= address <= last for first, last in ranges)
    side_by_side = [
        list(summarize_address_range(IPv4Address(first - MAPPED), IPv4Address(last - MAPPED))) for first, last in ranges
    ]
    assert _size(pieces) <= sum(map(len, side_by_side))
    assert blocks.v6(ranges) == ()


@settings(max_examples=50, deadline=None, database=None, derandomize=True)
@given(_ranges(2**32, 2**128 - 1))
def test_ipv6_addresses_are_in_the_blocks_of_exactly_their_ranges(ranges: Ranges) -> None:
    pieces = blocks.v6(ranges)
    for address in _edges(ranges):
        if 0 <= address < 2**128 and not MAPPED <= address < MAPPED + 2**32:
            assert _holds(pieces, address, 0) is any(first <= address <= last for first, last in ranges)


def test_the_internet_and_its_opposites_are_what_they_are_called() -> None:
    for word in ("internet", "inside", "outside"):
        ranges = Addresses.parse(word).ranges
        for address in _edges(ranges):
            if not 0 <= address < 2**128:
                continue
            is_v4 = MAPPED <= address < MAPPED + 2**32
            pieces, offset = (blocks.v4(ranges), MAPPED) if is_v4 else (blocks.v6(ranges), 0)
            assert _holds(pieces, address, offset) is any(first <= address <= last for first, last in ranges)
