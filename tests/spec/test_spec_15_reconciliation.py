"""Rules 15 and 17. Totals tie together from lines to conversations, and each word counts one thing."""

from tests.spec.tables import ask

LOG = """
    start    end      interface-id srcaddr  dstaddr  pkt-srcaddr pkt-dstaddr srcport dstport protocol bytes tcp-flags log-status
    12:00:00 12:01:00 eni-a        10.0.0.1 10.0.0.9 10.0.0.1    8.8.8.8     40000   443     6        100   2         OK
    12:00:00 12:01:00 eni-a        10.0.0.1 10.0.0.9 10.0.0.1    8.8.8.8     40000   443     6        100   2         OK
    12:00:00 12:01:00 eni-a        10.0.0.9 8.8.8.8  10.0.0.9    8.8.8.8     61000   443     6        100   2         OK
    12:00:00 12:01:00 eni-b        10.0.0.1 8.8.8.8  10.0.0.1    8.8.8.8     40000   443     6        100   2         OK
    12:01:00 12:02:00 eni-a        10.0.0.1 10.0.0.9 10.0.0.1    8.8.8.8     40001   443     6        100   2         OK
    12:01:00 12:02:00 eni-a        10.0.0.2 10.0.0.3 10.0.0.2    10.0.0.3    40001   22      6        100   2         OK
    12:01:00 12:02:00 eni-a        10.0.0.2 -        10.0.0.2    -           -       443     6        100   -         OK
    12:01:00 12:02:00 eni-c        -        -        -           -           -       -       -        -     -         NODATA
"""


def test_from_lines_to_conversations_every_record_has_one_place() -> None:
    told = ask(LOG, "443").reconciliation

    assert told == {
        "lines": 9, "records": 7, "status_rows": 1, "skipped": 1, "unparsable": 0, "outside_filter": 1, "duplicates": 2,
        "nat_outside_legs": 1, "without_endpoints": 1, "in_conversations": 2, "conversations": 1,
    }  # fmt: skip
    assert told["lines"] == told["records"] + told["status_rows"] + told["skipped"] + told["unparsable"]
    apart = ("outside_filter", "duplicates", "nat_outside_legs", "without_endpoints", "in_conversations")
    assert told["records"] == sum(told[part] for part in apart)


def test_records_dropped_by_a_question_about_clients_are_outside_the_filter() -> None:
    asked = ask(LOG, "from 8.8.8.8")

    assert asked.conversations("client") == []
    assert asked.reconciliation["in_conversations"] == 0


def test_a_conversation_is_one_client_and_one_service_however_many_ports_the_client_used() -> None:
    assert ask(LOG, "443").conversations("client server port") == [("10.0.0.1", "8.8.8.8", 443)]


def test_connection_starts_are_records_with_a_syn_from_the_client() -> None:
    log = """
        srcaddr  srcport dstaddr  dstport protocol tcp-flags
        10.0.0.1 40000   10.0.0.9 443     6        2
        10.0.0.1 40000   10.0.0.9 443     6        0
        10.0.0.1 40001   10.0.0.9 443     6        3
        10.0.0.9 443     10.0.0.1 40000   6        18
    """

    assert ask(log).conversations("connection_starts records_to_server") == [(2, 3)]


def test_conversations_are_counted_once_in_a_grouping_and_records_are_not() -> None:
    found = ask(LOG, "443", dimensions=("client",), measures=("conversations", "records"))

    assert found.rows("client conversations records") == [("10.0.0.1", 1, 2)]
