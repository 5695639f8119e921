"""Records brought together in DuckDB, with the account of every line they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowinsight.answer import Statement
from flowinsight.db import Connection
from flowinsight.part import Part
from flowinsight.records.tally import Tally


@dataclass(frozen=True)
class Due:
    """An interface that should have written, from `since` on (Unix seconds; None: all along), and which traffic its flow logs
    record. `places` are what its rows say of where it is, by column.
    """

    interface_id: str
    since: int | None
    traffic: Literal["ALL", "ACCEPT", "REJECT"]
    places: Mapping[str, str]


@dataclass(frozen=True)
class Loaded:
    """A connection in which the views `db.ROWS` and `db.RECORDS` exist, and what was counted.

    `formats` maps a format, its tokens joined by spaces, to the number of records and status rows delivered in it.
    `distinct` says that no two records are equal, as a store knows of its own; `duplicates` of those counted it left out.
    `left_out` says in sentences why records that are asked for may not have been brought.
    `due` are the interfaces that should have written, where that is known. `narrowed` says that only some records were brought,
    so that an interface without any may have been at work.
    `part` is set where these are the records of one question of a source, and other questions cannot be answered.
    `rolled_by` is None where every record is there; else they are rolled up, told apart by these fields: see `rollups`.
    `sent` is what an engine elsewhere was sent for them.
    """

    connection: Connection
    tally: Tally
    formats: dict[str, int] = field(default_factory=dict)
    distinct: bool = False
    duplicates: int = 0
    left_out: tuple[str, ...] = ()
    due: tuple[Due, ...] | None = None
    narrowed: bool = False
    part: Part | None = None
    rolled_by: frozenset[str] | None = None
    sent: Statement | None = None

    @property
    def tokens(self) -> frozenset[str]:
        """Every field that at least one format carries."""
        return frozenset(token for a_format in self.formats for token in a_format.split())
