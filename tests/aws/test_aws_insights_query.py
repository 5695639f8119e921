"""Logs Insights queries are run to their end, and nothing is left running, whatever happens meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.engines import insights_budget, insights_query, insights_query_calls, insights_query_left
from flowinsight.engines.insights_query import InsightsQuery, QueryResult, Running, run
from flowinsight.engines.insights_query_errors import (
    BusyError,
    MalformedQueryError,
    QueryCancelledError,
    QueryEndedError,
)
from flowinsight.errors import DeniedError, ExpiredError, SourceError, ThrottledError, UnreachableError
from flowinsight.sources import LogGroup
from tests.aws.conftest import Delivered
from tests.aws.striking import ALWAYS

COUNT = "stats count(*) as records, sum(bytes) as total by srcAddr"


@pytest.fixture
def slowly(sandbox: Any) -> Iterator[None]:
    """Let queries run for as long as a test needs to meet them running."""
    sandbox.control("settings", {"query_seconds": 30})
    yield
    sandbox.control("settings", {"query_seconds": 0.1})


pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture(autouse=True)
def quickly(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.control("settings", {"query_seconds": 0.1, "query_before_group": True})
    monkeypatch.setattr(insights_query_calls, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(insights_query_calls, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.03)
    insights_budget.budget_for.cache_clear()


def _query(delivered: Delivered, text: str = COUNT) -> InsightsQuery:
    return InsightsQuery(text, (LogGroup(delivered.group),), delivered.start, delivered.end - 1)


def _run(
    query: InsightsQuery,
    identity: aws.Identity,
    told: Callable[[Running], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> QueryResult:
    return run(query, identity, told=told, cancelled=cancelled)


def _unfinished(identity: aws.Identity) -> list[str]:
    found = aws.client(identity, "logs").describe_queries()["queries"]
    return [one["queryId"] for one in found if one["status"] in insights_query_calls.UNFINISHED]


def _ever(identity: aws.Identity) -> int:
    return len(aws.client(identity, "logs").describe_queries()["queries"])


def test_a_query_brings_all_of_its_rows_and_what_it_read(identity: aws.Identity, delivered: Delivered) -> None:
    found = _run(_query(delivered), identity)

    assert sum(int(row["records"]) for row in found.rows) == found.records_matched == found.records_scanned > 0
    assert found.bytes_scanned > 0
    assert _unfinished(identity) == []


def test_how_far_it_is_is_told_with_the_rows_so_far(identity: aws.Identity, delivered: Delivered) -> None:
    heard: list[Running] = []

    found = _run(_query(delivered, "fields srcAddr | limit 100"), identity, heard.append)

    assert {one.status for one in heard} <= {"Scheduled", "Running"}
    assert heard
    assert all(len(one.rows) <= len(found.rows) for one in heard)
    assert [one.elapsed for one in heard] == sorted(one.elapsed for one in heard)


def test_pages_are_followed_to_the_last_row(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = _query(delivered, "fields @message | sort @timestamp desc | limit 250")
    whole = _run(query, identity)
    calls = _paged(monkeypatch, identity, 100)

    assert [row["@message"] for row in _run(query, identity).rows] == [row["@message"] for row in whole.rows]
    assert calls.count("token") == 2


def _paged(monkeypatch: pytest.MonkeyPatch, identity: aws.Identity, rows: int) -> list[str]:
    """Have pages of few rows; the kinds of requests for results are counted in the list."""
    logs, counted = aws.client(identity, "logs"), list[str]()
    asked = logs.get_query_results

    def small(**request: Any) -> Any:
        counted.append("token" if "nextToken" in request else "first")
        return asked(maxItems=rows, **request)

    monkeypatch.setattr(logs, "get_query_results", small)
    return counted


def test_a_page_token_that_expired_is_begun_again_without_another_query(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, before = _query(delivered, "fields @message | limit 250"), _ever(identity)
    logs, struck = aws.client(identity, "logs"), list[bool]()
    asked = logs.get_query_results

    def expiring(**request: Any) -> Any:
        if "nextToken" in request and not struck:
            struck.append(True)
            request["nextToken"] = "of another query/100/0"
        return asked(maxItems=100, **request)

    monkeypatch.setattr(logs, "get_query_results", expiring)

    assert len(_run(query, identity).rows) == 250
    assert struck
    assert _ever(identity) == before + 1


@pytest.mark.usefixtures("slowly")
def test_cancel_stops_the_query_at_aws(identity: aws.Identity, delivered: Delivered) -> None:
    heard: list[Running] = []

    with pytest.raises(QueryCancelledError, match="stopped at AWS"):
        _run(_query(delivered), identity, heard.append, lambda: bool(heard))

    assert _unfinished(identity) == []


@pytest.mark.usefixtures("slowly")
def test_an_error_of_the_caller_stops_the_query_too(identity: aws.Identity, delivered: Delivered) -> None:
    def broken(_: Running) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _run(_query(delivered), identity, broken)

    assert _unfinished(identity) == []


@pytest.mark.parametrize("kind", ["throttling", "server-error", "unavailable"])
def test_a_passing_fault_of_any_request_is_survived_without_a_second_query(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any], kind: str
) -> None:
    whole, before = _run(_query(delivered), identity), _ever(identity)
    fault(kind=kind, action="StartQuery", times=1)
    fault(kind=kind, action="GetQueryResults", times=6)

    assert _run(_query(delivered), identity).rows == whole.rows
    assert _ever(identity) == before + 1


@pytest.mark.usefixtures("slowly")
def test_a_start_whose_answer_was_lost_is_found_and_stopped_before_the_next(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs, lost = aws.client(identity, "logs", once=True), list[str]()
    asked = logs.start_query

    def losing(**request: Any) -> Any:
        made = asked(**request)
        if not lost:
            lost.append(made["queryId"])
            with aws.translated(doing="start the query"):
                raise_server_error(logs)
        return made

    monkeypatch.setattr(logs, "start_query", losing)
    heard: list[Running] = []

    with pytest.raises(QueryCancelledError):
        _run(_query(delivered), identity, heard.append, lambda: bool(heard))

    described = aws.client(identity, "logs").describe_queries(status="Cancelled")["queries"]
    assert lost[0] in {one["queryId"] for one in described}
    assert heard[0].query_id != lost[0]
    assert _unfinished(identity) == []


def raise_server_error(logs: Any) -> None:
    """As the client itself would."""
    told = {"Error": {"Code": "InternalFailure", "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    raise logs.exceptions.ClientError(told, "StartQuery")


@pytest.mark.usefixtures("slowly")
def test_throttling_that_does_not_end_is_told_and_the_query_stopped(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="throttling", action="GetQueryResults", times=ALWAYS)

    with pytest.raises(ThrottledError, match="fewer requests"):
        _run(_query(delivered), identity)

    assert _unfinished(identity) == []


def test_an_account_that_runs_no_more_queries_is_told_so(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="error", action="StartQuery", code="LimitExceededException", status=400, times=ALWAYS)

    with pytest.raises(BusyError, match="dashboards"):
        _run(_query(delivered), identity)


def test_an_account_that_is_busy_for_a_moment_is_waited_for(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="error", action="StartQuery", code="LimitExceededException", status=400, times=2)

    assert _run(_query(delivered), identity).rows


def test_a_query_that_cannot_be_read_points_at_the_place(identity: aws.Identity, delivered: Delivered) -> None:
    text = "fields srcAddr | frobnicate 5"

    with pytest.raises(MalformedQueryError, match="cannot read this query") as caught:
        _run(_query(delivered, text), identity)

    assert caught.value.start == text.index("frobnicate")
    assert caught.value.end is not None


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("Failed", "could not finish"),
        ("Timeout", "60 minutes"),
        ("Cancelled", "Somebody else"),
        ("Unknown", "lost track"),
    ],
)
def test_each_way_aws_ends_a_query_has_its_own_sentence(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch, status: str, words: str
) -> None:
    logs = aws.client(identity, "logs")
    asked = logs.get_query_results
    monkeypatch.setattr(logs, "get_query_results", lambda **request: {**asked(**request), "status": status})

    with pytest.raises(QueryEndedError, match=words) as caught:
        _run(_query(delivered), identity)

    assert caught.value.status == status
    for query_id in _unfinished(identity) if status != "Unknown" else []:
        logs.stop_query(queryId=query_id)  # the sandbox was only said to have ended it
    assert _unfinished(identity) == []


@pytest.mark.usefixtures("slowly")
def test_a_missing_permission_names_itself_and_leaves_nothing_running(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="denied", action="GetQueryResults", times=1)

    with pytest.raises(DeniedError, match="logs:GetQueryResults"):
        _run(_query(delivered), identity)

    assert _unfinished(identity) == []


def test_credentials_that_expire_half_way_resume_the_same_query_and_scan_nothing_twice(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    before = _ever(identity)
    fault(kind="expired-token", action="GetQueryResults", times=1)

    with pytest.raises(ExpiredError, match=r"Sign in again.*taken up and not paid twice"):
        _run(_query(delivered), identity)
    found = _run(_query(delivered), identity)

    assert found.rows
    assert _ever(identity) == before + 1


def test_a_network_that_went_away_resumes_the_same_query(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    before = _ever(identity)
    fault(kind="server-error", action="GetQueryResults", times=24)

    with pytest.raises(UnreachableError, match="not paid twice"):
        _run(_query(delivered), identity)
    assert _run(_query(delivered), identity).rows

    assert _ever(identity) == before + 1


@pytest.mark.usefixtures("slowly")
def test_what_was_left_and_not_asked_again_is_stopped_by_the_next_query(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="expired-token", action="GetQueryResults", times=1)
    with pytest.raises(ExpiredError):
        _run(_query(delivered), identity)
    assert len(_unfinished(identity)) == 1

    insights_query_left.stop_forgotten(identity, after=0)

    assert _unfinished(identity) == []


def test_queries_of_one_identity_wait_for_a_place_and_never_run_more_at_once(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights_budget, "AT_ONCE", 2)
    insights_budget.budget_for(identity, identity.region).most = 2
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            most[0] = max(most[0], len(_unfinished(identity)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    threads = [
        threading.Thread(target=_run, args=(_query(delivered, f"{COUNT} | limit {number}"), identity))
        for number in range(1, 7)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watcher.join()

    assert 1 <= most[0] <= 2


def test_a_budget_gives_way_and_recovers() -> None:
    now = [0.0]
    rate = insights_budget.Rate(10.0, now=lambda: now[0])

    assert [round(rate.turn(), 3) for _ in range(3)] == [0.0, 0.1, 0.2]
    rate.slower()
    assert rate.per_second == 5.0
    for _ in range(20):
        rate.faster()
    assert rate.per_second == 10.0


def test_waiting_ends_as_soon_as_it_is_cancelled() -> None:
    began = time.monotonic()

    assert not insights_budget.rested(30, lambda: time.monotonic() - began > 0.1)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": " "}, "1 to 10,000 characters"),
        ({"text": "x" * 10_001}, "1 to 10,000 characters"),
        ({"groups": ()}, "needs a log group"),
        ({"groups": tuple(LogGroup(f"/{number}") for number in range(51))}, "at most 50"),
        ({"groups": (LogGroup("/a", "eu-west-1"), LogGroup("/b", "eu-west-3"))}, "one region"),
        ({"end": 5}, "ends after it begins"),
        ({"limit": 100_001}, "1 to 100,000 rows"),
    ],
)
def test_what_is_no_query_cannot_be_made(given: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {"text": "fields @message", "groups": (LogGroup("/a"),), "start": 10, "end": 20}

    with pytest.raises(SourceError, match=words):
        InsightsQuery(**{**usual, **given})


def test_groups_of_another_account_are_named_as_identifiers_all_together() -> None:
    arn = "arn:aws:logs:eu-central-1:012345678910:log-group:/flow/lab"
    query = InsightsQuery("fields @message", (LogGroup("/flow/shop"), LogGroup(arn)), 10, 20)

    assert query.request()["logGroupIdentifiers"] == ["/flow/shop", arn]
    assert "logGroupNames" not in query.request()
