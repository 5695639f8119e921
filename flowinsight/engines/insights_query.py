"""A Logs Insights query: run, watched and brought to an end, whatever happens meanwhile.

It is stopped at AWS when the caller says so and when anything goes wrong that is not resumed. When AWS stops accepting the
credentials it cannot be stopped: it is remembered, and the same query asked again takes it up without scanning anew. Source:
CloudWatch Logs API reference, StartQuery, GetQueryResults, StopQuery.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flowinsight import aws
from flowinsight.engines import insights_query_left
from flowinsight.engines.insights_budget import budget_for, jittered, rested
from flowinsight.engines.insights_query_calls import Calls, texts
from flowinsight.engines.insights_query_errors import QueryCancelledError, QueryEndedError, RowsMissingError
from flowinsight.errors import ExpiredError, SourceError, UnreachableError
from flowinsight.sources import LogGroup

MOST_ROWS = 100_000
MOST_GROUPS = 50
MOST_CHARACTERS = 10_000
FIRST_LOOK, LONGEST_LOOK = 0.3, 5.0
"""Seconds before a query is looked at again: first, and when it has been running for long."""
MOST_UNKNOWN = 5
"""How often in a row AWS may say that it does not know a query's status."""


@dataclass(frozen=True)
class InsightsQuery:
    """Text exactly as it is sent, log groups of one region, and Unix seconds, both inclusive. SourceError when it is no query.

    Without groups the text has to choose them itself (SOURCE). `limit` holds where the text has no limit command.
    """

    text: str
    groups: tuple[LogGroup, ...]
    start: int
    end: int
    limit: int = MOST_ROWS

    def __post_init__(self) -> None:
        if not self.text.strip() or len(self.text) > MOST_CHARACTERS:
            raise SourceError(f"A query has 1 to {MOST_CHARACTERS:,} characters, not {len(self.text):,}.")
        if len(self.groups) > MOST_GROUPS:
            raise SourceError(f"A query reads at most {MOST_GROUPS} log groups, not {len(self.groups)}.")
        if not self.groups and not self.text.lstrip().upper().startswith("SOURCE"):
            raise SourceError("A query needs a log group.")
        if len({group.region for group in self.groups} - {None}) > 1:
            raise SourceError("A query reads log groups of one region: ask once for each region.")
        if self.start > self.end:
            raise SourceError("The time range of a query ends after it begins.")
        if not 1 <= self.limit <= MOST_ROWS:
            raise SourceError(f"A query returns 1 to {MOST_ROWS:,} rows, not {self.limit:,}.")

    @property
    def region(self) -> str | None:
        """The region of its groups; None is the identity's, and that of groups which name none beside others."""
        return next((group.region for group in self.groups if group.region is not None), None)

    def request(self) -> dict[str, Any]:
        """What StartQuery is sent. Groups of other accounts are named by ARN, and then all of them as identifiers."""
        names = [group.name for group in self.groups]
        named = "logGroupIdentifiers" if any(name.startswith("arn:") for name in names) else "logGroupNames"
        sent = {"queryString": self.text, "startTime": self.start, "endTime": self.end, "limit": self.limit}
        return {**sent, named: names} if names else sent


@dataclass(frozen=True)
class QueryResult:
    """All rows, texts by field name as AWS gave them, and what the query read. `result_count` is AWS's own count of rows."""

    rows: tuple[dict[str, str], ...]
    result_count: int | None
    bytes_scanned: int
    records_scanned: int
    records_matched: int
    query_id: str

    @property
    def lost(self) -> RowsMissingError | None:
        """What to raise where AWS counts more rows than came."""
        counted, came = self.result_count or 0, len(self.rows)
        return RowsMissingError(counted, came) if came < counted else None


@dataclass(frozen=True)
class Running:
    """A query on its way: AWS's status, what it has read, the rows it has so far (partial), and seconds since it was asked."""

    status: str
    bytes_scanned: int
    records_scanned: int
    records_matched: int
    rows: tuple[dict[str, str], ...]
    elapsed: float
    query_id: str


def run(
    query: InsightsQuery,
    identity: aws.Identity,
    *,
    told: Callable[[Running], None],
    cancelled: Callable[[], bool],
) -> QueryResult:
    """Run a query to its end and bring all of its rows; `told` hears how far it is, `cancelled` is asked many times a second.

    QueryCancelledError when `cancelled` says so, QueryEndedError when AWS ends it without a result, MalformedQueryError,
    BusyError; ExpiredError and UnreachableError, after which the same query asked again goes on; any other AwsError.
    """
    region = query.region or identity.region
    budget = budget_for(identity, region)
    calls = Calls(identity, region, budget, cancelled)
    with budget.place(cancelled) as got:
        if not got:
            raise QueryCancelledError(0)
        insights_query_left.stop_forgotten(identity)
        calls.own = insights_query_left.known()
        began = time.monotonic()
        query_id = insights_query_left.take(identity, query) or calls.start(query.request())
        with _to_its_end(query, query_id, calls):
            last = _watched(query_id, calls, lambda page: told(_running(page, query_id, time.monotonic() - began)))
            return _result(last, calls.rows(query_id, last), query_id)


@contextmanager
def _to_its_end(query: InsightsQuery, query_id: str, calls: Calls) -> Iterator[None]:
    insights_query_left.begun(query_id, calls.stop)
    try:
        yield
    except (ExpiredError, UnreachableError) as error:
        insights_query_left.leave(calls.identity, query, query_id, calls.stop)
        again = "The query goes on at AWS; asked again, it is taken up and not paid twice."
        raise type(error)(f"{error} {again}", error.code, error.action) from error
    except QueryEndedError as error:
        if error.status == "Unknown":
            calls.stop(query_id)
        raise
    except BaseException:
        calls.stop(query_id)
        raise
    finally:
        insights_query_left.ended(query_id)


def _watched(query_id: str, calls: Calls, told: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Follow a query to its end; its first page of rows. Nobody looks often at a query that takes long."""
    unknown = 0
    for pause in jittered(FIRST_LOOK, 1.5, LONGEST_LOOK):
        page = calls.page(query_id)
        status = str(page["status"])
        if status == "Complete":
            return page
        unknown = unknown + 1 if status == "Unknown" else 0
        if status in {"Failed", "Timeout", "Cancelled"} or unknown > MOST_UNKNOWN:
            raise QueryEndedError(status, query_id, calls.scanned)
        told(page)
        if not rested(pause, calls.cancelled):
            raise QueryCancelledError(calls.scanned)
    raise AssertionError


def _running(page: dict[str, Any], query_id: str, elapsed: float) -> Running:
    read, records, matched = (
        int(page["statistics"].get(name, 0)) for name in ("bytesScanned", "recordsScanned", "recordsMatched")
    )
    return Running(str(page["status"]), read, records, matched, texts(page), elapsed, query_id)


def _result(page: dict[str, Any], rows: tuple[dict[str, str], ...], query_id: str) -> QueryResult:
    counted = {name: int(number) for name, number in page["statistics"].items()}
    return QueryResult(
        rows,
        counted.get("resultCount"),
        counted.get("bytesScanned", 0),
        counted.get("recordsScanned", 0),
        counted.get("recordsMatched", 0),
        query_id,
    )
