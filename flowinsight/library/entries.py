"""What a library holds, and what can be done with it, wherever it is."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from flowinsight import grammar
from flowinsight.snapshots import SUFFIX, Snapshot, SnapshotError

MOST_LISTED = 5000
"""Names that are listed at most: five requests of S3."""
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")

Told = Callable[[int, int], None]
"""Hears how many bytes of how many have come."""


@dataclass(frozen=True)
class Entry:
    """A snapshot as a listing tells it: its name without a folder, bytes, and when it was written, in Unix seconds.

    `version` is another one whenever its content is: of a file the time it was written to the nanosecond, of an object its ETag.
    """

    name: str
    size: int
    written: int
    version: str


@dataclass(frozen=True)
class Listing:
    """Entries, newest first; not `whole` where there are more than MOST_LISTED."""

    entries: tuple[Entry, ...]
    whole: bool = True


class Library(Protocol):
    """A place of snapshots. Errors are sentences: SnapshotError of a folder, AwsError of a bucket."""

    @property
    def where(self) -> str:
        """The place, as a person would type it."""
        ...

    def listing(self) -> Listing:
        """What is there, newest first; no file is opened."""
        ...

    def place_of(self, entry: Entry) -> str:
        """Where it is, in full."""
        ...

    def beginning(self, entry: Entry, most: int) -> bytes:
        """Its first `most` bytes."""
        ...

    def content(self, entry: Entry, told: Told) -> bytes:
        """All of it; refused where it is larger than any snapshot."""
        ...

    def save(self, name: str, content: bytes) -> None:
        """Keep it as a whole under this name. What is there under this name already is left as it is, and refused."""
        ...


def checked_name(name: str) -> str:
    """The name of a snapshot, when it is one and leads to no other folder; SnapshotError otherwise."""
    if not name.endswith(SUFFIX) or name.startswith(".") or not _NAME.fullmatch(name):
        raise SnapshotError(f"{name[:80]!r} is not the name of a snapshot, such as friday{SUFFIX}.")
    return name


def name_for(snapshot: Snapshot) -> str:
    """A name of its own for a snapshot: when it was saved, in UTC, what it asks, and the beginning of its id."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(snapshot.facts.frozen_at))
    asked = re.sub(r"[^A-Za-z0-9.]+", "-", grammar.unparse(snapshot.question.filters)).strip("-.")[:40]
    return f"{stamp}-{asked or 'everything'}-{snapshot.id[:8]}{SUFFIX}"
