"""A number for each record that is equal for records that are equal in every field, whatever format delivered them."""

from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SOURCE = "source"
"""The column that says from which source a record came; part of a store's files, not of its views."""

Keys = npt.NDArray[np.uint64]

_SHIFTS = (np.uint64(29), np.uint64(32))
_FACTORS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9))
_KEPT = np.uint64(24)


def row_keys(table: pa.Table) -> Keys:
    """One key of 64 bits per row: the sum of the values' keys, where NULL adds nothing, so that an absent column is NULL."""
    keys = np.zeros(table.num_rows, np.uint64)
    for name in table.column_names:
        if name != SOURCE:
            keys += _column_keys(table.column(name), name)
    return _mixed(keys)


def shortened(keys: Keys) -> Keys:
    """The upper 40 bits: enough to find what may be equal, and little to keep."""
    return keys >> _KEPT


def _column_keys(column: pa.ChunkedArray, name: str) -> Keys:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    present = None if array.null_count == 0 else array.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_string(array.type) or pa.types.is_dictionary(array.type):
        keys = _text_keys(array, name)
    else:
        numbers = array.cast(pa.uint8()) if pa.types.is_boolean(array.type) else array
        filled = numbers if present is None else numbers.fill_null(0)
        keys = _mixed(filled.to_numpy(zero_copy_only=False).astype(np.uint64) + _seed(name))
    return keys if present is None else keys * present


def _text_keys(array: pa.Array, name: str) -> Keys:
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    distinct = np.array([_text_key(text, name) for text in encoded.dictionary.to_pylist()] or [0], np.uint64)
    keys: Keys = distinct[encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)]
    return keys


def _text_key(text: str, name: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8, key=name.encode()).digest())


@cache
def _seed(name: str) -> np.uint64:
    return np.uint64(_text_key("", name))


def _mixed(values: Keys) -> Keys:
    mixed = values * _FACTORS[0]
    mixed ^= mixed >> _SHIFTS[0]
    mixed *= _FACTORS[1]
    mixed ^= mixed >> _SHIFTS[1]
    return mixed
