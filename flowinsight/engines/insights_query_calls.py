"""The requests of a Logs Insights query: paced, repeated where that is safe, and never left without an end."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flowinsight import aws
from flowinsight.engines.insights_budget import Budget, jittered, rested
from flowinsight.engines.insights_query_errors import BusyError, MalformedQueryError, QueryCancelledError
from flowinsight.errors import AwsError, ThrottledError, UnreachableError

MOST_WAITS = 5
"""How often a request is made again, with growing pauses."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
UNFINISHED = ("Scheduled", "Running")
_TOKEN_EXPIRED = "InvalidParameterException"
_LOG = logging.getLogger(__name__)


@dataclass
class Calls:
    """Requests of an identity to one region, for one query; `scanned` is what that query has read as far as is known."""

    identity: aws.Identity
    region: str | None
    budget: Budget
    cancelled: Callable[[], bool]
    scanned: int = 0
    own: set[str] = field(default_factory=set)

    def start(self, request: dict[str, Any]) -> str:
        """Start the query; its id. A start whose answer was lost is looked for and stopped before another one is made.

        QueryCancelledError, MalformedQueryError, BusyError, and what `aws` raises.
        """
        for attempt, pause in enumerate(jittered(FIRST_PAUSE, 2, LONGEST_PAUSE)):
            self._wait(self.budget.starts.turn())
            try:
                with aws.translated(doing="start the query"):
                    made = aws.client(self.identity, "logs", self.region, once=True).start_query(**request)
            except AwsError as error:
                self._again(error, attempt, request)
            except KeyboardInterrupt:
                self._stop_lost(str(request["queryString"]))  # it may have begun, and its id is on the way
                raise
            else:
                self.budget.accepted()
                self.budget.starts.faster()
                return str(made["queryId"])
            self._wait(pause)
        raise AssertionError

    def _again(self, error: AwsError, attempt: int, request: dict[str, Any]) -> None:
        """Get ready to start anew, or raise."""
        match error:
            case ThrottledError():
                self.budget.starts.slower()
            case UnreachableError():
                self._stop_lost(str(request["queryString"]))
            case AwsError(code="LimitExceededException"):
                self.budget.refused()
                error = BusyError(_BUSY, error.code)
            case AwsError(code="MalformedQueryException"):
                raise _malformed(error) from error
            case _:
                raise error
        if attempt == MOST_WAITS:
            raise error

    def _stop_lost(self, text: str) -> None:
        """Stop what this caller runs with the same text and nobody here knows of."""
        me = aws.whoami(self.identity).arn
        for status in UNFINISHED:
            for found in self._described(status):
                same = found.get("queryString") == text and found.get("userIdentity", me) == me
                if same and found["queryId"] not in self.own:
                    self.stop(str(found["queryId"]))

    def _described(self, status: str) -> list[dict[str, Any]]:
        with aws.translated(doing="look for a query whose start was not answered"):
            logs = aws.client(self.identity, "logs", self.region)
            return list(logs.describe_queries(status=status)["queries"])

    def page(self, query_id: str, token: str | None = None) -> dict[str, Any]:
        """Status, statistics and one page of rows. QueryCancelledError, and what `aws` raises."""
        more = {} if token is None else {"nextToken": token}
        for attempt, pause in enumerate(jittered(FIRST_PAUSE, 2, LONGEST_PAUSE)):
            self._wait(self.budget.results.turn())
            try:
                with aws.translated(doing="read the results of the query"):
                    found: dict[str, Any] = aws.client(self.identity, "logs", self.region).get_query_results(
                        queryId=query_id, **more
                    )
            except (ThrottledError, UnreachableError) as error:
                if isinstance(error, ThrottledError):
                    self.budget.results.slower()
                if attempt == MOST_WAITS:
                    raise
            else:
                self.budget.results.faster()
                self.scanned = int(found["statistics"].get("bytesScanned", 0))
                return found
            self._wait(pause)
        raise AssertionError

    def rows(self, query_id: str, first: dict[str, Any]) -> tuple[dict[str, str], ...]:
        """All rows of a finished query, page after page; from the beginning once more where a token expired meanwhile."""
        try:
            return self._paged(query_id, first)
        except AwsError as error:
            if error.code != _TOKEN_EXPIRED:
                raise
        return self._paged(query_id, self.page(query_id))

    def _paged(self, query_id: str, page: dict[str, Any]) -> tuple[dict[str, str], ...]:
        rows, seen = list(texts(page)), set[str]()
        while (token := page.get("nextToken")) is not None and token not in seen:
            seen.add(token)
            page = self.page(query_id, token)
            rows += texts(page)
        return tuple(rows)

    def stop(self, query_id: str) -> bool:
        """Stop a query at AWS; False when it had ended. What `aws` raises when AWS cannot be told."""
        try:
            with aws.translated(doing="stop the query"):
                aws.client(self.identity, "logs", self.region).stop_query(queryId=query_id)
        except AwsError as error:
            if error.code in {"InvalidParameterException", "ResourceNotFoundException"}:
                _LOG.info("query %s had ended before it was stopped", query_id)
                return False
            raise
        return True

    def _wait(self, seconds: float) -> None:
        if not rested(seconds, self.cancelled):
            raise QueryCancelledError(self.scanned)


_BUSY = (
    "CloudWatch runs no more Logs Insights queries for this account at the moment; dashboards and other people's queries "
    "count too. Try again in a minute."
)


def texts(page: dict[str, Any]) -> tuple[dict[str, str], ...]:
    """The rows of a page, by field name; a field that a row lacks is not in it."""
    return tuple({cell["field"]: cell.get("value", "") for cell in row if "field" in cell} for row in page["results"])


def _malformed(error: AwsError) -> MalformedQueryError:
    """The place to blame is in botocore's own error, beside its message."""
    told = getattr(error.__cause__, "response", {}).get("queryCompileError") or {}
    location = told.get("location") or {}
    words = told.get("message") or str(error)
    return MalformedQueryError(
        f"CloudWatch cannot read this query: {words}", location.get("startCharOffset"), location.get("endCharOffset")
    )
