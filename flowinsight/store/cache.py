"""What was parsed from files, kept for the next question on the same files.

A group of files is known by the SHA-256 of each of them and the format that was said. Its records lie in Parquet files in the
order they were delivered, beside a description with their account. A description is written last and under its final name
at once, so that a group is whole or not there, and two processes may write the same group.
"""

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from pyarrow import parquet

from flowinsight import db, fields
from flowinsight.loaded import Loaded
from flowinsight.records import schema
from flowinsight.records.ahead import in_order, streams
from flowinsight.records.files import opened, read_file
from flowinsight.records.tally import Tally, total
from flowinsight.store import shape
from flowinsight.store.counts import windows_of
from flowinsight.store.errors import no_room
from flowinsight.store.manifest import tally_from_json
from flowinsight.store.views import define_windows, parquet_view

VERSION = 2
"""Of the readers and of what is kept: a change of either makes what was kept before unknown."""
LARGEST = 4 << 30
"""Bytes that are kept, when nothing else is said."""
IN_USE = 3600.0
"""Seconds for which a group that was used is not deleted: somebody may still be asking."""

_GROUP = 64 << 20
_PART = 96 << 20


@dataclass(frozen=True)
class Part:
    """A Parquet file: its columns, and its size in bytes."""

    columns: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Group:
    """Records of some files: the Parquet files by name, the account, and rows by format."""

    parts: dict[str, Part] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    formats: dict[str, int] = field(default_factory=dict)


def folder(environment: Mapping[str, str]) -> Path:
    """Where what was parsed is kept: in the person's cache folder, as the XDG Base Directory Specification names it."""
    said = environment.get("XDG_CACHE_HOME", "")
    return (Path(said) if said.startswith("/") else Path.home() / ".cache") / "flowinsight" / "files"


def usable(cache: Path) -> bool:
    """Whether something can be kept in this folder; where it cannot, a question is answered all the same, without it."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(cache, os.W_OK | os.X_OK)


def load(
    files: Sequence[Path],
    tokens: tuple[str, ...] | None,
    cache: Path,
    progress: Callable[[int, int], None] | None = None,
    largest: int = LARGEST,
) -> Loaded:
    """Everything the files hold, read from the cache where it is there, and put there where it is not.

    Memory is bounded whatever the files hold. StoreError when the cache is full; SourceError for a file.
    """
    told, done, groups = progress or (lambda _, __: None), 0, list[Group]()
    try:
        for names, key in _grouped(files, tokens):
            told(done, len(files))
            groups.append(
                _kept(cache, key) or _parsed(cache, key, names, tokens, partial(_told_of_all, told, done, len(files)))
            )
            done += len(names)
        _shrink(cache, largest)
    except OSError as error:
        raise no_room(cache, error) from error
    return _loaded(cache, groups)


def _told_of_all(told: Callable[[int, int], None], before: int, files: int, number: int) -> None:
    """Progress within a group, told as progress in all files."""
    told(before + number, files)


def _grouped(files: Sequence[Path], tokens: tuple[str, ...] | None) -> Iterator[tuple[list[Path], str]]:
    """The files in groups of some size, each with its key."""
    names: list[Path] = []
    digest, held = _new_key(tokens), 0
    for path, (sha256, size) in zip(files, in_order(_sha256, files), strict=True):
        names.append(path)
        digest.update(sha256)
        held += size
        if held >= _GROUP:
            yield names, digest.hexdigest()
            names, digest, held = [], _new_key(tokens), 0
    if names:
        yield names, digest.hexdigest()


def _new_key(tokens: tuple[str, ...] | None) -> Any:  # noqa: ANN401 - hashlib does not name the type
    return hashlib.sha256(json.dumps([VERSION, tokens]).encode())


def _sha256(path: Path) -> tuple[bytes, int]:
    with opened(path) as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.digest(), file.tell()


def _kept(cache: Path, key: str) -> Group | None:
    """A group that is there and whole; from now on it counts as used."""
    path = cache / f"{key}.json"
    try:
        found = json.loads(path.read_bytes())
        parts = {name: Part(tuple(part["columns"]), part["size"]) for name, part in found["parts"].items()}
        if any((cache / name).stat().st_size != part.size for name, part in parts.items()):
            return None
        for used in (path, *(place for name in parts for place in (cache / name, _windows(cache / name)))):
            os.utime(used)
    except (FileNotFoundError, ValueError):
        return None
    return Group(parts, tally_from_json(found["tally"]), found["formats"])


def _parsed(
    cache: Path, key: str, names: Sequence[Path], tokens: tuple[str, ...] | None, told: Callable[[int], None]
) -> Group:
    held: list[pa.Table] = []
    held_bytes = 0
    parts: dict[str, Part] = {}
    tallies: list[Tally] = []
    formats = Counter[str]()
    for number, stream in enumerate(streams(partial(read_file, path, tokens) for path in names)):
        told(number)
        for batch in stream:
            tallies.append(batch.tally)
            if batch.table.num_rows:
                held.append(batch.table)
                held_bytes += batch.table.nbytes
                formats[" ".join(batch.tokens)] += batch.table.num_rows
            if held_bytes >= _PART:
                parts |= _written(cache, key, held)
                held, held_bytes = [], 0
    if held:
        parts |= _written(cache, key, held)
    group = Group(parts, total(tallies), dict(formats))
    described = cache / f"{key}-{uuid4().hex}.new"
    described.write_text(json.dumps(asdict(group)))
    described.replace(cache / f"{key}.json")
    return group


def _written(cache: Path, key: str, tables: Sequence[pa.Table]) -> dict[str, Part]:
    """Write tables as one file. It need not last through a loss of power: it can be made again."""
    path = cache / f"{key}-{uuid4().hex}.parquet"
    together = pa.concat_tables(tables, promote_options="default")
    parquet.write_table(together, path, compression="lz4", row_group_size=shape.ROW_GROUP)
    parquet.write_table(windows_of(together), _windows(path), compression="zstd")
    return {path.name: Part(tuple(together.column_names), path.stat().st_size)}


def _windows(part: Path) -> Path:
    """Where the counts of a part's rows by time are, so that coverage need not read the records."""
    return part.with_suffix(".windows")


def _loaded(cache: Path, groups: Sequence[Group]) -> Loaded:
    connection = db.connect()
    parts = {cache / name: part.columns for group in groups for name, part in group.parts.items()}
    default = schema.columns(fields.DEFAULT_FORMAT)
    parquet_view(connection, "delivered", parts, default)
    define_windows(connection, [_windows(path) for path in parts])
    present = sorted({column for columns in parts.values() for column in columns})
    db.define_views(connection, "delivered", present or default.names)
    formats = Counter[str]()
    for group in groups:
        formats.update(group.formats)
    return Loaded(connection, total(group.tally for group in groups), dict(formats))


def _shrink(cache: Path, largest: int) -> None:
    """Delete what was used longest ago, and what a stopped process left behind, until the rest is small enough."""
    files = sorted(((path.stat(), path) for path in cache.iterdir()), key=lambda item: item[0].st_mtime)
    size = sum(status.st_size for status, _ in files)
    for status, path in files:
        if size <= largest or time.time() - status.st_mtime < IN_USE:
            return
        path.unlink(missing_ok=True)
        size -= status.st_size
