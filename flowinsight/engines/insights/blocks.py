"""A set of addresses as few CIDR blocks as possible, each perhaps without smaller ones, which may again have exceptions.

Logs Insights can ask whether an address lies in a block, and nothing finer. IANA's networks have holes: the internet over
IPv6 is 80 blocks side by side, and a dozen with exceptions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from flowinsight.addresses import MAPPED, Ranges

_Pieces = tuple["Piece", ...]
_Cost = tuple[int, _Pieces]


@dataclass(frozen=True)
class Piece:
    """Every address of `block` but those of `without`."""

    block: str
    without: _Pieces = ()


def v4(ranges: Ranges) -> _Pieces:
    """The IPv4 addresses of these ranges of 128-bit numbers."""
    found = [(max(first, MAPPED) - MAPPED, min(last, MAPPED + 2**32 - 1) - MAPPED) for first, last in ranges]
    return _least(tuple(one for one in found if one[0] <= one[1]), 0, 32, 32)[0][1]


def v6(ranges: Ranges) -> _Pieces:
    """The IPv6 addresses of these ranges. No record writes an IPv4-mapped address so: they may be in or out."""
    return _least(tuple(_unmapped(ranges)), 0, 128, 128)[0][1]


def _unmapped(ranges: Ranges) -> Iterator[tuple[int, int]]:
    """The ranges without the IPv4 addresses, unless they only lie between others."""
    low, high = MAPPED, MAPPED + 2**32 - 1
    for first, last in ranges:
        spans = first < low and last > high
        parts = [(first, last)] if spans else [(first, min(last, low - 1)), (max(first, high + 1), last)]
        yield from (part for part in parts if part[0] <= part[1])


def _least(ranges: Ranges, first: int, free: int, bits: int) -> tuple[_Cost, _Cost]:
    """The fewest blocks that say which addresses from `first` on, with `free` bits, are in the ranges: when what surrounds
    them is out, and when it is in.
    """
    last = first + (1 << free) - 1
    near = tuple(one for one in ranges if one[0] <= last and one[1] >= first)
    block = _text(first, free, bits)
    if not near:
        return (0, ()), (1, (Piece(block),))
    if near[0][0] <= first and near[0][1] >= last:
        return (1, (Piece(block),)), (0, ())
    half = 1 << (free - 1)
    left, right = _least(near, first, free - 1, bits), _least(near, first + half, free - 1, bits)
    out, inside = _both(left[0], right[0]), _both(left[1], right[1])
    return min(out, _turned(block, inside), key=_cost), min(inside, _turned(block, out), key=_cost)


def _both(left: _Cost, right: _Cost) -> _Cost:
    return left[0] + right[0], left[1] + right[1]


def _turned(block: str, within: _Cost) -> _Cost:
    return within[0] + 1, (Piece(block, within[1]),)


def _cost(found: _Cost) -> int:
    return found[0]


def _text(first: int, free: int, bits: int) -> str:
    network = IPv4Network if bits == 32 else IPv6Network
    return str(network((first, bits - free)))
