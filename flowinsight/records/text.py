"""Flow log text: blocks of whole lines, split where a header says that another format begins."""

import re
from collections.abc import Iterator, Sequence
from typing import IO

from flowinsight import fields
from flowinsight.records import careful, fast
from flowinsight.records.tally import Batch, Tally, unparsable

BLOCK = 1 << 24
"""Bytes of text that are read and parsed together."""

_HEADER = re.compile(
    rb"^[ \t]*(?:\$\{)?[a-z][a-z0-9_-]*\}?(?:[ \t]+(?:\$\{)?[a-z][a-z0-9_-]*\}?)*[ \t]*\r?$", re.MULTILINE
)
_MARKS = str.maketrans("", "", "${}")


def read_text(stream: IO[bytes], tokens: Sequence[str] | None = None) -> Iterator[Batch]:
    """Batches of the text of a stream. `tokens` is the format to use until a header says another; None means unknown."""
    for block in blocks(stream):
        if isinstance(block, Tally):
            yield Batch(careful.read_lines([], tokens).table, block, tuple(tokens or fields.DEFAULT_FORMAT))
            continue
        start = 0
        for match in _HEADER.finditer(block):
            header = as_header(match[0].decode())
            if header is None:
                continue
            if match.start() > start:
                yield fast.read_block(block[start : match.start()], tokens)
            tokens = header
            yield Batch(careful.read_lines([], tokens).table, Tally(lines=1, skipped=1), header)
            start = min(match.end() + 1, len(block))
        if start < len(block):
            yield fast.read_block(block[start:], tokens)


def as_header(line: str) -> tuple[str, ...] | None:
    """The tokens of a header line, or None when the line is not one: at least half of its words must be known fields."""
    words = [word.translate(_MARKS) for word in line.split()]
    known = [fields.find(word) for word in words]
    if not words or 2 * sum(field is not None for field in known) < len(words):
        return None
    return tuple(word if field is None else field.token for word, field in zip(words, known, strict=True))


def blocks(stream: IO[bytes]) -> Iterator[bytes | Tally]:
    """Blocks of whole lines. A line longer than `careful.LONGEST_LINE` is never held: it becomes the account of itself."""
    rest = b""
    too_long: bytes | None = None
    while chunk := stream.read(BLOCK):
        if too_long is not None:
            _, newline, chunk = chunk.partition(b"\n")
            if not newline:
                continue
            yield _too_long(too_long)
            too_long = None
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
        if len(rest) > careful.LONGEST_LINE:
            too_long, rest = rest[:200], b""
    if too_long is not None:
        yield _too_long(too_long)
    if rest:
        yield rest


def _too_long(start: bytes) -> Tally:
    return unparsable("longer than 1 MiB", start.decode("utf-8", "replace"))
