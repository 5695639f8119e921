"""What came of each conversation: a ladder from rejected to data, never the one word 'connected'."""

from collections.abc import Iterable

import numpy as np

from flowinsight import db, iana
from flowinsight.conversations.columns import Columns, Flags, Numbers
from flowinsight.conversations.grouping import NEVER, added, any_of, least, most, numbered
from flowinsight.conversations.observers import Believed, Status, read_status
from flowinsight.conversations.parts import DIRECTIONS, Parts, first_hop
from flowinsight.conversations.reading import Flows

OUTCOMES = (
    "rejected", "no reply", "reply not visible", "reset", "handshake only", "replied", "replied with data", "data",
)  # fmt: skip
"""From the bottom of the ladder to its top. Without TCP flags, replied stands for reset and handshake only."""

# Of all observers together: accepted at the source and rejected at the destination is one conversation, rejected.
_EVERYBODY = {
  "accepted_records": ("to_server_accepted", "to_client_accepted"),
  "rejected_records": ("to_server_rejected", "to_client_rejected"),
  "reply_rejected": ("to_client_rejected",),
  "replies": ("to_client_passed",), "requests": ("to_server_passed",),
  "answers": ("to_client_answers",), "resets": ("to_client_resets",),
  "payload": ("to_server_payload", "to_client_payload"),
  "attempts": ("to_server_attempts", "to_client_attempts"),
  "midway": ("to_server_midway", "to_client_midway"),
  "blocked": ("to_server_blocked", "to_client_blocked"),
  "controlled": ("to_server_controlled", "to_client_controlled"),
  "asked_unexplained": ("to_server_unexplained",), "reply_unexplained": ("to_client_unexplained",),
  "flagged_records": ("to_server_flagged", "to_client_flagged"),
}  # fmt: skip

# Of the believed observer alone: what is measured.
_MEASURED = {
    "bytes_to_server": "to_server_bytes", "bytes_to_client": "to_client_bytes",
    "packets_to_server": "to_server_packets", "packets_to_client": "to_client_packets",
    "records_to_server": "to_server_records", "records_to_client": "to_client_records",
    "connection_starts": "to_server_syn",
}  # fmt: skip

_DAY, _BITS = 86400, 62


def describe(
    connection: db.Connection, flows: Flows, parts: Parts, believed: Believed, *, replies_visible: bool
) -> Columns:
    """One number for each conversation in each column; who lost records is read from the table `coverage_bins`.

    bytes, packets and records each way, connection_starts, first (or NEVER), last (or -NEVER) and days_seen as the believed
    observer saw them; accepted_records and rejected_records of all observers; rung (a place in OUTCOMES), evidence (a place in
    DECIDED_BY), observer, through (-1 where there is no hop), and rejects by kind: attempt, mid_connection, control,
    reply_blocked, unknown. `replies_visible` is false where the records hold no replies that were asked for.
    """
    count, conversation = len(parts.keys["port"]), parts.columns["conversation"]
    used = slice(None) if believed.used.all() else np.flatnonzero(believed.used)
    mine = conversation[used]

    def summed(names: Iterable[str], which: slice | Numbers, of: Numbers) -> Numbers:
        there = [parts.columns[name][which] for name in names if name in parts.columns]
        return added(sum(there[1:], there[0]), of, count) if there else np.zeros(count, np.int64)

    every = {name: summed(names, slice(None), conversation) for name, names in _EVERYBODY.items()}
    measured = {name: summed((column,), used, mine) for name, column in _MEASURED.items()}
    first, last = (
        how(reach(*(parts.columns[f"{way}_{edge}"][used] for way in DIRECTIONS)), mine, count)
        for how, reach, edge in ((least, np.minimum, "first"), (most, np.maximum, "last"))
    )
    lost = _lost(parts, read_status(connection, flows.texts["observer"], only="skipdata > 0"), count)
    return (
        measured
        | {name: every[name] for name in ("accepted_records", "rejected_records")}
        | _kinds(every)
        | {
            "first": first,
            "last": last,
            "days_seen": count_days(parts.columns["bin"][used], mine, count),
            "rung": _rungs(every, parts.keys["protocol"], lost | (not replies_visible)),
            "evidence": least(parts.columns["evidence"], conversation, count),
            "observer": believed.observer,
            "through": first_hop(parts.columns["through"], conversation, count),
        }
    )


def _lost(parts: Parts, losses: Status, count: int) -> Flags:
    """Whether any observer lost records in a bin in which it saw the conversation."""
    if not len(losses.lost):
        return np.zeros(count, np.bool_)
    _, lost = losses.of(parts.columns["observer"], parts.columns["bin"])
    return any_of(lost, parts.columns["conversation"], count)


def count_days(bins: Numbers, conversation: Numbers, count: int) -> Numbers:
    """How many distinct days of UTC: each is a bit, of as many at once as a number has."""
    told = np.flatnonzero(bins != NEVER)
    conversation, found = conversation[told], np.zeros(count, np.int64)
    day, different = numbered(bins[told] // _DAY)
    for begin in range(0, different, _BITS):
        mine = (day >= begin) & (day < begin + _BITS)
        seen = np.zeros(count, np.int64)
        np.bitwise_or.at(seen, conversation[mine], 1 << (day[mine] - begin))
        found += np.bitwise_count(seen)
    return found


def _rungs(every: Columns, protocol: Numbers, unseen: Flags) -> Numbers:
    """The rung of each conversation; `unseen` says that a reply would not have been visible."""
    flagged = every["flagged_records"] > 0
    ladder = (
        ("rejected", (every["replies"] == 0) & (every["rejected_records"] > 0)),
        ("reply not visible", (every["replies"] == 0) & unseen),
        ("no reply", every["replies"] == 0),
        ("rejected", (every["reply_rejected"] > 0) & (every["payload"] == 0)),
        ("replied", protocol != iana.TCP),
        ("reset", flagged & (every["answers"] == 0) & (every["resets"] == every["replies"])),
        ("data", flagged & (every["payload"] > 0)),
        ("handshake only", flagged),
        ("replied with data", every["payload"] > 0),
    )
    return np.select(
        [which for _, which in ladder], [OUTCOMES.index(name) for name, _ in ladder], OUTCOMES.index("replied")
    )


def _kinds(every: Columns) -> dict[str, Numbers]:
    """Rejects by kind. A rejected reply without flags is known by what it answers: the request had passed."""
    answered = np.where(every["requests"] > 0, every["reply_unexplained"], 0)
    return {
        "attempt": every["attempts"],
        "mid_connection": every["midway"],
        "control": every["controlled"],
        "reply_blocked": every["blocked"] + answered,
        "unknown": every["asked_unexplained"] + every["reply_unexplained"] - answered,
    }
