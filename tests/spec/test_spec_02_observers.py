"""Rule 2. Every interface a flow passes logs it; one of them is believed, for the whole range, and nothing is counted twice."""

from pathlib import Path

from flowinsight import store, views
from flowinsight.prepared import prepare
from flowinsight.question import Question
from tests.spec.tables import ask, at, text

SIZE = "observer interfaces bytes_to_server bytes_to_client"


def test_a_pair_seen_at_both_ends_36_seconds_apart_is_counted_once() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes flow-direction
        12:00:24 12:00:24 eni-client   10.0.0.1 40000   10.0.0.2 443     6        5000  egress
        12:01:00 12:01:00 eni-server   10.0.0.1 40000   10.0.0.2 443     6        5000  ingress
    """

    assert ask(log).conversations(SIZE) == [("eni-server", ["eni-client", "eni-server"], 5000, 0)]
    assert ask(log, bin=60).rows("bin bytes records") == [(at("12:01:00"), 5000, 1)]


def test_the_observer_with_most_bytes_both_ways_is_believed_for_all_bins() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes
        12:00:00 12:01:00 eni-b        10.0.0.1 40000   10.0.0.2 443     6        100
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        300
        12:20:00 12:21:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        300
        12:20:00 12:21:00 eni-b        10.0.0.2 443     10.0.0.1 40000   6        501
    """

    assert ask(log).conversations(SIZE) == [("eni-b", ["eni-a", "eni-b"], 100, 501)]


def test_a_tie_goes_to_the_servers_own_interface() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes
        12:00:00 12:01:00 eni-1        10.0.0.1 40000   10.0.0.2 443     6        300
        12:00:00 12:01:00 eni-2        10.0.0.1 40000   10.0.0.2 443     6        300
        12:00:00 12:01:00 eni-2        10.0.0.3 40000   10.0.0.2 22      6        10
        12:00:00 12:01:00 eni-1        10.0.0.1 40000   10.0.0.4 22      6        10
    """

    assert ask(log, "443").conversations("observer") == [("eni-1",)]
    assert ask(log, "10.0.0.2").conversations("port observer")[0] == (443, "eni-2")


def test_a_tie_without_a_servers_interface_goes_to_the_lowest_id() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes flow-direction
        12:00:00 12:01:00 eni-2        10.0.0.1 40000   10.0.0.2 443     6        300   egress
        12:00:00 12:01:00 eni-1        10.0.0.1 40000   10.0.0.2 443     6        300   egress
    """

    assert ask(log).conversations("observer") == [("eni-1",)]


def test_another_observer_fills_bins_in_which_the_believed_one_wrote_nothing_at_all() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500
        12:00:00 12:01:00 eni-b        10.0.0.1 40000   10.0.0.2 443     6        300
        12:10:00 12:11:00 eni-b        10.0.0.1 40000   10.0.0.2 443     6        40
    """

    assert ask(log).conversations(SIZE) == [("eni-a", ["eni-a", "eni-b"], 540, 0)]


def test_another_observer_fills_bins_in_which_the_believed_one_lost_records() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes log-status
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500   OK
        12:10:00 12:11:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        10    OK
        12:11:00 12:12:00 eni-a        -        -       -        -       -        -     SKIPDATA
        12:10:00 12:11:00 eni-b        10.0.0.1 40000   10.0.0.2 443     6        40    OK
    """

    assert ask(log).conversations(SIZE) == [("eni-a", ["eni-a", "eni-b"], 540, 0)]


def test_silence_of_the_believed_observer_is_not_filled() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes log-status
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500   OK
        12:10:00 12:11:00 eni-a        -        -       -        -       -        -     NODATA
        12:10:00 12:11:00 eni-b        10.0.0.1 40000   10.0.0.2 443     6        40    OK
    """

    assert ask(log).conversations(SIZE) == [("eni-a", ["eni-a", "eni-b"], 500, 0)]


def test_equal_lines_are_one_record_and_counted_as_duplicates() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500
    """
    asked = ask((log, log))

    assert asked.conversations("bytes_to_server records_to_server") == [(500, 1)]
    assert asked.reconciliation["duplicates"] == 3


TWO_FORMATS = (
    """
        version interface-id srcaddr  srcport dstaddr  dstport protocol bytes start    end
        2       eni-a        10.0.0.1 40000   10.0.0.2 443     6        500   12:00:00 12:01:00
    """,
    """
        version vpc-id interface-id srcaddr  srcport dstaddr  dstport protocol bytes start    end
        3       vpc-1  eni-a        10.0.0.1 40000   10.0.0.2 443     6        500   12:00:00 12:01:00
    """,
)


def test_two_flow_logs_over_one_interface_are_one_record_where_they_say_the_same_in_two_formats() -> None:
    assert ask(TWO_FORMATS).conversations("scope bytes_to_server") == [("vpc-1", 500)]


def test_a_store_knows_too_that_two_formats_may_say_the_same(tmp_path: Path) -> None:
    for number, log in enumerate(TWO_FORMATS):
        (tmp_path / f"{number}.log").write_text(text(log))
    store.ingest(tmp_path / "store", sorted(tmp_path.glob("*.log")))
    prepared = prepare(Question(), store.open_store(tmp_path / "store"))

    assert [row["bytes_to_server"] for row in views.conversations(prepared).rows] == [500]


def test_two_records_that_differ_in_anything_they_say_are_two() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500
        12:00:00 12:01:01 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500
    """

    assert ask(log).conversations("bytes_to_server") == [(1000,)]


def test_accepted_at_the_source_and_rejected_at_the_destination_is_one_conversation_rejected_with_both_shown() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes action
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        60    ACCEPT
        12:00:00 12:01:00 eni-b        10.0.0.1 40000   10.0.0.2 443     6        60    REJECT
    """

    assert ask(log).conversations("outcome accepted_records rejected_records bytes_to_server") == [
        ("rejected", 1, 1, 60)
    ]


def test_rows_of_record_fields_are_counted_before_duplicates_are_removed_and_conversations_after() -> None:
    log = """
        start    end      interface-id srcaddr  srcport dstaddr  dstport protocol bytes
        12:00:00 12:01:00 eni-a        10.0.0.1 40000   10.0.0.2 443     6        500
        12:00:00 12:01:00 eni-b        10.0.0.1 40000   10.0.0.2 443     6        500
    """

    assert ask(log, dimensions=("srcaddr",)).rows("srcaddr bytes") == [("10.0.0.1", 1000)]
    assert ask(log, dimensions=("client",)).rows("client bytes") == [("10.0.0.1", 500)]
