"""Rule 16. An address means nothing without its network: conversations and duplicates never cross scopes."""

import pytest

from tests.spec.tables import ask


def test_the_same_private_address_in_two_networks_is_two_clients() -> None:
    log = """
        vpc-id interface-id srcaddr  srcport dstaddr  dstport protocol bytes
        vpc-a  eni-1        10.0.0.1 40000   10.0.0.9 443     6        700
        vpc-b  eni-2        10.0.0.1 40000   10.0.0.9 443     6        700
    """

    assert ask(log).conversations("scope client bytes_to_server") == [
        ("vpc-a", "10.0.0.1", 700),
        ("vpc-b", "10.0.0.1", 700),
    ]


def test_an_interface_keeps_the_network_that_another_of_its_records_names() -> None:
    log = """
        vpc-id account-id   interface-id srcaddr  srcport dstaddr  dstport protocol
        vpc-a  111122223333 eni-1        10.0.0.1 40000   10.0.0.9 443     6
        -      111122223333 eni-1        10.0.0.9 443     10.0.0.1 40000   6
    """

    assert ask(log).conversations("scope records_to_client") == [("vpc-a", 1)]


@pytest.mark.parametrize(
    ("fields", "values", "scope"),
    [
        ("vpc-id account-id region", "vpc-a 111122223333 eu-west-1", "vpc-a"),
        ("vpc-id account-id region", "- 111122223333 eu-west-1", "111122223333/eu-west-1"),
        ("account-id", "086112738802", "086112738802"),
        ("tgw-id account-id", "tgw-1 111122223333", "tgw-1"),
        ("protocol", "6", "unknown"),
    ],
)
def test_a_scope_is_the_vpc_else_the_transit_gateway_else_account_and_region(
    fields: str, values: str, scope: str
) -> None:
    extra = "" if fields == "protocol" else " protocol"
    log = f"{fields}{extra} srcaddr dstaddr\n{values}{' 6' if extra else ''} 10.0.0.1 10.0.0.9"

    assert ask(log).conversations("scope") == [(scope,)]


def test_a_handshake_in_one_network_decides_nothing_in_another() -> None:
    log = """
        vpc-id srcaddr  srcport dstaddr  dstport protocol tcp-flags
        vpc-a  10.0.0.1 3000    10.0.0.2 4000    6        2
        vpc-b  10.0.0.1 3001    10.0.0.2 4000    6        0
        vpc-b  10.0.0.2 4000    10.0.0.1 3001    6        0
    """

    assert ask(log).conversations("scope decided_by") == [("vpc-a", "flags"), ("vpc-b", "unknown")]
