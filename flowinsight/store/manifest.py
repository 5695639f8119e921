"""The manifest: what a store holds. A store is what its manifest says; a file it does not name is not part of it."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from flowinsight.records.tally import NUMBERS, Reason, Tally, total
from flowinsight.store.errors import StoreError
from flowinsight.store.upgrades import VERSION, upgraded

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Source:
    """A delivered file, known by the SHA-256 of its first `size` bytes.

    `said` is the format a person told for it. A text file that grows is read on from `size`, where its last whole line
    ended, in the format `tokens` if a header told one. The unfinished last line of such a file is a source of its own, with
    the id of the file's in `tail_of`, and is read again once the file has grown. `duplicates` counts its records that the
    store already had.
    """

    id: int
    path: str
    sha256: str
    size: int
    modified_ns: int = 0
    said: tuple[str, ...] | None = None
    tokens: tuple[str, ...] | None = None
    grows: bool = False
    tail_of: int | None = None
    tally: Tally = field(default_factory=Tally)
    formats: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0


@dataclass(frozen=True)
class DataFile:
    """A Parquet file of records of one day. `spare` files hold the copies of records that came from a second source.

    `first` and `last` are the earliest and the latest start in it, None where no record has one, and `ended` the latest end.
    `accepted` and `rejected` say whether it holds a record of that action.
    """

    name: str
    day: str
    rows: int
    first: int | None
    last: int | None
    columns: tuple[str, ...]
    sources: tuple[int, ...]
    spare: bool = False
    ended: int | None = None
    accepted: bool = False
    rejected: bool = False


@dataclass(frozen=True)
class Manifest:
    """Sources by id and files by name. `retired` files were replaced at the time given, but may still be being read."""

    sources: dict[int, Source] = field(default_factory=dict)
    files: dict[str, DataFile] = field(default_factory=dict)
    retired: dict[str, float] = field(default_factory=dict)
    next_id: int = 1

    @property
    def rows(self) -> tuple[DataFile, ...]:
        return tuple(file for file in self.files.values() if not file.spare)

    @property
    def tally(self) -> Tally:
        return total(source.tally for source in self.sources.values())

    @property
    def duplicates(self) -> int:
        return sum(source.duplicates for source in self.sources.values())

    @property
    def formats(self) -> dict[str, int]:
        counts = Counter[str]()
        for source in self.sources.values():
            counts.update(source.formats)
        return dict(counts)

    def with_sources(self, added: Iterable[Source]) -> "Manifest":
        sources = {**self.sources, **{source.id: source for source in added}}
        return replace(self, sources=sources, next_id=max([self.next_id - 1, *sources]) + 1)

    def without_sources(self, gone: Iterable[int]) -> "Manifest":
        left = set(gone)
        return replace(self, sources={key: source for key, source in self.sources.items() if key not in left})

    def with_duplicates(self, counted: Counter[int]) -> "Manifest":
        """Counts of duplicates added to their sources; the source may be gone."""
        changed = {key: replace(self.sources[key], duplicates=self.sources[key].duplicates + number)
                   for key, number in counted.items() if key in self.sources}  # fmt: skip
        return replace(self, sources={**self.sources, **changed})

    def with_files(self, added: Iterable[DataFile], removed: Iterable[str] = ()) -> "Manifest":
        files = {**self.files, **{file.name: file for file in added}}
        for name in removed:
            files.pop(name, None)
        return replace(self, files=files)


def exists(store: Path) -> bool:
    return (store / MANIFEST).exists()


def read(store: Path) -> Manifest:
    """The manifest of a store; StoreError when there is none or it cannot be understood."""
    path = store / MANIFEST
    try:
        stored = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise StoreError(f"{store} is not a store yet: ingest some flow logs into it first.") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise StoreError(f"{path} is damaged: restore it from a copy, or ingest again into a new folder.") from error
    return _from_json(upgraded(stored, store))


def commit(store: Path, manifest: Manifest) -> None:
    """Make the manifest the store's, all at once: a reader sees the old one or the new one."""
    written = store / f"{MANIFEST}.new"
    with written.open("wb") as file:
        file.write(json.dumps(_to_json(manifest), separators=(",", ":")).encode())
        file.flush()
        os.fsync(file.fileno())
    written.replace(store / MANIFEST)
    sync_folder(store)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "version": VERSION,
        "next_id": manifest.next_id,
        "retired": manifest.retired,
        "sources": [_short(asdict(source)) for source in manifest.sources.values()],
        "files": [_short(asdict(file)) for file in manifest.files.values()],
    }


def _short(value: dict[str, Any]) -> dict[str, Any]:
    """Without what is None, False or empty: a store may have a hundred thousand sources."""
    return {key: item for key, item in value.items() if item is not None and item is not False and item not in ({}, ())}


def _from_json(stored: dict[str, Any]) -> Manifest:
    sources = [_source(item) for item in stored["sources"]]
    files = [
        DataFile(**{"first": None, "last": None} | item | {key: tuple(item[key]) for key in ("columns", "sources")})
        for item in stored["files"]
    ]
    return Manifest(
        {source.id: source for source in sources},
        {file.name: file for file in files},
        stored["retired"],
        int(stored["next_id"]),
    )


def _source(item: dict[str, Any]) -> Source:
    formats = {key: tuple(item[key]) for key in ("said", "tokens") if key in item}
    given: dict[str, Any] = item | formats | {"tally": tally_from_json(item["tally"])}
    return Source(**given)


def tally_from_json(item: Mapping[str, Any]) -> Tally:
    """A tally as `dataclasses.asdict` and JSON have made it."""
    reasons = {why: Reason(**reason) for why, reason in item["reasons"].items()}
    numbers = {name: item[name] for name in NUMBERS}
    return Tally(**numbers, reasons=reasons, problems=tuple(item["problems"]))
