"""Files as they are found: what they are known by, which part of them is new, and the batches of that part."""

import io
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from flowinsight.errors import SourceError
from flowinsight.records.files import is_growing_text, opened, read_stream
from flowinsight.records.tally import Batch
from flowinsight.store.digests import Digests
from flowinsight.store.manifest import Source

SETTLED = 2_000_000_000
"""A file is trusted to be unchanged by its size and time only when it was this old (in ns) when it was read."""

_PIECE = 1 << 20


class Part(io.RawIOBase):
    """The bytes of an open file from `begin` to `end`, as a file of its own."""

    def __init__(self, file: io.BufferedReader, begin: int, end: int) -> None:
        super().__init__()
        self._file, self._begin, self._size, self._at = file, begin, end - begin, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        self._file.seek(self._begin + self._at)
        read = self._file.readinto(memoryview(buffer)[: max(0, self._size - self._at)])
        self._at += read
        return read


@dataclass(frozen=True)
class Found:
    """A file: its size, its time, the SHA-256 of its first bytes up to several places, its whole size among them.

    `grows` says that it is plain text in lines; `whole` is where its last whole line ends.
    """

    path: Path
    size: int
    modified_ns: int
    grows: bool
    whole: int
    sha256: dict[int, str]


@dataclass(frozen=True)
class Plan:
    """What to read of a file, from the byte `begin`, as a new source or for `grown`, and the sources this takes the place of."""

    found: Found
    said: tuple[str, ...] | None
    begin: int = 0
    grown: Source | None = None
    replaced: tuple[int, ...] = ()


class Known:
    """The sources of a store by what they are recognised by."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_path: dict[str, dict[int, Source]] = {}
        self._by_sha: dict[str, dict[int, Source]] = {}
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> None:
        self._by_path.setdefault(source.path, {})[source.id] = source
        self._by_sha.setdefault(source.sha256, {})[source.id] = source

    def remove(self, gone: Iterable[int]) -> None:
        left = set(gone)
        for index in (self._by_path, self._by_sha):
            for sources in index.values():
                for key in left & sources.keys():
                    del sources[key]

    def at(self, path: Path) -> list[Source]:
        return list(self._by_path.get(str(path), {}).values())

    def unchanged(self, path: Path, said: tuple[str, ...] | None) -> bool:
        """Whether size and time of a file are those of a source that was read from it; no byte of it is read."""
        try:
            status = path.stat()
        except OSError:
            return False
        sizes = [source for source in self.at(path) if source.modified_ns == status.st_mtime_ns and source.said == said]
        return any(source.size == status.st_size for source in sizes)

    def plan(self, found: Found, said: tuple[str, ...] | None) -> Plan | None:
        """What is to be read of a file; None when the store has all of it."""
        same = list(self._by_sha.get(found.sha256[found.size], {}).values())
        if any(source.said == said for source in same):
            return None
        here = self.at(found.path)
        for source in here:
            grown = source.grows and source.tail_of is None and source.said == said
            if grown and source.size <= found.whole and found.sha256.get(source.size) == source.sha256:
                return Plan(
                    found, said, source.size, source, tuple(other.id for other in here if other.tail_of == source.id)
                )
        whole = {source.tail_of or source.id for source in same} | {source.id for source in same}
        return Plan(found, said, replaced=tuple(sorted(whole)))


def look(path: Path, known: Known, digests: Digests) -> Found:
    """Read of a file what its SHA-256 takes; SourceError when it cannot be read."""
    try:
        with closing(opened(path)) as file:
            grows = is_growing_text(file)
            file.seek(0, io.SEEK_END)
            size = file.tell()
            whole = _last_line_end(file, size) if grows else size
            cuts = {source.size for source in known.at(path)} | {whole, size}
            changed = path.stat().st_mtime_ns
            trusted = changed if time.time_ns() - changed > SETTLED else 0
            hashes = digests.of(path, file, (cut for cut in cuts if cut <= size), whole if grows else 0)
            return Found(path, size, trusted, grows, whole, hashes)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _last_line_end(file: io.BufferedReader, size: int) -> int:
    end = size
    while end > 0:
        begin = max(0, end - _PIECE)
        file.seek(begin)
        newline = file.read(end - begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return 0


def batches(plan: Plan) -> Iterator[tuple[Batch, bool]]:
    """The batches of a plan, each with whether it is of the unfinished last line."""
    found = plan.found
    tokens = plan.said if plan.grown is None else plan.grown.tokens or plan.said
    with closing(opened(found.path)) as file:
        for batch in read_stream(io.BufferedReader(Part(file, plan.begin, found.whole)), found.path.name, tokens):
            tokens = batch.tokens if batch.headed else tokens
            yield batch, False
        if found.whole < found.size:
            for batch in read_stream(io.BufferedReader(Part(file, found.whole, found.size)), found.path.name, tokens):
                yield batch, True
