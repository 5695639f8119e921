"""What wrote rows when: counted when rows are read, so that what was covered costs a question nothing."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flowinsight import conditions
from flowinsight.fields import BY_TOKEN
from flowinsight.records import careful
from flowinsight.records.schema import ENCODED, STATUS_ROW
from flowinsight.records.typed import in_one, places
from flowinsight.survey import LONGEST_WINDOW, WIDTH

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

Numbers = npt.NDArray[np.int64]

_NONE = -1
_MOST_KEYS = 1 << 62


def windows_of(table: pa.Table) -> pa.Table:
    """What wrote these rows, when, in the schema WINDOWS. A row counts in each bin it touches; without a start in none."""
    if "start" in table.column_names and table.column("start").null_count:
        table = table.filter(pc.is_valid(table.column("start")))
    if "start" not in table.column_names or table.num_rows == 0:
        return WINDOWS.empty_table()
    start = _times(table, "start")
    end = _times(table, "end") if "end" in table.column_names else start
    first = start // WIDTH
    steps = np.minimum(np.maximum(end - 1, start), start + LONGEST_WINDOW) // WIDTH - first
    writers = {name: _texts(table, name) for name in WRITERS if name in table.column_names}
    status = _places(table, "log_status", careful.NOTHING_LOGGED) * table.column(STATUS_ROW).to_numpy()
    groups, one = _grouped([status, steps, first - first.min(), *map(_codes, writers.values())])
    other, accepted, rejected = _counted(groups, len(one), _places(table, "action", careful.ACTIONS))
    columns = {
        **{name: column.take(pa.array(one)).cast(pa.string()) for name, column in writers.items()},
        "log_status": pa.array(careful.STATUSES).take(pa.array(status[one])),
        "rows": other + accepted + rejected,
        "accepted": accepted,
        "rejected": rejected,
        "first_start": _extreme(np.minimum, start, groups, one),
        "last_start": _extreme(np.maximum, start, groups, one),
        "last_end": _or_null(_extreme(np.maximum, end, groups, one)),
    }
    return _spread(pa.table(columns), first[one], steps[one] + 1)


def _times(table: pa.Table, name: str) -> Numbers:
    """Times, _NONE where there is none."""
    times: Numbers = table.column(name).fill_null(_NONE).to_numpy()
    return times


def _texts(table: pa.Table, name: str) -> pa.DictionaryArray:
    column = table.column(name)
    return in_one(column if column.type == ENCODED else column.dictionary_encode())


def _codes(column: pa.DictionaryArray) -> Numbers:
    codes: Numbers = column.indices.fill_null(len(column.dictionary)).to_numpy().astype(np.int64)
    return codes


def _places(table: pa.Table, name: str, texts: Sequence[str]) -> Numbers:
    """As `typed.places`; 0 where there is no such column."""
    return places(_texts(table, name), texts) if name in table.column_names else np.zeros(table.num_rows, np.int64)


def _grouped(parts: Iterable[Numbers]) -> tuple[Numbers, Numbers]:
    """For rows told apart by some small numbers: the group of each row, and a row of each group."""
    keys, possible = np.zeros(1, np.int64), 1
    for part in parts:
        size = int(part.max()) + 1
        if possible * size > _MOST_KEYS:
            keys, possible = _numbered(keys), len(keys)
        keys = keys * size + part
        possible *= size
    groups = _numbered(keys)
    rows = np.empty(int(groups.max()) + 1, np.int64)
    rows[groups] = np.arange(len(groups))
    return groups, rows


def _numbered(keys: Numbers) -> Numbers:
    """The distinct keys numbered from 0."""
    numbers: Numbers = pa.array(keys).dictionary_encode().indices.to_numpy().astype(np.int64)
    return numbers


def _counted(groups: Numbers, count: int, kinds: Numbers) -> Numbers:
    """How many rows of each group are of the kinds 0, 1 and 2."""
    return np.bincount(groups * 3 + kinds, minlength=count * 3).reshape(-1, 3).T


def _extreme(function: np.ufunc, times: Numbers, groups: Numbers, one: Numbers) -> Numbers:
    found = times[one]
    function.at(found, groups, times)
    return found


def _or_null(times: Numbers) -> pa.Array:
    return pa.array(times, mask=times == _NONE)


def _spread(counted: pa.Table, first: Numbers, times: Numbers) -> pa.Table:
    """Each row once for every one of so many bins from its first on."""
    steps = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    taken = counted.take(pa.array(np.repeat(np.arange(len(times)), times)))
    rows = taken.column("rows").to_numpy()
    spread = {
        "bin": (np.repeat(first, times) + steps) * WIDTH,
        "started": np.where(steps == 0, rows, 0),
    }
    columns = {name: taken.column(name) for name in taken.column_names} | spread
    absent = {name: pa.nulls(len(steps), pa.string()) for name in WRITERS if name not in columns}
    return pa.table({**columns, **absent}).select(WINDOWS.names).cast(WINDOWS)
