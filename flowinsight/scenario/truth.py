"""What an observer should find in a run's records, counted from what happened and who could see it.

A record belongs to the range its `start` lies in; the few that began before it are counted as in progress. An
outside leg of a NAT gateway is no conversation. A conversation's bytes are those of one observer: the one with most
bytes both ways, ties to the server's interface, then the lowest id.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from flowinsight.scenario.bulk import BulkFlow
from flowinsight.scenario.exchange import SYN, SYN_ACK, TCP, Exchange, Outcome
from flowinsight.scenario.network import Interface
from flowinsight.scenario.observe import Flow, Window
from flowinsight.scenario.record import Record

BULK_SCENE = "web-shop"
_PACKETS, _BYTES = Record._fields.index("packets"), Record._fields.index("bytes")


class Key(NamedTuple):
    """Which conversation: two parties and a service in one network. Service port 0 for ICMP."""

    scope: str
    client: str
    server: str
    service_port: int
    protocol: int


@dataclass(slots=True)
class Sum:
    """Records of one direction."""

    records: int = 0
    packets: int = 0
    bytes: int = 0

    def add(self, records: Sequence[Record]) -> None:
        self.records += len(records)
        self.packets += sum(map(itemgetter(_PACKETS), records))
        self.bytes += sum(record.bytes or 0 for record in records)


@dataclass(slots=True)
class Observer:
    """What one interface saw of one conversation. `starts`: records with SYN without ACK from the client."""

    interface: Interface
    leg: str
    of_server: bool
    to_server: Sum = field(default_factory=Sum)
    to_client: Sum = field(default_factory=Sum)
    accepted: int = 0
    rejected: int = 0
    starts: int = 0
    lost: int = 0
    first: int | None = None
    last: int = 0

    @property
    def bytes(self) -> int:
        return self.to_server.bytes + self.to_client.bytes


@dataclass(slots=True)
class Conversation:
    """All that is true of one conversation over the range."""

    outcome: Outcome = Outcome.REJECTED
    scenes: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    observers: dict[Interface, Observer] = field(default_factory=dict)

    @property
    def believed(self) -> Observer:
        return min(self.observers.values(), key=lambda o: (-o.bytes, not o.of_server, o.interface.id))


@dataclass(slots=True)
class Totals:
    """Counts over all lines written."""

    records: int = 0
    nodata: int = 0
    skipdata: int = 0
    bytes: int = 0
    packets: int = 0
    records_without_bytes: int = 0
    in_progress_records: int = 0
    in_progress_bytes: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    protocols: Counter[int] = field(default_factory=Counter)


class Tally:
    """Adds up windows. What it holds grows with the number of conversations, not of records."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.totals = Totals()
        self.interfaces: dict[Interface, Counter[str]] = {}
        self.conversations: dict[Key, Conversation] = {}
        self.outside: dict[Key, tuple[Sum, Sum]] = {}  # "client" is the gateway: who stood behind it is lost

    def add(self, window: Window) -> None:
        """Count one window: its status row or its records."""
        counts = self.interfaces.setdefault(window.interface, Counter())
        status = window.status
        counts["windows"] += 1
        if status is not None:
            counts[status.log_status.lower()] += 1
            self.totals.nodata += status.log_status == "NODATA"
            self.totals.skipdata += status.log_status == "SKIPDATA"
        if window.skipped:
            self._lose(window)
            return
        for flow, record in window.flows:
            self._record(window, flow, record)
        for bulk in window.bulk:
            self._bulk(window, bulk)
        counts["records"] += len(window.flows) + sum(2 * len(bulk.to_server) for bulk in window.bulk)

    def _lose(self, window: Window) -> None:
        for flow, _ in window.flows:
            if flow.leg != "outside" and window.start >= self.start:
                self._observer(window.interface, flow.leg, flow.exchanges[0])[1].lost += 1
        for bulk in window.bulk:
            if bulk.to_server and window.start >= self.start:
                self._bulk_observer(window, bulk)[1].lost += 2 * len(bulk.to_server)

    def _record(self, window: Window, flow: Flow, record: Record) -> None:
        self._count([record], str(record.action), window.start)
        self.totals.records_without_bytes += record.bytes is None
        self.totals.protocols[flow.exchanges[0].protocol] += 1
        if window.start < self.start:
            return
        if flow.leg == "outside":
            key = _key(window.interface, flow.exchanges[0])._replace(client=window.interface.address)
            self.outside.setdefault(key, (Sum(), Sum()))[not flow.to_server].add([record])
            return
        conversation, observer = self._observer(window.interface, flow.leg, flow.exchanges[0])
        _see(observer, flow, record)
        _judge(conversation, flow.exchanges, rejected=record.action == "REJECT")

    def _bulk(self, window: Window, bulk: BulkFlow) -> None:
        if not bulk.to_server:
            return
        records = len(bulk.to_server) + len(bulk.to_client)
        self.totals.protocols[TCP] += records
        for part in (bulk.to_server, bulk.to_client):
            self._count(part, "ACCEPT", window.start)
        if window.start < self.start:
            return
        conversation, observer = self._bulk_observer(window, bulk)
        conversation.outcome = max(conversation.outcome, Outcome.DATA)
        conversation.scenes.add(BULK_SCENE)
        observer.to_server.add(bulk.to_server)
        observer.to_client.add(bulk.to_client)
        observer.starts += len(bulk.to_server)
        observer.accepted += records
        _date(observer, window.start, window.end)

    def _count(self, records: Sequence[Record], action: str, start: int) -> None:
        part = Sum()
        part.add(records)
        totals = self.totals
        totals.records += part.records
        totals.packets += part.packets
        totals.bytes += part.bytes
        totals.actions[action] += part.records
        if start < self.start:
            totals.in_progress_records += part.records
            totals.in_progress_bytes += part.bytes

    def _observer(self, interface: Interface, leg: str, exchange: Exchange) -> tuple[Conversation, Observer]:
        mine = Observer(interface, leg, of_server=exchange.server.interface is interface)
        return self._found(_key(interface, exchange), mine)

    def _bulk_observer(self, window: Window, bulk: BulkFlow) -> tuple[Conversation, Observer]:
        interface = window.interface
        key = Key(interface.vpc.id, bulk.client.address, bulk.server.address, bulk.port, TCP)
        return self._found(key, Observer(interface, "own", of_server=interface is bulk.server))

    def _found(self, key: Key, observer: Observer) -> tuple[Conversation, Observer]:
        """The conversation, and this observer of it or the one already there for its interface."""
        conversation = self.conversations.setdefault(key, Conversation())
        return conversation, conversation.observers.setdefault(observer.interface, observer)


def _key(interface: Interface, exchange: Exchange) -> Key:
    client, server = exchange.client.address, exchange.server.address
    return Key(interface.vpc.id, client, server, exchange.server_port, exchange.protocol)


def _see(observer: Observer, flow: Flow, record: Record) -> None:
    (observer.to_server if flow.to_server else observer.to_client).add([record])
    observer.accepted += record.action == "ACCEPT"
    observer.rejected += record.action == "REJECT"
    observer.starts += flow.to_server and flow.tcp_flags & SYN_ACK == SYN
    _date(observer, record.start, record.end)


def _judge(conversation: Conversation, exchanges: Iterable[Exchange], *, rejected: bool) -> None:
    for exchange in exchanges:
        conversation.outcome = max(conversation.outcome, exchange.outcome)
        conversation.scenes.add(exchange.scene)
        refusal = exchange.refusal
    if rejected and refusal is not None:
        conversation.kinds[refusal.kind] += 1


def _date(observer: Observer, start: int, end: int) -> None:
    observer.first = start if observer.first is None else min(observer.first, start)
    observer.last = max(observer.last, end)
