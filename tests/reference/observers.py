"""One conversation, many observers: which of them to believe, so that nothing is counted twice."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.reference.covered import Bin, Bins
from tests.reference.initiator import EVIDENCE, Decision
from tests.reference.network import Seen, party
from tests.reference.records import NO_PORT

Key = tuple[str, int, int, int, int]
"""Scope, client, server, service port (or NO_PORT), protocol."""


@dataclass
class Conversation:
    """Everything asked for between a client and a service, by direction; `used` are the records of the believed observers."""

    key: Key
    to_server: list[Seen] = field(default_factory=list)
    to_client: list[Seen] = field(default_factory=list)
    evidence: str = "unknown"
    best: str = ""
    used: list[Seen] = field(default_factory=list)

    @property
    def both(self) -> list[Seen]:
        return self.to_server + self.to_client

    @property
    def observers(self) -> list[str]:
        return sorted({one.observer for one in self.both})


def key_of(decision: Decision) -> Key:
    """Where who started is unknown, the lower endpoint stands first, and the port only where both have the same."""
    pair = decision.pair
    if decision.started:
        scope, protocol, client, server, port = pair.service(decision.started)
        return scope, client, server, port, protocol
    port = pair.high[1] if pair.low[1] == pair.high[1] else NO_PORT
    return pair.scope, pair.low[0], pair.high[0], port, pair.protocol


def gathered(decisions: Iterable[Decision]) -> list[Conversation]:
    """The conversations: pairs with the same client, server, port and protocol together, with their strongest evidence."""
    found: dict[Key, Conversation] = {}
    for decision in decisions:
        one = found.setdefault(key_of(decision), Conversation(key_of(decision)))
        forwards, backwards = decision.pair.by_low, decision.pair.by_high
        if decision.started < 0:
            forwards, backwards = backwards, forwards
        one.to_server += [record for record in forwards if record.asked]
        one.to_client += [record for record in backwards if record.asked]
        one.evidence = min(one.evidence, decision.evidence, key=EVIDENCE.index)
    return list(found.values())


def homes(seen: Iterable[Seen]) -> dict[str, int]:
    """An interface's own address: the one in most of its records, on its own side where flow-direction says which that is."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for one in seen:
        if one.outside_leg:
            continue
        for side, other_way in (("src", "ingress"), ("dst", "egress")):
            address = party(one.record, side)
            if address is not None and one.record.get("flow_direction") != other_way:
                counts[one.observer][address] += 1
    return {name: min(found, key=lambda address: (-found[address], address)) for name, found in counts.items()}


def size(conversation: Conversation, name: str) -> int:
    return sum(one.record.get("bytes") or 0 for one in conversation.both if one.observer == name)


def ranked(conversation: Conversation, home: dict[str, int]) -> list[str]:
    """Most bytes both ways first; ties to the server's own interface, then to the lowest id."""
    server = conversation.key[2]
    return sorted(conversation.observers, key=lambda name: (-size(conversation, name), home.get(name) != server, name))


def bin_of(one: Seen, width: int) -> int | None:
    start: int | None = one.record.get("start")
    return None if start is None else start // width * width


def believe(conversation: Conversation, seen: Sequence[Seen], covered: Bins, width: int) -> None:
    """One observer is believed everywhere; another fills only bins where that one lost records or wrote nothing at all."""
    order = ranked(conversation, homes(seen))
    conversation.best = order[0]
    by_bin: dict[int | None, dict[str, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for one in conversation.both:
        by_bin[bin_of(one, width)][one.observer].append(one)
    for place, present in by_bin.items():
        best_there = None if place is None else covered.get((conversation.best, place))
        best_is_gone = best_there is None or best_there.skipdata > 0
        candidates = [name for name in order if name in present and (name == conversation.best or best_is_gone)]
        if candidates:
            least_lost = min(candidates, key=lambda name: (_lost(covered, name, place), order.index(name)))
            conversation.used += present[least_lost]


def _lost(covered: Bins, name: str, place: int | None) -> bool:
    return place is not None and covered.get((name, place), Bin()).skipdata > 0


def records_lost(conversation: Conversation, covered: Bins, width: int) -> bool:
    """Whether any observer lost records (SKIPDATA) in a bin in which it saw the conversation."""
    return any(_lost(covered, one.observer, bin_of(one, width)) for one in conversation.both)
