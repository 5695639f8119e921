"""Forgetting a source, and building a store anew from what it holds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from flowinsight import db
from flowinsight.store import manifest as manifests
from flowinsight.store import shape
from flowinsight.store.digests import Digests
from flowinsight.store.errors import StoreError
from flowinsight.store.hashing import row_keys
from flowinsight.store.lock import writing
from flowinsight.store.manifest import DataFile, Manifest
from flowinsight.store.reports import Forgotten, Rebuilt
from flowinsight.store.rewriting import tidied, without
from flowinsight.store.run import Run
from flowinsight.store.writer import remove

ROWS_A_FILE = 1_000_000
_MEMORY = "512MB"


def forget(store: Path, source_id: int, wait: float = 0.0) -> Forgotten:
    """Delete what a source delivered, and nothing that another one delivered too. StoreError when there is no such source."""
    manifests.read(store)
    with writing(store, wait):
        manifest = tidied(store)
        source = manifest.sources.get(source_id)
        if source is None:
            raise StoreError(f"{store} has no source {source_id}; `store list` shows those it has.")
        tails = [other.id for other in manifest.sources.values() if other.tail_of == source.id]
        manifest, obsolete, counted = without(store, manifest, [source.id, *tails])
        _replace(store, manifest, obsolete)
        return Forgotten(source.path, counted["gone"], counted["restored"])


def _replace(store: Path, manifest: Manifest, obsolete: list[str]) -> None:
    """Commit, then delete at once what is no longer part of the store, also what was kept for readers."""
    manifests.commit(store, replace(manifest, retired={}))
    remove(store, [*obsolete, *manifest.retired])


def rebuild(store: Path, wait: float = 0.0) -> Rebuilt:
    """Write every file of a store anew: whole days sorted by start, counts and keys made again from the records.

    The sources of a file that cannot be read are taken out and read again where they lie; those that are no longer there, or
    are not the same, are `lost`.
    """
    manifests.read(store)
    with writing(store, wait):
        again, lost = _repaired(store)
        manifest = tidied(store)
        days = sorted({file.day for file in manifest.rows})
        for day in days:
            old = [file for file in manifest.rows if file.day == day]
            manifest = manifest.with_files(_sorted(store, day, old), [file.name for file in old])
            _replace(store, manifest, [file.name for file in old])
        return Rebuilt(len(days), sum(file.rows for file in manifest.rows), again, lost)


def _repaired(store: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take out the sources of damaged files and read them again; the paths read again, and those lost."""
    manifest = tidied(store)
    damaged = [file for file in manifest.files.values() if not _whole(store, file)]
    gone = {source for file in damaged for source in file.sources}
    if not damaged:
        return (), ()
    taken = [manifest.sources[key] for key in sorted(gone) if key in manifest.sources]
    names = [file.name for file in damaged]
    manifest, obsolete, _ = without(store, manifest.with_files([], names), gone)
    _replace(store, manifest, [*obsolete, *names])
    for said in {source.said for source in taken}:
        paths = {Path(source.path) for source in taken if source.said == said}
        there = sorted(path for path in paths if path.exists())
        Run(store, said, Digests()).read(there, lambda _: None, lambda: False)
    known = {source.sha256 for source in manifests.read(store).sources.values()}
    lost = {source.path for source in taken if source.sha256 not in known}
    return tuple(sorted({source.path for source in taken} - lost)), tuple(sorted(lost))


def _whole(store: Path, file: DataFile) -> bool:
    """Whether a file of records can be read to its end, and holds what the manifest says."""
    try:
        with parquet.ParquetFile(store / shape.ROWS_IN / file.name) as rows:
            counted: int = sum(batch.num_rows for batch in rows.iter_batches())
    except (OSError, pa.ArrowException):
        return False
    return counted == file.rows


def _sorted(store: Path, day: str, files: list[DataFile]) -> list[DataFile]:
    """The rows of one day in new files, sorted by start throughout, without holding them all."""
    return [shape.write(store, day, piece, row_keys(piece)) for piece in _pieces(store, files)]


def _pieces(store: Path, files: list[DataFile]) -> Iterator[pa.Table]:
    connection = db.connect()
    connection.execute(f"SET memory_limit = '{_MEMORY}'")
    connection.execute("SET temp_directory = ?", [str(store / shape.SCRATCH)])
    relation = connection.read_parquet(
        [str(store / shape.ROWS_IN / file.name) for file in files], union_by_name=True, hive_partitioning=False
    )
    ordered = relation.order("start") if "start" in relation.columns else relation
    held: list[pa.RecordBatch] = []
    for batch in ordered.to_arrow_reader(shape.ROW_GROUP):
        held.append(batch)
        if sum(part.num_rows for part in held) >= ROWS_A_FILE:
            yield pa.Table.from_batches(held).combine_chunks()
            held = []
    if held:
        yield pa.Table.from_batches(held).combine_chunks()
