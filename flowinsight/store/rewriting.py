"""Files of a store written anew: without some sources, or many small ones as one."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from flowinsight.store import manifest as manifests
from flowinsight.store import shape
from flowinsight.store.hashing import SOURCE, row_keys
from flowinsight.store.manifest import DataFile, Manifest
from flowinsight.store.writer import sweep, write_day

SMALL = 250_000
"""A file with fewer rows is small."""
MANY = 12
"""How many small files of one day are too many."""
RETIRED_SECONDS = 600.0
"""How long a replaced file stays for those who are still reading it."""


def tidied(store: Path) -> Manifest:
    """The manifest, after deleting what no one needs: leftovers of a stopped writer, and files replaced long ago."""
    manifest = manifests.read(store) if manifests.exists(store) else Manifest()
    now = time.time()
    retired = {name: since for name, since in manifest.retired.items() if 0 <= now - since < RETIRED_SECONDS}
    sweep(store, [*manifest.files, *retired])
    return replace(manifest, retired=retired)


def without(store: Path, manifest: Manifest, gone: Iterable[int]) -> tuple[Manifest, list[str], Counter[str]]:
    """The manifest without some sources, the files that are then obsolete, and how many rows are `gone` and `restored`.

    A record that a remaining source delivered as well stays: its spare copy takes the place.
    """
    left = set(gone)
    counted = Counter[str]()
    obsolete: list[str] = []
    days: set[str] = set()
    for file in manifest.rows:
        if left & set(file.sources):
            rows = _rows(store, file, left)
            counted["gone"] += file.rows - rows.num_rows
            manifest = manifest.with_files(_written(store, file, rows), [file.name])
            obsolete.append(file.name)
            days.add(file.day)
    spares = [file for file in manifest.files.values() if file.spare]
    for file in [file for file in spares if file.day in days or left & set(file.sources)]:
        manifest, restored = _restored(store, manifest, file, left)
        counted["restored"] += restored
        obsolete.append(file.name)
    return manifest.without_sources(left), obsolete, counted


def _rows(store: Path, file: DataFile, gone: set[int]) -> pa.Table:
    table = parquet.read_table(store / shape.ROWS_IN / file.name, partitioning=None)
    return table.filter(pc.invert(pc.is_in(table.column(SOURCE), pa.array(sorted(gone), pa.int32()))))


def _written(store: Path, file: DataFile, rows: pa.Table) -> list[DataFile]:
    if rows.num_rows == 0:
        return []
    return [shape.write(store, file.day, rows, row_keys(rows), spare=file.spare)]


def _restored(store: Path, manifest: Manifest, spare: DataFile, gone: set[int]) -> tuple[Manifest, int]:
    """Put spare copies back whose originals are gone."""
    rows = _rows(store, spare, gone)
    known = [file for file in manifest.rows if file.day == spare.day]
    files, _ = write_day(store, spare.day, rows, known) if rows.num_rows else ([], None)
    manifest = manifest.with_files(files, [spare.name])
    kept = [file for file in files if not file.spare]
    back = Counter[int]()
    for file in kept:
        sources = parquet.read_table(store / shape.ROWS_IN / file.name, columns=[SOURCE], partitioning=None).column(
            SOURCE
        )
        back.update(sources.to_pylist())
    taken = Counter({source: -number for source, number in back.items()})
    return manifest.with_duplicates(taken), back.total()


def retired(manifest: Manifest, names: Iterable[str]) -> Manifest:
    """The manifest with files that are to be deleted once nobody can still be reading them."""
    return replace(manifest, retired={**manifest.retired, **dict.fromkeys(names, time.time())})


def compacted(store: Path, manifest: Manifest) -> Manifest | None:
    """The manifest with the small files of each day that has too many made one; None when there is nothing to do."""
    days: dict[str, list[DataFile]] = {}
    for file in manifest.rows:
        if file.rows < SMALL:
            days.setdefault(file.day, []).append(file)
    crowded = {day: files for day, files in days.items() if len(files) >= MANY}
    for day, files in crowded.items():
        names = [file.name for file in files]
        manifest = retired(manifest.with_files([joined(store, day, files)], names), names)
    return manifest if crowded else None


def joined(store: Path, day: str, files: Sequence[DataFile]) -> DataFile:
    rows = pa.concat_tables([_rows(store, file, set()) for file in files], promote_options="default")
    return shape.write(store, day, shape.sorted_by_start(rows), row_keys(rows))
