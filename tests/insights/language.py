"""Logs Insights QL run over lines in this process: what `insights_query.run` brings, without a server."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import pyarrow as pa

from flowinsight import aws, db
from flowinsight.engines.insights_query import InsightsQuery, QueryResult, Running
from flowinsight.sandbox.logslang.insights import Discovery, Events, parse_query, run

NOBODY = aws.Identity(region="eu-central-1")
_PUT = pa.schema([("timestamp_ms", pa.int64()), ("message", pa.string()), ("ptr", pa.string())])
_EVENTS = """
CREATE TABLE events AS
SELECT 'group' AS log_group, 'stream' AS log_stream, timestamp_ms, timestamp_ms AS ingestion_ms, message, ptr FROM put
"""
_parsed = lru_cache(1000)(parse_query)
_IN_TIME = "SELECT * FROM events WHERE timestamp_ms BETWEEN $from_ms AND $to_ms"


@dataclass
class Language:
    """Events, each its time in Unix seconds and its message, in a group whose flow logs write these formats.

    A query returns at most `most` rows, and is remembered in `asked`.
    """

    events: Iterable[tuple[int, str]]
    formats: tuple[tuple[str, ...], ...] = ()
    most: int = 100_000
    asked: list[InsightsQuery] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._connection = db.connect()
        rows = [
            {"timestamp_ms": at * 1000, "message": text, "ptr": str(place)}
            for place, (at, text) in enumerate(self.events)
        ]
        self._connection.register("put", pa.Table.from_pylist(rows, _PUT))
        self._connection.execute(_EVENTS)
        self._connection.unregister("put")

    def __call__(
        self,
        query: InsightsQuery,
        identity: aws.Identity,
        *,
        told: Callable[[Running], None],
        cancelled: Callable[[], bool],
    ) -> QueryResult:
        assert identity is NOBODY
        assert not cancelled()
        self.asked.append(query)
        times: dict[str, object] = {"from_ms": query.start * 1000, "to_ms": query.end * 1000}
        found = run(
            _parsed(query.text), self._connection, Events(_IN_TIME, times), discovery=Discovery(self.formats),
            limit=query.limit,
        )  # fmt: skip
        rows = tuple({cell["field"]: cell["value"] for cell in row} for row in found.to_json())
        told(Running("Complete", 0, 0, 0, (), 0.0, "q"))
        said = found.statistics
        return QueryResult(
            rows[: self.most],
            min(len(rows), self.most),
            said.bytes_scanned,
            said.records_scanned,
            said.records_matched,
            "q",
        )


def names_of(formats: Sequence[Sequence[str]], known: Sequence[str]) -> frozenset[str]:
    """The names CloudWatch discovers for these tokens."""
    discovery = Discovery(tuple(map(tuple, formats)))
    return frozenset(discovery.name(token) for token in known)
