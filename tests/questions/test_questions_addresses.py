"""Addresses as numbers, and sets of them."""

import ipaddress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowinsight import addresses
from flowinsight.addresses import Addresses, format_address, merged, parse_address, special_networks, without

_RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda pair: (pair[0], sum(pair))), max_size=6)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_an_address_is_its_number_and_back(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    number = parse_address(str(address))
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped

    assert format_address(number) == str(mapped or address)
    assert addresses.is_v4(number) is bool(address.version == 4 or mapped)


@given(st.lists(st.ip_addresses(v=4), min_size=2, max_size=2))
def test_numbers_order_addresses_as_networks_do(pair: list[ipaddress.IPv4Address]) -> None:
    one, other = pair

    assert (parse_address(str(one)) < parse_address(str(other))) is (one < other)


@given(_RANGES, _RANGES)
def test_ranges_without_others_hold_exactly_what_is_left(
    kept: list[tuple[int, int]], gone: list[tuple[int, int]]
) -> None:
    left = without(tuple(kept), tuple(gone))
    wanted = {n for a, b in kept for n in range(a, b + 1)} - {n for a, b in gone for n in range(a, b + 1)}

    assert {n for a, b in left for n in range(a, b + 1)} == wanted


@given(_RANGES)
def test_merged_ranges_are_disjoint_ascending_and_hold_the_same(ranges: list[tuple[int, int]]) -> None:
    found = merged(ranges)

    assert {n for a, b in found for n in range(a, b + 1)} == {n for a, b in ranges for n in range(a, b + 1)}
    assert all(before[1] + 1 < after[0] for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("text", "written", "single"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1/32", "10.0.0.1/32", True),
        ("10.0.0.1/24", "10.0.0.0/24", False),
        ("2001:DB8::/32", "2001:db8::/32", False),
        ("10.0.0.1-3", "10.0.0.1-10.0.0.3", False),
        (" Inside ", "inside", False),
    ],
)
def test_a_set_is_written_in_one_way(text: str, written: str, *, single: bool) -> None:
    found = Addresses.parse(text)

    assert found.text == written
    assert (found.single is not None) is single
    assert Addresses.parse(found.text) == found


@pytest.mark.parametrize(
    "text", ["", "10.0.0", "10.0.0.01", "1.2.3.4.5", "10.0.0.0/33", "fe80::1%eth0", "10.0.0.1-", "::ffff:1.2.3"]
)
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Addresses.parse(text)


def test_inside_and_outside_are_everything_and_share_nothing() -> None:
    inside, outside = Addresses.parse("inside").ranges, Addresses.parse("outside").ranges

    assert merged((*inside, *outside)) == ((0, 2**128 - 1),)
    assert without(inside, outside) == inside


@pytest.mark.parametrize(
    ("block", "name", "reachable"),
    [
        ("10.0.0.0/8", "Private-Use", False),
        ("100.64.0.0/10", "Shared Address Space", False),
        ("169.254.0.0/16", "Link Local", False),
        ("fc00::/7", "Unique-Local", False),
        ("192.0.0.9/32", "Port Control Protocol Anycast", True),
    ],
)
def test_special_networks_are_those_of_ianas_registries(block: str, name: str, *, reachable: bool) -> None:
    (found,) = (network for network in special_networks() if network.block == block)

    assert (found.name, found.globally_reachable) == (name, reachable)
