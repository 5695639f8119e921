"""The rollup of an answer: its records added up where they are too many to keep, in the columns that `rollups` describes.

Rows are those of the flows from which conversations are made above the budget, so that the same conversations come out of them.
"""

from dataclasses import replace
from math import gcd

import pyarrow as pa

from flowinsight import db, rollups
from flowinsight.conditions import Condition
from flowinsight.conversations import matched
from flowinsight.conversations.flows import SENDER_SERVES, SUMMED
from flowinsight.fields import BY_TOKEN
from flowinsight.investigation import Investigation
from flowinsight.loaded import Loaded
from flowinsight.snapshots import tables

_PLACES = ("interface-id", "resource-id", "tgw-attachment-id", "vpc-id", "tgw-id", "account-id", "region")
"""What an observer and a network are made of: within one of each, the lowest value of these makes the same ones again."""

_LOWEST = ", ".join(f"min({BY_TOKEN[token].name}) AS {BY_TOKEN[token].name}" for token in _PLACES)
_PLACED = ", ".join(BY_TOKEN[token].name for token in _PLACES)


def _halves(name: str, value: str) -> str:
    return f"({value} >> 64)::UBIGINT AS {name}_hi, ({value} & {2**64 - 1}::UHUGEINT)::UBIGINT AS {name}_lo"


def _port(value: str) -> str:
    return f"nullif({value}, {matched.NOT_A_PORT})"


_OTHER = "CASE WHEN lowest = highest THEN lowest END"

_ROLLED = f"""
WITH sided AS (SELECT *, {SENDER_SERVES} AS sender_serves FROM $matched),
rolled AS (
  SELECT scope, observer, protocol, srcaddr, dstaddr, sender, receiver, sender_serves,
    CASE WHEN sender_serves THEN sender_port ELSE receiver_port END AS served,
    min(CASE WHEN sender_serves THEN receiver_port ELSE sender_port END) AS lowest,
    max(CASE WHEN sender_serves THEN receiver_port ELSE sender_port END) AS highest,
    action, tcp_flags, flow_direction, reject_reason, interface_type, asked, start // $bin AS bin, {SUMMED}
  FROM sided GROUP BY ALL),
places AS (SELECT scope, observer, {_LOWEST} FROM {matched.IDENTIFIED} WHERE $condition GROUP BY scope, observer)
SELECT {_PLACED}, {_halves("srcaddr", "srcaddr")}, {_halves("dstaddr", "dstaddr")},
  {_halves("pkt_srcaddr", "sender")}, {_halves("pkt_dstaddr", "receiver")}, protocol,
  {_port(f"CASE WHEN sender_serves THEN served ELSE {_OTHER} END")} AS srcport,
  {_port(f"CASE WHEN sender_serves THEN {_OTHER} ELSE served END")} AS dstport,
  packets, bytes, first AS start, last AS "end", action, tcp_flags, flow_direction, reject_reason, interface_type,
  false AS status_row, records AS stands_for, payload, asked AS asked_for, false AS in_progress, copies AS repeated
FROM rolled JOIN places USING (scope, observer) ORDER BY ALL
"""

_LOST = f"""
SELECT {_PLACED}, start, "end", log_status, true AS status_row, 0::BIGINT AS stands_for, 0::BIGINT AS payload,
  false AS asked_for, false AS in_progress, 0::BIGINT AS repeated
FROM {db.ROWS} WHERE status_row AND $condition ORDER BY ALL
"""

_IN_PROGRESS = """
SELECT false AS status_row, ?::BIGINT AS stands_for, 0::BIGINT AS payload, false AS asked_for, true AS in_progress,
  0::BIGINT AS repeated
"""


def of_records(found: Investigation, loaded: Loaded, kept: Condition) -> tuple[pa.Table, Loaded]:
    """The rollup of the records of an answer, and what its source is when nothing else of it is known. Status rows that are
    `kept` stand beside it.
    """
    cursor = loaded.connection.cursor()
    around = rollups.around(loaded, found.question, margin=matched.MARGIN)
    records = matched.match(loaded, *around).once(cursor)
    width = gcd(found.coverage.bin_seconds, found.bin_seconds)
    sql = _ROLLED.replace("$matched", records.sql).replace("$bin", str(width)).replace("$condition", around[0].sql)
    parts = [cursor.sql(sql, params=[*records.parameters, *around[0].parameters]).to_arrow_table()]
    lost = _LOST.replace("$condition", kept.sql)
    parts.append(cursor.sql(lost, params=list(kept.parameters)).to_arrow_table())
    if found.in_progress:
        parts.append(cursor.sql(_IN_PROGRESS, params=[found.in_progress]).to_arrow_table())
    rows = pa.concat_tables(parts, promote_options="default")
    return _shaped(rows), replace(loaded, rolled_by=frozenset(), distinct=True)


def as_held(loaded: Loaded) -> pa.Table:
    """The rows of a source that is a rollup already, and what AWS says it lost."""
    listed = ", ".join(f'"{name}"' for name in tables.ROLLUP.names)
    where = "NOT status_row OR log_status = 'SKIPDATA'"
    rows = loaded.connection.cursor().sql(f"SELECT {listed} FROM {db.ROWS} WHERE {where} ORDER BY ALL").to_arrow_table()
    return _shaped(rows)


def times(loaded: Loaded) -> pa.Table | None:
    """When records were asked for, where the rows of a rollup no longer say it."""
    if rollups.times(loaded, 1) is None:
        return None
    listed = ", ".join(tables.TIMES.names)
    found = loaded.connection.cursor().sql(f"SELECT {listed} FROM {rollups.TIMES} ORDER BY ALL")
    return found.to_arrow_table().cast(tables.TIMES)


def _shaped(rows: pa.Table) -> pa.Table:
    """The rows in the columns of a rollup, those left out that hold nothing."""
    kept = [field for field in tables.ROLLUP if field.name in rows.column_names]
    kept = [field for field in kept if field.name in tables.ALWAYS or rows.column(field.name).null_count < len(rows)]
    return rows.select([field.name for field in kept]).cast(pa.schema(kept))
