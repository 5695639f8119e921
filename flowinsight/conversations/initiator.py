"""Who started each conversation, and by which evidence: flow semantics, strongest evidence first."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from flowinsight import iana
from flowinsight.conversations.columns import Flags, Numbers
from flowinsight.conversations.grouping import NEVER, any_of, numbered
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.pairs import Pairs, Side

DECIDED_BY = ("flags", "earlier-window", "fan-out", "one-way", "first-seen", "known-port", "port-order", "unknown")
"""Strongest first. The position of a name is the number that stands for it."""

FAN_OUT = 10
"""A source with one fixed port is a client when it sent to this many targets, most of which did not answer."""

FIRST_EPHEMERAL = 32768
"""Linux takes client ports from here; the IANA range, which Windows uses, begins at 49152."""

_LAST_PORT = 2**16 - 1


def decide(pairs: Pairs, *, one_way_counts: bool) -> tuple[Numbers, Numbers]:
    """For each pair who started (1: x, -1: y, 0: unknown), and by which evidence, a place in DECIDED_BY."""
    flags = _flags(pairs.x, pairs.y)
    ways: tuple[Callable[[], Numbers], ...] = (
        lambda: np.where(pairs.marked, flags, 0),
        lambda: np.where(flags != 0, flags, _by_flags_of_others(pairs, flags)),
        lambda: _fan_out(pairs),
        lambda: _one_way(pairs, one_way_counts=one_way_counts),
        lambda: pairs.seen_first,
        lambda: _known_port(pairs),
        lambda: _port_order(pairs.columns["x_port"], pairs.columns["y_port"]),
    )
    started, evidence = np.zeros(len(pairs), np.int64), np.full(len(pairs), len(ways))
    for place, way in enumerate(ways):
        open_ones = np.flatnonzero(started == 0)
        if not len(open_ones):
            break
        told = way()[open_ones]
        started[open_ones] = told
        evidence[open_ones[told != 0]] = place
    return started, evidence


def _sign(x: Flags, y: Flags) -> Numbers:
    """1 where only x, -1 where only y: evidence for both sides is evidence for neither."""
    return x.astype(np.int64) - y


def _flags(x: Side, y: Side) -> Numbers:
    """SYN without ACK comes from the client, SYN-ACK from the server; where both sent a SYN, SYN-ACK or else the first SYN."""
    told = _sign((x.syn > 0) | (y.synack > 0), (y.syn > 0) | (x.synack > 0))
    told = np.where(told != 0, told, _sign(y.synack > 0, x.synack > 0))
    known = (x.first_syn < NEVER) & (y.first_syn < NEVER)
    return np.where((told != 0) | ~known, told, np.sign(y.first_syn - x.first_syn))


def _by_flags_of_others(pairs: Pairs, flags: Numbers) -> Numbers:
    """What flags said about one connection holds for the others between the same client, server and service."""
    if not flags.any():
        return flags
    ends = pairs.columns
    both = [np.concatenate([ends[name], ends[name]]) for name in ("scope", "protocol")]
    clients, servers = np.concatenate([ends["x"], ends["y"]]), np.concatenate([ends["y"], ends["x"]])
    services, count = numbered(*both, clients, servers, np.concatenate([ends["y_port"], ends["x_port"]]))
    known = any_of(np.concatenate([flags > 0, flags < 0]), services, count)[services]
    return _sign(*np.split(known, 2))


def _fan_out(pairs: Pairs) -> Numbers:
    """One source, one fixed port, many targets, mostly without reply: a client, whatever the numbers."""
    columns = pairs.columns
    x_sent, y_sent = pairs.x.records > 0, pairs.y.records > 0
    sent, answered = np.concatenate([x_sent, y_sent]), np.concatenate([y_sent, x_sent])
    both = [np.concatenate([columns[name], columns[name]]) for name in ("scope", "protocol")]
    port = np.concatenate([columns["x_port"], columns["y_port"]])
    sources, count = numbered(*both, np.concatenate([columns["x"], columns["y"]]), port)
    targets, silent = (np.bincount(sources[which], minlength=count) for which in (sent, sent & ~answered))
    fans = (targets >= FAN_OUT) & (2 * silent > targets)
    return _sign(*np.split(fans[sources] & (port != NOT_A_PORT), 2))


def _one_way(pairs: Pairs, *, one_way_counts: bool) -> Numbers:
    """A flow without a reverse was started by its sender; so was one that was only rejected, unless the reverse passed before."""
    x, y = pairs.x, pairs.y
    counts = ~pairs.lossy & one_way_counts
    alone = _sign((y.records == 0) & (x.openers > 0) & counts, (x.records == 0) & (y.openers > 0) & counts)
    x_refused, y_refused = x.rejected == x.records, y.rejected == y.records
    refused = [
        (y_refused & ~x_refused, np.where(_not_after(x.first_passed, y.first), 1, -1)),
        (x_refused & ~y_refused, np.where(_not_after(y.first_passed, x.first), -1, 1)),
    ]
    both = (x.records > 0) & (y.records > 0)
    return np.where(both, np.select([which for which, _ in refused], [who for _, who in refused], 0), alone)


def _not_after(passed: Numbers, came: Numbers) -> Flags:
    told: Flags = (passed <= came) & (came < NEVER)
    return told


def _known_port(pairs: Pairs) -> Numbers:
    """A known service port on exactly one side, or a better known one."""
    x, y = (np.zeros(len(pairs), np.int64) for _ in range(2))
    protocol = pairs.columns["protocol"]
    for number, ranks in _ranks().items():
        mine = protocol == number
        x[mine], y[mine] = ranks[pairs.columns["x_port"][mine]], ranks[pairs.columns["y_port"][mine]]
    told: Numbers = np.sign(y - x)
    return told


@cache
def _ranks() -> Mapping[int, Numbers]:
    """By protocol, how well known each port is: 2 for system ports, 1 for registered ones, 0 for the others and for none."""
    known = {}
    for protocol in sorted(iana.WITH_PORTS):
        assigned = np.array([port for port in iana.assigned_ports(protocol) if port < FIRST_EPHEMERAL], np.int64)
        known[protocol] = np.zeros(_LAST_PORT + 2, np.int64)  # the last one is that of NOT_A_PORT
        known[protocol][assigned] = np.where(assigned < 1024, 2, 1)
    return known


def _port_order(x: Numbers, y: Numbers) -> Numbers:
    """The lower port, when the other is ephemeral. A port that is several (a client's, in a rollup) counts as ephemeral."""

    def serves(own: Numbers, other: Numbers) -> Flags:
        told: Flags = (own >= 0) & ((other == NOT_A_PORT) | (other > np.maximum(own, FIRST_EPHEMERAL - 1)))
        return told

    return _sign(serves(y, x), serves(x, y))
