"""Files and folders: what is found under a path, opened by its content and not by its name."""

import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from flowinsight.errors import SourceError
from flowinsight.records import careful, columnar, delimited, inflate, text
from flowinsight.records.columnar import read_parquet
from flowinsight.records.events import read_json
from flowinsight.records.tally import Batch, Tally, unparsable

HEAD = 1 << 16
"""Bytes by which a content is recognised."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_JSON = re.compile(rb'[\s\[]*\{\s*(?:"|\})')
_MOST_LAYERS = 3
_DAMAGE = (EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowException, OSError, RuntimeError, NotImplementedError)
"""What reading damaged data raises: RuntimeError and NotImplementedError are zip's, for a password and an odd compression."""


def found(paths: Iterable[Path]) -> list[Path]:
    """The files under these paths, folders searched to the bottom, hidden ones left out, in the order of their names.

    A link to nothing is one of them: who reads it says that it cannot be read.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (item for item in path.rglob("*") if item.is_file() or (item.is_symlink() and not item.exists()))
            files += sorted(item for item in inside if not _hidden(item.relative_to(path)))
        elif path.exists():
            files.append(path)
        else:
            raise SourceError(f"There is no file or folder {path}.")
    if not files:
        raise SourceError(f"There are no files under {', '.join(map(str, paths))}.")
    return list(dict.fromkeys(files))


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def opened(path: Path) -> io.BufferedReader:
    """A file to read from; SourceError with the reason when it cannot be opened."""
    try:
        return path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(f"{path} cannot be read: {error.strerror}.")


def status(path: Path) -> os.stat_result:
    """The size of a file and when it changed; SourceError with the reason when it cannot be told."""
    try:
        return path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error


def read_file(path: Path, tokens: Sequence[str] | None = None) -> Iterator[Batch]:
    """Batches of one file; SourceError when it cannot be opened. Damage further in ends the file and is told in the account."""
    with closing(opened(path)) as stream:
        yield from read_stream(stream, path.name, tokens)


def read_stream(stream: io.BufferedReader, name: str, tokens: Sequence[str] | None = None) -> Iterator[Batch]:
    """Batches of an open file, each with how far in the file it was made."""
    batches = _read(stream, name, tokens, layer=0)
    while True:
        try:
            batch = next(batches)
        except StopIteration:
            return
        except _DAMAGE as error:
            yield _damaged(name, error)
            return
        yield replace(batch, position=0 if stream.closed else stream.tell())


def is_growing_text(stream: io.BufferedReader) -> bool:
    """Whether a file is plain text in lines, to which more may be appended."""
    head = stream.peek(HEAD)[:HEAD]
    return not (
        head.startswith((inflate.MAGIC, columnar.MAGIC, *_ZIP))
        or _JSON.match(head)
        or delimited.header(head) is not None
    )


def _read(stream: io.BufferedReader, name: str, tokens: Sequence[str] | None, layer: int) -> Iterator[Batch]:
    head = stream.peek(HEAD)[:HEAD]
    if head.startswith(inflate.MAGIC) and layer < _MOST_LAYERS:
        yield from _read(inflate.inflated(stream), name, tokens, layer + 1)
    elif head.startswith(columnar.MAGIC) and layer == 0:
        yield from read_parquet(stream)
    elif head.startswith(_ZIP) and layer == 0:
        yield from _read_zip(stream, tokens)
    elif head.startswith((inflate.MAGIC, columnar.MAGIC, *_ZIP)):
        yield careful.empty(tokens, unparsable("an archive inside an archive: unpack the outer one first", name))
    else:
        yield from _read_plain(stream, head, tokens)


def _read_plain(stream: io.BufferedReader, head: bytes, tokens: Sequence[str] | None) -> Iterator[Batch]:
    if head.startswith(_BYTE_ORDER_MARK):
        stream.read(len(_BYTE_ORDER_MARK))
        head = head[len(_BYTE_ORDER_MARK) :]
    names = delimited.header(head)
    if _JSON.match(head):
        yield from read_json(stream, tokens)
    elif names is not None:
        yield from delimited.read_csv(stream, names, tokens)
    elif text.exported(head):
        yield from text.read_export(stream, tokens)
    else:
        yield from text.read_text(stream, tokens)


def _read_zip(stream: IO[bytes], tokens: Sequence[str] | None) -> Iterator[Batch]:
    """Every file in the archive; one that cannot be read is told, and the others are read."""
    with zipfile.ZipFile(stream) as archive:
        for member in archive.infolist():
            if member.is_dir() or _hidden(Path(member.filename)):
                continue
            try:
                with archive.open(member) as packed:
                    plain = io.BufferedReader(cast("Any", packed), HEAD)
                    yield from _read(plain, member.filename, tokens, layer=1)
            except _DAMAGE as error:
                yield _damaged(member.filename, error)


def _damaged(name: str, error: Exception) -> Batch:
    what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    problem = f"{name} is damaged and was read only to where the damage begins: {what.rstrip('.')}."
    return careful.empty(None, Tally(problems=(problem,)))
