"""Freezing what is on the screen: the records that the answer rests on, and everything that is said about them."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from flowinsight import answerable, conditions, coverage, db
from flowinsight.conditions import Condition
from flowinsight.conversations.flows import BUDGET
from flowinsight.conversations.matched import MARGIN
from flowinsight.fields import FIELDS
from flowinsight.investigation import Investigation
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.records import schema
from flowinsight.snapshots import archive, facts, lines, rolling, snapshot, tables
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.facts import Circumstances, Facts, Inside
from flowinsight.snapshots.origins import Origin
from flowinsight.snapshots.snapshot import Snapshot
from flowinsight.survey import KNOWN_HOPS, KNOWN_VPCS, LONGEST_WINDOW, PLACE_COLUMNS, SCOPE, WINDOWS, survey


def freeze(
    found: Investigation, loaded: Loaded, origin: Origin, circumstances: Circumstances, *, budget: int = BUDGET
) -> Snapshot:
    """The answer to a question, with everything it rests on. Above `budget` matching records, and where the source is a rollup
    already, a rollup is inside.

    SnapshotError where the source holds other records by now than when it was asked.
    """
    question = found.question
    survey(loaded)
    counted = _counted(question, loaded)
    row_formats: tuple[str, ...] = ()
    kept = loaded
    if loaded.rolled_by is not None or counted.matching > budget:
        held, kept = _rollup(found, loaded)
        inside = replace(counted, inside=0, beside=0, rollup=held[archive.ROLLUP].num_rows)
    else:
        table, row_formats = _records(question, loaded, origin)
        held = {archive.RECORDS: table}
        inside = replace(counted, lines=_lines(table))
    held |= _known(question, loaded)
    said = Facts(
        question=question,
        frozen_at=circumstances.frozen_at,
        inside=inside,
        actions=tuple(sorted(loaded.part.actions if loaded.part else answerable.actions(loaded))),
        row_formats=row_formats,
        caller=circumstances.caller,
        tool=facts.tool(),
        rules=facts.rules(),
        clock_offset=circumstances.clock_offset,
        limits=(
            *circumstances.limits,
            *limits(found),
            *loaded.left_out,
            *([why_rolled(loaded)] if inside.rollup else []),
        ),
        names=circumstances.names,
        note=circumstances.note,
    )
    return snapshot.made(said, origin.described, snapshot.account_of(kept), found, held)


def limits(found: Investigation) -> list[str]:
    """Sentences about what an answer leaves out because there was too much of it."""
    if not found.truncated:
        return []
    shown, of = len(found.conversations), found.reconciliation["conversations"]
    return [f"The list of conversations in the answer is cut at {shown:,} of {of:,}."]


def why_rolled(loaded: Loaded) -> str:
    """Why a rollup is inside, and not the records."""
    if loaded.rolled_by is None:
        return f"More than {BUDGET:,} records match: their rollup is inside, and not the records."
    return "Records were added up before they came: their rollup is inside, and not the records."


def condition(question: Question) -> Condition:
    """The records that an answer rests on: those asked for, those that tell who started, and those still in progress when the
    range begins.
    """
    around = conditions.around(question, margin=MARGIN)
    if question.time.start is None:
        return around
    before = replace(question, time=replace(question.time, start=None, end=question.time.start))
    in_progress = conditions.all_of(conditions.asked(before), Condition('"end" >= ?', (question.time.start,)))
    return conditions.any_of(around, in_progress)


def rows(question: Question) -> Condition:
    """The rows that are kept: those records, and what AWS says it lost meanwhile, which weakens the evidence of who started."""
    records = conditions.all_of(Condition("NOT status_row"), condition(question))
    edges = [Condition("status_row AND log_status = 'SKIPDATA'")]
    if question.time.start is not None:
        edges.append(Condition('"end" >= ?', (question.time.start - MARGIN,)))
    if question.time.end is not None:
        edges.append(Condition("start < ?", (question.time.end + MARGIN + LONGEST_WINDOW,)))
    return conditions.any_of(records, conditions.all_of(*edges))


def _counted(question: Question, loaded: Loaded) -> Inside:
    if loaded.rolled_by is not None:
        sql = f"SELECT coalesce(sum(stands_for) FILTER (asked_for), 0)::BIGINT AS n FROM {db.RECORDS}"
        return Inside(db.one(loaded.connection.cursor(), sql)["n"], 0)
    asked, held = conditions.asked(question), condition(question)
    sql = f"SELECT count(*) FILTER ({asked.flag}) AS n, count(*) AS held FROM {db.RECORDS} WHERE {held.sql}"
    counts = db.one(loaded.connection.cursor(), sql, (*asked.parameters, *held.parameters))
    return Inside(counts["n"], counts["n"], counts["held"] - counts["n"])


def _records(question: Question, loaded: Loaded, origin: Origin) -> tuple[pa.Table, tuple[str, ...]]:
    """The records with where they came from, and the formats that IN_FORMAT counts."""
    kept = _as_held(question, loaded)
    if origin.delivered is None:
        return tables.with_origin(kept, {}), ()
    read = list(lines.wanted(origin.delivered(), rows(question)))
    formats = tuple(dict.fromkeys(" ".join(one.tokens) for one in read))
    numbered = [
        one.table.append_column(
            tables.IN_FORMAT, pa.array([formats.index(" ".join(one.tokens))] * one.table.num_rows, pa.int32())
        )
        for one in read
    ]
    again = pa.concat_tables([kept.slice(0, 0), *numbered], promote_options="default")
    ordered = again.select([*kept.column_names, *tables.ORIGIN.names]) if numbered else tables.with_origin(kept, {})
    if _fingerprint(tables.records_of(ordered)) != _fingerprint(kept):
        raise SnapshotError("The source has changed since it was asked: ask again, and save that answer.")
    return ordered, formats


def _as_held(question: Question, loaded: Loaded) -> pa.Table:
    tokens = [field.token for field in FIELDS if field.token in loaded.tokens]
    shape = schema.columns(tokens)
    listed = ", ".join(f'"{name}"' for name in shape.names)
    return _arrow(loaded, f"SELECT {listed} FROM {db.ROWS} WHERE $condition", rows(question)).cast(shape)


def _lines(table: pa.Table) -> int:
    """How many records have their line."""
    there = pc.and_not(pc.is_valid(table.column(tables.ORIGINAL)), table.column(schema.STATUS_ROW))
    return int(pc.sum(there).as_py() or 0)


def _arrow(loaded: Loaded, sql: str, where: Condition) -> pa.Table:
    return _queried(loaded.connection.cursor(), sql.replace("$condition", where.sql), where.parameters)


def _queried(connection: db.Connection, sql: str, values: Sequence[object] = ()) -> pa.Table:
    return connection.sql(sql, params=list(values)).to_arrow_table()


def _fingerprint(table: pa.Table) -> tuple[int, int]:
    """How many rows, and a sum over them that does not depend on their order."""
    connection = db.connect()
    connection.register("counted", table)
    names = ", ".join(f'"{name}"' for name in table.column_names)
    found = db.one(
        connection, f"SELECT count(*) AS n, coalesce(sum(hash({names})::HUGEINT), 0)::VARCHAR AS s FROM counted"
    )
    return found["n"], int(found["s"])


def _rollup(found: Investigation, loaded: Loaded) -> tuple[dict[str, pa.Table], Loaded]:
    """The tables of a rollup, and the source with what it says of it."""
    if loaded.rolled_by is None:
        table, kept = rolling.of_records(found, loaded, rows(found.question))
        times = None
    else:
        table, kept, times = rolling.as_held(loaded), loaded, rolling.times(loaded)
    if table.num_rows > BUDGET:
        raise SnapshotError("Even the rollup of this question is too large for a snapshot: narrow the question.")
    return {archive.ROLLUP: table, **({} if times is None else {archive.TIMES: times})}, kept


_ELSEWHERE = """
SELECT NULL AS interface, $nulls, min(bin) AS bin, max(width) AS width, 0 AS records, 0 AS nodata, 0 AS skipdata,
  sum(accepted)::BIGINT AS accepted, sum(rejected)::BIGINT AS rejected, min(first) AS first, max(newest) AS newest,
  max(last) AS last FROM $windows WHERE bin $side HAVING count(*) > 0
"""


def _known(question: Question, loaded: Loaded) -> dict[str, pa.Table]:
    """What is known of the source as a whole and matters here: what wrote when, in which network, and who stands in for whom."""
    here = condition(question) if loaded.rolled_by is None else conditions.TRUE
    return {
        archive.COVERAGE: _coverage(question, loaded),
        archive.NETWORKS: _arrow(loaded, _NETWORKS, here).cast(tables.NETWORKS),
        archive.HOPS: _arrow(loaded, _HOPS, here).cast(tables.HOPS),
    }


_NETWORKS = f"""
SELECT interface, vpc FROM {KNOWN_VPCS} WHERE interface IN (SELECT interface_id FROM {db.RECORDS} WHERE $condition)
ORDER BY ALL
"""

_HOPS = f"""
WITH inside AS (SELECT * FROM {db.RECORDS} WHERE $condition),
ends AS (
  SELECT DISTINCT {SCOPE} AS scope, unnest([srcaddr, dstaddr]) AS hop
  FROM inside LEFT JOIN {KNOWN_VPCS} AS known ON known.interface = interface_id)
SELECT scope, (hop >> 64)::UBIGINT AS hop_hi, (hop & {2**64 - 1}::UHUGEINT)::UBIGINT AS hop_lo,
  (peer >> 64)::UBIGINT AS peer_hi, (peer & {2**64 - 1}::UHUGEINT)::UBIGINT AS peer_lo
FROM {KNOWN_HOPS} SEMI JOIN ends USING (scope, hop) ORDER BY ALL
"""


def _coverage(question: Question, loaded: Loaded) -> pa.Table:
    """What wrote when, for the range and a bin beside it; everything before and after it as one row each."""
    columns = ", ".join(tables.COVERAGE.names)
    span = coverage.extent(loaded, question.time)
    if span is None or question.time == TimeRange():
        return _arrow(loaded, f"SELECT {columns} FROM {WINDOWS} ORDER BY ALL", conditions.TRUE).cast(tables.COVERAGE)
    width = max(86400, survey(loaded)["width"] or 0)
    first, last = span[0] // width * width - width, (span[1] - 1) // width * width + 2 * width
    cursor = loaded.connection.cursor()
    nulls = ", ".join(f"NULL AS {name}" for name in PLACE_COLUMNS.split(", "))
    near = f"SELECT {columns} FROM {WINDOWS} WHERE bin >= ? AND bin < ? ORDER BY ALL"
    found = [_queried(cursor, near, (first, last)).cast(tables.COVERAGE)]
    for side, edge in (("< ?", first), (">= ?", last)):
        sql = _ELSEWHERE.replace("$nulls", nulls).replace("$windows", WINDOWS).replace("$side", side)
        found.append(_queried(cursor, sql, (edge,)).select(tables.COVERAGE.names).cast(tables.COVERAGE))
    return pa.concat_tables(found)
