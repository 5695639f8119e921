"""A snapshot as a value: its parts, what they say, and the id that is the hash of them all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from flowinsight.investigation import Investigation
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.snapshots import answer_rows, archive, plain_json, tables
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.facts import Facts, Sources

VERSION = 1
_FORMAT = "flowsnap"
_OUTSIDE = (archive.MANIFEST, archive.IDENTITY, archive.SIGNATURE)
"""Parts that the manifest does not list: itself, its hash, and what is signed about it."""

_NOT_KEPT = ("connection", "part")
"""Of `Loaded`: what only a process has, and what opening a snapshot makes."""


@dataclass(frozen=True)
class Listed:
    """A part as the manifest lists it: its size in bytes and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """`holds` says whether all matching records are inside, and is the first line of the file."""

    holds: str
    format: str
    version: int
    parts: dict[str, Listed]


@dataclass(frozen=True)
class Snapshot:
    """Parts by name. What they hold is read, and checked, when it is asked for; SnapshotError where it is not as it should be."""

    parts: Mapping[str, bytes]

    @cached_property
    def id(self) -> str:
        """The SHA-256 of the manifest, which holds that of every part."""
        return hashlib.sha256(self.parts[archive.MANIFEST]).hexdigest()

    @cached_property
    def manifest(self) -> Manifest:
        return read_manifest(self.parts[archive.MANIFEST])

    @cached_property
    def facts(self) -> Facts:
        return plain_json.read(Facts, self.parts[archive.FACTS], archive.FACTS)

    @cached_property
    def sources(self) -> Sources:
        return plain_json.read(Sources, self.parts[archive.SOURCES], archive.SOURCES)

    @cached_property
    def answer(self) -> Investigation:
        """The answer as it was on the screen."""
        return answer_rows.checked(plain_json.read(Investigation, self.parts[archive.ANSWER], archive.ANSWER))

    @cached_property
    def account(self) -> dict[str, Any]:
        """What a source says of itself beside its records: the fields of `Loaded` by name."""
        return plain_json.read_some(Loaded, self.parts[archive.ACCOUNT], archive.ACCOUNT, _NOT_KEPT)

    @property
    def question(self) -> Question:
        return self.facts.question

    @property
    def first_line(self) -> str:
        """Whether all, or how many of all, matching records are inside."""
        return self.facts.inside.sentence

    @property
    def is_rollup(self) -> bool:
        return archive.ROLLUP in self.parts

    @property
    def tables(self) -> dict[str, pa.Table]:
        """Every Parquet part by its name."""
        return {name: self.table(name) for name in archive.NAMES if name in tables.SHAPES and name in self.parts}

    def table(self, name: str) -> pa.Table:
        """A Parquet part by its name."""
        return tables.read(name, self.parts[name])


def read_manifest(content: bytes) -> Manifest:
    """The manifest; SnapshotError where this version cannot read it."""
    found = plain_json.parsed(content, archive.MANIFEST)
    version = found.get("version") if isinstance(found, dict) and found.get("format") == _FORMAT else None
    if type(version) is not int:
        raise SnapshotError(f"{archive.MANIFEST} is not that of a snapshot.")
    if version > VERSION:
        raise SnapshotError(
            f"This snapshot was written by a newer FlowInsight (version {version} of the format; this one reads {VERSION}): "
            "update FlowInsight to open it."
        )
    return plain_json.read(Manifest, content, archive.MANIFEST)


def listed(parts: Mapping[str, bytes]) -> dict[str, Listed]:
    """What a manifest says of parts."""
    return {
        name: Listed(len(parts[name]), hashlib.sha256(parts[name]).hexdigest())
        for name in archive.NAMES
        if name in parts and name not in _OUTSIDE
    }


def account_of(loaded: Loaded) -> bytes:
    """What stands in `account.json`."""
    return plain_json.written_some(loaded, _NOT_KEPT)


def made(
    facts: Facts, sources: Sources, account: bytes, answer: Investigation, held: Mapping[str, pa.Table]
) -> Snapshot:
    """A snapshot of these. The same values make the same bytes, and the same id."""
    parts = {
        archive.FACTS: plain_json.written(facts),
        archive.SOURCES: plain_json.written(sources),
        archive.ACCOUNT: account,
        archive.ANSWER: plain_json.written(answer),
        **{name: tables.written(table) for name, table in held.items()},
    }
    manifest = plain_json.written(Manifest(facts.inside.sentence, _FORMAT, VERSION, listed(parts)), indent=1)
    identity = hashlib.sha256(manifest).hexdigest().encode()
    return Snapshot({archive.MANIFEST: manifest, archive.IDENTITY: identity, **parts})
