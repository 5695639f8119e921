"""Files and folders: what is found under a path, opened by its content and not by its name."""

import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from flowinsight.errors import SourceError
from flowinsight.records import careful
from flowinsight.records.tally import Batch, Tally
from flowinsight.records.text import read_text

GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Opened:
    """A file with the batches read from it."""

    path: Path
    batches: Iterator[Batch]


def found(paths: Iterable[Path]) -> list[Path]:
    """The files under these paths, folders searched to the bottom, hidden ones left out, in the order of their names."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file() and not _hidden(item.relative_to(path)))
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise SourceError(f"There is no file or folder {path}.")
    if not files:
        raise SourceError(f"There are no files under {', '.join(map(str, paths))}.")
    return list(dict.fromkeys(files))


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def read_file(path: Path, tokens: Sequence[str] | None = None) -> Iterator[Batch]:
    """Batches of one file; SourceError when it cannot be opened. Damage further in ends the file and is told in the account."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
    with closing(stream):
        compressed = stream.read(2) == GZIP
        stream.seek(0)
        text = cast("IO[bytes]", gzip.GzipFile(fileobj=stream)) if compressed else stream
        try:
            yield from read_text(text, tokens)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            yield _damaged(path, str(error))
        except OSError as error:
            yield _damaged(path, error.strerror or str(error))


def _damaged(path: Path, what: str) -> Batch:
    problem = f"{path.name} is damaged and was read only to where the damage begins: {what}."
    empty = careful.read_lines([], None)
    return Batch(empty.table, Tally(problems=(problem,)), empty.tokens)
