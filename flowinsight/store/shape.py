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

from flowinsight import conditions
from flowinsight.fields import BY_TOKEN
from flowinsight.records.schema import STATUS_ROW
from flowinsight.store.hashing import SOURCE, Keys, shortened
from flowinsight.store.manifest import DataFile, sync_folder
from flowinsight.survey import LONGEST_WINDOW, WIDTH

ODD = "odd"
"""The partition of records whose start is absent, or lies where no flow log can."""
DAY = 86_400
ROW_GROUP = 122_880

ROWS_IN, WINDOWS_IN, KEYS_IN = PLACES = ("rows", "windows", "keys")
"""Folders of a store: records, what wrote them when, and their keys, in files of the same names."""
SCRATCH = "scratch"
WRITERS = (*(BY_TOKEN[token].name for token in conditions.PLACES), "tgw_attachment_id")
"""Columns that say who wrote a row, and where: what the counts by time are told apart by."""
WINDOWS = pa.schema(
    [
        *((name, pa.string()) for name in WRITERS),
        ("bin", pa.int64()),
        ("log_status", pa.string()),
        *(
            (name, pa.int64())
            for name in ("started", "rows", "accepted", "rejected", "first_start", "last_start", "last_end")
        ),
    ]
)
"""Rows by writer, by bin of `survey.WIDTH` seconds that their window touches, and by OK, NODATA or SKIPDATA: how many started in
the bin, how many touch it, how many of those ACCEPT and REJECT, the earliest and the latest start, and the latest end."""

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
            column_encoding={name: "DELTA_BINARY_PACKED" for name in delta if name in table.column_names},
        )
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def windows_of(table: pa.Table) -> pa.Table:
    """What wrote these rows, when, in the schema WINDOWS. A row counts in each bin it touches; without a start in none."""
    if "start" not in table.column_names or table.num_rows == 0:
        return WINDOWS.empty_table()
    start, action = table.column("start"), _text_or_null(table, "action")
    end = table.column("end") if "end" in table.column_names else start
    last = pc.min_element_wise(pc.max_element_wise(pc.subtract(end, 1), start), pc.add(start, LONGEST_WINDOW))
    columns = {
        **{name: _text_or_null(table, name) for name in WRITERS},
        "log_status": _status(table),
        "bin": _bin(start),
        "last_bin": _bin(last),
        "start": start,
        "end": end,
        "accepted": pc.fill_null(pc.equal(action, "ACCEPT"), fill_value=False).cast(pa.int64()),
        "rejected": pc.fill_null(pc.equal(action, "REJECT"), fill_value=False).cast(pa.int64()),
    }
    keys = [*WRITERS, "bin", "last_bin", "log_status"]
    measures = [
        ("start", "count"),
        ("accepted", "sum"),
        ("rejected", "sum"),
        ("start", "min"),
        ("start", "max"),
        ("end", "max"),
    ]
    counted = pa.table(columns).filter(pc.is_valid(start)).group_by(keys).aggregate(measures)
    spread = _spread(counted.rename_columns([*keys, *WINDOWS.names[-6:]]))
    return spread.select(WINDOWS.names).cast(WINDOWS)


def _bin(times: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.multiply(pc.floor(pc.divide(times.cast(pa.float64()), float(WIDTH))).cast(pa.int64()), WIDTH)


def _spread(counted: pa.Table) -> pa.Table:
    """Each row once for every bin from its first to its last."""
    bins = counted.column("bin").to_numpy()
    times = (counted.column("last_bin").to_numpy() - bins) // WIDTH + 1
    taken = counted.take(pa.array(np.repeat(np.arange(len(bins)), times)))
    steps = np.arange(len(taken)) - np.repeat(np.cumsum(times) - times, times)
    here = taken.set_column(taken.column_names.index("bin"), "bin", pa.array(np.repeat(bins, times) + steps * WIDTH))
    return here.append_column("started", pa.array(np.where(steps == 0, taken.column("rows").to_numpy(), 0)))


def _text_or_null(table: pa.Table, name: str) -> pa.ChunkedArray | pa.Array:
    return table.column(name) if name in table.column_names else pa.nulls(table.num_rows, pa.string())


def _status(table: pa.Table) -> pa.ChunkedArray:
    """NODATA and SKIPDATA of status rows; everything else is OK, also where the format has no log-status."""
    return pc.if_else(table.column(STATUS_ROW), _text_or_null(table, "log_status"), "OK")
