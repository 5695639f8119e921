"""What a snapshot says beside its records: who asked, when and of what, by which rules, and what is inside."""

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from flowinsight import aws
from flowinsight.question import Question

RULES = {
    "conversations": ("conversations", "legs.py", "roles.py"),
    "coverage": ("coverage.py", "survey.py"),
    "verdict": ("answerable.py",),
    "matching": ("conditions.py",),
}
"""What an answer depends on, and the modules that say it."""


@dataclass(frozen=True)
class File:
    """A file that was read: its size in bytes and SHA-256 when the snapshot was made."""

    path: str
    size: int
    sha256: str
    modified: int | None = None
    kind: Literal["file"] = "file"


@dataclass(frozen=True)
class Object:
    """An object of S3: version, checksum (as S3 names it, with its algorithm) and modified (Unix seconds) where S3 tells them."""

    bucket: str
    key: str
    size: int
    etag: str
    version: str | None = None
    checksum: str | None = None
    modified: int | None = None
    kind: Literal["object"] = "object"


@dataclass(frozen=True)
class Events:
    """Events of a log group: what was sent (patterns, or the id of a query), the range in milliseconds, what it read."""

    account: str
    region: str
    group: str
    patterns: tuple[str, ...] = ()
    query_id: str | None = None
    start: int | None = None
    end: int | None = None
    statistics: dict[str, int] = field(default_factory=dict)
    kind: Literal["events"] = "events"


Source = File | Object | Events


@dataclass(frozen=True)
class Sources:
    """Every source. `notes` say in sentences how the records came from them."""

    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Name:
    """Who an address was, as of `at` (Unix seconds), and who says so; `scope` is its network, where that is known."""

    address: str
    name: str
    at: int
    origin: str
    scope: str | None = None


@dataclass(frozen=True)
class Inside:
    """How many records match, how many of them are inside, how many `beside` them tell who started, how many rows a rollup has.

    `lines` of the records inside are there as the bytes that were delivered, the others as their values.
    """

    matching: int
    inside: int
    beside: int = 0
    rollup: int = 0
    lines: int = 0

    @property
    def sentence(self) -> str:
        """The first line of a snapshot."""
        if self.inside == self.matching:
            return f"All {self.matching:,} matching records are inside."
        rest = f": a rollup of {self.rollup:,} rows stands for them" if self.rollup else ""
        return f"{self.inside:,} of {self.matching:,} matching records are inside{rest}."


@dataclass(frozen=True)
class Redaction:
    """That values were replaced: which snapshot this was made from, by its id, and what was done, in sentences.

    `key` is the fingerprint of the key that turns addresses back. It says nothing about the key.
    """

    original: str
    key: str
    done: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What stands in `facts.json`. `actions` are those of the whole source; `row_formats` those of records, by number."""

    question: Question
    frozen_at: int
    inside: Inside
    actions: tuple[str, ...] = ()
    row_formats: tuple[str, ...] = ()
    caller: str = "unknown"
    tool: str = ""
    rules: dict[str, str] = field(default_factory=dict)
    clock_offset: float | None = None
    limits: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    note: str = ""
    redaction: Redaction | None = None


@dataclass(frozen=True)
class Circumstances:
    """What the one who freezes says: when (Unix seconds), as whom, how far this clock is behind AWS's (seconds), a note,
    names, and sentences about limits that bit.
    """

    frozen_at: int
    caller: str = "this machine"
    clock_offset: float | None = None
    note: str = ""
    names: tuple[Name, ...] = ()
    limits: tuple[str, ...] = ()


def caller(identity: aws.Identity, who: aws.Caller | None = None) -> str:
    """Who asked AWS, in AWS's own words where it said who that is, and without anything secret."""
    role = identity.role_arn if who is None else who.arn
    parts = [identity.label, role, identity.region, identity.endpoint_url]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def tool() -> str:
    """The name and version of what made a snapshot."""
    try:
        return f"FlowInsight {version('flowinsight')}"
    except PackageNotFoundError:
        return "FlowInsight 0.1.0"


@cache
def rules() -> dict[str, str]:
    """The version of each rule: the first twelve hexadecimal digits of the SHA-256 of the modules that say it."""
    return {name: _digest(modules) for name, modules in RULES.items()}


def _digest(modules: tuple[str, ...]) -> str:
    package = resources.files("flowinsight")
    digest = hashlib.sha256()
    for module in modules:
        place = package.joinpath(module)
        files = [place] if place.is_file() else sorted(place.iterdir(), key=lambda one: one.name)
        for file in files:
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
