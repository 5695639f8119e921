"""The fast reader: a block of lines of one format at once, by Arrow. Where it is not certain, the careful one reads the block."""

import re
import socket
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from flowinsight import fields
from flowinsight.addresses import MAPPED
from flowinsight.records import careful, schema
from flowinsight.records.tally import Batch, Tally

_LOW = 2**64 - 1
_INTERFACE = "^eni-[0-9a-z]+$"


def read_block(block: bytes, tokens: Sequence[str] | None) -> Batch:
    """The lines of a block that holds no header, by a format, or with None by the validated default format."""
    return _by_arrow(block, tokens) or careful.read_lines(text_lines(block), tokens)


def text_lines(block: bytes) -> list[str]:
    text = block.decode("utf-8", "replace")
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _by_arrow(block: bytes, tokens: Sequence[str] | None) -> Batch | None:
    known = fields.DEFAULT_FORMAT if tokens is None else tuple(tokens)
    if any(token not in fields.BY_TOKEN for token in known) or len(set(known)) < len(known) or len(known) < 2:
        return None
    odd: list[str] = []
    try:
        table = _parsed(block, known, odd)
        table = _typed(table, known)
    except (pa.ArrowInvalid, ValueError):
        return None
    lines = block.count(b"\n") + (0 if block.endswith(b"\n") else 1)
    blank = lines - table.num_rows - len(odd)
    if blank != _blank_lines(block) or (tokens is None and not _all_default(table)):
        return None
    rest = careful.read_lines(odd, tokens)
    batch = Batch(table, _tally(table) + Tally(lines=blank, skipped=blank), known)
    seconds = Batch(_in_seconds(batch.table), batch.tally, known)
    return Batch(pa.concat_tables([seconds.table, rest.table]), seconds.tally + rest.tally, known)


def _blank_lines(block: bytes) -> int:
    return len(re.findall(rb"^\r?$", block, re.MULTILINE)) - (1 if block.endswith(b"\n") else 0)


def _parsed(block: bytes, known: Sequence[str], odd: list[str]) -> pa.Table:
    """Every column by its type. Lines with another number of columns are put into `odd` and left out."""

    def keep_odd(row: csv.InvalidRow) -> str:
        odd.append(row.text)
        return "skip"

    types = {token: _csv_type(fields.BY_TOKEN[token]) for token in known}
    return csv.read_csv(
        pa.py_buffer(block),
        csv.ReadOptions(column_names=list(known), block_size=max(1 << 22, careful.LONGEST_LINE * 2)),
        csv.ParseOptions(delimiter=" ", quote_char=False, invalid_row_handler=keep_odd),
        csv.ConvertOptions(column_types=types, null_values=["-"], strings_can_be_null=True),
    )


def _csv_type(field: fields.Field) -> pa.DataType:
    match field.kind:
        case "address":
            return pa.dictionary(pa.int32(), pa.string())
        case _:
            return schema.arrow_type(field)


def _typed(table: pa.Table, known: Sequence[str]) -> pa.Table:
    """The physical columns; ValueError when a value is out of its range."""
    arrays: list[pa.ChunkedArray | pa.Array] = []
    addressed: pa.Array | None = None
    for token in known:
        field, column = fields.BY_TOKEN[token], table.column(token)
        if field.kind == "address":
            halves = _halves(column)
            arrays += halves
            present = pc.is_valid(halves[1])
            addressed = present if addressed is None else pc.or_(addressed, present)
            continue
        _check(field, column)
        arrays.append(column)
    nothing = pa.nulls(table.num_rows, pa.string())
    status = _status_rows(table, known, addressed)
    return pa.table([*arrays, nothing, status], schema=schema.columns(known))


def _check(field: fields.Field, column: pa.ChunkedArray) -> None:
    if field.kind == "text":
        if pc.any(pc.equal(column, "")).as_py():
            raise ValueError(f"{field.token} is empty")
        return
    extremes = pc.min_max(column).as_py()
    low, high = extremes["min"], extremes["max"]
    if low is not None and (low < 0 or high > careful.LIMITS.get(field.token, 2**63)):
        raise ValueError(f"{field.token} is out of its range")


def _halves(column: pa.ChunkedArray) -> list[pa.Array]:
    """The upper and the lower 64 bits of each address; ValueError when one is not an address."""
    encoded = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().chunk(0)
    numbers = [_number(text) for text in encoded.dictionary.to_pylist()]
    high = pa.array(np.array([number >> 64 for number in numbers], np.uint64))
    low = pa.array(np.array([number & _LOW for number in numbers], np.uint64))
    return [high.take(encoded.indices), low.take(encoded.indices)]


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
    said = pc.fill_null(pc.is_in(table.column("log-status"), pa.array(["NODATA", "SKIPDATA"])), fill_value=False)
    return said if addressed is None else pc.and_(said, pc.invert(addressed))


def _all_default(table: pa.Table) -> bool:
    """Whether every row fits the default format, as `careful` checks it line by line."""
    fits = [
        pc.all(pc.equal(table.column("version"), 2), skip_nulls=False),
        pc.all(pc.match_substring_regex(table.column("interface_id"), _INTERFACE)),
        pc.all(pc.less_equal(table.column("start"), table.column("end")), skip_nulls=False),
        pc.all(pc.is_in(table.column("action"), pa.array([None, *careful.ACTIONS]))),
        pc.all(pc.is_in(table.column("log_status"), pa.array(careful.STATUSES)), skip_nulls=False),
    ]
    return all(answer.as_py() is not False and answer.is_valid for answer in fits)


def _tally(table: pa.Table) -> Tally:
    lines = table.num_rows
    status = table.column(schema.STATUS_ROW)
    status_rows = pc.sum(status).as_py() or 0
    nodata = contradictory = 0
    if "log_status" in table.column_names:
        nodata = _count(pc.and_(status, pc.equal(table.column("log_status"), "NODATA")))
        said = pc.is_in(table.column("log_status"), pa.array(["NODATA", "SKIPDATA"]))
        contradictory = _count(said) - status_rows
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
            table = table.set_column(
                table.column_names.index(name), name, pc.if_else(late, pc.divide(column, 1000), column).cast(pa.int64())
            )
    return table
