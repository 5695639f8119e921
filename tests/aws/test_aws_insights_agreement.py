"""A question asked of the sandbox by Logs Insights, through boto3, is answered as by filter patterns and by the reference."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings

from flowinsight import aws, grammar, views
from flowinsight.engines.insights.query import GRAINS
from flowinsight.errors import AwsError, ExpiredError, ThrottledError, UnreachableError
from flowinsight.fetchers import insights, log_events, log_groups
from flowinsight.fetchers.insights_slices import Collected, Scanned
from flowinsight.investigation import chart_bin, investigate
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import Running
from flowinsight.sources import LogGroup
from tests.agreement.flow_logs import START
from tests.agreement.test_agreement_with_reference import agreeing
from tests.aws.conftest import NOON, TOKENS, Delivered
from tests.aws.insights_asked import unfinished
from tests.aws.striking import ALWAYS
from tests.insights.test_insights_agreement import Asked, asking, same
from tests.reference.answers import Reference

ASKED = [
    ":443", "rejected :22", "from internet", "udp not 10.20.0.0/24", "10.20.1.12,10.20.1.10-10.20.1.14",
]  # fmt: skip

pytestmark = pytest.mark.usefixtures("in_one_slice")


@pytest.fixture(scope="module", autouse=True)
def quickly(sandbox: Running) -> None:
    sandbox.control("settings", {"query_seconds": 0.1, "query_before_group": True})


@pytest.fixture(scope="module")
def span(delivered: Delivered) -> TimeRange:
    return TimeRange(delivered.start + 900, delivered.end - 900)


@pytest.fixture(scope="module")
def source(identity: aws.Identity, delivered: Delivered) -> LogGroup:
    groups, _ = log_groups.discover(identity)
    (found,) = [item.source for item in groups if item.source.name == delivered.group]
    return found


@pytest.mark.parametrize("text", ASKED)
def test_however_finely_it_is_asked_the_answer_is_that_of_filter_patterns(
    identity: aws.Identity, span: TimeRange, source: LogGroup, text: str
) -> None:
    question = Question(span, tuple(grammar.parse(text)), limit=10_000)
    by_pattern = log_events.load(question, source, identity).loaded
    expected = views.conversations(prepare(question, by_pattern)).rows
    assert expected
    for grain in GRAINS:
        found = insights.load(question, [source], identity, grain=grain)
        assert found.complete
        assert views.conversations(prepare(question, found.loaded)).rows == expected


def _bytes_of(identity: aws.Identity, scans: tuple[Scanned, ...]) -> int:
    """What CloudWatch itself says that these queries read."""
    ran = aws.client(identity, "logs").describe_queries(maxResults=1000)["queries"]
    read = {one["queryId"]: int(one["bytesScanned"]) for one in ran}
    return sum(read[scan.query_id] for scan in scans)


@pytest.mark.parametrize("grain", GRAINS)
def test_a_whole_page_of_answers_costs_one_scan(
    identity: aws.Identity, span: TimeRange, source: LogGroup, sandbox: Running, grain: Any
) -> None:
    question = Question(span, tuple(grammar.parse(":443")))
    before = sandbox.control("calls")[-1]["number"]
    assert span.start is not None
    assert span.end is not None
    found = insights.load(question, [source], identity, grain=grain, chart_seconds=chart_bin(span.end - span.start))
    page = investigate(question, found.loaded)

    actions = [call["action"] for call in sandbox.control(f"calls?after={before}")]
    assert actions.count("StartQuery") == len(found.scans)
    assert "FilterLogEvents" not in actions
    assert page.timeline
    assert page.conversations
    assert page.clients
    assert page.verdict == "seen, coverage unknown"
    assert page.coverage.interfaces == 13
    stored = aws.client(identity, "logs").filter_log_events(
        logGroupName=source.name, startTime=(span.start - 600) * 1000, endTime=(span.end + 600) * 1000 - 1
    )["events"]
    assert found.bytes_scanned == _bytes_of(identity, found.scans) == sum(len(one["message"]) for one in stored)


@pytest.mark.usefixtures("impatient", "quick_queries")
@pytest.mark.parametrize(
    ("kind", "error"),
    [("expired-token", ExpiredError), ("server-error", UnreachableError), ("throttling", ThrottledError)],
)
def test_a_fetch_that_is_interrupted_goes_on_and_nothing_is_lost_doubled_or_left_running(
    identity: aws.Identity, span: TimeRange, source: LogGroup, fault: Any, kind: str, error: type[AwsError]
) -> None:
    question = Question(span, tuple(grammar.parse(":443")), limit=10_000)
    whole = insights.load(question, [source], identity, grain="records")
    to_do, collected = replace(whole.plan, width=900), Collected()

    def strike(_: Collected) -> None:
        fault(kind=kind, action="GetQueryResults", times=ALWAYS)

    with pytest.raises(error):
        insights.fetch(to_do, identity, collected, progress=strike)
    fault()
    assert len(collected.parts) == 1
    insights.fetch(to_do, identity, collected)

    found = insights.read(to_do, collected)
    assert found.complete
    assert found.loaded.tally == whole.loaded.tally
    assert found.bytes_scanned == whole.bytes_scanned == _bytes_of(identity, found.scans)
    rows = [views.conversations(prepare(question, one.loaded)).rows for one in (found, whole)]
    assert rows[0] == rows[1]
    assert unfinished(identity) == []


def test_names_are_those_cloudwatch_lists_and_otherwise_fields_are_parsed(
    identity: aws.Identity, span: TimeRange, source: LogGroup
) -> None:
    question = Question(span, tuple(grammar.parse(":443")))
    names = insights.discovered([source], identity, NOON + 1800)
    assert {"srcAddr", "pktDstAddr", "tcpFlags", "endTime"} <= names
    assert "parse @message" not in insights.planned(question, [source], names).statements[0].text
    assert "parse @message" in insights.planned(question, [source], names - {"tcpFlags"}).statements[0].text
    assert source.formats == (TOKENS,)


@pytest.fixture(scope="module")
def put(identity: aws.Identity) -> Iterator[Any]:
    """Write lines into a log group of their own."""
    logs, made = aws.client(identity, "logs"), list[str]()

    def write(asked: Asked) -> LogGroup:
        name = f"/random/{uuid4().hex}"
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="eni-1-all")
        made.append(name)
        events = [{"timestamp": at * 1000, "message": text} for at, text in sorted(asked.lines)]
        if events:
            answer = logs.put_log_events(logGroupName=name, logStreamName="eni-1-all", logEvents=events)
            assert not answer.get("rejectedLogEventsInfo"), answer
        return LogGroup(name, formats=asked.formats)

    yield write
    for name in made:
        logs.delete_log_group(logGroupName=name)


def _recent(asked: Asked) -> Asked:
    """The same just before the sandbox's present: CloudWatch takes no event that is two weeks old."""
    moved = asked.later(NOON - 7200 - START)
    kept = [(row, tokens) for row, tokens in moved.written if row["start"] > NOON - 86_400]
    return Asked(moved.question, moved.formats, kept)


@settings(parent=agreeing, max_examples=4)
@given(drawn=asking())
def test_random_logs_put_into_a_log_group_are_answered_as_by_the_reference(
    identity: aws.Identity, put: Any, drawn: Asked
) -> None:
    asked = _recent(drawn)
    group, reference = put(asked), Reference(asked.rows, asked.question)
    found = insights.load(asked.question, [group], identity, grain="records")
    prepared = prepare(asked.question, found.loaded)

    same(views.conversations(prepared).rows, reference.conversation_rows(), asked.question.limit)
    told = reference.reconciliation()
    assert {name: prepared.reconciliation[name] for name in told} == told
    assert {name: getattr(prepared.coverage, name) for name in reference.coverage} == reference.coverage
