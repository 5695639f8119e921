"""Observing exchanges the way flow logs do: per interface, per direction, per aggregation window.

Windows are walked minute by minute and closed as time passes; what is open never exceeds a few minutes of
traffic, however long the run. What a window holds depends on the seed alone, never on which span was asked for.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from flowinsight.scenario.bulk import BulkFlow, bulk_of
from flowinsight.scenario.config import Config
from flowinsight.scenario.exchange import LONGEST, Exchange, Flags, Load
from flowinsight.scenario.gaps import lost
from flowinsight.scenario.network import LATEST_CLOCK, WINDOW, Interface, Network
from flowinsight.scenario.paths import Hop, Sight, hops
from flowinsight.scenario.record import Record

RAGGED = 6  # a window still open at second s reports an end of at least s - RAGGED

Diary = Callable[[int, int], Iterable[Exchange]]


@dataclass(slots=True)
class Flow:
    """One record in the making, and the exchanges it is made of."""

    leg: str
    to_server: bool
    packets: int = 0
    bytes: int = 0
    tcp_flags: int = 0
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """One closed aggregation window of one interface.

    `flows` are its ordinary flows with their records, `bulk` its bulk; if `skipped`, the flows were lost and
    `status` is the SKIPDATA row; if it saw nothing, `status` is the NODATA row.
    """

    interface: Interface
    start: int
    end: int
    flows: tuple[tuple[Flow, Record], ...]
    bulk: tuple[BulkFlow, ...]
    skipped: bool

    @property
    def status(self) -> Record | None:
        if self.skipped:
            return _status(self, "SKIPDATA")
        seen = self.flows or any(part.to_server for part in self.bulk)
        return None if seen else _status(self, "NODATA")

    def records(self) -> Iterator[Record]:
        """What is delivered, status row included."""
        status = self.status
        if status is not None:
            return iter((status,))
        return chain(
            (record for _, record in self.flows), chain.from_iterable((*b.to_server, *b.to_client) for b in self.bulk)
        )


def windows(
    config: Config, network: Network, diary: Diary, start: int, end: int, interfaces: frozenset[str] | None = None
) -> Iterator[Window]:
    """Every logged window whose reported end lies in [start, end), in the order of that end (Unix seconds)."""
    logged = (i for i in network.interfaces.values() if i.logged)
    watched = {i: None for i in logged if interfaces is None or i.name in interfaces}  # a set that keeps its order
    opened: dict[tuple[Interface, int], dict[Sight, Flow]] = {}
    waiting: list[Window] = []
    minute = (start - LATEST_CLOCK - WINDOW - LONGEST) // WINDOW * WINDOW
    while minute - RAGGED < end:
        for exchange in diary(minute, minute + WINDOW):
            for hop in hops(exchange, network):
                if hop.interface in watched:
                    _look(exchange, hop, opened)
        minute += WINDOW
        waiting += [_close(config, network, i, opened, i.window_of(minute) - 1) for i in watched]
        waiting.sort(key=lambda window: (window.end, window.interface.id))
        settled = [window for window in waiting if window.end < minute - RAGGED]
        waiting = waiting[len(settled) :]
        yield from (w for w in settled if start <= w.end < end and w.interface.lives(w.start, w.end))


def _look(exchange: Exchange, hop: Hop, opened: dict[tuple[Interface, int], dict[Sight, Flow]]) -> None:
    ways = (
        (hop.to_server, exchange.sent, exchange.flags_sent, True),
        (hop.to_client, exchange.received, exchange.flags_received, False),
    )
    for sight, load, flags, to_server in ways:
        if sight is None or not load.packets:
            continue
        for window, packets, size, seen in pieces(exchange, load, flags, hop.interface):
            flows = opened.setdefault((hop.interface, window), {})
            flow = flows.setdefault(sight, Flow(hop.leg, to_server))
            flow.packets += packets
            flow.bytes += size
            flow.tcp_flags |= seen
            flow.exchanges.append(exchange)


def pieces(exchange: Exchange, load: Load, flags: Flags, interface: Interface) -> Iterator[tuple[int, int, int, int]]:
    """One side's packets, spread evenly over the exchange and cut where the interface's windows close.

    Yields (window, packets, bytes, tcp-flags); windows without a packet are left out, the parts sum to the load.
    """
    at, lasts = exchange.at, exchange.lasts if load.packets > 1 else 0
    last = interface.window_of(at + lasts)
    counted = weighed = 0
    for window in range(interface.window_of(at), last + 1):
        into = interface.opens(window + 1) - 1 - at
        packets = load.packets if window == last else 1 + (load.packets - 1) * into // lasts
        size = load.bytes * packets // load.packets
        if packets > counted:
            seen = flags.every | (0 if counted else flags.first) | (flags.last if window == last else 0)
            yield window, packets - counted, size - weighed, seen
        counted, weighed = packets, size


def _close(
    config: Config, network: Network, interface: Interface, opened: dict[tuple[Interface, int], dict[Sight, Flow]],
    window: int,
) -> Window:  # fmt: skip
    start, end = interface.reported(window)
    flows = opened.pop((interface, window), {})
    written = tuple((flow, _record(interface, sight, flow, start, end)) for sight, flow in flows.items())
    bulk = tuple(bulk_of(config, network, interface, window))
    return Window(interface, start, end, written, bulk, lost(interface, window))


def _record(interface: Interface, sight: Sight, flow: Flow, start: int, end: int) -> Record:
    size = None if sight.reject_reason == "BPA" else flow.bytes  # AWS: block-public-access records carry no bytes
    kind = "IPv6" if ":" in sight.srcaddr else "IPv4"
    return Record(
        interface, *sight[:5], flow.packets, size, start, end, sight.action, "OK", flow.tcp_flags, kind, *sight[6:]
    )


def _status(window: Window, word: str) -> Record:
    nothing = (None,) * 7
    rest = (None,) * 7
    return Record(window.interface, *nothing, window.start, window.end, None, word, *rest)
