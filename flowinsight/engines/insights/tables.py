"""What came back, in DuckDB: what the logs covered as a survey would find it, and a rollup in the shape of records."""

from collections.abc import Collection, Sequence

import pyarrow as pa

from flowinsight import db, rollups
from flowinsight.engines.insights import kinds, rolled
from flowinsight.engines.insights.query import TIMED
from flowinsight.records.schema import EXTRA
from flowinsight.survey import EARLIEST, KNOWN_VPCS, LONGEST_WINDOW, PLACE_COLUMNS, WINDOWS

_INTERFACE = "coalesce(interface_id, resource_id, tgw_attachment_id, '-') AS interface"

_WINDOWS = f"""
CREATE OR REPLACE TABLE {WINDOWS} AS
WITH spread AS (
  SELECT *, {_INTERFACE}, unnest(range(first // $width * $width,
    least(greatest(coalesce(last, 0) - 1, newest), newest + {LONGEST_WINDOW}) // $width * $width + 1, $width)) AS bin
  FROM counted WHERE first >= {EARLIEST})
SELECT interface, {PLACE_COLUMNS}, bin, $width AS width,
  coalesce(sum(n) FILTER (what NOT IN ('{kinds.NODATA}', '{kinds.SKIPDATA}')), 0)::BIGINT AS records,
  coalesce(sum(n) FILTER (what = '{kinds.NODATA}'), 0)::BIGINT AS nodata,
  coalesce(sum(n) FILTER (what = '{kinds.SKIPDATA}'), 0)::BIGINT AS skipdata,
  coalesce(sum(accept), 0)::BIGINT AS accepted, coalesce(sum(reject), 0)::BIGINT AS rejected,
  min(first) AS first, max(newest) AS newest, max(last) AS last
FROM spread GROUP BY ALL
"""

_KNOWN_VPCS = f"""
CREATE OR REPLACE TABLE {KNOWN_VPCS} AS
SELECT interface_id AS interface, min(vpc_id) AS vpc FROM counted
WHERE vpc_id IS NOT NULL AND interface_id IS NOT NULL AND what NOT IN ('{kinds.NODATA}', '{kinds.SKIPDATA}') GROUP BY 1
"""


def survey(connection: db.Connection, counted: pa.Table, width: int) -> None:
    """Make the tables of a survey from what was counted, in bins of `width` seconds: they speak of every interface, and not only
    of those that matching records are from.
    """
    connection.register("counted", counted)
    connection.execute(_WINDOWS.replace("$width", str(int(width))))
    connection.execute(_KNOWN_VPCS)
    connection.unregister("counted")


_TIMES = f"""
CREATE OR REPLACE TABLE {rollups.TIMES} AS
SELECT "at" AS bin, $width AS width, coalesce(sum(accept), 0)::BIGINT AS accepted, coalesce(sum(reject), 0)::BIGINT AS rejected,
  (sum(n) - coalesce(sum(accept), 0) - coalesce(sum(reject), 0))::BIGINT AS other
FROM counted WHERE what = '{TIMED}' GROUP BY ALL
"""


def times(connection: db.Connection, counted: pa.Table, width: int) -> None:
    """Make the table of when records were asked for, where the rows of a rollup do not say it."""
    connection.register("counted", counted)
    connection.execute(_TIMES.replace("$width", str(int(width))))
    connection.unregister("counted")


_SAID = """extra->>'$."{}"'"""


def _number(name: str) -> str:
    return f"TRY_CAST({_SAID.format(name)} AS BIGINT)"


# The other side's port is known where it is always the same.
_ROLLED = f"""
CREATE OR REPLACE TABLE rolled AS
WITH said AS (
  SELECT * EXCLUDE (extra), {_SAID.format("what")} AS what, {_SAID.format("serves")} = '{rolled.SOURCE_SERVES}' AS source_serves,
    {_number("served-port")}::INTEGER AS served, {_number("stands-for")} AS stands_for, {_number("payload")} AS payload,
    CASE WHEN {_number("lowest")} = {_number("highest")} THEN {_number("lowest")}::INTEGER END AS other
  FROM delivered)
SELECT * EXCLUDE (what, source_serves, served, other) $replaced, what = '{kinds.ASKED}' AS asked_for,
  what = '{kinds.IN_PROGRESS}' AS in_progress, 0::BIGINT AS repeated
FROM said
"""

_SIDES = {
    "srcport": "CASE WHEN source_serves THEN served ELSE other END AS srcport",
    "dstport": "CASE WHEN source_serves THEN other ELSE served END AS dstport",
}


def roll(connection: db.Connection, columns: Sequence[str], tokens: Collection[str]) -> None:
    """Make ROWS and RECORDS those of a rollup, from the relation `delivered` with these columns. See `rollups`.

    A port among the `tokens` that records are told apart by stays as it is.
    """
    ports = [sql for name, sql in _SIDES.items() if name not in tokens]
    replaced = f"REPLACE ({', '.join(ports)})" if ports else ""
    connection.execute(_ROLLED.replace("$replaced", replaced))
    kept = [name for name in columns if name != EXTRA]
    db.define_views(connection, "rolled", kept, rollups.ALSO)
