"""Records on their way into a store: gathered by day, then written by a thread, without the duplicates."""

import shutil
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa

from flowinsight.store import shape
from flowinsight.store.duplicates import split
from flowinsight.store.hashing import SOURCE
from flowinsight.store.manifest import DataFile

ENOUGH = 96 << 20
"""Bytes of records in memory that make a file."""


class Writer:
    """Takes tables of records, and gives the files made of them. Used as a context: it ends with its thread."""

    def __init__(self, store: Path, known: Iterable[DataFile]) -> None:
        self._store = store
        self._known: dict[str, list[DataFile]] = {}
        self.know(known)
        self._days: dict[str, list[pa.Table]] = {}
        self._bytes = 0
        self._thread = ThreadPoolExecutor(1)
        self._written: list[Future[tuple[list[DataFile], Counter[int]]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def know(self, files: Iterable[DataFile]) -> None:
        """The files that the store has, among which duplicates are looked for. Nothing may be on its way."""
        self._known = {}
        for file in files:
            self._remember(file)

    def add(self, table: pa.Table, source: int) -> None:
        """Rows of a source. When enough have come together they are handed to the thread."""
        if table.num_rows == 0:
            return
        owned = table.append_column(SOURCE, pa.array(np.full(table.num_rows, source, np.int32)))
        for day, rows in shape.by_day(owned):
            self._days.setdefault(day, []).append(rows)
            self._bytes += rows.nbytes
        if self._bytes >= ENOUGH:
            self._flush()

    def settle(self) -> tuple[list[DataFile], Counter[int]]:
        """Wait until all that was added is on disk. The files since the last call, and the duplicates left out by source."""
        self._flush()
        files: list[DataFile] = []
        duplicates = Counter[int]()
        for future in self._written:
            made, left_out = future.result()
            files += made
            duplicates.update(left_out)
        self._written = []
        return files, duplicates

    def _flush(self) -> None:
        waiting = [future for future in self._written if not future.done()]
        if waiting:
            waiting[-1].result()
        if self._days:
            self._written.append(self._thread.submit(self._write, self._days))
        self._days, self._bytes = {}, 0

    def _write(self, days: dict[str, list[pa.Table]]) -> tuple[list[DataFile], Counter[int]]:
        files: list[DataFile] = []
        duplicates = Counter[int]()
        for day in sorted(days):
            rows = pa.concat_tables(days.pop(day), promote_options="default").combine_chunks()
            made, left_out = write_day(self._store, day, rows, self._known.get(day, []))
            files += made
            duplicates.update(left_out)
            for file in made:
                self._remember(file)
        return files, duplicates

    def _remember(self, file: DataFile) -> None:
        if not file.spare:
            self._known.setdefault(file.day, []).append(file)


def write_day(store: Path, day: str, rows: pa.Table, known: list[DataFile]) -> tuple[list[DataFile], Counter[int]]:
    """Write rows of one day, apart from those that the `known` files of the day hold; the files, and the duplicates by source."""
    parts = split(store, rows, known)
    kept = [(parts.keep, parts.keys, False), (parts.spare, parts.spare_keys, True)]
    files = [
        shape.write(store, day, shape.sorted_by_start(table), keys, spare=spare)
        for table, keys, spare in kept
        if table.num_rows
    ]
    return files, parts.duplicates


def remove(store: Path, names: Iterable[str]) -> None:
    """Delete data files and what is kept beside them."""
    for name in names:
        for place in shape.PLACES:
            (store / place / name).unlink(missing_ok=True)


def sweep(store: Path, named: Iterable[str]) -> None:
    """Delete every file that is not named: what a writer that was stopped has left behind."""
    kept = set(named)
    for place in shape.PLACES:
        for path in (store / place).rglob("*"):
            if path.is_file() and path.relative_to(store / place).as_posix() not in kept:
                path.unlink()
    shutil.rmtree(store / shape.SCRATCH, ignore_errors=True)
