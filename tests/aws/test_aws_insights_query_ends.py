"""However a Logs Insights query ends, it says why, nothing is left running at AWS, and nothing is paid twice."""

from collections.abc import Callable
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.engines import insights_query_left
from flowinsight.engines.insights_query import Running
from flowinsight.engines.insights_query_errors import BusyError, QueryCancelledError, QueryEndedError
from flowinsight.errors import AwsError, DeniedError, ExpiredError, ThrottledError, UnreachableError
from tests.aws.conftest import Delivered
from tests.aws.insights_asked import ever, query_of, ran, unfinished
from tests.aws.striking import ALWAYS

pytestmark = pytest.mark.usefixtures("impatient", "quick_queries")


@pytest.mark.usefixtures("slowly")
def test_cancel_stops_the_query_at_aws(identity: aws.Identity, delivered: Delivered) -> None:
    heard: list[Running] = []

    with pytest.raises(QueryCancelledError, match="stopped at AWS"):
        ran(query_of(delivered), identity, heard.append, lambda: bool(heard))

    assert unfinished(identity) == []


@pytest.mark.usefixtures("slowly")
def test_an_error_of_the_caller_stops_the_query_too(identity: aws.Identity, delivered: Delivered) -> None:
    def broken(_: Running) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ran(query_of(delivered), identity, broken)

    assert unfinished(identity) == []


@pytest.mark.parametrize("kind", ["throttling", "server-error", "unavailable"])
def test_a_passing_fault_of_any_request_is_survived_without_a_second_query(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any], kind: str
) -> None:
    whole, before = ran(query_of(delivered), identity), ever(identity)
    fault(kind=kind, action="StartQuery", times=1)
    fault(kind=kind, action="GetQueryResults", times=6)

    assert ran(query_of(delivered), identity).rows == whole.rows
    assert ever(identity) == before + 1


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
        ran(query_of(delivered), identity, heard.append, lambda: bool(heard))

    described = aws.client(identity, "logs").describe_queries(status="Cancelled")["queries"]
    assert lost[0] in {one["queryId"] for one in described}
    assert heard[0].query_id != lost[0]
    assert unfinished(identity) == []


@pytest.mark.usefixtures("slowly")
def test_a_start_that_is_interrupted_before_it_is_answered_leaves_nothing_running(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs, before = aws.client(identity, "logs", once=True), ever(identity)
    asked = logs.start_query

    def interrupted(**request: Any) -> Any:
        asked(**request)
        raise KeyboardInterrupt

    monkeypatch.setattr(logs, "start_query", interrupted)

    with pytest.raises(KeyboardInterrupt):
        ran(query_of(delivered), identity)

    assert ever(identity) == before + 1
    assert unfinished(identity) == []


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
        ran(query_of(delivered), identity)

    assert unfinished(identity) == []


def test_an_account_that_runs_no_more_queries_is_told_so(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="error", action="StartQuery", code="LimitExceededException", status=400, times=ALWAYS)

    with pytest.raises(BusyError, match="dashboards"):
        ran(query_of(delivered), identity)


def test_an_account_that_is_busy_for_a_moment_is_waited_for(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="error", action="StartQuery", code="LimitExceededException", status=400, times=2)

    assert ran(query_of(delivered), identity).rows


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
        ran(query_of(delivered), identity)

    assert caught.value.status == status
    for query_id in unfinished(identity) if status != "Unknown" else []:
        logs.stop_query(queryId=query_id)  # the sandbox was only said to have ended it
    assert unfinished(identity) == []


@pytest.mark.usefixtures("slowly")
def test_a_missing_permission_names_itself_and_leaves_nothing_running(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="denied", action="GetQueryResults", times=1)

    with pytest.raises(DeniedError, match="logs:GetQueryResults"):
        ran(query_of(delivered), identity)

    assert unfinished(identity) == []


def test_credentials_that_expire_half_way_resume_the_same_query_and_scan_nothing_twice(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    before = ever(identity)
    fault(kind="expired-token", action="GetQueryResults", times=1)

    with pytest.raises(ExpiredError, match=r"Sign in again.*taken up and not paid twice"):
        ran(query_of(delivered), identity)
    found = ran(query_of(delivered), identity)

    assert found.rows
    assert ever(identity) == before + 1


def test_a_network_that_went_away_resumes_the_same_query(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    before = ever(identity)
    fault(kind="server-error", action="GetQueryResults", times=24)

    with pytest.raises(UnreachableError, match="not paid twice"):
        ran(query_of(delivered), identity)
    assert ran(query_of(delivered), identity).rows

    assert ever(identity) == before + 1


@pytest.mark.usefixtures("slowly")
def test_what_was_left_and_not_asked_again_is_stopped_by_the_next_query(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="expired-token", action="GetQueryResults", times=1)
    with pytest.raises(ExpiredError):
        ran(query_of(delivered), identity)
    assert len(unfinished(identity)) == 1

    insights_query_left.stop_forgotten(identity, after=0)

    assert unfinished(identity) == []


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("throttling", ThrottledError, "AWS asks for fewer requests"),
        ("server-error", UnreachableError, "AWS answered with an error of its own"),
        ("timeout", UnreachableError, "AWS did not answer"),
        ("expired-token", ExpiredError, "the credentials have expired. Sign in again"),
        ("denied", DeniedError, "the permission logs:StartQuery is missing"),
    ],
)
def test_a_start_that_never_succeeds_says_why_and_leaves_nothing_running(
    identity: aws.Identity,
    delivered: Delivered,
    fault: Callable[..., Any],
    kind: str,
    error: type[AwsError],
    words: str,
) -> None:
    fault(kind=kind, action="StartQuery", times=ALWAYS)

    with pytest.raises(error, match=words):
        ran(query_of(delivered), identity)
    fault()

    assert unfinished(identity) == []


def test_credentials_that_expire_between_two_pages_of_rows_bring_all_rows_of_the_same_query(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    query, before = query_of(delivered, "fields @message | sort @timestamp desc | limit 250"), ever(identity)
    logs = aws.client(identity, "logs")
    asked = logs.get_query_results

    def expiring(**request: Any) -> Any:
        if "nextToken" in request:
            fault(kind="expired-token", action="GetQueryResults", times=1)
        return asked(maxItems=100, **request)

    monkeypatch.setattr(logs, "get_query_results", expiring)
    with pytest.raises(ExpiredError, match="not paid twice"):
        ran(query, identity)

    assert len({row["@message"] for row in ran(query, identity).rows}) == 250
    assert ever(identity) == before + 1
