"""The conversations that an answer is about as columns of numbers, from which what a page counts of them is counted.

A statement costs DuckDB some milliseconds to plan, however little it is about; numpy groups columns in a fraction of one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from flowinsight.addresses import Addresses, format_address
from flowinsight.conversations.columns import Columns, Flags, Numbers
from flowinsight.conversations.grouping import NEVER, added, least, most, numbered, one_of_each
from flowinsight.conversations.initiator import DECIDED_BY
from flowinsight.conversations.model import Model
from flowinsight.prepared import Prepared

SERVICE = 2**32
"""A service is its port times this and its protocol."""

DAY = 86400


@dataclass(frozen=True)
class Groups:
    """The rows of some columns by one of them: `keys` are its values, ascending; every measure has one number for each. `of` is
    the place of each row's group in `keys`.
    """

    columns: Columns
    keys: Numbers
    of: Numbers

    @property
    def counts(self) -> Numbers:
        return np.bincount(self.of, minlength=len(self.keys))

    @property
    def one_of_each(self) -> Numbers:
        """The place of one row of each group."""
        return one_of_each(self.of, len(self.keys))

    def sum(self, column: str) -> Numbers:
        return self._each(added, column)

    def least(self, column: str) -> Numbers:
        return self._each(least, column)

    def most(self, column: str) -> Numbers:
        return self._each(most, column)

    def distinct(self, column: str) -> Numbers:
        """How many values of another column there are; one below zero stands for none."""
        there = np.flatnonzero(self.columns[column] >= 0)
        both, count = numbered(self.of[there], self.columns[column][there])
        return np.bincount(self.of[there][one_of_each(both, count)], minlength=len(self.keys))

    def _each(self, how: Callable[[Numbers, Numbers, int], Numbers], column: str) -> Numbers:
        return how(self.columns[column], self.of, len(self.keys))


def grouped(columns: Columns, key: Numbers) -> Groups:
    """Rows by a column of as many numbers."""
    of, count = numbered(key)
    keys = key[one_of_each(of, count)]
    order = np.argsort(keys)
    ranks = np.empty(count, np.int64)
    ranks[order] = np.arange(count)
    return Groups(columns, keys[order], ranks[of])


@dataclass(frozen=True)
class Chosen:
    """A number for each conversation that was chosen, in each of these columns, in no order.

    number (its place in the model), scope, observer (places in the model's texts), client, server (places of addresses in their
    order, see `address`), port (or -1), protocol, service (port and protocol as one number, in their order), rung (a place in
    OUTCOMES), undecided (0 or 1), records, accepted, rejected, sent, received, first and last (NEVER and -NEVER where no record
    tells).
    """

    columns: Columns
    model: Model

    def __len__(self) -> int:
        return len(self.columns["port"])

    def where(self, mask: Flags) -> "Chosen":
        return Chosen({name: column[mask] for name, column in self.columns.items()}, self.model)

    def by(self, name: str) -> Groups:
        return grouped(self.columns, self.columns[name])

    def address(self, place: int) -> str:
        """The address that a place in `client` and `server` stands for."""
        return format_address(self.model.places.number(place))

    def among(self, end: str, wanted: Iterable[Addresses]) -> Flags:
        """Of each conversation whether its client, or its server, is one of these addresses."""
        known = self.model.places
        asked, places = np.zeros(len(known), dtype=np.bool_), range(len(known))
        for first, last in (one for addresses in wanted for one in addresses.ranges):
            asked[bisect_left(places, first, key=known.number) : bisect_right(places, last, key=known.number)] = True
        return asked[self.columns[end]]

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        texts = self.model.texts["scope"]
        return tuple(texts[place] for place in np.unique(self.columns["scope"]).tolist())

    @property
    def days(self) -> int:
        """On how many days of UTC something of them was seen, by who is believed."""
        starts = self._used()["bin"]
        return len(np.unique(starts[starts != NEVER] // DAY))

    def timeline(self) -> tuple[dict[str, int], ...]:
        """Records by bin of the chart, as who is believed saw them: bin (Unix seconds), accepted, rejected, other."""
        used = self._used()
        timed = np.flatnonzero(used["chart_bin"] != NEVER)
        bins = grouped({name: column[timed] for name, column in used.items()}, used["chart_bin"][timed])
        counted = {name: bins.sum(name) for name in ("accepted", "rejected")}
        counted["other"] = bins.sum("records") - counted["accepted"] - counted["rejected"]
        rows = zip(bins.keys.tolist(), *(column.tolist() for column in counted.values()), strict=True)
        return tuple(dict(zip(("bin", *counted), row, strict=True)) for row in rows)

    def _used(self) -> Columns:
        """Of the parts that count: bin, chart_bin, records, accepted and rejected."""
        parts, mine = self.model.parts, np.zeros(len(self.model), np.bool_)
        mine[self.columns["number"]] = True
        used = np.flatnonzero(self.model.believed.used & mine[parts.columns["conversation"]])
        counted = {name: parts.both_ways(name)[used] for name in ("records", "accepted", "rejected")}
        return counted | {name: parts.columns[name][used] for name in ("bin", "chart_bin")}


def bring(prepared: Prepared) -> Chosen:
    """The conversations of a prepared question."""
    model, number = prepared.model, np.flatnonzero(prepared.chosen)
    keys = {name: column[number] for name, column in model.parts.keys.items()}
    mine = {name: column[number] for name, column in model.columns.items()}
    columns = keys | {
        "number": number,
        "service": keys["port"] * SERVICE + keys["protocol"],
        "undecided": (mine["evidence"] == DECIDED_BY.index("unknown")).astype(np.int64),
        "records": mine["records_to_server"] + mine["records_to_client"],
        "accepted": mine["accepted_records"],
        "rejected": mine["rejected_records"],
        "sent": mine["bytes_to_server"],
        "received": mine["bytes_to_client"],
        **{name: mine[name] for name in ("observer", "rung", "first", "last")},
    }
    return Chosen(columns, model)
