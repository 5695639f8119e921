"""Records brought together in DuckDB, with the account of every line they came from."""

from dataclasses import dataclass, field

from flowinsight.db import Connection
from flowinsight.part import Part
from flowinsight.records.tally import Tally


@dataclass(frozen=True)
class Loaded:
    """A connection in which the views `db.ROWS` and `db.RECORDS` exist, and what was counted.

    `formats` maps a format, its tokens joined by spaces, to the number of records and status rows delivered in it.
    `distinct` says that no two records are equal, as a store knows of its own; `duplicates` of those counted it left out.
    `left_out` says in sentences why records that are asked for may not have been brought.
    `part` is set where these are the records of one question of a source, and other questions cannot be answered.
    `rolled_by` is None where every record is there; else they are rolled up, told apart by these fields: see `rollups`.
    """

    connection: Connection
    tally: Tally
    formats: dict[str, int] = field(default_factory=dict)
    distinct: bool = False
    duplicates: int = 0
    left_out: tuple[str, ...] = ()
    part: Part | None = None
    rolled_by: frozenset[str] | None = None

    @property
    def tokens(self) -> frozenset[str]:
        """Every field that at least one format carries."""
        return frozenset(token for a_format in self.formats for token in a_format.split())
