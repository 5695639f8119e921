"""Which interface to believe: one observer for a conversation, so that nothing is counted twice."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from flowinsight import db
from flowinsight.conversations.columns import Columns, Flags, Numbers, from_arrow, texts_to_arrow
from flowinsight.conversations.grouping import added, any_of, least, most, numbered, one_of_each
from flowinsight.conversations.parts import Parts
from flowinsight.conversations.reading import Flows, Places

# An interface's own address is the one that stands in most of its records, on the side that is its own where that is said.
_HOMES = """
CREATE OR REPLACE TEMP TABLE homes AS
SELECT observer, arg_min(address, (-n, address)) AS home FROM (
  SELECT observer, address, sum(records)::BIGINT AS n FROM (
    SELECT observer, records, sender AS address FROM flows WHERE flow_direction IS DISTINCT FROM 'ingress' AND NOT outside_leg
    UNION ALL SELECT observer, records, receiver FROM flows WHERE flow_direction IS DISTINCT FROM 'egress' AND NOT outside_leg)
  GROUP BY ALL) GROUP BY ALL
"""

_STATUS = "SELECT interface, bin, (skipdata > 0)::BIGINT AS lost FROM coverage_bins"


_LAST = 2**32
"""Added to the rank of an observer where it lost records."""


@dataclass(frozen=True)
class Believed:
    """`used`: of each part whether its observer is believed there. `observer`: of each conversation the one that is believed.

    `seen` names all observers of those conversations that have several: conversation and observer, in this order.
    """

    used: Flags
    observer: Numbers
    seen: Columns

    @property
    def several(self) -> bool:
        return len(self.seen["observer"]) > 0


@dataclass(frozen=True)
class Status:
    """What coverage says: observers and bins in which they wrote anything, and whether they lost records there."""

    observer: Numbers
    bins: Numbers
    lost: Flags

    def of(self, observer: Numbers, bins: Numbers) -> tuple[Flags, Flags]:
        """Of each observer and bin whether it wrote anything, and whether it lost records."""
        group, count = numbered(np.concatenate([self.observer, observer]), np.concatenate([self.bins, bins]))
        known, asked = np.split(group, [len(self.lost)])
        every = np.ones(len(known), np.bool_)
        return any_of(every, known, count)[asked], any_of(self.lost, known, count)[asked]


def read_status(connection: db.Connection, observers: tuple[str, ...], only: str = "true") -> Status:
    """The table `coverage_bins`, or the rows of it with a condition in SQL. An observer is its place among these."""
    table = connection.sql(f"{_STATUS} WHERE {only}").to_arrow_table()
    places = pc.index_in(table["interface"], texts_to_arrow(observers))
    return Status(from_arrow(places, -1).astype(np.int64), from_arrow(table["bin"]), from_arrow(table["lost"]) > 0)


def find_homes(connection: db.Connection) -> None:
    """Create `homes` from the view `flows`: observer, and the address that is its own."""
    connection.execute(_HOMES)


def believe(connection: db.Connection, flows: Flows, parts: Parts) -> Believed:
    """Whom to believe: the observer with most bytes both ways, ties to the server's own interface, then to the lowest id.

    What each observer wrote is read from the table `coverage_bins`: another one fills only bins where the believed one lost
    records or wrote nothing at all.
    """
    conversation, observer, count = parts.columns["conversation"], parts.columns["observer"], len(parts.keys["port"])
    first, last = least(observer, conversation, count), most(observer, conversation, count)
    mine = np.flatnonzero((first != last)[conversation])
    used = np.ones(len(parts), np.bool_)
    if not len(mine):
        return Believed(used, first, {"conversation": mine, "observer": mine})
    find_homes(connection)
    seen, group = _ranked(parts, mine, _homes(connection, flows))
    best = np.flatnonzero(seen["rank"] == 0)
    first[seen["conversation"][best]] = seen["observer"][best]
    used[mine] = _believed(parts, mine, seen["rank"][group], first, read_status(connection, flows.texts["observer"]))
    return Believed(used, first, {name: seen[name] for name in ("conversation", "observer")})


def _ranked(parts: Parts, mine: Numbers, homes: Numbers) -> tuple[Columns, Numbers]:
    """Of some parts each conversation's observers, with their rank from 0 on; and which of these each part is of."""
    both = {name: parts.columns[name][mine] for name in ("conversation", "observer")}
    group, count = numbered(*both.values())
    one = one_of_each(group, count)
    conversation, observer = (column[one] for column in both.values())
    size = added(parts.both_ways("bytes")[mine], group, count)
    elsewhere = homes[observer] != parts.keys["server"][conversation]
    order = np.lexsort((observer, elsewhere, -size, conversation))
    rank = np.empty(count, np.int64)
    ordered = conversation[order]
    rank[order] = np.arange(count) - np.searchsorted(ordered, ordered)
    listed = np.lexsort((observer, conversation))
    places = np.empty(count, np.int64)
    places[listed] = np.arange(count)
    return {"conversation": conversation[listed], "observer": observer[listed], "rank": rank[listed]}, places[group]


def _homes(connection: db.Connection, flows: Flows) -> Numbers:
    """The place of each observer's own address, -1 where none is known or no conversation has it."""
    found = np.full(len(flows.texts["observer"]), -1)
    known = {row["observer"]: row["home"] for row in db.rows(connection, "FROM homes WHERE home IS NOT NULL")}
    for code, name in enumerate(flows.texts["observer"]):
        if name in known:
            found[code] = _place(flows.places, known[name])
    return found


def _place(places: Places, number: int) -> int:
    found = bisect_left(range(len(places)), number, key=places.number)
    return found if found < len(places) and places.number(found) == number else -1


def _believed(parts: Parts, mine: Numbers, rank: Numbers, best: Numbers, status: Status) -> Flags:
    """Of some parts, with the rank of each one's observer, whether they count. `best` is each conversation's first observer."""
    conversation, observer, bins = (parts.columns[name][mine] for name in ("conversation", "observer", "bin"))
    _, lost = status.of(observer, bins)
    best_wrote, best_lost = status.of(best[conversation], bins)
    candidate = (rank == 0) | best_lost | ~best_wrote
    cell, count = numbered(conversation, bins)
    place = rank + lost * _LAST
    believed: Flags = candidate & (place == least(place[candidate], cell[candidate], count)[cell])
    return believed
