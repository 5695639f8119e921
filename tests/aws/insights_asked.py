"""Asking the sandbox one Logs Insights query as the product does, and looking what ran there."""

from collections.abc import Callable

from flowinsight import aws
from flowinsight.engines import insights_query_calls
from flowinsight.engines.insights_query import InsightsQuery, QueryResult, Running, run
from flowinsight.sources import LogGroup
from tests.aws.conftest import Delivered

COUNT = "stats count(*) as records, sum(bytes) as total by srcAddr"


def query_of(delivered: Delivered, text: str = COUNT) -> InsightsQuery:
    """A query of all that was delivered."""
    return InsightsQuery(text, (LogGroup(delivered.group),), delivered.start, delivered.end - 1)


def ran(
    query: InsightsQuery,
    identity: aws.Identity,
    told: Callable[[Running], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> QueryResult:
    return run(query, identity, told=told, cancelled=cancelled)


def unfinished(identity: aws.Identity) -> list[str]:
    """The ids of the queries that run at AWS."""
    found = aws.client(identity, "logs").describe_queries()["queries"]
    return [one["queryId"] for one in found if one["status"] in insights_query_calls.UNFINISHED]


def ever(identity: aws.Identity) -> int:
    """How many queries were ever started."""
    return len(aws.client(identity, "logs").describe_queries()["queries"])
