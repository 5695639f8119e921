"""The conversations that an answer is about, brought out of DuckDB once as columns; what a page counts of them is counted here.

A statement costs DuckDB some milliseconds to plan, however little it is about; numpy groups columns in a fraction of one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flowinsight import db
from flowinsight.addresses import Addresses, format_address
from flowinsight.conversations.outcome import OUTCOMES

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = 2**62
"""Stands for a `first` that no record tells."""

SERVICE = 2**32
"""A service is its port times this and its protocol."""

_LADDER = ", ".join(f"'{name}'" for name in OUTCOMES)
_ENDS = ", ".join(
    f"({end} >> 64)::UBIGINT AS {end}_hi, ({end} & {2**64 - 1}::UHUGEINT)::UBIGINT AS {end}_lo"
    for end in ("client", "server")
)
_CHOSEN = f"""
SELECT scope, observer, {_ENDS}, port::BIGINT AS port, port * {SERVICE} + protocol AS service,
  protocol::BIGINT AS protocol, list_position([{_LADDER}], outcome)::BIGINT - 1 AS rung,
  (decided_by = 'unknown')::BIGINT AS undecided, records_to_server + records_to_client AS records,
  accepted_records AS accepted, rejected_records AS rejected, bytes_to_server AS sent, bytes_to_client AS received,
  coalesce(first, {NEVER}) AS first, coalesce(last, -{NEVER}) AS last
FROM chosen
"""


@dataclass(frozen=True)
class Groups:
    """The rows of some columns by one of them: `keys` are its values, ascending; every measure has one number for each."""

    columns: Mapping[str, Numbers]
    keys: Numbers
    order: Numbers
    starts: Numbers

    @property
    def counts(self) -> Numbers:
        return np.diff(self.starts, append=len(self.order))

    def sum(self, column: str) -> Numbers:
        return self._reduced(np.add, column)

    def least(self, column: str) -> Numbers:
        return self._reduced(np.minimum, column)

    def most(self, column: str) -> Numbers:
        return self._reduced(np.maximum, column)

    def distinct(self, column: str) -> Numbers:
        """How many values of another column there are; one below zero stands for none."""
        values, group = self.columns[column][self.order], np.repeat(np.arange(len(self.keys)), self.counts)
        there, width = values >= 0, int(values.max(initial=0)) + 1
        return np.bincount(np.unique(group[there] * width + values[there]) // width, minlength=len(self.keys))

    def _reduced(self, how: np.ufunc, column: str) -> Numbers:
        found: Numbers = how.reduceat(self.columns[column][self.order], self.starts) if len(self.keys) else self.keys
        return found


def grouped(columns: Mapping[str, Numbers], key: Numbers) -> Groups:
    """Rows by a column of as many numbers."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(ordered) else order
    return Groups(columns, ordered[starts], order, starts)


@dataclass(frozen=True)
class Chosen:
    """A number for each conversation of the view `chosen`, in each of these columns, in no order.

    scope, observer (places in `texts`), client, server (places of addresses in their order, see `address`), port (or -1),
    protocol, service (port and protocol as one number, in their order), rung (a place in OUTCOMES), undecided (0 or 1), records,
    accepted, rejected, sent, received, first and last (NEVER and -NEVER where no record tells).
    """

    columns: Mapping[str, Numbers]
    texts: Mapping[str, tuple[str, ...]]
    highs: npt.NDArray[np.uint64]
    lows: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.columns["port"])

    def where(self, mask: Flags) -> "Chosen":
        return Chosen({name: column[mask] for name, column in self.columns.items()}, self.texts, self.highs, self.lows)

    def by(self, name: str) -> Groups:
        return grouped(self.columns, self.columns[name])

    def number(self, place: int) -> int:
        """The address, as a number of 128 bits, that a place in `client` and `server` stands for."""
        return int(self.highs[place]) << 64 | int(self.lows[place])

    def address(self, place: int) -> str:
        return format_address(self.number(place))

    def among(self, end: str, wanted: Iterable[Addresses]) -> Flags:
        """Of each conversation whether its client, or its server, is one of these addresses."""
        asked, places = np.zeros(len(self.lows), dtype=np.bool_), range(len(self.lows))
        for first, last in (one for addresses in wanted for one in addresses.ranges):
            asked[bisect_left(places, first, key=self.number) : bisect_right(places, last, key=self.number)] = True
        return asked[self.columns[end]]

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        return tuple(sorted(self.texts["scope"]))


def bring(connection: db.Connection) -> Chosen:
    """The view `chosen` of a prepared question."""
    table = connection.sql(_CHOSEN).to_arrow_table()
    highs, high = np.unique(_both_ends(table, "hi"), return_inverse=True)
    lows, low = np.unique(_both_ends(table, "lo"), return_inverse=True)
    pairs, places = np.unique(high * max(1, len(lows)) + low, return_inverse=True)
    high_place, low_place = np.divmod(pairs, max(1, len(lows)))
    texts = {name: table.column(name).combine_chunks().dictionary_encode() for name in ("scope", "observer")}
    ends = {"client": places[: table.num_rows], "server": places[table.num_rows :]}
    rest = [name for name in table.column_names if name not in texts and not name.endswith(("_hi", "_lo"))]
    columns = {name: _numbers(one.indices) for name, one in texts.items()} | ends
    columns |= {name: _numbers(table.column(name).combine_chunks()) for name in rest}
    named = {name: tuple(one.dictionary.to_pylist()) for name, one in texts.items()}
    return Chosen(columns, named, highs[high_place], lows[low_place])


def _both_ends(table: pa.Table, half: str) -> npt.NDArray[np.uint64]:
    return np.concatenate([_numbers(table.column(f"{end}_{half}").combine_chunks()) for end in ("client", "server")])


def _numbers(column: pa.Array) -> npt.NDArray[Any]:
    """By its memory: Arrow's own way to numpy loads pandas, which takes longer than an answer."""
    return np.from_dlpack(column)
