"""Flow log text: blocks of whole lines, split where a header says that another format begins."""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedReader

import numpy as np

from flowinsight.records import careful, fast
from flowinsight.records.headers import as_header
from flowinsight.records.tally import Batch, Tally, skipped, unparsable

BLOCK = 1 << 24
"""Bytes of text that are read and parsed together."""

_HEADER = re.compile(rb"[ \t]*(?:\$\{)?[a-z][a-z0-9_-]*\}?(?:[ \t]+(?:\$\{)?[a-z][a-z0-9_-]*\}?)*[ \t]*\r?(?=\n|\Z)")
_FIRST = np.isin(np.arange(256), np.frombuffer(b"abcdefghijklmnopqrstuvwxyz$ \t", np.uint8))
_LAST = np.isin(np.arange(256), np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789_-} \t\r", np.uint8))
_EXPORTED = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ", re.MULTILINE)


def read_text(stream: BufferedReader, tokens: Sequence[str] | None = None) -> Iterator[Batch]:
    """Batches of the text of a stream. `tokens` is the format to use until a header says another; None means unknown."""
    return read_blocks(blocks(stream), tokens)


def read_export(stream: BufferedReader, tokens: Sequence[str] | None = None) -> Iterator[Batch]:
    """Text exported by CloudWatch Logs, where an ISO time stands before every line."""
    plain = (_EXPORTED.sub(b"", block) if isinstance(block, bytes) else block for block in blocks(stream))
    return read_blocks(plain, tokens)


def exported(head: bytes) -> bool:
    """Whether text begins as an export task of CloudWatch Logs writes it."""
    return _EXPORTED.match(head) is not None


def read_blocks(whole: Iterable[bytes | Tally], tokens: Sequence[str] | None) -> Iterator[Batch]:
    """Batches of blocks of whole lines, and of accounts of what could not become one."""
    for block in whole:
        if isinstance(block, Tally):
            yield careful.empty(tokens, block)
            continue
        start, ends = 0, fast.line_ends(block)
        for first, last, header in header_lines(block, ends):
            if first > start:
                yield fast.read_block(block[start:first], tokens)
            tokens = header
            yield careful.empty(tokens, skipped(1))
            start = last
        if start < len(block):
            yield fast.read_block(block[start:], tokens, ends[np.searchsorted(ends, start) :] - start)


def header_lines(block: bytes, ends: fast.Ends) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where each header line begins, where the line after it begins, and the tokens it says."""
    data = np.frombuffer(block, np.uint8)
    starts = np.concatenate(([0], ends[:-1] + 1))
    may_be = _FIRST[data[starts]] & _LAST[data[np.maximum(ends - 1, 0)]]
    for number in np.flatnonzero(may_be):
        first, end = int(starts[number]), int(ends[number])
        match = _HEADER.match(block, first)
        header = as_header(match[0].decode().split()) if match else None
        if header:
            yield first, min(end + 1, len(block)), header


def blocks(stream: BufferedReader) -> Iterator[bytes | Tally]:
    """Blocks of whole lines. A line longer than `careful.LONGEST_LINE` is never held: it becomes the account of itself."""
    rest: list[bytes] = []
    too_long: bytes | None = None
    for pieces in _chunks(stream):
        if too_long is not None:
            while pieces and b"\n" not in pieces[0]:
                pieces.pop(0)
            if not pieces:
                continue
            pieces[0] = pieces[0].partition(b"\n")[2]
            yield _too_long(too_long)
            too_long = None
        whole, rest = _cut(rest + pieces)
        if whole:
            yield whole
        if sum(map(len, rest)) > careful.LONGEST_LINE:
            too_long, rest = b"".join(rest)[:200], []
    if too_long is not None:
        yield _too_long(too_long)
    if rest:
        yield b"".join(rest)


def _cut(pieces: list[bytes]) -> tuple[bytes, list[bytes]]:
    """Pieces of text cut behind their last newline. What is before it is copied once, whatever it came in."""
    for number in range(len(pieces) - 1, -1, -1):
        end = pieces[number].rfind(b"\n") + 1
        if end:
            before = [*pieces[:number], pieces[number][:end]]
            after = [pieces[number][end:], *pieces[number + 1 :]]
            return before[0] if len(before) == 1 else b"".join(before), [piece for piece in after if piece]
    return b"", pieces


def _chunks(stream: BufferedReader) -> Iterator[list[bytes]]:
    """The stream in pieces of BLOCK bytes together. Where reading fails, what was read before comes first."""
    ended = False
    while not ended:
        pieces, held = list[bytes](), 0
        try:
            while held < BLOCK and not ended:
                piece = stream.read1(BLOCK - held)
                ended = not piece
                if piece:
                    pieces.append(piece)
                held += len(piece)
        finally:
            if held:
                yield pieces


def _too_long(start: bytes) -> Tally:
    return unparsable("longer than 1 MiB", start.decode("utf-8", "replace"))
