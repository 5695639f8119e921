"""Rule 10. A rate is a value over its record's own window, at least a second, never per record."""

from flowinsight.rhythm import rhythm
from tests.spec.tables import loaded, question

LOG = """
    interface-id          srcaddr  dstaddr  protocol srcport dstport bytes start    end
    eni-1111aaaa2222bbbb3 10.0.0.5 10.0.0.9 6        40000   443     6000  12:00:00 12:01:00
    eni-1111aaaa2222bbbb3 10.0.0.9 10.0.0.5 6        443     40000   900   12:00:00 12:00:30
    eni-1111aaaa2222bbbb3 10.0.0.5 10.0.0.9 6        40001   443     500   12:02:00 12:02:00
"""
ASKED = "from 10.0.0.5 to 10.0.0.9:443"


def test_the_highest_rate_is_of_one_record_over_its_own_window() -> None:
    found = rhythm(question(ASKED), loaded(LOG))

    assert found.to_client == 900 / 30


def test_a_window_of_no_seconds_counts_as_one_second() -> None:
    found = rhythm(question(ASKED), loaded(LOG))

    assert found.to_server == 500


def test_two_observers_of_one_flow_do_not_make_it_faster() -> None:
    again = LOG.replace("eni-1111aaaa2222bbbb3", "eni-2222bbbb3333cccc4").replace("6000", "6001")
    both = rhythm(question(ASKED, end="12:01:59"), loaded(LOG, again))

    assert both.to_server == 6001 / 60


def test_only_records_that_start_in_the_range_count() -> None:
    found = rhythm(question(ASKED, start="12:01:00"), loaded(LOG))

    assert (found.to_server, found.to_client) == (500, 0)
