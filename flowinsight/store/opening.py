"""A store opened for questions: views over the files that a time range can touch, and nothing else is read."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from flowinsight import db, fields
from flowinsight.loaded import Loaded
from flowinsight.question import TimeRange
from flowinsight.records import schema
from flowinsight.store import counts, shape
from flowinsight.store import manifest as manifests
from flowinsight.store.manifest import DataFile, Manifest
from flowinsight.store.reports import Listed, Listing
from flowinsight.store.views import KEPT, define_windows, parquet_view
from flowinsight.survey import EARLIEST, WIDTH, WINDOWS

MARGIN = 3600
"""Seconds before and after a range whose records are read as well: a conversation may have begun before it."""


def open_store(store: Path, time: TimeRange | None = None) -> Loaded:
    """The records of a store, or of the days that a range touches, with the totals of everything ingested.

    StoreError when there is no store. Records without a start are always among them.
    """
    manifest = manifests.read(store)
    connection = db.connect()
    touched = [file for file in manifest.rows if _touches(file, time)]
    columns = sorted({column for file in touched for column in file.columns})
    default = schema.columns(fields.DEFAULT_FORMAT)
    parquet_view(connection, "stored", {store / shape.ROWS_IN / file.name: file.columns for file in touched}, default)
    db.define_views(connection, "stored", columns or default.names)
    define_windows(connection, [store / shape.WINDOWS_IN / file.name for file in touched])
    connection.execute(_ELSEWHERE, _summaries([file for file in manifest.rows if not _touches(file, time)]))
    return Loaded(connection, manifest.tally, manifest.formats, distinct=True, duplicates=manifest.duplicates)


# A file that the range does not touch is one row, far from the range: how old and how new the store is, and which actions it
# has, is known without reading of it.
_ELSEWHERE = f"""
INSERT INTO {WINDOWS} (bin, width, records, nodata, skipdata, accepted, rejected, first, newest, last)
SELECT first // {WIDTH} * {WIDTH}, {WIDTH}, 0, 0, 0, accepted, rejected, first, newest, last
FROM (SELECT unnest(?::BIGINT[]) AS first, unnest(?::BIGINT[]) AS newest, unnest(?::BIGINT[]) AS last,
  unnest(?::BIGINT[]) AS accepted, unnest(?::BIGINT[]) AS rejected)
WHERE first >= {EARLIEST}
"""


def _summaries(files: Sequence[DataFile]) -> list[list[int | None]]:
    """The parameters of _ELSEWHERE: a list for each column."""
    rows = [(file.first, file.last, file.ended, int(file.accepted), int(file.rejected)) for file in files]
    return [[row[place] for row in rows] for place in range(5)]


def _touches(file: DataFile, time: TimeRange | None) -> bool:
    if time is None or file.first is None or file.last is None:
        return True
    after = time.start is None or file.last >= time.start - MARGIN
    return after and (time.end is None or file.first < time.end + MARGIN)


def windows(store: Path) -> pa.Table:
    """Rows by writer, bin (Unix seconds) and status, counted at ingest; see `counts.WINDOWS`."""
    connection = open_store(store).connection
    return connection.sql(f"FROM {KEPT} ORDER BY bin, interface_id, log_status").to_arrow_table().cast(counts.WINDOWS)


def listing(store: Path) -> Listing:
    """What a store holds."""
    manifest = manifests.read(store)
    days: dict[str, int] = {}
    for file in manifest.rows:
        days[file.day] = days.get(file.day, 0) + file.rows
    return Listing(
        str(store),
        tuple(_listed(manifest)),
        dict(sorted(days.items())),
        sum(path.stat().st_size for path in store.rglob("*") if path.is_file()),
        manifest.tally,
        manifest.duplicates,
        manifest.formats,
    )


def _listed(manifest: Manifest) -> list[Listed]:
    """Each source with the unfinished last line of its file, where there is one, counted in."""
    tails = {source.tail_of: source for source in manifest.sources.values()}
    listed = []
    for source in manifest.sources.values():
        if source.tail_of is not None:
            continue
        tail = tails.get(source.id)
        tally = source.tally + tail.tally if tail else source.tally
        duplicates = source.duplicates + (tail.duplicates if tail else 0)
        size = tail.size if tail else source.size
        counts = (tally.lines, tally.records, tally.status_rows, tally.unparsable, duplicates)
        listed.append(Listed(source.id, source.path, tail.sha256 if tail else source.sha256, size, *counts))
    return listed
