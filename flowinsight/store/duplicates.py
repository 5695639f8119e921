"""Records that are equal in every field are one, whichever files delivered them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from flowinsight.records import schema
from flowinsight.store.hashing import SOURCE, Keys, row_keys, shortened
from flowinsight.store.manifest import DataFile
from flowinsight.store.shape import KEYS_IN, ROW_GROUP, ROWS_IN

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """New rows, apart: those to keep, and copies of what another source delivered, each with their keys.

    `duplicates` counts by source what is not kept.
    """

    keep: pa.Table
    keys: Keys
    spare: pa.Table
    spare_keys: Keys
    duplicates: Counter[int] = field(default_factory=Counter)


def split(store: Path, fresh: pa.Table, known: Sequence[DataFile]) -> Split:
    """Tell new rows of one day from those that are already in `known`, the day's files, or among themselves.

    A copy from another source is kept as a spare, so that forgetting one source does not take what another delivered.
    A copy from the same source is only counted.
    """
    keys = row_keys(fresh)
    ordered = np.sort(shortened(keys))
    stored = [table for file in known if _overlap(file, fresh) for table in _matching(store, file, ordered)]
    if not stored and not np.any(ordered[1:] == ordered[:-1]):
        return Split(fresh, keys, fresh.slice(0, 0), keys[:0])
    suspects = _suspects(shortened(keys), ordered, stored)
    copy, other = np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.bool_)
    copy[suspects], other[suspects] = _copies(schema.plain(fresh.take(pa.array(suspects))), stored)
    duplicates = Counter[int](fresh.column(SOURCE).filter(pa.array(copy)).to_pylist())
    keep = ~copy
    return Split(fresh.filter(pa.array(keep)), keys[keep], fresh.filter(pa.array(other)), keys[other], duplicates)


def _overlap(file: DataFile, fresh: pa.Table) -> bool:
    if "start" not in fresh.column_names or file.first is None or file.last is None:
        return True
    extremes = pc.min_max(fresh.column("start")).as_py()
    return extremes["min"] is None or (file.first <= extremes["max"] and extremes["min"] <= file.last)


def _matching(store: Path, file: DataFile, ordered: Keys) -> Iterator[pa.Table]:
    """The rows of a file whose keys are among these."""
    stored = parquet.read_table(store / KEYS_IN / file.name).column("key").to_numpy().astype(np.uint64)
    if not _among(stored, ordered).any():
        return
    with parquet.ParquetFile(store / ROWS_IN / file.name) as rows:
        for batch in rows.iter_batches(batch_size=ROW_GROUP):
            piece = pa.Table.from_batches([batch])
            yield piece.filter(pa.array(_among(shortened(row_keys(piece)), ordered)))


def _among(keys: Keys, ordered: Keys) -> Flags:
    if not len(ordered):
        return np.zeros(len(keys), np.bool_)
    places = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return np.asarray(ordered[places] == keys, np.bool_)


def _suspects(keys: Keys, ordered: Keys, stored: Sequence[pa.Table]) -> npt.NDArray[np.intp]:
    repeated = [ordered[1:][ordered[1:] == ordered[:-1]], *(shortened(row_keys(table)) for table in stored)]
    return np.flatnonzero(_among(keys, np.sort(np.concatenate(repeated))))


def _copies(fresh: pa.Table, stored: Sequence[pa.Table]) -> tuple[Flags, Flags]:
    """For each fresh row whether it equals an earlier row, stored or fresh, and whether all of those are of other sources."""
    together = pa.concat_tables([*stored, fresh], promote_options="default")
    keys = row_keys(together)
    order = np.argsort(keys, kind="stable")
    groups = np.empty(len(order), np.int64)
    groups[order] = np.cumsum(~_as_before(together.take(pa.array(order)), keys[order]))
    copy = np.ones(len(order), np.bool_)
    copy[np.unique(groups, return_index=True)[1]] = False
    owned = groups << 32 | together.column(SOURCE).to_numpy()
    other = np.zeros(len(order), np.bool_)
    other[np.unique(owned, return_index=True)[1]] = True
    start = len(order) - fresh.num_rows
    return copy[start:], (copy & other)[start:]


def _as_before(table: pa.Table, keys: Keys) -> Flags:
    """Whether each row equals the one before it in every field, where NULL equals NULL."""
    same = np.zeros(table.num_rows, np.bool_)
    same[1:] = keys[1:] == keys[:-1]
    for name in table.column_names:
        if name != SOURCE and table.num_rows > 1:
            column = table.column(name)
            now, before = column.slice(1), column.slice(0, len(column) - 1)
            equal = pc.fill_null(pc.equal(now, before), fill_value=False)
            both_null = pc.and_(pc.is_null(now), pc.is_null(before))
            same[1:] &= pc.or_(equal, both_null).to_numpy()
    return same
