"""Rules 4 and 7. Addresses are numbers, never text, v4 and v6 alike; and records never hold an interface's own public address."""

import pytest

from flowinsight import answerable
from flowinsight.addresses import Addresses, parse_address
from tests.spec.tables import ask

LOG = """
    srcaddr     srcport dstaddr   dstport protocol bytes
    110.0.0.1   40000   10.9.9.9  443     6        5
    10.0.0.1    40000   10.9.9.9  443     6        4
    9.0.0.1     40000   10.9.9.9  443     6        4
    2001:db8::1 40000   fd00::1   443     6        3
    10.0.0.10   40000   10.9.9.9  443     6        2
"""


def test_10_0_0_is_not_found_inside_110_0_0() -> None:
    assert ask(LOG, "srcaddr=10.0.0.0/24").records("srcaddr") == [("10.0.0.1",), ("10.0.0.10",)]


def test_ties_are_broken_by_the_number_of_an_address_and_not_by_its_text() -> None:
    assert ask(LOG, dimensions=("srcaddr",)).rows("srcaddr bytes")[1:3] == [("9.0.0.1", 4), ("10.0.0.1", 4)]


def test_a_range_is_of_numbers() -> None:
    assert ask(LOG, "srcaddr=10.0.0.2-10.0.0.255").records("srcaddr") == [("10.0.0.10",)]


def test_an_ipv6_address_is_the_same_however_it_is_written() -> None:
    assert ask(LOG, "2001:0db8:0000::0001").records("dstaddr") == [("fd00::1",)]


def test_every_ipv4_address_is_a_network_that_no_ipv6_address_is_in() -> None:
    assert len(ask(LOG, "srcaddr=0.0.0.0/0").records("srcaddr")) == 4


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("172.2.3.4", False),
        ("172.16.0.1", True),
        ("172.31.255.255", True),
        ("172.32.0.0", False),
        ("10.255.255.255", True),
        ("192.168.1.1", True),
        ("192.169.0.0", False),
        ("100.64.0.1", True),
        ("169.254.1.1", True),
        ("fe80::1", True),
        ("fd00::1", True),
        ("2600::1", False),
        ("8.8.8.8", False),
    ],
)
def test_inside_are_the_private_networks_of_iana_and_outside_is_everything_else(address: str, *, inside: bool) -> None:
    assert (parse_address(address) in Addresses.parse("inside")) is inside
    assert (parse_address(address) in Addresses.parse("outside")) is not inside


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "127.0.0.1", "224.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "ff02::1", "fe80::1"]
)
def test_no_local_or_multicast_address_is_on_the_internet(address: str) -> None:
    assert parse_address(address) not in Addresses.parse("internet")


def test_asking_for_a_public_address_warns_that_records_hold_private_ones() -> None:
    asked = ask(LOG, "8.8.8.8").prepared
    told = answerable.cautions(asked.question, asked.loaded, asked.coverage)

    assert (
        "If 8.8.8.8 is a public address of your own, records hold its private address instead: ask for that one."
        in told
    )


def test_address_means_either_side_as_logged_or_inside_the_packet() -> None:
    log = """
        srcaddr   dstaddr    pkt-srcaddr pkt-dstaddr
        10.0.0.1  10.0.0.2   10.0.0.1    10.0.0.9
        10.0.0.9  10.0.0.2   10.0.0.9    10.0.0.2
        10.0.0.1  10.0.0.2   10.0.0.1    10.0.0.2
    """

    assert len(ask(log, "10.0.0.9").records("srcaddr")) == 2


def test_an_endpoint_is_address_and_port_on_the_same_side() -> None:
    log = """
        srcaddr   srcport dstaddr   dstport protocol
        10.0.3.7  5432    10.0.0.1  40000   6
        10.0.3.7  40000   10.0.0.2  5432    6
    """

    assert ask(log, "10.0.3.7:5432").records("dstaddr") == [("10.0.0.1",)]
