"""What operations on a store report, as values to show as text or as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any

from flowinsight.records.tally import Tally


@dataclass(frozen=True)
class Progress:
    """How far an ingest is: files of all files, bytes of all bytes, lines so far."""

    files: int
    all_files: int
    bytes: int
    all_bytes: int
    lines: int


@dataclass(frozen=True)
class Ingested:
    """What one run did: files read for the first time, read on, already known, and not read with the reason.

    `tally` accounts for the lines of this run; `duplicates` of its records and status rows were in the store already.
    """

    added: int = 0
    grown: int = 0
    known: int = 0
    failed: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)
    duplicates: int = 0
    cancelled: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Listed:
    """A source in a listing: its id, path and SHA-256, and what was read of it."""

    id: int
    path: str
    sha256: str
    bytes: int
    lines: int
    records: int
    status_rows: int
    unparsable: int
    duplicates: int


@dataclass(frozen=True)
class Listing:
    """What a store holds: its sources, its days with their rows, its bytes on disk, and the totals of everything ingested."""

    store: str
    sources: tuple[Listed, ...]
    days: dict[str, int]
    bytes: int
    tally: Tally
    duplicates: int
    formats: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Forgotten:
    """A source that is gone, and how many rows went with it. `restored` rows stay: another source delivered them too."""

    path: str
    rows: int
    restored: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did: days and rows written anew; files read again because the store's copy was damaged; what is lost."""

    days: int
    rows: int
    read_again: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
