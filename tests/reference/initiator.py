"""Who started a conversation, by the strongest evidence there is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flowinsight import iana
from tests.reference.network import Endpoint, Seen
from tests.reference.records import (
    NO_PORT,
    Record,
    earliest,
    flags,
    is_syn,
    is_syn_ack,
    latest,
    observer,
    rejected,
)

EVIDENCE = ("flags", "earlier-window", "fan-out", "one-way", "first-seen", "known-port", "port-order", "unknown")
FAN_OUT = 10
FIRST_EPHEMERAL = 32768

PairKey = tuple[str, int, Endpoint, Endpoint]
Service = tuple[str, int, int, int, int]
"""Scope, protocol, client, server and port."""


@dataclass
class Pair:
    """Everything read between two exact endpoints in one network over one protocol, by who sent it: the lower endpoint or not."""

    scope: str
    protocol: int
    low: Endpoint
    high: Endpoint
    by_low: list[Seen] = field(default_factory=list)
    by_high: list[Seen] = field(default_factory=list)

    @property
    def both(self) -> list[Seen]:
        return self.by_low + self.by_high

    def service(self, started: int) -> Service:
        """Scope, protocol, client, server, port when the low (1) or the high (-1) endpoint started."""
        client, server = (self.low, self.high) if started > 0 else (self.high, self.low)
        return self.scope, self.protocol, client[0], server[0], server[1]


@dataclass(frozen=True)
class Decision:
    """`started`: 1 the low endpoint, -1 the high one, 0 unknown; `evidence` is one of EVIDENCE."""

    pair: Pair
    started: int
    evidence: str


def pairs(records: Iterable[Seen]) -> list[Pair]:
    found: dict[PairKey, Pair] = {}
    for one in records:
        if not one.countable:
            continue
        assert one.sender is not None
        assert one.receiver is not None
        low, high = sorted((one.sender, one.receiver))
        key = (one.scope, one.record["protocol"], low, high)
        pair = found.setdefault(key, Pair(*key))
        (pair.by_low if one.sender == low else pair.by_high).append(one)
    return list(found.values())


def _sign(low: object, high: object) -> int:
    """Evidence for both sides is evidence for none."""
    return int(bool(low)) - int(bool(high))


def _records(seen: Iterable[Seen]) -> list[Record]:
    return [one.record for one in seen]


def by_flags(pair: Pair) -> int:
    """SYN without ACK comes from the client, SYN-ACK from the server; where both sent a SYN, SYN-ACK or else the first SYN."""
    low, high = _records(pair.by_low), _records(pair.by_high)
    low_accepts, high_accepts = any(map(is_syn_ack, low)), any(map(is_syn_ack, high))
    told = _sign(any(map(is_syn, low)) or high_accepts, any(map(is_syn, high)) or low_accepts)
    if told == 0:
        told = _sign(high_accepts, low_accepts)
    first_low, first_high = earliest(filter(is_syn, low)), earliest(filter(is_syn, high))
    if told == 0 and first_low is not None and first_high is not None:
        told = _sign(first_low < first_high, first_high < first_low)
    return told


def fan_outs(all_pairs: Sequence[Pair]) -> set[tuple[str, int, Endpoint]]:
    """Sources that sent from one fixed port to many targets, most of which did not answer: clients, whatever the numbers."""
    answers: dict[tuple[str, int, Endpoint], list[bool]] = defaultdict(list)
    for pair in all_pairs:
        for source, sent, back in ((pair.low, pair.by_low, pair.by_high), (pair.high, pair.by_high, pair.by_low)):
            if sent and source[1] != NO_PORT:
                answers[pair.scope, pair.protocol, source].append(bool(back))
    return {who for who, came in answers.items() if len(came) >= FAN_OUT and 2 * came.count(False) > len(came)}


def is_opener(record: Record) -> bool:
    """Whether a record could begin a conversation: not one that carries only FIN, RST or SYN-ACK."""
    return flags(record) in {None, 0} or is_syn(record)


def records_were_lost(pair: Pair, status: Iterable[Record]) -> bool:
    """Whether an observer of the pair lost records (SKIPDATA) anywhere between its first and its last record of it."""
    for name in {one.observer for one in pair.both}:
        mine = _records(one for one in pair.both if one.observer == name)
        first, last = earliest(mine), latest(mine)
        for row in status:
            if row.get("log_status") != "SKIPDATA" or observer(row) != name:
                continue
            times = (row.get("start"), last, first, row.get("end"))
            if all(time is not None for time in times) and times[0] <= times[1] and times[2] <= times[3]:  # type: ignore[operator]
                return True
    return False


def by_one_way(pair: Pair, status: Sequence[Record]) -> int:
    """A flow without a reverse was started by its sender; so was a rejected one, unless the reverse had passed before."""
    low, high = _records(pair.by_low), _records(pair.by_high)
    if not low or not high:
        opened = any(map(is_opener, low or high)) and not records_were_lost(pair, status)
        return _sign(low and opened, high and opened)
    if all(map(rejected, high)) and not all(map(rejected, low)):
        return 1 if _passed_before(low, high) else -1
    if all(map(rejected, low)) and not all(map(rejected, high)):
        return -1 if _passed_before(high, low) else 1
    return 0


def _passed_before(allowed: Iterable[Record], refused: Iterable[Record]) -> bool:
    passed, came = earliest(one for one in allowed if not rejected(one)), earliest(refused)
    return passed is not None and came is not None and passed <= came


def by_first_seen(pair: Pair) -> int:
    """Which direction was seen first, by more than one second, at one and the same observer: the windows of two are skewed."""
    said = set()
    for name in {one.observer for one in pair.both}:
        low = earliest(_records(one for one in pair.by_low if one.observer == name))
        high = earliest(_records(one for one in pair.by_high if one.observer == name))
        if low is not None and high is not None and abs(low - high) > 1:
            said.add(1 if low < high else -1)
    return _sign(1 in said, -1 in said)


def by_known_port(pair: Pair) -> int:
    """A known service port on exactly one side; a system port (below 1024) is better known than a registered one."""

    def rank(port: int) -> int:
        known = pair.protocol in iana.WITH_PORTS and port in iana.assigned_ports(pair.protocol)
        return 0 if not known or port >= FIRST_EPHEMERAL else 2 if port < 1024 else 1

    low, high = rank(pair.low[1]), rank(pair.high[1])
    return _sign(high > low, low > high)


def by_port_order(pair: Pair) -> int:
    """The lower port, when the other is ephemeral; a port that the format does not have counts as ephemeral."""

    def served(own: int, other: int) -> bool:
        return own >= 0 and (other < 0 or (other > own and other >= FIRST_EPHEMERAL))

    low, high = pair.low[1], pair.high[1]
    return _sign(served(high, low), served(low, high))


def decide(seen: Sequence[Seen], status: Sequence[Record]) -> list[Decision]:
    """Of each pair of endpoints that the question is about: who started, and by which evidence."""
    all_pairs = pairs(seen)
    told = [(pair, by_flags(pair)) for pair in all_pairs]
    services = {pair.service(started) for pair, started in told if started}
    fans = fan_outs(all_pairs)
    return [_decide(pair, services, fans, status) for pair in all_pairs if any(one.asked for one in pair.both)]


def _decide(
    pair: Pair, services: set[Service], fans: set[tuple[str, int, Endpoint]], status: Sequence[Record]
) -> Decision:
    asked = _records(one for one in pair.both if one.asked)
    flagged = by_flags(pair)
    in_range = flagged if any(is_syn(one) or is_syn_ack(one) for one in asked) else 0
    ways = (
        in_range,
        flagged or _sign(pair.service(1) in services, pair.service(-1) in services),
        _sign(*((pair.scope, pair.protocol, endpoint) in fans for endpoint in (pair.low, pair.high))),
        by_one_way(pair, status),
        by_first_seen(pair),
        by_known_port(pair),
        by_port_order(pair),
    )
    for started, evidence in zip(ways, EVIDENCE, strict=False):
        if started:
            return Decision(pair, started, evidence)
    return Decision(pair, 0, "unknown")
