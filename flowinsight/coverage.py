"""What the logs covered: interface by time, OK, NODATA (no traffic), SKIPDATA (records lost) or absent (no row at all)."""

import threading
from dataclasses import dataclass
from typing import Any, Literal

from flowinsight import conditions, db, fields
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange

TrafficType = Literal["ALL", "ACCEPT", "REJECT", "unknown"]

EARLIEST = 1388534400
"""Times before 2014 are not when anything was logged: they count as records, and say nothing about coverage."""

LONGEST_WINDOW = 3600
"""A row that claims a longer window covers only this much of it: AWS aggregates over 60 or 600 seconds."""

WINDOWS = "logged_windows"
"""The table of what each interface wrote in each bin of WIDTH seconds (or wider, where a store kept it so), for every row of a
source: interface, the PLACES of its rows, bin, width, records, nodata, skipdata, accepted, rejected, first and newest start,
last end. It is made once for a source; every question reads it."""

WIDTH = 600

_PLACE_COLUMNS = ", ".join(fields.BY_TOKEN[token].name for token in conditions.PLACES)

_SUMMARISE = f"""
CREATE TABLE IF NOT EXISTS {WINDOWS} AS
WITH windows AS (
  SELECT coalesce(interface_id, resource_id, tgw_attachment_id, '-') AS interface, {_PLACE_COLUMNS},
    start // {WIDTH} * {WIDTH} AS first_bin,
    least(greatest("end" - 1, start), start + {LONGEST_WINDOW}) // {WIDTH} * {WIDTH} AS last_bin,
    count(*) FILTER (NOT status_row) AS records,
    count(*) FILTER (status_row AND log_status = 'NODATA') AS nodata,
    count(*) FILTER (status_row AND log_status = 'SKIPDATA') AS skipdata,
    count(*) FILTER (action = 'ACCEPT') AS accepted, count(*) FILTER (action = 'REJECT') AS rejected,
    min(start) AS first, max(start) AS newest, max("end") AS last
  FROM {db.ROWS} WHERE start >= {EARLIEST} GROUP BY ALL),
spread AS (
  SELECT *, unnest(range(first_bin, coalesce(last_bin, first_bin) + 1, {WIDTH})) AS bin FROM windows)
SELECT interface, {_PLACE_COLUMNS}, bin, {WIDTH} AS width, sum(records)::BIGINT AS records, sum(nodata)::BIGINT AS nodata,
  sum(skipdata)::BIGINT AS skipdata, sum(accepted)::BIGINT AS accepted, sum(rejected)::BIGINT AS rejected,
  min(first) AS first, max(newest) AS newest, max(last) AS last
FROM spread GROUP BY ALL
"""

_BINS = f"""
CREATE OR REPLACE TEMP TABLE coverage_bins AS
SELECT interface, bin // $width * $width AS bin, sum(records)::BIGINT AS records, sum(nodata)::BIGINT AS nodata,
  sum(skipdata)::BIGINT AS skipdata
FROM {WINDOWS} WHERE bin >= ? - $width AND bin <= ? AND $condition GROUP BY ALL
"""

_COUNTED = """
SELECT count(DISTINCT interface) AS interfaces, count(*) FILTER (skipdata > 0) AS skipdata,
  count(*) FILTER (skipdata = 0 AND records > 0) AS ok, count(*) FILTER (skipdata = 0 AND records = 0) AS nodata
FROM coverage_bins WHERE bin BETWEEN ? AND ?
"""

_EXTREMES = f"""
SELECT min(first) AS oldest, max(newest) AS newest_start, max(last) AS newest, max(width) AS width,
  coalesce(sum(accepted), 0) > 0 AS accepted, coalesce(sum(rejected), 0) > 0 AS rejected FROM {WINDOWS}
"""

_making = threading.Lock()


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


def summarised(loaded: Loaded) -> dict[str, Any]:
    """The extremes of WINDOWS, which is made when a source is asked for the first time."""
    cursor = loaded.connection.cursor()
    with _making:
        cursor.execute(_SUMMARISE)
    return db.one(cursor, _EXTREMES)


def extent(loaded: Loaded, time: TimeRange) -> tuple[int, int] | None:
    """The range as asked, open sides closed by the oldest and newest row; None where there is nothing at all."""
    return _extent(summarised(loaded), time)


def _extent(found: dict[str, Any], time: TimeRange) -> tuple[int, int] | None:
    if found["oldest"] is None:
        return None if time.start is None or time.end is None else (time.start, time.end)
    start = found["oldest"] if time.start is None else time.start
    end = found["newest_start"] + 1 if time.end is None else time.end
    return (start, end) if start < end else None


def measure(loaded: Loaded, question: Question, connection: db.Connection, *, expected: int | None = None) -> Coverage:
    """Create `coverage_bins` (interface, bin, records, nodata, skipdata) and count it against the range of the question."""
    known = summarised(loaded)
    span = _extent(known, question.time)
    width = max(bin_seconds(span[1] - span[0]) if span else WIDTH, known["width"] or WIDTH)
    first, last = (span[0] // width * width, (span[1] - 1) // width * width) if span else (0, -width)
    condition = conditions.all_of(*_places(question))
    sql = _BINS.replace("$width", str(width)).replace("$condition", condition.sql)
    connection.execute(sql, [first, last + width, *condition.parameters])
    found = db.one(connection, _COUNTED, (first, last))
    bins = found["interfaces"] * ((last - first) // width + 1)
    return Coverage(
        **found,
        expected=expected,
        bin_seconds=width,
        bins=bins,
        absent=bins - found["ok"] - found["nodata"] - found["skipdata"],
        oldest=known["oldest"],
        newest=known["newest"],
        formats=tuple(sorted(loaded.formats)),
        traffic_type="ALL" if known["accepted"] and known["rejected"] else "unknown",
    )


def _places(question: Question) -> list[conditions.Condition]:
    """A filter on a place says which interfaces the question could touch."""
    return [conditions.matching(one) for one in question.filters if one.field in conditions.PLACES]


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
