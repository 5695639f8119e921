"""Pairs of exact endpoints, and what each side of them sent: what evidence of who started is read from."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from flowinsight import db
from flowinsight.conversations.columns import Columns, Flags, Numbers
from flowinsight.conversations.grouping import NEVER, added, any_of, least, most, numbered, one_of_each
from flowinsight.conversations.reading import Flows
from flowinsight.survey import KNOWN_LOSSES

_LOSSES = f"""
SELECT observer, list(start ORDER BY start) AS starts, list("end" ORDER BY start) AS ends
FROM {KNOWN_LOSSES} WHERE start IS NOT NULL AND "end" IS NOT NULL GROUP BY observer
"""


@dataclass(frozen=True)
class Side:
    """What one side of each pair sent.

    `records` and, of them, `rejected`, `openers`, `syn` and `synack` are counts; `first`, `first_syn` and `first_passed` are
    Unix seconds or NEVER.
    """

    records: Numbers
    rejected: Numbers
    openers: Numbers
    syn: Numbers
    synack: Numbers
    first: Numbers
    first_syn: Numbers
    first_passed: Numbers


@dataclass(frozen=True)
class Pairs:
    """Pairs of endpoints x and y, of which x is the one that sorts first, whichever started.

    `of` is the pair of each flow, `from_x` whether x sent it. `columns`: scope, protocol, x, x_port, y, y_port. `asked`: the
    question is about a flow of it; `marked`: about one with SYN or SYN-ACK; `lossy`: an observer lost records meanwhile;
    `seen_first`: 1 where x was seen first, by more than a second by one observer, -1 where y was, 0 for neither or both.
    """

    of: Numbers
    from_x: Flags
    columns: Columns
    x: Side
    y: Side
    asked: Flags
    marked: Flags
    lossy: Flags
    seen_first: Numbers

    def __len__(self) -> int:
        return len(self.asked)


def pair_up(connection: db.Connection, flows: Flows) -> Pairs:
    """The pairs of some flows. When AWS lost records is asked of the connection."""
    columns, flags = flows.columns, flows.flags
    from_x = _sorts_first(columns)
    ends = {
        "scope": columns["scope"],
        "protocol": columns["protocol"],
        "x": np.where(from_x, columns["sender"], columns["receiver"]),
        "y": np.where(from_x, columns["receiver"], columns["sender"]),
        "x_port": np.where(from_x, columns["sender_port"], columns["receiver_port"]),
        "y_port": np.where(from_x, columns["receiver_port"], columns["sender_port"]),
    }
    of, count = numbered(*ends.values())
    one = one_of_each(of, count)
    return Pairs(
        of,
        from_x,
        {name: column[one] for name, column in ends.items()},
        _side(flows, from_x, of, count),
        _side(flows, ~from_x, of, count),
        asked=any_of(flags["asked"], of, count),
        marked=any_of(flags["asked"] & flags["marked"], of, count),
        lossy=_lossy(connection, flows, of, count),
        seen_first=_seen_first(columns, of, count, from_x),
    )


def _sorts_first(columns: Columns) -> Flags:
    """Whether the sender of each flow is the lesser of its two ends."""
    sender, receiver = columns["sender"], columns["receiver"]
    first: Flags = (sender < receiver) | ((sender == receiver) & (columns["sender_port"] <= columns["receiver_port"]))
    return first


def _side(flows: Flows, mine: Flags, of: Numbers, count: int) -> Side:
    records, first, flags = flows.columns["records"], flows.columns["first"], flows.flags

    def counted(which: Flags) -> Numbers:
        return added(records[which], of[which], count)

    def earliest(which: Flags) -> Numbers:
        return least(first[which], of[which], count)

    said = {name: mine & flags[name] for name in ("rejected", "opener", "syn", "synack", "passed")}
    return Side(
        records=counted(mine),
        rejected=counted(said["rejected"]),
        openers=counted(said["opener"]),
        syn=counted(said["syn"]),
        synack=counted(said["synack"]),
        first=earliest(mine),
        first_syn=earliest(said["syn"]),
        first_passed=earliest(said["passed"]),
    )


def _seen_first(columns: Columns, of: Numbers, count: int, from_x: Flags) -> Numbers:
    """Windows of two interfaces are skewed, so which direction was seen first is asked of each observer by itself."""
    observer, first = columns["observer"], columns["first"]
    several = least(observer, of, count) != most(observer, of, count)
    seen, groups = (of, count) if not several.any() else numbered(of, observer)
    pair = np.empty(groups, np.int64)
    pair[seen] = of
    x, y = (least(first[mine], seen[mine], groups) for mine in (from_x, ~from_x))
    sides = [any_of(earlier, pair, count) for earlier in (_before(x, y - 1), _before(y, x - 1))]
    return sides[0].astype(np.int64) - sides[1]


def _before(one: Numbers, other: Numbers) -> Flags:
    """Whether a time is before another one; never where one of them is not known."""
    return (one < other) & (other < NEVER - 1)


def _lossy(connection: db.Connection, flows: Flows, of: Numbers, count: int) -> Flags:
    """Whether an observer of each pair lost records anywhere between its first and its last record of it."""
    found = np.zeros(count, np.bool_)
    for name, (starts, ends) in _losses(connection).items():
        if name not in flows.texts["observer"]:
            continue
        mine = flows.columns["observer"] == flows.texts["observer"].index(name)
        seen, groups = numbered(of[mine])
        first = least(flows.columns["first"][mine], seen, groups)
        last = most(flows.columns["last"][mine], seen, groups)
        begun = np.searchsorted(starts, last, side="right")  # losses that began before the last record did
        found[of[mine][one_of_each(seen, groups)]] |= (begun > 0) & (ends[begun - 1] >= first)
    return found


def _losses(connection: db.Connection) -> Mapping[str, tuple[Numbers, Numbers]]:
    """By observer when losses began, ascending, and the latest end of any until then."""
    return {
        row["observer"]: (np.array(row["starts"]), np.maximum.accumulate(np.array(row["ends"])))
        for row in db.rows(connection, _LOSSES)
    }
