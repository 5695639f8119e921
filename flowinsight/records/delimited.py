"""Comma-separated values: flow logs rewritten with commas, results of Athena, exports of CloudWatch Logs Insights."""

import csv
from collections.abc import Iterator, Sequence
from io import BufferedReader

from flowinsight.records import cells
from flowinsight.records.fast import text_lines
from flowinsight.records.headers import as_header
from flowinsight.records.tally import Batch, Tally, skipped, unparsable
from flowinsight.records.text import blocks

MESSAGE = "@message"


def header(head: bytes) -> tuple[str, ...] | None:
    """The column names, when text begins with the first line of a table of flow logs that is separated by commas."""
    line = head.decode("utf-8", "replace").lstrip().partition("\n")[0]
    if "," not in line and line.strip().strip('"') != MESSAGE:
        return None
    try:
        names = next(csv.reader([line]), [])
    except csv.Error:
        return None
    return tuple(names) if MESSAGE in names or _tokens(names) else None


def _tokens(names: Sequence[str]) -> tuple[str, ...] | None:
    """The tokens of the columns, without those that Insights adds about an event."""
    return as_header([name for name in names if not name.startswith("@")])


def read_csv(stream: BufferedReader, names: Sequence[str], tokens: Sequence[str] | None) -> Iterator[Batch]:
    """Batches of a table with these column names. A column `@message` holds whole lines, and is all that is read then."""
    rows = _rows(stream)
    if MESSAGE in names:
        yield from cells.read_messages(_messages(rows, tuple(names)), tokens)
        return
    kept = [number for number, name in enumerate(names) if not name.startswith("@")]
    found = _tokens(names)
    assert found is not None
    yield from cells.read_rows(_kept(rows, tuple(names), kept), found)


def _rows(stream: BufferedReader) -> Iterator[list[str] | Tally]:
    """Rows as Python's csv reads them; what it refuses is the account of one unparsable row."""
    too_long: list[Tally] = []

    def lines() -> Iterator[str]:
        for block in blocks(stream):
            if isinstance(block, Tally):
                too_long.append(block)
            else:
                yield from (line + "\n" for line in text_lines(block))

    reader = csv.reader(lines())
    while True:
        try:
            yield next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield unparsable("not a row of comma-separated values", str(error))
    yield from too_long


def _messages(rows: Iterator[list[str] | Tally], names: tuple[str, ...]) -> Iterator[str | Tally]:
    column = names.index(MESSAGE)
    for row in rows:
        if isinstance(row, Tally):
            yield row
        elif not row or tuple(row) == names:
            yield skipped(1)
        elif len(row) != len(names):
            yield unparsable(f"{len(row)} columns where the table has {len(names)}", ",".join(row))
        else:
            yield row[column]


def _kept(
    rows: Iterator[list[str] | Tally], names: tuple[str, ...], kept: Sequence[int]
) -> Iterator[Sequence[str] | Tally]:
    whole = len(kept) == len(names)
    for row in rows:
        if isinstance(row, Tally):
            yield row
        elif not row or tuple(row) == names:
            yield skipped(1)
        elif whole or len(row) != len(names):
            yield row
        else:
            yield [row[number] for number in kept]
