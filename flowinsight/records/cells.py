"""Rows of cells, as tables and JSON objects hold them: most become lines for the fast reader, the rest are read one by one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from flowinsight.records import careful, fast
from flowinsight.records.careful import Line
from flowinsight.records.tally import Batch, Tally, unparsable
from flowinsight.records.text import read_blocks

AT_ONCE = 50_000
"""Rows or messages that are read together."""


def read_rows(rows: Iterable[Sequence[str] | Tally], tokens: Sequence[str]) -> Iterator[Batch]:
    """Batches of rows of one format. An empty cell or `-` is NULL; any other text is a value."""
    rest = iter(rows)
    while piece := list(islice(rest, AT_ONCE)):
        lines: list[bytes] = []
        odd: list[Line] = []
        for row in piece:
            if isinstance(row, Tally):
                odd.append(Line(None, row))
            elif (line := _as_line(row, tokens)) is not None:
                lines.append(line)
            else:
                odd.append(careful.read_cells(row, tokens))
        if lines:
            yield fast.read_block(b"\n".join(lines), tokens)
        if odd:
            yield careful.as_batch(odd, tokens)


def _as_line(row: Sequence[str], tokens: Sequence[str]) -> bytes | None:
    """The row as a line of text, when that says exactly the same."""
    if len(row) != len(tokens) or not any(row):
        return None
    line = " ".join([cell or "-" for cell in row])
    if "#" in line or "\n" in line or len(line) > careful.LONGEST_LINE or len(line.split()) != len(row):
        return None
    return line.encode()


def read_messages(messages: Iterable[str | Tally], tokens: Sequence[str] | None) -> Iterator[Batch]:
    """Batches of the texts of log events, each of which is a line as flow log text has it."""
    return read_blocks(_blocks(messages), tokens)


def _blocks(messages: Iterable[str | Tally]) -> Iterator[bytes | Tally]:
    rest = iter(messages)
    while piece := list(islice(rest, AT_ONCE)):
        texts = [message.strip("\r\n") for message in piece if isinstance(message, str)]
        fitting = [text for text in texts if len(text) <= careful.LONGEST_LINE]
        if fitting:
            yield ("\n".join(fitting) + "\n").encode("utf-8", "replace")
        yield from (unparsable("longer than 1 MiB", text) for text in texts if len(text) > careful.LONGEST_LINE)
        yield from (message for message in piece if isinstance(message, Tally))
