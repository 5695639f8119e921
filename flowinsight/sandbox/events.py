"""Log events in an embedded DuckDB table: pages by keyset, retention by DELETE, sizes by query.

Moto keeps events in Python lists and rebuilds the whole list for every page; a million events make that unusable.
"""

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from flowinsight.db import Connection, connect

_TABLE = """
CREATE TABLE stored(
    seq BIGINT, log_group INTEGER, log_stream INTEGER, ts BIGINT, ingested BIGINT, message VARCHAR
)
"""


Position = tuple[int, int]
Condition = tuple[str, tuple[str | float, ...]]
NO_CONDITION: Condition = ("true", ())


class Event(NamedTuple):
    """`seq` is unique and grows with arrival; `ts` and `ingested` are epoch milliseconds."""

    seq: int
    log_stream: int
    ts: int
    ingested: int
    message: str

    @property
    def position(self) -> Position:
        return self.ts, self.seq


@dataclass(frozen=True)
class Batch:
    """Events that arrive together: stream handles, times and `ingested` in epoch milliseconds, messages."""

    ingested: int
    log_streams: Sequence[int]
    times: Sequence[int]
    messages: Sequence[str]


@dataclass(frozen=True)
class Selection:
    """Events of one group: milliseconds inclusive at both ends, `log_streams` None = all, in order of (ts, seq)."""

    log_group: int
    start: int | None = None
    end: int | None = None
    log_streams: tuple[int, ...] | None = None
    newest_first: bool = False


@dataclass(frozen=True)
class StreamTimes:
    first: int
    last: int
    ingested: int


class EventStore:
    """One in-memory connection; every call works on its own cursor, so calls from several threads do not collide."""

    def __init__(self) -> None:
        self._connection = connect()
        self._connection.execute("SET threads = 2")
        self._connection.execute(_TABLE)
        self._writing = threading.Lock()
        self._next_seq = 0
        self._handles = itertools.count(1)

    def new_handle(self) -> int:
        """Return a number for a new group or stream, never used before: a re-created name does not find old events."""
        return next(self._handles)

    def cursor(self) -> Connection:
        return self._connection.cursor()

    def append(self, log_group: int, batch: Batch) -> int:
        """Store events of one group in the batch's order; return how many."""
        count = len(batch.messages)
        if count == 0:
            return 0
        with self._writing:
            first, self._next_seq = self._next_seq, self._next_seq + count
            table = pa.table(
                {
                    "seq": pa.array(range(first, first + count), pa.int64()),
                    "log_stream": pa.array(batch.log_streams, pa.int32()),
                    "ts": pa.array(batch.times, pa.int64()),
                    "message": pa.array(batch.messages, pa.string()),
                }
            )
            cursor = self.cursor()
            cursor.register("batch", table)
            cursor.execute(
                "INSERT INTO stored SELECT seq, ?, log_stream, ts, ?, message FROM batch", [log_group, batch.ingested]
            )
            cursor.unregister("batch")
            cursor.close()
        return count

    def page(
        self,
        wanted: Selection,
        limit: int,
        after: Position | None = None,
        upto: Position | None = None,
        condition: Condition = NO_CONDITION,
    ) -> list[Event]:
        """Return up to `limit` events after the position `after`, not past `upto`, in the selection's order.

        `condition` is a boolean SQL expression over `message` and its parameters.
        """
        if upto is None and condition == NO_CONDITION:
            # Sorting positions alone and then fetching between two of them is three times faster than sorting messages.
            upto = self.position_of(wanted, limit, after)
        where, values = _where(wanted, after, upto)
        direction = "DESC" if wanted.newest_first else "ASC"
        cursor = self.cursor()
        rows = cursor.execute(
            f"SELECT seq, log_stream, ts, ingested, message FROM stored WHERE {where} AND {condition[0]}"
            f" ORDER BY ts {direction}, seq {direction} LIMIT ?",
            [*values, *condition[1], limit],
        ).fetchall()
        cursor.close()
        return list(map(Event._make, rows))

    def position_of(self, wanted: Selection, number: int, after: Position | None = None) -> Position | None:
        """Return where the `number`-th event after `after` stands, None when there are fewer."""
        where, values = _where(wanted, after, None)
        direction = "DESC" if wanted.newest_first else "ASC"
        cursor = self.cursor()
        row = cursor.execute(
            f"SELECT ts, seq FROM stored WHERE {where} ORDER BY ts {direction}, seq {direction} LIMIT 1 OFFSET ?",
            [*values, number - 1],
        ).fetchone()
        cursor.close()
        return None if row is None else (row[0], row[1])

    def at(self, seq: int) -> Event | None:
        """Return the event with this number."""
        cursor = self.cursor()
        row = cursor.execute(
            "SELECT seq, log_stream, ts, ingested, message FROM stored WHERE seq = ?", [seq]
        ).fetchone()
        cursor.close()
        return None if row is None else Event(*row)

    def stored_bytes(self, log_group: int) -> int:
        return int(self._one("SELECT coalesce(sum(strlen(message)), 0) FROM stored WHERE log_group = ?", log_group)[0])

    def stream_times(self, log_group: int) -> dict[int, StreamTimes]:
        """Return first and last event and last ingestion (epoch milliseconds) of every stream that has events."""
        cursor = self.cursor()
        rows = cursor.execute(
            "SELECT log_stream, min(ts), max(ts), max(ingested) FROM stored WHERE log_group = ? GROUP BY log_stream",
            [log_group],
        ).fetchall()
        cursor.close()
        return {stream: StreamTimes(first, last, ingested) for stream, first, last, ingested in rows}

    def drop_group(self, log_group: int) -> None:
        self._change("DELETE FROM stored WHERE log_group = ?", log_group)

    def drop_stream(self, log_stream: int) -> None:
        self._change("DELETE FROM stored WHERE log_stream = ?", log_stream)

    def expire(self, log_group: int, before: int) -> None:
        """Delete events of the group with a time before `before` (epoch milliseconds)."""
        self._change("DELETE FROM stored WHERE log_group = ? AND ts < ?", log_group, before)

    def count(self) -> int:
        return int(self._one("SELECT count(*) FROM stored")[0])

    def _one(self, sql: str, *values: int) -> tuple[int, ...]:
        cursor = self.cursor()
        row = cursor.execute(sql, list(values)).fetchone()
        cursor.close()
        assert row is not None
        return tuple(row)

    def _change(self, sql: str, *values: int) -> None:
        with self._writing:
            cursor = self.cursor()
            cursor.execute(sql, list(values))
            cursor.close()


def _where(wanted: Selection, after: Position | None, upto: Position | None) -> tuple[str, list[object]]:
    parts: list[tuple[str, list[object]]] = [("log_group = ?", [wanted.log_group])]
    if wanted.start is not None:
        parts.append(("ts >= ?", [wanted.start]))
    if wanted.end is not None:
        parts.append(("ts <= ?", [wanted.end]))
    if wanted.log_streams is not None:
        parts.append(("list_contains(?::INTEGER[], log_stream)", [list(wanted.log_streams)]))
    forward, backward = ("<", ">") if wanted.newest_first else (">", "<")
    # Each is written so that the time alone can skip row groups.
    if after is not None:
        parts.append((f"ts {forward}= ? AND (ts {forward} ? OR seq {forward} ?)", [after[0], *after]))
    if upto is not None:
        parts.append((f"ts {backward}= ? AND (ts {backward} ? OR seq {backward}= ?)", [upto[0], *upto]))
    return " AND ".join(text for text, _ in parts), [value for _, values in parts for value in values]
