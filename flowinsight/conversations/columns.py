"""Columns of numbers, and the same as Arrow has them.

They go from one to the other by their memory: Arrow's own ways load pandas, which takes longer than an answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Columns = Mapping[str, Numbers]
"""Columns of as many numbers each, by name."""


def in_one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    if isinstance(column, pa.Array):
        return column
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)


def from_arrow(column: pa.Array | pa.ChunkedArray, none: int = 0) -> npt.NDArray[Any]:
    """The numbers of a column, `none` for NULL."""
    column = in_one(column)
    if not column.null_count:
        return np.from_dlpack(column)
    held = pa.Array.from_buffers(column.type, len(column), [None, column.buffers()[1]], offset=column.offset)
    return np.where(from_flags(column.is_valid()), np.from_dlpack(held).astype(np.int64), none)


def from_flags(column: pa.Array | pa.ChunkedArray) -> Flags:
    """The flags of a column without NULL."""
    return np.from_dlpack(in_one(column).cast(pa.uint8())).view(np.bool_)


def to_arrow(values: npt.NDArray[Any], missing: Flags | None = None) -> pa.Array:
    """Numbers, or flags, as a column; NULL where they are missing."""
    kind = pa.from_numpy_dtype(values.dtype)
    held = _bits(values) if values.dtype == np.bool_ else pa.py_buffer(np.ascontiguousarray(values))
    there = None if missing is None or not missing.any() else _bits(~missing)
    return pa.Array.from_buffers(kind, len(values), [there, held])


def texts_to_arrow(texts: Sequence[str]) -> pa.Array:
    """A few texts as a column."""
    held = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, held)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(held), pa.py_buffer(ends), pa.py_buffer(b"".join(held)))


def _bits(flags: Flags) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
