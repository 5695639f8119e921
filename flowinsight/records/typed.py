"""Columns of delivered values to the physical columns of `schema`, a table at a time, with the account of its rows."""

import socket
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flowinsight import fields
from flowinsight.addresses import MAPPED
from flowinsight.records import careful, schema
from flowinsight.records.tally import Batch, Tally

_LOW = 2**64 - 1
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_V4 = rf"^{_OCTET}(\.{_OCTET}){{3}}$"


def read_table(table: pa.Table, tokens: Sequence[str]) -> Batch:
    """A table with one column per token: numbers as integers, addresses and texts of known fields as dictionaries of texts.

    ValueError or ArrowInvalid when a value is not what its field holds; the careful reader then says which.
    """
    typed = _typed(table, tokens)
    tally = _tally(typed)
    return Batch(_in_seconds(typed), tally, tuple(tokens))


def _typed(table: pa.Table, tokens: Sequence[str]) -> pa.Table:
    arrays: list[pa.ChunkedArray | pa.Array] = []
    addressed: pa.Array | None = None
    unknown: list[str] = []
    for token in tokens:
        field, column = fields.BY_TOKEN.get(token), table.column(token)
        if field is None:
            _check_filled(token, column)
            unknown.append(token)
        elif field.kind == "address":
            halves = _halves(in_one(column))
            arrays += halves
            present = pc.is_valid(halves[1])
            addressed = present if addressed is None else pc.or_(addressed, present)
        elif field.kind == "text":
            arrays.append(in_one(column))
            _check_filled(token, arrays[-1].dictionary)
        else:
            _check_range(field, column)
            arrays.append(column)
    extra, status = _extra(table, unknown), _status_rows(table, tokens, addressed)
    return pa.table([*arrays, extra, status], schema=schema.encoded(tokens))


def in_one(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column of dictionaries as one array, in whose dictionary each text stands once."""
    encoded = column.unify_dictionaries().combine_chunks()
    if not isinstance(encoded, pa.ChunkedArray):
        return encoded
    return encoded.chunk(0) if encoded.num_chunks else pa.array([], column.type)


def places(encoded: pa.DictionaryArray, texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """For each value its place among these texts, counted from 1; 0 for NULL and for every other text."""
    codes = pc.index_in(pa.array(texts), encoded.dictionary).to_pylist()
    indices = encoded.indices.fill_null(-1).to_numpy()
    found = np.zeros(len(indices), np.int64)
    for place, code in enumerate(codes, 1):
        if code is not None:
            found += (indices == code) * np.int64(place)
    return found


def _check_range(field: fields.Field, column: pa.ChunkedArray) -> None:
    extremes = pc.min_max(column).as_py()
    low, high = extremes["min"], extremes["max"]
    if low is not None and (low < 0 or high > careful.highest(field)):
        raise ValueError(f"{field.token} is out of its range")


def _check_filled(token: str, texts: pa.ChunkedArray | pa.Array) -> None:
    if pc.any(pc.equal(pc.binary_length(texts), 0)).as_py():
        raise ValueError(f"{token} is empty")


def _extra(table: pa.Table, unknown: Sequence[str]) -> pa.Array:
    if not unknown:
        return pa.nulls(table.num_rows, pa.string())
    columns = [["-" if text is None else text for text in table.column(token).to_pylist()] for token in unknown]
    rows = zip(*columns, strict=True)
    return pa.array([careful.as_extra(dict(zip(unknown, row, strict=True))) for row in rows], pa.string())


def _halves(encoded: pa.DictionaryArray) -> list[pa.Array]:
    """The upper and the lower 64 bits of each address; ValueError when one is not an address."""
    texts = encoded.dictionary
    if pc.all(pc.match_substring_regex(texts, _V4)).as_py() is not False:
        low = pa.array(_v4(texts)).take(encoded.indices)
        return [_v4_high(low), low]
    numbers = [_number(text) for text in texts.to_pylist()]
    high = pa.array(np.array([number >> 64 for number in numbers], np.uint64))
    low = pa.array(np.array([number & _LOW for number in numbers], np.uint64))
    return [high.take(encoded.indices), low.take(encoded.indices)]


def _v4(texts: pa.Array) -> npt.NDArray[np.uint64]:
    """The lower halves of IPv4 addresses, which have the form _V4."""
    octets: npt.NDArray[np.uint8] = pc.list_flatten(pc.split_pattern(texts, ".")).cast(pa.uint8()).to_numpy()
    return octets.reshape(-1, 4).view(">u4").ravel().astype(np.uint64) + np.uint64(MAPPED)


def _v4_high(low: pa.Array) -> pa.Array:
    """The upper halves of IPv4 addresses: zero where there is one. Pages of zeros cost nothing until they are written."""
    present = low.buffers()[0]
    return pa.Array.from_buffers(
        pa.uint64(), len(low), [present, pa.py_buffer(np.zeros(len(low) + low.offset, np.uint64))], -1, low.offset
    )


@lru_cache(maxsize=1 << 17)
def _number(text: str) -> int:
    """As `addresses.parse_address`, several times as fast."""
    try:
        if ":" in text:
            return int.from_bytes(socket.inet_pton(socket.AF_INET6, text))
        return int.from_bytes(socket.inet_pton(socket.AF_INET, text)) + MAPPED
    except OSError as error:
        raise ValueError(f"{text} is not an address") from error


def _status_rows(table: pa.Table, known: Sequence[str], addressed: pa.Array | None) -> pa.Array:
    if "log-status" not in known:
        return pa.array(np.zeros(table.num_rows, np.bool_))
    said = pa.array(places(in_one(table.column("log-status")), careful.NOTHING_LOGGED) > 0)
    return said if addressed is None else pc.and_(said, pc.invert(addressed))


def _tally(table: pa.Table) -> Tally:
    lines = table.num_rows
    status = table.column(schema.STATUS_ROW)
    status_rows = _count(status)
    nodata = contradictory = 0
    if "log_status" in table.column_names:
        said = places(in_one(table.column("log_status")), careful.NOTHING_LOGGED)
        nodata = int(np.count_nonzero(status.to_numpy() & (said == 1)))
        contradictory = int(np.count_nonzero(said)) - status_rows
    late = [pc.greater_equal(table.column(name), schema.MILLISECONDS_FROM) for name in _times(table)]
    milliseconds = _count(late[0] if len(late) == 1 else pc.or_kleene(*late)) if late else 0
    return Tally(lines, lines - status_rows, nodata, status_rows - nodata, 0, 0, milliseconds, contradictory)


def _times(table: pa.Table) -> list[str]:
    return [name for name in ("start", "end") if name in table.column_names]


def _count(flags: pa.Array | pa.ChunkedArray) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _in_seconds(table: pa.Table) -> pa.Table:
    for name in _times(table):
        column = table.column(name)
        late = pc.greater_equal(column, schema.MILLISECONDS_FROM)
        if pc.any(late).as_py():
            seconds = pc.if_else(late, pc.divide(column, 1000), column).cast(pa.int64())
            table = table.set_column(table.column_names.index(name), name, seconds)
    return table
