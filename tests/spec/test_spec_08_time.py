"""Rule 8. A record belongs to the range its start lies in; bins are of start; times are seconds."""

from tests.spec.tables import ask, at

LOG = """
    start    end      srcaddr  srcport dstaddr  dstport protocol bytes
    11:59:59 12:30:00 10.0.0.1 40000   10.0.0.9 443     6        1
    12:00:00 12:00:30 10.0.0.2 40000   10.0.0.9 443     6        1
    12:59:59 13:00:30 10.0.0.3 40000   10.0.0.9 443     6        1
    13:00:00 13:00:30 10.0.0.4 40000   10.0.0.9 443     6        1
"""


def test_a_range_includes_its_first_second_and_not_its_last() -> None:
    asked = ask(LOG, start="12:00:00", end="13:00:00")

    assert asked.records("srcaddr") == [("10.0.0.3",), ("10.0.0.2",)]
    assert asked.conversations("client") == [("10.0.0.2",), ("10.0.0.3",)]


def test_a_record_that_began_before_the_range_is_outside_it_though_it_ends_inside() -> None:
    assert ask(LOG, "10.0.0.1", start="12:00:00").records("srcaddr") == []


def test_without_a_range_every_record_counts_even_with_a_start_of_zero_or_none() -> None:
    log = """
        start end srcaddr  srcport dstaddr  dstport protocol
        0     0   10.0.0.1 40000   10.0.0.9 443     6
        -     -   10.0.0.2 40000   10.0.0.9 443     6
    """

    assert len(ask(log).conversations("client")) == 2
    assert ask(log, start="00:00:00").conversations("client") == []


def test_bins_are_of_start() -> None:
    found = ask(LOG, dimensions=("dstaddr",), bin=3600).rows("bin records")

    assert sorted(found) == [(at("11:00:00"), 1), (at("12:00:00"), 2), (at("13:00:00"), 1)]


def test_milliseconds_are_recognised_converted_and_counted() -> None:
    log = f"""
        start end srcaddr dstaddr protocol
        {at("12:00:00")}123 {at("12:00:30")}999 10.0.0.1 10.0.0.9 17
    """.replace("\n        ", "\n")
    asked = ask(log.replace("123 ", " ").replace("999 ", " "))
    from tests.spec.tables import loaded  # noqa: PLC0415 only the product knows milliseconds

    delivered = loaded(log)

    assert asked.conversations("first last") == [(at("12:00:00"), at("12:00:30"))]
    assert delivered.tally.milliseconds == 1
    assert delivered.connection.execute('SELECT start, "end" FROM records').fetchall() == [
        (at("12:00:00"), at("12:00:30"))
    ]


def test_a_conversation_is_seen_on_days_of_utc() -> None:
    log = f"""
        start end srcaddr dstaddr protocol bytes
        {at("23:59:59")} {at("23:59:59") + 1} 10.0.0.1 10.0.0.9 17 1
        {at("23:59:59") + 1} {at("23:59:59") + 2} 10.0.0.1 10.0.0.9 17 1
    """

    assert ask(log).conversations("days_seen") == [(2,)]
