"""What the logs covered: interface by time, OK, NODATA (no traffic), SKIPDATA (records lost) or absent (no row at all)."""

from dataclasses import dataclass
from typing import Literal

from flowinsight import conditions, db
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange

TrafficType = Literal["ALL", "ACCEPT", "REJECT", "unknown"]

EARLIEST = 1388534400
"""Times before 2014 are not when anything was logged: they count as records, and say nothing about coverage."""

LONGEST_WINDOW = 3600
"""A row that claims a longer window covers only this much of it: AWS aggregates over 60 or 600 seconds."""

_BINS = f"""
CREATE OR REPLACE TEMP TABLE coverage_bins AS
WITH windows AS (
  SELECT coalesce(interface_id, resource_id, tgw_attachment_id, '-') AS interface, log_status AS status, status_row,
    start // $bin * $bin AS first_bin,
    least(greatest("end" - 1, start), start + {LONGEST_WINDOW}) // $bin * $bin AS last_bin, count(*) AS n
  FROM {db.ROWS} WHERE start >= {EARLIEST} AND $condition GROUP BY ALL),
spread AS (
  SELECT interface, status, status_row, n, unnest(range(first_bin, coalesce(last_bin, first_bin) + 1, $bin)) AS bin
  FROM windows)
SELECT interface, bin,
  coalesce(sum(n) FILTER (NOT status_row), 0)::BIGINT AS records,
  coalesce(sum(n) FILTER (status_row AND status = 'NODATA'), 0)::BIGINT AS nodata,
  coalesce(sum(n) FILTER (status_row AND status = 'SKIPDATA'), 0)::BIGINT AS skipdata
FROM spread GROUP BY ALL
"""

_COUNTED = """
SELECT count(DISTINCT interface) AS interfaces, count(*) FILTER (skipdata > 0) AS skipdata,
  count(*) FILTER (skipdata = 0 AND records > 0) AS ok, count(*) FILTER (skipdata = 0 AND records = 0) AS nodata
FROM coverage_bins WHERE bin BETWEEN ? AND ?
"""


@dataclass(frozen=True)
class Coverage:
    """Counts of interface-bins, and what they let an answer claim.

    `interfaces` wrote something in the range; `expected` is how many should have, which logs alone cannot say (None).
    `ok`, `nodata`, `skipdata` and `absent` add up to `bins`. `newest` is the end of the newest row, in Unix seconds.
    """

    interfaces: int
    expected: int | None
    bin_seconds: int
    bins: int
    ok: int
    nodata: int
    skipdata: int
    absent: int
    oldest: int | None
    newest: int | None
    formats: tuple[str, ...]
    traffic_type: TrafficType


def bin_seconds(seconds: int) -> int:
    """Coverage bins grow with the range: ten minutes up to two days, an hour up to sixty, else a day."""
    return 600 if seconds <= 2 * 86400 else 3600 if seconds <= 60 * 86400 else 86400


def extent(loaded: Loaded, time: TimeRange) -> tuple[int, int] | None:
    """The range as asked, open sides closed by the oldest and newest row; None where there is nothing at all."""
    found = db.one(
        loaded.connection, f"SELECT min(start) AS a, max(start) AS b FROM {db.ROWS} WHERE start >= {EARLIEST}"
    )
    if found["a"] is None:
        return None if time.start is None or time.end is None else (time.start, time.end)
    start = found["a"] if time.start is None else time.start
    end = found["b"] + 1 if time.end is None else time.end
    return (start, end) if start < end else None


def measure(loaded: Loaded, question: Question, connection: db.Connection, *, expected: int | None = None) -> Coverage:
    """Create `coverage_bins` (interface, bin, records, nodata, skipdata) and count it against the range of the question."""
    span = extent(loaded, question.time)
    width = bin_seconds(span[1] - span[0]) if span else 600
    condition = conditions.all_of(conditions.in_range("start", _reached(question.time)), *_places(question))
    sql = _BINS.replace("$bin", str(width)).replace("$condition", condition.sql)
    connection.execute(sql, list(condition.parameters))
    first, last = (span[0] // width * width, (span[1] - 1) // width * width) if span else (0, -width)
    found = db.one(connection, _COUNTED, (first, last))
    edges = db.one(
        loaded.connection, f'SELECT min(start) AS a, max("end") AS b FROM {db.ROWS} WHERE start >= {EARLIEST}'
    )
    bins = found["interfaces"] * ((last - first) // width + 1)
    return Coverage(
        **found,
        expected=expected,
        bin_seconds=width,
        bins=bins,
        absent=bins - found["ok"] - found["nodata"] - found["skipdata"],
        oldest=edges["a"],
        newest=edges["b"],
        formats=tuple(sorted(loaded.formats)),
        traffic_type=traffic_type(loaded),
    )


def _reached(time: TimeRange) -> TimeRange:
    """Rows whose window may reach into the range began up to one longest window before it."""
    return TimeRange(None if time.start is None else time.start - LONGEST_WINDOW, time.end)


def _places(question: Question) -> list[conditions.Condition]:
    """A filter on a place says which interfaces the question could touch."""
    return [conditions.matching(one) for one in question.filters if one.field in conditions.PLACES]


def traffic_type(loaded: Loaded) -> TrafficType:
    """What the logs show of accepted and rejected traffic. Without a single REJECT they may record only accepted traffic."""
    if "action" not in loaded.tokens:
        return "unknown"
    sql = f"SELECT bool_or(action = 'ACCEPT') AS accepted, bool_or(action = 'REJECT') AS rejected FROM {db.RECORDS}"
    found = db.one(loaded.connection, sql)
    return "ALL" if found["accepted"] and found["rejected"] else "unknown"


def by_interface(connection: db.Connection, limit: int) -> list[dict[str, object]]:
    """The bins themselves, by interface and time, for showing."""
    return db.rows(
        connection,
        """
        SELECT interface AS interface_id, bin, records, nodata, skipdata,
          CASE WHEN skipdata > 0 THEN 'SKIPDATA' WHEN records > 0 THEN 'OK' ELSE 'NODATA' END AS status
        FROM coverage_bins ORDER BY interface, bin LIMIT ?""",
        (limit,),
    )
