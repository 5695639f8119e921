"""Opening a snapshot: hostile until it is checked, then a source like any other, without AWS."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from flowinsight import db, rollups
from flowinsight.errors import FlowInsightError
from flowinsight.loaded import Loaded
from flowinsight.part import Part
from flowinsight.snapshots import archive, checking, tables
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.facts import Facts
from flowinsight.snapshots.snapshot import Snapshot
from flowinsight.survey import KNOWN_HOPS, KNOWN_VPCS, WINDOWS


def open_snapshot(path: Path) -> Snapshot:
    """The snapshot in a file. SnapshotError, with a sentence, when it is none, was altered, or holds what it may not."""
    parts, damaged = archive.read(path)
    return accepted(parts, damaged, str(path))


def accepted(parts: dict[str, bytes], damaged: tuple[str, ...], where: str) -> Snapshot:
    """The snapshot of these parts, when they are all there and unaltered."""
    altered = checking.altered(parts, damaged)
    if altered:
        raise SnapshotError(f"{where} is not opened. {checking.sentence(altered)}")
    found = Snapshot(parts)
    try:
        if found.first_line != found.manifest.holds:
            raise SnapshotError("its first line says otherwise than its facts.")
    except SnapshotError as error:
        raise SnapshotError(f"{where} is not opened: {error}") from error
    except (FlowInsightError, ValueError, TypeError, OverflowError) as error:
        raise SnapshotError(f"{where} is not opened: what it says of itself cannot be understood.") from error
    return found


def load(snapshot: Snapshot) -> Loaded:
    """The records of a snapshot, as a source that answers its question, and every narrower one; or their rollup, which answers
    its question alone.
    """
    return loaded(snapshot.facts, snapshot.account, snapshot.tables)


def loaded(said: Facts, account: Mapping[str, Any], held: Mapping[str, pa.Table]) -> Loaded:
    """The records of these tables as a source."""
    connection = db.connect()
    rolled = archive.ROLLUP in held
    records = held[archive.ROLLUP] if rolled else tables.records_of(held[archive.RECORDS])
    if rolled != (account.get("rolled_by") is not None):
        raise SnapshotError(
            "Its parts and its account of them do not agree on whether it holds records or their rollup."
        )
    connection.from_arrow(records).create_view("delivered")
    db.define_views(connection, "delivered", records.column_names, rollups.ALSO if rolled else ())
    if archive.TIMES in held:
        _put(connection, rollups.TIMES, held[archive.TIMES])
    _put(connection, WINDOWS, held[archive.COVERAGE])
    _put(connection, KNOWN_VPCS, held[archive.NETWORKS])
    _put(connection, "hops_in_halves", held[archive.HOPS])
    connection.execute(_HOPS)
    part = Part(said.question, frozenset(said.actions), "This snapshot")
    return Loaded(connection, part=part, **account)


_HOPS = f"""
CREATE TABLE {KNOWN_HOPS} AS
SELECT scope, (hop_hi::UHUGEINT << 64) | hop_lo::UHUGEINT AS hop, (peer_hi::UHUGEINT << 64) | peer_lo::UHUGEINT AS peer
FROM hops_in_halves
"""


def _put(connection: db.Connection, name: str, table: pa.Table) -> None:
    """A table is seen by every cursor, an Arrow table by one."""
    connection.register("arrived", table)
    connection.execute(f"CREATE TABLE {name} AS FROM arrived")
    connection.unregister("arrived")
