"""What the logs covered: interface by time, OK, NODATA (no traffic), SKIPDATA (records lost) or absent (no row at all)."""

from dataclasses import dataclass
from typing import Any, Literal

from flowinsight import conditions, db
from flowinsight.fields import BY_TOKEN
from flowinsight.loaded import Due, Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.survey import WIDTH, WINDOWS, survey

TrafficType = Literal["ALL", "ACCEPT", "REJECT", "unknown"]

_BINS = f"""
CREATE OR REPLACE TEMP TABLE coverage_bins AS
SELECT interface, bin // $width * $width AS bin, sum(records)::BIGINT AS records, sum(nodata)::BIGINT AS nodata,
  sum(skipdata)::BIGINT AS skipdata
FROM {WINDOWS} WHERE bin >= ? - $width AND bin <= ? AND $condition GROUP BY ALL
"""

_DUE_PLACES = ("interface_id", "account_id", "vpc_id", "subnet_id", "instance_id", "region")
"""Where an interface is, as far as an account tells it."""

_DUE = f"""
CREATE OR REPLACE TEMP TABLE coverage_due AS
SELECT unnest(?::STRUCT(since BIGINT, {", ".join(f"{name} VARCHAR" for name in _DUE_PLACES)})[], max_depth := 2)
"""

_NOBODY = "CREATE OR REPLACE TEMP TABLE coverage_lives (interface VARCHAR, begun BIGINT, ended BIGINT, due BOOLEAN)"

_LIVES = """
CREATE OR REPLACE TEMP TABLE coverage_lives AS
WITH wrote AS (SELECT interface, min(bin) AS begun, max(bin) AS ended FROM coverage_bins WHERE bin BETWEEN ? AND ? GROUP BY ALL),
due AS (
  SELECT interface_id AS interface, greatest(?, ceil(since / $width)::BIGINT * $width) AS begun, ?::BIGINT AS ended
  FROM coverage_due WHERE $condition)
SELECT interface, min(begun) AS begun, max(ended) AS ended, bool_or(due) AS due
FROM (SELECT *, false AS due FROM wrote UNION ALL SELECT *, true FROM due WHERE begun <= ended) GROUP BY interface
"""
"""From when to when an interface should have written: one that is due from its first whole bin on; another, which is gone by
now, at least from the first to the last bin it wrote in."""

_COUNTED = """
SELECT count(DISTINCT interface) AS interfaces, count(*) FILTER (skipdata > 0) AS skipdata,
  count(*) FILTER (skipdata = 0 AND records > 0) AS ok, count(*) FILTER (skipdata = 0 AND records = 0) AS nodata
FROM coverage_bins WHERE bin BETWEEN ? AND ?
"""

_ABSENT = """
CREATE OR REPLACE TEMP VIEW coverage_absent AS
SELECT lives.interface, bin FROM coverage_lives AS lives, unnest(range(begun, ended + 1, $width)) AS bins(bin)
ANTI JOIN coverage_bins AS wrote ON wrote.interface = lives.interface AND wrote.bin = bins.bin
"""
"""The bins in which an interface should have written and did not; none where nobody knows when it should have."""


@dataclass(frozen=True)
class Coverage:
    """Counts of interface-bins, and what they let an answer claim.

    `interfaces` wrote something in the range; `expected` is how many should have, which logs alone cannot say (None).
    `ok`, `nodata`, `skipdata` and `absent` add up to `bins`: of the whole range for every interface that wrote, or of the time
    in which each interface was due, where that is known. `newest` is the end of the newest row, in Unix seconds. `narrowed`:
    absent bins may hold records that were not brought.
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
    narrowed: bool = False


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


def measure(loaded: Loaded, question: Question, connection: db.Connection) -> Coverage:
    """Create `coverage_bins` (interface, bin, records, nodata, skipdata) and `coverage_absent` (interface, bin), and count
    them against the range of the question.
    """
    known = survey(loaded)
    span = _extent(known, question.time)
    width = max(bin_seconds(span[1] - span[0]) if span else WIDTH, known["width"] or WIDTH)
    first, last = (span[0] // width * width, (span[1] - 1) // width * width) if span else (0, -width)
    condition = conditions.all_of(*_places(question))
    sql = _BINS.replace("$width", str(width)).replace("$condition", condition.sql)
    connection.execute(sql, [first, last + width, *condition.parameters])
    found = db.one(connection, _COUNTED, (first, last))
    due = _due(loaded, question)
    connection.execute(_NOBODY)
    expected, bins = None, found["interfaces"] * ((last - first) // width + 1)
    if due is not None:
        expected, bins = _lives(connection, due, condition, (first, last, width))
    connection.execute(_ABSENT.replace("$width", str(width)))
    return Coverage(
        **found,
        expected=expected,
        bin_seconds=width,
        bins=bins,
        absent=bins - found["ok"] - found["nodata"] - found["skipdata"],
        oldest=known["oldest"],
        newest=known["newest"],
        formats=tuple(sorted(loaded.formats)),
        traffic_type=_traffic_type(due, known),
        narrowed=loaded.narrowed,
    )


def _due(loaded: Loaded, question: Question) -> tuple[Due, ...] | None:
    """The interfaces that should have written; None where that is not known, or not of the places that are asked about."""
    asked = {BY_TOKEN[one.field].name for one in question.filters if one.field in conditions.PLACES}
    return loaded.due if asked <= set(_DUE_PLACES) else None


def _lives(
    connection: db.Connection, due: tuple[Due, ...], condition: conditions.Condition, bins: tuple[int, int, int]
) -> tuple[int, int]:
    """How many interfaces should have written in the bins from first to last of a width, and in how many bins in all."""
    first, last, width = bins
    rows = [
        {**dict.fromkeys(_DUE_PLACES), **one.places, "interface_id": one.interface_id, "since": one.since}
        for one in due
    ]
    connection.execute(_DUE, [rows])
    sql = _LIVES.replace("$width", str(width)).replace("$condition", condition.sql)
    connection.execute(sql, [first, last, first, last, *condition.parameters])
    counted = db.one(
        connection,
        f"SELECT count(*) FILTER (due) AS due, coalesce(sum((ended - begun) // {width} + 1), 0)::BIGINT AS bins "
        "FROM coverage_lives",
    )
    return int(counted["due"]), int(counted["bins"])


def _traffic_type(due: tuple[Due, ...] | None, known: dict[str, Any]) -> TrafficType:
    """What the flow logs say, where they are known and agree; else what the records show."""
    said = {one.traffic for one in due or ()}
    if len(said) == 1:
        return said.pop()
    return "ALL" if known["accepted"] and known["rejected"] else "unknown"


def _places(question: Question) -> list[conditions.Condition]:
    """A filter on a place says which interfaces the question could touch."""
    return [conditions.matching(one) for one in question.filters if one.field in conditions.PLACES]


def by_interface(connection: db.Connection, limit: int) -> list[dict[str, object]]:
    """The bins themselves, by interface and time, for showing; absent ones where it is known when an interface should write."""
    return db.rows(
        connection,
        """
        SELECT interface AS interface_id, bin, records, nodata, skipdata,
          CASE WHEN skipdata > 0 THEN 'SKIPDATA' WHEN records > 0 THEN 'OK' ELSE 'NODATA' END AS status
        FROM coverage_bins UNION ALL SELECT interface, bin, 0, 0, 0, 'absent' FROM coverage_absent
        ORDER BY interface_id, bin LIMIT ?""",
        (limit,),
    )
