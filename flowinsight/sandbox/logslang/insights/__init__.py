"""Logs Insights QL: text -> `parse_query` -> a frozen query -> `to_sql` or `run` on DuckDB."""

from flowinsight.sandbox.logslang.insights.compiling import Compiled, Events, to_sql
from flowinsight.sandbox.logslang.insights.discovery import Discovery
from flowinsight.sandbox.logslang.insights.expressions import Moment
from flowinsight.sandbox.logslang.insights.parsing import MalformedQuery, parse_query
from flowinsight.sandbox.logslang.insights.running import Result, Statistics, run
from flowinsight.sandbox.logslang.insights.syntax import Query

__all__ = [
    "Compiled",
    "Discovery",
    "Events",
    "MalformedQuery",
    "Moment",
    "Query",
    "Result",
    "Statistics",
    "parse_query",
    "run",
    "to_sql",
]
