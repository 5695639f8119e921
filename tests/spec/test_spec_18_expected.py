"""Rule 18. What is covered, where it is known which interfaces should have written, and from when on."""

from dataclasses import replace

import pytest

from flowinsight import views
from flowinsight.loaded import Due
from flowinsight.prepared import Prepared, prepare
from tests.spec.tables import at, loaded, question

HEADER = "interface-id srcaddr srcport dstaddr dstport protocol start end action log-status"
BOTH = f"""{HEADER}
    eni-a 10.0.0.1 40000 10.0.0.9 443 6 12:00:00 12:01:00 ACCEPT OK
    eni-a - - - - - 12:10:00 12:11:00 - NODATA
    eni-b 10.0.0.1 40000 10.0.0.9 443 6 12:02:00 12:03:00 ACCEPT OK
    eni-b 10.0.0.2 40000 10.0.0.9 443 6 12:12:00 12:13:00 ACCEPT OK
"""


def due(interface: str, since: str | None = None, **places: str) -> Due:
    return Due(interface, None if since is None else at(since), "ALL", places)


def asked(log: str, *expected: Due, query: str = ":8080", end: str = "12:20:00", narrowed: bool = False) -> Prepared:
    known = replace(loaded(log), due=expected, narrowed=narrowed)
    return prepare(question(query, "12:00:00", end), known)


def test_every_expected_interface_throughout_is_covered() -> None:
    prepared = asked(BOTH, due("eni-a"), due("eni-b"))

    assert prepared.verdict == "none seen, covered"
    assert (prepared.coverage.expected, prepared.coverage.bins, prepared.coverage.absent) == (2, 4, 0)
    assert not any("cannot be known" in reason for reason in prepared.reasons)


def test_an_expected_interface_that_wrote_nothing_leaves_all_of_its_bins_out() -> None:
    prepared = asked(BOTH, due("eni-a"), due("eni-b"), due("eni-c"))

    assert prepared.verdict == "none seen, partly covered"
    assert (prepared.coverage.interfaces, prepared.coverage.expected, prepared.coverage.absent) == (2, 3, 2)
    silent = [row for row in views.coverage_rows(prepared).rows if row["interface_id"] == "eni-c"]
    assert [(row["bin"], row["status"]) for row in silent] == [(at("12:00:00"), "absent"), (at("12:10:00"), "absent")]


@pytest.mark.parametrize(("since", "absent"), [("12:00:00", 2), ("12:00:01", 1), ("12:10:00", 1), ("12:10:01", 0)])
def test_an_interface_is_due_from_its_first_whole_bin_on(since: str, absent: int) -> None:
    prepared = asked(BOTH, due("eni-a"), due("eni-b"), due("eni-c", since))

    assert prepared.coverage.absent == absent
    assert prepared.coverage.expected == (3 if absent else 2)


def test_an_interface_that_is_gone_by_now_is_judged_by_the_time_in_which_it_wrote() -> None:
    gone = BOTH + "eni-gone 10.0.0.7 40000 10.0.0.9 443 6 12:01:00 12:02:00 ACCEPT OK"

    prepared = asked(gone, due("eni-a"), due("eni-b"))

    assert prepared.verdict == "none seen, covered"
    assert (prepared.coverage.interfaces, prepared.coverage.expected) == (3, 2)


def test_an_interface_that_wrote_before_it_was_due_counts_from_its_first_row() -> None:
    prepared = asked(BOTH, due("eni-a", "12:05:00"), due("eni-b"))

    assert (prepared.coverage.bins, prepared.coverage.absent) == (4, 0)


def test_a_question_about_a_place_expects_the_interfaces_of_that_place_only() -> None:
    here, there = due("eni-a", interface_id="eni-a", vpc_id="vpc-1"), due("eni-z", vpc_id="vpc-2")
    log = BOTH.replace(HEADER, f"{HEADER} vpc-id").replace(" OK\n", " OK vpc-1\n").replace("NODATA", "NODATA vpc-1")

    assert asked(log, here, there, query="vpc-1 :8080").coverage.expected == 1
    assert asked(log, here, there, query="vpc-2 :8080").coverage.expected == 1
    assert asked(log, here, there, query="az-id=euc1-az1 :8080").coverage.expected is None


def test_where_no_interface_is_due_any_more_nothing_is_called_covered() -> None:
    prepared = asked(BOTH)

    assert (prepared.coverage.expected, prepared.verdict) == (0, "none seen, coverage unknown")


def test_records_that_were_left_out_on_purpose_are_no_gap_and_no_cover() -> None:
    apart = BOTH.replace("12:10:00 12:11:00", "12:01:00 12:02:00")

    assert asked(apart, due("eni-a"), due("eni-b")).verdict == "none seen, partly covered"
    assert asked(apart, due("eni-a"), due("eni-b"), narrowed=True).verdict == "none seen, coverage unknown"
    assert asked(BOTH, due("eni-a"), due("eni-b"), narrowed=True).verdict == "none seen, covered"


def test_what_the_flow_logs_record_is_believed_before_what_the_records_show() -> None:
    accepted = asked(BOTH, due("eni-a"), query="rejected")

    assert accepted.coverage.traffic_type == "ALL"
    assert accepted.verdict.startswith("none seen")
    assert asked(BOTH, query="rejected").verdict == "cannot be seen in these logs"
