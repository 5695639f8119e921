"""What every data file of a store looks like: its place, its columns, its order, and what is kept beside it."""

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from flowinsight.records.schema import STATUS_ROW
from flowinsight.store.counts import windows_of
from flowinsight.store.hashing import SOURCE, Keys, shortened
from flowinsight.store.manifest import DataFile, sync_folder

ODD = "odd"
"""The partition of records whose start is absent, or lies where no flow log can."""
DAY = 86_400
ROW_GROUP = 122_880

ROWS_IN, WINDOWS_IN, KEYS_IN = PLACES = ("rows", "windows", "keys")
"""Folders of a store: records, what wrote them when, and their keys, in files of the same names."""
SCRATCH = "scratch"

_DELTA = ("start", "end")
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_DAY = (date(2010, 1, 1).toordinal() - _EPOCH) * DAY
_LAST_DAY = (date(2100, 1, 1).toordinal() - _EPOCH) * DAY


def by_day(table: pa.Table) -> Iterable[tuple[str, pa.Table]]:
    """The rows of each day of start (UTC), and the odd ones."""
    days = _days(table)
    distinct = np.unique(days)
    for number in distinct:
        rows = table if len(distinct) == 1 else table.filter(pa.array(days == number))
        yield (ODD if number < 0 else date.fromordinal(_EPOCH + int(number)).isoformat()), rows


def _days(table: pa.Table) -> npt.NDArray[np.int64]:
    if "start" not in table.column_names:
        return np.full(table.num_rows, -1, np.int64)
    starts = table.column("start").fill_null(-1).to_numpy()
    usual = (starts >= _FIRST_DAY) & (starts < _LAST_DAY)
    return np.where(usual, starts // DAY, -1)


def sorted_by_start(table: pa.Table) -> pa.Table:
    if "start" not in table.column_names:
        return table
    starts = table.column("start")
    if starts.null_count == 0 and np.all(np.diff(starts.to_numpy()) >= 0):
        return table
    return table.take(pc.sort_indices(starts))


def write(store: Path, day: str, table: pa.Table, keys: Keys, *, spare: bool = False) -> DataFile:
    """Write rows of one day, sorted by start, with their keys and what wrote them when; they last before this returns."""
    name = f"day={day}/{uuid4().hex}.parquet"
    full = _without_empty_columns(table)
    write_file(store / ROWS_IN / name, full, _DELTA)
    ordered = pa.table({"key": pa.array(np.sort(shortened(keys)).astype(np.int64))})
    write_file(store / KEYS_IN / name, ordered, ("key",))
    wrote = windows_of(full)
    if not spare:
        write_file(store / WINDOWS_IN / name, wrote, ())
    extremes = pc.min_max(full.column("start")).as_py() if "start" in full.column_names else {"min": None, "max": None}
    columns = tuple(column for column in full.column_names if column != SOURCE)
    sources = tuple(sorted(pc.unique(full.column(SOURCE)).to_pylist()))
    totals = {action: bool(pc.sum(wrote.column(action)).as_py()) for action in ("accepted", "rejected")}
    ended = pc.max(wrote.column("last_end")).as_py()
    return DataFile(
        name, day, full.num_rows, extremes["min"], extremes["max"], columns, sources, spare, ended, **totals
    )


def _without_empty_columns(table: pa.Table) -> pa.Table:
    kept = [name for name in table.column_names if table.column(name).null_count < table.num_rows or name == STATUS_ROW]
    return table.select(kept)


def write_file(path: Path, table: pa.Table, delta: Sequence[str]) -> None:
    """Write a Parquet file that is whole and on disk when it has its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        parquet.write_table(
            table,
            file,
            compression="zstd",
            compression_level=1,
            row_group_size=ROW_GROUP,
            use_dictionary=[name for name in table.column_names if name not in delta],
            store_schema=False,  # what lies in memory as numbers of texts is read back as texts
            column_encoding={name: "DELTA_BINARY_PACKED" for name in delta if name in table.column_names},
        )
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)
