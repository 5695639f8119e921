"""Conversations in parts: what one observer saw of each in a bin of time, added up in both directions."""

from dataclasses import dataclass

import numpy as np

from flowinsight.conversations.columns import Columns, Numbers
from flowinsight.conversations.grouping import NEVER, added, least, most, numbered, one_of_each
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.pairs import Pairs
from flowinsight.conversations.reading import Flows

KEY = ("scope", "client", "server", "port", "protocol")

SUMS = {
    "records": "", "packets": "", "bytes": "", "payload": "", "copies": "",
    "accepted": "accepted", "rejected": "rejected", "passed": "passed", "syn": "syn", "answers": "answers",
    "resets": "resets", "attempts": "attempts", "midway": "midway", "blocked": "blocked", "controlled": "controlled",
    "unexplained": "unexplained", "flagged": "flagged",
}  # fmt: skip
"""What is added up for each direction: a column of flows, or the records of the flows with a flag."""

DIRECTIONS = ("to_server", "to_client")


@dataclass(frozen=True)
class Parts:
    """`keys`: the KEY of each conversation, port NOT_A_PORT where there is none. `columns` of each part: conversation (a place in
    `keys`), observer, bin, chart_bin, evidence (the strongest), through (the first of several hops), and SUMS, first and last by
    direction: `to_server_bytes`. A sum that is zero everywhere is not there. `of_pair` is the conversation of each pair, -1 of
    those that the question is not about.
    """

    keys: Columns
    columns: Columns
    of_pair: Numbers

    def __len__(self) -> int:
        return len(self.columns["conversation"])

    def both_ways(self, name: str) -> Numbers:
        """One of SUMS, both directions together."""
        ways = [self.columns[f"{way}_{name}"] for way in DIRECTIONS if f"{way}_{name}" in self.columns]
        return sum(ways, np.zeros(len(self), np.int64))


def add_up(flows: Flows, pairs: Pairs, started: Numbers, evidence: Numbers) -> Parts:
    """The parts of what the question is about, by who started each pair and how that is known."""
    keys, of_pair = _keyed(pairs, started)
    asked = np.flatnonzero(flows.flags["asked"])
    pair = pairs.of[asked]
    columns = {name: flows.columns[name][asked] for name in ("observer", "bin", "chart_bin", "through")}
    columns["conversation"] = of_pair[pair]
    key = ("bin", "chart_bin", "observer", "conversation")
    part, count = numbered(*(columns[name] for name in key))
    one = one_of_each(part, count)
    found = {name: columns[name][one] for name in key}
    found["evidence"] = least(evidence[pair], part, count)
    found["through"] = first_hop(columns["through"], part, count)
    side = part * 2 + ((started[pair] < 0) == pairs.from_x[asked])
    return Parts(keys, found | _by_direction(flows, asked, side, count), of_pair)


def _keyed(pairs: Pairs, started: Numbers) -> tuple[Columns, Numbers]:
    """The KEY of each conversation, and the conversation of each pair."""
    ends, turned = pairs.columns, started < 0
    port = np.where(turned, ends["x_port"], ends["y_port"])
    of_each = {
        "scope": ends["scope"],
        "client": np.where(turned, ends["y"], ends["x"]),
        "server": np.where(turned, ends["x"], ends["y"]),
        "port": np.where((started == 0) & (ends["x_port"] != ends["y_port"]), NOT_A_PORT, port),
        "protocol": ends["protocol"],
    }
    asked = np.flatnonzero(pairs.asked)
    group, count = numbered(*(of_each[name][asked] for name in KEY))
    one = asked[one_of_each(group, count)]
    of_pair = np.full(len(pairs), -1)
    of_pair[asked] = group
    return {name: of_each[name][one] for name in KEY}, of_pair


def first_hop(through: Numbers, part: Numbers, count: int) -> Numbers:
    """The first of the hops of each group, -1 where there is none."""
    told = through >= 0
    found = least(through[told], part[told], count)
    return np.where(found == NEVER, -1, found)


def _by_direction(flows: Flows, asked: Numbers, side: Numbers, count: int) -> dict[str, Numbers]:
    """SUMS, first and last of both sides of each part: `side` is twice the part, and one more for what went to the client."""
    found = {}
    for name, flag in SUMS.items():
        amounts = flows.columns["records" if flag else name][asked]
        counted = flows.flags[flag][asked] if flag else amounts != 0
        if counted.any():
            found[name] = added(amounts[counted], side[counted], 2 * count)
    found["first"] = least(flows.columns["first"][asked], side, 2 * count)
    found["last"] = most(flows.columns["last"][asked], side, 2 * count)
    return {f"{way}_{name}": both[place::2] for name, both in found.items() for place, way in enumerate(DIRECTIONS)}
