"""The conversations that an answer is about, brought out of DuckDB once as columns; what a page counts of them is counted here.

A statement costs DuckDB some milliseconds to plan, whatever little it is about; Arrow counts columns in less than one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flowinsight import db
from flowinsight.addresses import Addresses, format_address
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.outcome import OUTCOMES

_NO_PORT = 2**30
"""In the number of a service: after every port."""

_LADDER = ", ".join(f"'{name}'" for name in OUTCOMES)
_ENDS = ", ".join(
    f"({end} >> 64)::UBIGINT AS {end}_hi, ({end} & {2**64 - 1}::UHUGEINT)::UBIGINT AS {end}_lo"
    for end in ("client", "server")
)
_CHOSEN = f"""
SELECT scope, {_ENDS}, nullif(port, {NOT_A_PORT}) AS port, protocol,
  coalesce(nullif(port, {NOT_A_PORT}), {_NO_PORT}) * {2**32} + protocol AS service,
  outcome, list_position([{_LADDER}], outcome) AS rung, decided_by = 'unknown' AS undecided, observer,
  records_to_server + records_to_client AS records, accepted_records AS accepted, rejected_records AS rejected,
  bytes_to_server AS sent, bytes_to_client AS received, bytes_to_server + bytes_to_client AS bytes, first, last,
  (outcome IN ('rejected', 'no reply'))::BIGINT AS unanswered, (outcome = 'rejected')::BIGINT AS refused
FROM chosen
"""

_SINGLE = 100_000
"""Rows that one core counts sooner than two share them out."""


@dataclass(frozen=True)
class Chosen:
    """A row for each conversation of the table `chosen`, in no order.

    Columns: scope, client and server (numbers that stand for addresses, in their order: see `address`), port (or null),
    protocol, service (a number for port and protocol, in their order, without a port last), outcome, rung (its place in
    OUTCOMES, from 1), undecided, observer, records, accepted, rejected, sent, received, bytes (both), first, last, unanswered
    and refused (1 or 0).
    """

    table: pa.Table
    highs: np.ndarray[Any, np.dtype[np.uint64]]
    lows: np.ndarray[Any, np.dtype[np.uint64]]

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def where(self, mask: pa.ChunkedArray) -> "Chosen":
        return Chosen(self.table.filter(mask), self.highs, self.lows)

    def number(self, place: int) -> int:
        """The address that a number in the columns `client` and `server` stands for, as a number of 128 bits."""
        return int(self.highs[place]) << 64 | int(self.lows[place])

    def address(self, place: int) -> str:
        return format_address(self.number(place))

    def among(self, end: str, wanted: Iterable[Addresses]) -> pa.ChunkedArray:
        """Of each conversation whether its client, or its server, is one of these addresses."""
        column, places = self.table.column(end), range(len(self.lows))
        found = pa.chunked_array([pa.array(np.zeros(len(self), dtype=bool))])
        for first, last in (one for addresses in wanted for one in addresses.ranges):
            begin = bisect_left(places, first, key=self.number)
            after = bisect_right(places, last, key=self.number)
            if begin < after:
                found = pc.or_(found, pc.and_(pc.greater_equal(column, begin), pc.less(column, after)))
        return found

    def distinct(self, column: str) -> list[Any]:
        """The values of a column, each once and in their order, null left out."""
        return sorted(pc.unique(self.table.column(column)).drop_null().to_pylist())

    def counted(self, key: str, measures: Sequence[tuple[str, str]]) -> pa.Table:
        """One row for each value of a column, in no order: the value, `count_all`, and of each measure (a column, and Arrow's
        name of an aggregate) the column `<column>_<aggregate>`.
        """
        return grouped(self.table, [key], measures)


def grouped(table: pa.Table, keys: Sequence[str], measures: Sequence[tuple[str, str]]) -> pa.Table:
    """The rows of a table by these keys: see `Chosen.counted`."""
    groups = table.group_by(list(keys), use_threads=table.num_rows > _SINGLE)
    return groups.aggregate([([], "count_all"), *measures])


def bring(connection: db.Connection) -> Chosen:
    """The table `chosen` of a prepared question."""
    table = connection.sql(_CHOSEN).to_arrow_table()
    ends = [[table.column(f"{end}_{half}").to_numpy() for half in ("hi", "lo")] for end in ("client", "server")]
    highs, high = np.unique(np.concatenate([one[0] for one in ends]), return_inverse=True)
    lows, low = np.unique(np.concatenate([one[1] for one in ends]), return_inverse=True)
    pairs, places = np.unique(high * max(1, len(lows)) + low, return_inverse=True)
    for number, end in enumerate(("client", "server")):
        mine = places[number * table.num_rows : (number + 1) * table.num_rows]
        table = table.drop_columns([f"{end}_hi", f"{end}_lo"]).append_column(end, pa.array(mine, pa.int64()))
    high_place, low_place = np.divmod(pairs, max(1, len(lows)))
    return Chosen(table, highs[high_place], lows[low_place])
