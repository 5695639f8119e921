"""Logs Insights queries: what is no query cannot be made, and what is one is run to its end with all of its rows."""

import threading
import time
from functools import cache
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.engines import insights_budget, insights_query
from flowinsight.engines.insights_query import InsightsQuery, Running
from flowinsight.engines.insights_query_errors import MalformedQueryError
from flowinsight.errors import SourceError
from flowinsight.sandbox.running import Running as Sandbox
from flowinsight.sources import LogGroup
from tests.aws.conftest import Delivered
from tests.aws.insights_asked import COUNT, ever, query_of, ran, unfinished

pytestmark = pytest.mark.usefixtures("impatient", "quick_queries")


def test_a_query_brings_all_of_its_rows_and_what_it_read(identity: aws.Identity, delivered: Delivered) -> None:
    found = ran(query_of(delivered), identity)

    assert sum(int(row["records"]) for row in found.rows) == found.records_matched == found.records_scanned > 0
    assert found.bytes_scanned > 0
    assert unfinished(identity) == []


def test_how_far_it_is_is_told_with_the_rows_so_far(identity: aws.Identity, delivered: Delivered) -> None:
    heard: list[Running] = []

    found = ran(query_of(delivered, "fields srcAddr | limit 100"), identity, heard.append)

    assert {one.status for one in heard} <= {"Scheduled", "Running"}
    assert heard
    assert all(len(one.rows) <= len(found.rows) for one in heard)
    assert [one.elapsed for one in heard] == sorted(one.elapsed for one in heard)


def test_pages_are_followed_to_the_last_row(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = query_of(delivered, "fields @message | sort @timestamp desc | limit 250")
    whole = ran(query, identity)
    calls = _paged(monkeypatch, identity, 100)

    assert [row["@message"] for row in ran(query, identity).rows] == [row["@message"] for row in whole.rows]
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
    query, before = query_of(delivered, "fields @message | limit 250"), ever(identity)
    logs, struck = aws.client(identity, "logs"), list[bool]()
    asked = logs.get_query_results

    def expiring(**request: Any) -> Any:
        if "nextToken" in request and not struck:
            struck.append(True)
            request["nextToken"] = "of another query/100/0"
        return asked(maxItems=100, **request)

    monkeypatch.setattr(logs, "get_query_results", expiring)

    assert len(ran(query, identity).rows) == 250
    assert struck
    assert ever(identity) == before + 1


def test_a_query_that_cannot_be_read_points_at_the_place(identity: aws.Identity, delivered: Delivered) -> None:
    text = "fields srcAddr | frobnicate 5"

    with pytest.raises(MalformedQueryError, match="cannot read this query") as caught:
        ran(query_of(delivered, text), identity)

    assert caught.value.start == text.index("frobnicate")
    assert caught.value.end is not None


def test_queries_of_one_identity_wait_for_a_place_and_never_run_more_at_once(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights_budget, "AT_ONCE", 2)
    insights_budget.budget_for(identity, identity.region).most = 2
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            most[0] = max(most[0], len(unfinished(identity)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    threads = [
        threading.Thread(target=ran, args=(query_of(delivered, f"{COUNT} | limit {number}"), identity))
        for number in range(1, 7)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watcher.join()

    assert 1 <= most[0] <= 2


def test_queries_at_once_keep_within_the_rates_of_an_account(
    identity: aws.Identity, delivered: Delivered, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    monkeypatch.setattr(insights_query, "budget_for", cache(lambda *_: insights_budget.Budget()))
    before = sandbox.control("calls")[-1]["number"]
    sandbox.control("settings", {"query_rate": 10})
    try:
        threads = [
            threading.Thread(target=ran, args=(query_of(delivered, f"{COUNT} | limit {number}"), identity))
            for number in range(20, 28)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sandbox.control("settings", {"query_rate": 0})

    calls = sandbox.control(f"calls?after={before}")
    assert [one["action"] for one in calls].count("StartQuery") == 8
    assert {one["error"] for one in calls} == {None}


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
