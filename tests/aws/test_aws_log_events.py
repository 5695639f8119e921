"""FilterLogEvents: every event once, within the quota, whatever happens on the way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flowinsight import aws, db, grammar, views
from flowinsight.errors import (
    AwsError,
    DeniedError,
    ExpiredError,
    QuestionError,
    SourceError,
    ThrottledError,
    UnreachableError,
)
from flowinsight.fetchers import filter_pattern, group_ways, log_events, log_groups
from flowinsight.fetchers.group_ways import Reading, WayName
from flowinsight.fetchers.log_events import Collected, Plan, Progress
from flowinsight.fetchers.pace import Pace, pace_for
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup
from tests.aws.conftest import GROUP, NOON, TOKENS, Delivered
from tests.aws.striking import ALWAYS, Striking

SOURCE = LogGroup(GROUP, formats=(TOKENS,))
SSH = tuple(grammar.parse(":22"))


@pytest.fixture(scope="module")
def logs(identity: aws.Identity, delivered: Delivered) -> Any:
    assert delivered.group == GROUP
    return aws.client(identity, "logs")


def quick() -> Pace:
    return Pace(1000, sleep=lambda _: None)


def fetched(plan: Plan, logs: Any, **how: Any) -> Collected:
    collected = Collected()
    log_events.fetch(plan, logs, collected, pace=quick(), **how)
    return collected


def test_a_range_takes_events_from_its_first_millisecond_to_its_last(identity: aws.Identity, logs: Any) -> None:
    name, start, end = "/edges", NOON - 3600, NOON - 1800
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="eni-1-all")
    margin = 600
    times = [start - margin - 1, start - margin, start - 1, start, end - 1, end, end + margin - 1, end + margin]
    lines = [f"2 1 eni-1 10.0.0.1 10.0.0.2 5000 22 6 1 60 {at} {at + 59} ACCEPT OK" for at in times]
    events = [{"timestamp": at * 1000, "message": line} for at, line in zip(times, lines, strict=True)]
    logs.put_log_events(logGroupName=name, logStreamName="eni-1-all", logEvents=events)
    question = Question(TimeRange(start, end), SSH)
    got = log_events.load(question, LogGroup(name), identity)
    starts = [row["start"] for row in db.rows(got.loaded.connection, "SELECT start FROM records ORDER BY start")]
    assert starts == times[1:-1], "the range and the margin of evidence on both sides, and nothing beyond"
    assert (got.covered, got.complete) == (question.time, True)


def test_empty_pages_are_followed(logs: Any, settings: Callable[..., Any]) -> None:
    plan = log_events.plan(Question(TimeRange(NOON + 900, NOON + 2700), SSH), SOURCE)
    whole = fetched(plan, logs)
    settings(scan_events_per_page=150)
    by_small_pages = fetched(plan, logs)
    assert by_small_pages.requests > 2 * whole.requests
    assert by_small_pages.messages == whole.messages


def test_a_token_given_twice_ends_the_scan_and_is_told() -> None:
    class Looping:
        def filter_log_events(self, **_: Any) -> dict[str, Any]:
            return {"events": [{"eventId": "1", "message": "x", "timestamp": 1}], "nextToken": "again"}

    plan = log_events.plan(Question(TimeRange(NOON, NOON + 900), SSH), LogGroup(GROUP))
    collected = fetched(plan, Looping())
    assert collected.requests == 2 * len(plan.statements) * len(plan.slices) + len(plan.slices)
    assert "twice" in collected.problems[0]
    assert log_events.read(plan, collected).loaded.tally.problems


def test_a_group_at_work_is_not_taken_for_an_empty_one(identity: aws.Identity, logs: Any) -> None:
    assert logs
    nobody = Question(TimeRange(NOON + 900, NOON + 2700), tuple(grammar.parse("203.0.113.250")))
    got = log_events.load(nobody, SOURCE, identity)
    prepared = prepare(nobody, got.loaded)
    assert prepared.reasons == ()
    assert prepared.verdict.startswith("none seen")
    assert prepared.coverage.interfaces > 5


def test_progress_tells_the_time_covered_and_enough_is_enough(logs: Any) -> None:
    told: list[Progress] = []
    question = Question(TimeRange(NOON, NOON + 3600))
    plan = log_events.plan(question, SOURCE)
    collected = fetched(plan, logs, progress=told.append, enough=1)
    assert len(told) == told[0].finished == 1 < told[0].slices
    assert log_events.read(plan, collected).covered is None, "one slice is not yet more than the margin"
    log_events.fetch(plan, logs, collected, pace=quick(), progress=told.append)
    starts = [progress.covered.start or 0 for progress in told if progress.covered]
    assert starts == sorted(starts, reverse=True), "newest first"
    assert told[-1].covered == question.time


def test_a_cancelled_fetch_keeps_what_is_there_and_goes_on_later(logs: Any) -> None:
    plan = log_events.plan(Question(TimeRange(NOON, NOON + 3600), SSH), SOURCE)
    whole = fetched(plan, logs)
    answers = iter([False, False, False, False, True])
    collected = fetched(plan, logs, cancelled=lambda: next(answers))
    assert 0 < len(collected.done) < len(whole.done)
    assert not log_events.read(plan, collected).complete
    log_events.fetch(plan, logs, collected, pace=quick())
    assert collected.messages == whole.messages


KINDS: dict[str, type[AwsError]] = {
    "throttling": ThrottledError,
    "server-error": UnreachableError,
    "denied": DeniedError,
    "expired-token": ExpiredError,
    "timeout": UnreachableError,
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_is_told_and_nothing_is_lost_or_doubled(
    logs: Any, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(log_events, "SHORTEST_SLICE", 900 if kind == "server-error" else 1800)
    plan = log_events.plan(Question(TimeRange(NOON + 1200, NOON + 1800), SSH), SOURCE)
    whole = fetched(plan, logs)
    assert whole.requests > 3
    for strike in range(whole.requests):
        collected = Collected()
        striking = Striking(logs, "filter_log_events", strike, lambda: fault(kind=kind, service="logs", times=ALWAYS))
        with pytest.raises(KINDS[kind], match=f"Could not read the events of {GROUP}: "):
            log_events.fetch(plan, striking, collected, pace=quick())
        fault()
        assert len(collected.done) == strike
        log_events.fetch(plan, logs, collected, pace=quick())
        assert collected.messages == whole.messages


def test_a_throttled_fetch_slows_down_and_arrives(logs: Any, fault: Callable[..., Any]) -> None:
    plan = log_events.plan(Question(TimeRange(NOON + 1200, NOON + 1800), SSH), SOURCE)
    slept: list[float] = []
    pace = Pace(10, sleep=slept.append)
    fault(kind="throttling", service="logs", times=4)
    collected = Collected()
    log_events.fetch(plan, logs, collected, pace=pace)
    assert pace.per_second < 10
    assert max(slept) > 0.1
    assert collected.messages == fetched(plan, logs).messages


def test_the_pace_is_the_quota_of_the_region() -> None:
    somewhere = aws.Identity(region="eu-central-1")
    assert [pace_for(somewhere, region).per_second for region in ("eu-central-1", "us-east-1", "eu-west-1")] == [
        5,
        25,
        10,
    ]
    moments, slept = iter([0.0, 0.0, 0.05, 1.0]), list[float]()
    pace = Pace(5, sleep=slept.append, now=lambda: next(moments))
    for _ in range(4):
        pace.wait()
    assert slept == pytest.approx([0.2, 0.35])


def test_the_group_of_another_account_is_asked_by_its_arn(identity: aws.Identity, logs: Any) -> None:
    assert logs
    arn = f"arn:aws:logs:eu-central-1:111122223333:log-group:{GROUP}"
    question = Question(TimeRange(NOON + 1200, NOON + 1800), SSH)
    by_arn = log_events.load(question, LogGroup(arn, formats=(TOKENS,)), identity)
    by_name = log_events.load(question, SOURCE, identity)
    assert by_arn.loaded.tally == by_name.loaded.tally
    assert LogGroup(arn).label == GROUP


def test_a_bare_term_is_one_scan_and_its_false_matches_are_marked(logs: Any) -> None:
    question = Question(TimeRange(NOON + 900, NOON + 2700), tuple(grammar.parse("10.20.1.1")))
    term = filter_pattern.term_pattern(question)
    assert term is not None
    plan = group_ways.plan(question, SOURCE, Reading("term"))
    assert plan.statements == (term, filter_pattern.status_pattern(TOKENS))
    collected = fetched(plan, logs)
    beside = log_events.false_matches(plan, collected, limit=3)
    matched = [
        message for message, _ in collected.messages.values() if not {"NODATA", "SKIPDATA"} & set(message.split())
    ]
    assert beside.count == len(matched) > 3, "10.20.1.1 is nobody; 10.20.1.10 and 10.20.1.12 are somebody"
    assert len(beside.rows) == 3
    assert all("10.20.1.1" in f"{row['srcaddr']} {row['dstaddr']}" for row in beside.rows)
    assert log_events.read(plan, collected).loaded.tally.records >= beside.count, "the glimpse is read, and not counted"


def test_the_term_and_the_pattern_give_the_same_answer(logs: Any) -> None:
    question = Question(TimeRange(NOON + 900, NOON + 2700), tuple(grammar.parse("10.20.1.12")))
    rows: list[object] = []
    ways: tuple[WayName, ...] = ("pattern", "term")
    for way in ways:
        plan = group_ways.plan(question, SOURCE, Reading(way))
        loaded = log_events.read(plan, fetched(plan, logs)).loaded
        rows.append(views.conversations(prepare(question, loaded)).rows)
    assert rows[0]
    assert rows[0] == rows[1]


def test_a_term_is_an_address_and_nothing_wider() -> None:
    for text in (":22", "10.0.0.0/16"):
        question = Question(TimeRange(NOON, NOON + 900), tuple(grammar.parse(text)))
        assert [offer.way for offer in group_ways.offered(question, SOURCE)] == ["pattern", "insights", "leading"]
        with pytest.raises(QuestionError, match="A term is a whole address"):
            group_ways.plan(question, SOURCE, Reading("term"))


def test_a_typed_pattern_is_run_as_it_is(logs: Any) -> None:
    question = Question(TimeRange(NOON + 900, NOON + 2700))
    reading = Reading(patterns=("[..., action = REJECT, status, vpc, flags, s, d, direction]",))
    plan = group_ways.plan(question, SOURCE, reading)
    assert [(scan.statement.text, scan.glimpse) for scan in plan.scans(plan.slices[0])] == [
        (reading.patterns[0], False)
    ]
    got = log_events.read(plan, fetched(plan, logs)).loaded
    assert {row["action"] for row in db.rows(got.connection, "SELECT DISTINCT action FROM records")} == {"REJECT"}


def test_aws_itself_can_be_asked_about_a_pattern(logs: Any, fault: Callable[..., Any]) -> None:
    lines = ["2 1 eni-1 10.0.0.1 10.0.0.2 5000 22 6 1 60 1 2 ACCEPT OK", "2 1 eni-1 - - - - - - - 1 2 - NODATA"]
    assert log_groups.tested(logs, "[..., status = NODATA]", lines) == [1]
    with pytest.raises(AwsError, match="Could not test the pattern"):
        log_groups.tested(logs, "[a, b", lines)
    fault(kind="denied", service="logs")
    with pytest.raises(DeniedError, match="logs:TestMetricFilter is missing"):
        log_groups.tested(logs, '" "', lines)


def test_groups_are_found_with_the_format_their_flow_log_says(identity: aws.Identity, delivered: Delivered) -> None:
    groups, notes = log_groups.discover(identity)
    (found,) = [item for item in groups if item.source.name == GROUP]
    assert found.source.formats == (TOKENS,)
    assert found.source.origin == f"LogFormat of {delivered.flow_logs[0]}"
    assert found.flow_logs[0].resource == delivered.shop
    assert notes == ()


def test_a_denied_discovery_says_which_permission_is_missing(identity: aws.Identity, fault: Callable[..., Any]) -> None:
    fault(kind="denied", service="ec2")
    groups, notes = log_groups.discover(identity)
    assert [(item.source.name, item.source.formats) for item in groups] == [(GROUP, ())], (
        "CloudWatch knows it by its data source"
    )
    assert "ec2:DescribeFlowLogs is missing" in notes[0]
    fault(kind="denied", service="logs", action="ListLogGroups")
    groups, notes = log_groups.discover(identity)
    assert groups == ()
    assert "logs:ListLogGroups is missing" in notes[1]


@pytest.mark.usefixtures("delivered")
def test_without_a_flow_log_the_format_is_inferred_from_events(identity: aws.Identity) -> None:
    found = log_groups.with_format(replace(SOURCE, formats=()), identity)
    assert found.formats == (TOKENS,)
    assert found.origin.startswith("inferred from 50 recent events")


def test_a_group_without_events_has_no_format_yet(identity: aws.Identity) -> None:
    aws.client(identity, "logs").create_log_group(logGroupName="/empty")
    with pytest.raises(SourceError, match="no events in /empty yet"):
        log_groups.with_format(LogGroup("/empty"), identity)
