"""Each record beside the line it was delivered as: text is read again, and every row is held to its own line.

Plain and compressed text has lines, and so have the messages of log events. Other deliveries (Parquet, CSV, JSON, zip archives,
exports of CloudWatch Logs) are read as values, without a line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader

import numpy as np
import pyarrow as pa

from flowinsight import db, fields
from flowinsight.conditions import Condition
from flowinsight.records import careful, fast, files, inflate, schema, text
from flowinsight.records.tally import Tally
from flowinsight.snapshots.tables import FROM_LINE, FROM_SOURCE, ORIGINAL

_FEW = 32
"""So few lines are read one by one."""
_MARKS = (b"  ", b"\n ", b" \n", b" \r\n")
"""Where a line has blanks that Arrow counts as columns, rows may stand in another order than their lines."""


@dataclass(frozen=True)
class Delivered:
    """Records of one format: `table` in the columns of `schema.columns` and of where each came from."""

    table: pa.Table
    tokens: tuple[str, ...]


AT_ONCE = 200_000
"""Rows of one format that are chosen from together."""


def wanted(found: Iterable[Delivered], condition: Condition) -> Iterator[Delivered]:
    """The rows of a condition."""
    connection = db.connect()
    held: dict[tuple[str, ...], list[pa.Table]] = {}
    for one in found:
        tables = held.setdefault(one.tokens, [])
        tables.append(one.table)
        if sum(table.num_rows for table in tables) >= AT_ONCE:
            yield Delivered(_chosen(connection, condition, held.pop(one.tokens)), one.tokens)
    for tokens, tables in held.items():
        yield Delivered(_chosen(connection, condition, tables), tokens)


def _chosen(connection: db.Connection, condition: Condition, tables: Sequence[pa.Table]) -> pa.Table:
    table = pa.concat_tables(tables)
    connection.register("delivered", table)
    db.define_views(connection, "delivered", table.column_names)
    sql = f"SELECT {condition.flag} AS wanted FROM {db.ROWS}"
    found = connection.sql(sql, params=list(condition.parameters)).to_arrow_table()
    return table.filter(found.column("wanted"))


def of_stream(stream: BufferedReader, name: str, tokens: Sequence[str] | None, source: int) -> Iterator[Delivered]:
    """The records of an open file, the `source`-th, with their lines where it has any."""
    plain = _as_text(stream)
    if plain is not None:
        yield from _of_text(plain, tokens, source)
        return
    for batch in files.read_stream(stream, name, tokens):
        if batch.table.num_rows:
            yield Delivered(_placed(batch.table, source), batch.tokens)


def _as_text(stream: BufferedReader) -> BufferedReader | None:
    """The text in a file, unpacked where it was compressed once; None where it is something else."""
    packed = stream.peek(len(inflate.MAGIC)).startswith(inflate.MAGIC)
    plain = inflate.inflated(stream) if packed else stream
    head = plain.peek(files.HEAD)[: files.HEAD]
    if files.is_growing_text(plain) and not text.exported(head) and not head.startswith(b"\xef\xbb\xbf"):
        return plain
    if packed:
        stream.seek(0)
    return None


def _of_text(stream: BufferedReader, tokens: Sequence[str] | None, source: int) -> Iterator[Delivered]:
    before = 0
    for block in text.blocks(stream):
        if isinstance(block, Tally):
            before += 1
            continue
        ends = fast.line_ends(block)
        start, number = 0, 0
        for first, last, header in [*text.header_lines(block, ends), (len(block), len(block), ())]:
            lines = int(np.searchsorted(ends, first))
            if first > start:
                yield from of_lines(fast_lines(block[start:first]), tokens, source, before + number)
            tokens, start, number = header or tokens, last, lines + 1
        before += len(ends)


def fast_lines(block: bytes) -> list[bytes]:
    """The lines of a block, without the newlines that end them."""
    lines = block.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def of_lines(
    lines: Sequence[bytes],
    tokens: Sequence[str] | None,
    source: int,
    before: int | None,
    originals: Sequence[bytes] | None = None,
) -> Iterator[Delivered]:
    """The records of lines of one format. `before` lines come before them in the source; None where lines have no
    numbers. `originals` are what was delivered, where `lines` are made of it.
    """
    known = fields.DEFAULT_FORMAT if tokens is None else tuple(tokens)
    for table, numbers in _aligned(list(lines), 0, tokens):
        held = lines if originals is None else originals
        yield Delivered(_placed(table, source, [held[place] for place in numbers], np.asarray(numbers), before), known)


def _aligned(lines: list[bytes], first: int, tokens: Sequence[str] | None) -> Iterator[tuple[pa.Table, Sequence[int]]]:
    """Rows, and the place of the line of each: lines without a row are found by halving."""
    if len(lines) <= _FEW:
        yield from _one_by_one(lines, first, tokens)
        return
    block = b"\n".join(lines)
    table = fast.read_block(block, tokens).table
    if table.num_rows == len(lines) and not (block.startswith(b" ") or any(mark in block for mark in _MARKS)):
        yield table, range(first, first + len(lines))
    elif table.num_rows:
        half = len(lines) // 2
        yield from _aligned(lines[:half], first, tokens)
        yield from _aligned(lines[half:], first + half, tokens)


def _one_by_one(
    lines: list[bytes], first: int, tokens: Sequence[str] | None
) -> Iterator[tuple[pa.Table, Sequence[int]]]:
    read = [careful.read_line(line.decode("utf-8", "replace"), tokens) for line in lines]
    numbers = [first + place for place, line in enumerate(read) if line.row is not None]
    if numbers:
        yield careful.as_batch(read, tokens).table, numbers


def _placed(
    table: pa.Table,
    source: int,
    originals: Sequence[bytes] | None = None,
    places: "np.ndarray[tuple[int], np.dtype[np.intp]] | None" = None,
    before: int | None = None,
) -> pa.Table:
    """The records with where they came from; lines are counted from 1."""
    rows = table.num_rows
    numbers = (
        pa.nulls(rows, pa.int64()) if places is None or before is None else pa.array(places + before + 1, pa.int64())
    )
    table = schema.plain(table).append_column(FROM_SOURCE, pa.array(np.full(rows, source, np.int32)))
    table = table.append_column(FROM_LINE, numbers)
    held = pa.nulls(rows, pa.binary()) if originals is None else pa.array(originals, pa.binary())
    return table.append_column(ORIGINAL, held)
