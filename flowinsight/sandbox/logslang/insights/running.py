"""Running a query: rows as GetQueryResults returns them."""

from dataclasses import dataclass
from typing import Any

import duckdb

from flowinsight.sandbox.logslang.insights.compiling import (
    DEFAULT_LIMIT,
    NO_DISCOVERY,
    NO_MOMENT,
    Events,
    Statement,
    to_sql,
)
from flowinsight.sandbox.logslang.insights.discovery import Discovery
from flowinsight.sandbox.logslang.insights.expressions import Moment
from flowinsight.sandbox.logslang.insights.syntax import Query

ESTIMATED = "estimatedBytesScanned"  # inferred: AWS does not document the name of the one column


@dataclass(frozen=True)
class Statistics:
    """Counts of records and bytes. `result_count` is the number of rows."""

    records_matched: int
    records_scanned: int
    bytes_scanned: int
    result_count: int
    log_groups_scanned: int

    def to_json(self) -> dict[str, float]:
        """Return them as the API does: floating point numbers in camel case."""
        return {
            "recordsMatched": float(self.records_matched),
            "recordsScanned": float(self.records_scanned),
            "bytesScanned": float(self.bytes_scanned),
            "resultCount": float(self.result_count),
            "logGroupsScanned": float(self.log_groups_scanned),
        }


@dataclass(frozen=True)
class Result:
    """Rows of (field, value), a missing value being absent, and statistics."""

    rows: tuple[tuple[tuple[str, str], ...], ...]
    statistics: Statistics

    def to_json(self) -> list[list[dict[str, str]]]:
        """Return the rows as GetQueryResults does."""
        return [[{"field": field, "value": value} for field, value in row] for row in self.rows]


def run(
    query: Query,
    connection: duckdb.DuckDBPyConnection,
    events: Events | str,
    *,
    discovery: Discovery = NO_DISCOVERY,
    moment: Moment = NO_MOMENT,
    limit: int = DEFAULT_LIMIT,
) -> Result:
    """Run a query over a table (by name) or a selection of records, on a connection no other thread is using."""
    compiled = to_sql(query, events, discovery=discovery, moment=moment, limit=limit)
    scanned, size, groups = _fetch(connection, compiled.scanned)[0]
    if compiled.estimate:
        row = ((ESTIMATED, str(size)),)
        return Result((row,), Statistics(0, 0, 0, 1, groups))
    rows = tuple(
        tuple((field, value) for field, value in zip(compiled.columns, values, strict=True) if value is not None)
        for values in _fetch(connection, compiled.rows)
    )
    matched = scanned if compiled.matched is None else _fetch(connection, compiled.matched)[0][0]
    return Result(rows, Statistics(matched, scanned, size, len(rows), groups))


def _fetch(connection: duckdb.DuckDBPyConnection, statement: Statement) -> list[tuple[Any, ...]]:
    return connection.execute(statement.sql, statement.parameters).fetchall()
