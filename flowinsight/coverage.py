"""What the logs covered: interface by time, OK, NODATA (no traffic), SKIPDATA (records lost) or absent (no row at all)."""

from dataclasses import dataclass
from typing import Any, Literal

from flowinsight import conditions, db
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.survey import WIDTH, WINDOWS, survey

TrafficType = Literal["ALL", "ACCEPT", "REJECT", "unknown"]

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
    return _extent(survey(loaded), time)


def _extent(found: dict[str, Any], time: TimeRange) -> tuple[int, int] | None:
    if found["oldest"] is None:
        return None if time.start is None or time.end is None else (time.start, time.end)
    start = found["oldest"] if time.start is None else time.start
    end = found["newest_start"] + 1 if time.end is None else time.end
    return (start, end) if start < end else None


def measure(loaded: Loaded, question: Question, connection: db.Connection, *, expected: int | None = None) -> Coverage:
    """Create `coverage_bins` (interface, bin, records, nodata, skipdata) and count it against the range of the question."""
    known = survey(loaded)
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
