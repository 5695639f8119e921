"""Rules 9 and 11. Status rows are evidence about an interface; missing is NULL, and zero is a value."""

import pytest

from tests.spec.tables import ask, loaded

LOG = """
    interface-id srcaddr  srcport dstaddr  dstport protocol bytes start    end      action log-status
    eni-a        10.0.0.1 0       10.0.0.9 0       0        0     12:00:00 12:01:00 ACCEPT OK
    eni-a        -        -       -        -       -        -     12:10:00 12:11:00 -      NODATA
    eni-a        -        -       -        -       -        -     12:20:00 12:21:00 -      SKIPDATA
    eni-a        10.0.0.2 1       10.0.0.9 2       17       -     12:30:00 12:31:00 ACCEPT NODATA
    eni-a        10.0.0.3 1       10.0.0.9 2       17       7     12:40:00 12:41:00 -      -
"""


def test_rows_without_addresses_are_status_rows_and_others_are_records_whatever_their_status_says() -> None:
    tally = loaded(LOG).tally

    assert (tally.records, tally.nodata, tally.skipdata, tally.contradictory) == (3, 1, 1, 1)
    assert len(ask(LOG).records("srcaddr")) == 3


def test_silence_lost_records_and_absence_are_three_different_things() -> None:
    coverage = ask(LOG).prepared.coverage

    assert (coverage.bins, coverage.ok, coverage.nodata, coverage.skipdata, coverage.absent) == (5, 3, 1, 1, 0)


def test_a_bin_without_any_row_is_not_covered() -> None:
    without_silence = "\n".join(line for line in LOG.splitlines() if " -        -" not in line)
    coverage = ask(without_silence).prepared.coverage

    assert (coverage.bins, coverage.ok, coverage.absent) == (5, 3, 2)


def test_a_format_without_log_status_is_ok() -> None:
    log = """
        interface-id srcaddr  dstaddr  start    end
        eni-a        10.0.0.1 10.0.0.9 12:00:00 12:01:00
    """
    coverage = ask(log).prepared.coverage

    assert (coverage.ok, coverage.nodata, coverage.skipdata) == (1, 0, 0)


def test_without_an_action_a_record_is_neither_accepted_nor_rejected() -> None:
    assert ask(LOG, "10.0.0.3").conversations("accepted_records rejected_records outcome") == [(0, 0, "no reply")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bytes=0", ["10.0.0.1"]),
        ("bytes!=0", ["10.0.0.3", "10.0.0.2"]),
        ("accepted", ["10.0.0.2", "10.0.0.1"]),
        ("not accepted", ["10.0.0.3"]),
        (":0", ["10.0.0.1"]),
        ("not :0", ["10.0.0.3", "10.0.0.2"]),
        ("protocol=0", ["10.0.0.1"]),
        ("log-status!=OK", ["10.0.0.3", "10.0.0.2"]),
    ],
)
def test_a_missing_value_never_matches_and_always_passes_not_while_zero_is_a_value(
    query: str, found: list[str]
) -> None:
    assert [address for (address,) in ask(LOG, query).records("srcaddr")] == found


def test_a_field_that_no_format_has_is_missing_everywhere() -> None:
    assert ask(LOG, "tcp-flags=2").records("srcaddr") == []
    assert len(ask(LOG, "tcp-flags!=2").records("srcaddr")) == 3


def test_a_conversation_of_icmp_has_no_port() -> None:
    log = """
        srcaddr  srcport dstaddr  dstport protocol
        10.0.0.1 0       10.0.0.9 0       1
    """

    assert ask(log).conversations("client server port") == [("10.0.0.1", "10.0.0.9", None)]


def test_port_0_of_tcp_is_a_port() -> None:
    log = """
        srcaddr  srcport dstaddr  dstport protocol
        10.0.0.1 40000   10.0.0.9 0       6
    """

    assert ask(log, "to :0").conversations("client server port") == [("10.0.0.1", "10.0.0.9", 0)]


def test_records_without_addresses_are_in_no_conversation_and_are_counted_so() -> None:
    log = """
        srcaddr  srcport dstaddr  dstport protocol interface-type
        -        40000   10.0.0.9 443     6        nat_gateway
        10.0.0.1 40000   -        443     6        -
        10.0.0.1 40000   10.0.0.9 443     -        -
    """
    asked = ask(log)

    assert asked.conversations("client") == []
    assert asked.reconciliation["without_endpoints"] == 3
