"""Ordinary traffic in bulk, for runs of many millions of records.

Every connection lasts less than a second, so each observer writes exactly two records of it and no window cuts
it. A window's share is a pure function of seed, pair and minute: nothing is carried from one window to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flowinsight.scenario.config import Config, dice
from flowinsight.scenario.exchange import FIN, SYN, SYN_ACK, TCP
from flowinsight.scenario.network import WINDOW, Interface, Network
from flowinsight.scenario.paths import SAME_VPC
from flowinsight.scenario.record import Record

PAIRS = (  # client, server, service port: both sides logged, so four records a connection
    ("alb", "web-1", 8080),
    ("alb", "web-2", 8080),
    ("web-1", "app-1", 9000),
    ("web-2", "app-2", 9000),
    ("app-1", "db-1", 5432),
    ("app-2", "db-1", 5432),
)
A_MINUTE = 1.45  # connections of one pair for each unit of scale: six pairs make about 50,000 records a day
FIRST_PORT, PORTS = 2_000, 15_000  # two ranges, for even and odd minutes: no port is used twice in a window


@dataclass(frozen=True)
class BulkFlow:
    """The records of one pair in one window of one observer."""

    client: Interface
    server: Interface
    port: int
    to_server: list[Record]
    to_client: list[Record]


def connections(config: Config, minute: int) -> int:
    """How many connections each pair makes in one minute."""
    extra = max(0.0, config.scale - 1) * A_MINUTE
    return int(extra * (minute + 1)) - int(extra * minute)


def bulk_of(config: Config, network: Network, interface: Interface, window: int) -> Iterator[BulkFlow]:
    """What an interface sees of the bulk in one of its windows."""
    if config.scale <= 1:
        return
    for pair in PAIRS:
        if interface.name in pair[:2]:
            yield _seen(config, network, interface, window, pair)


def _seen(config: Config, network: Network, interface: Interface, window: int, pair: tuple[str, str, int]) -> BulkFlow:
    """A window spans two clock minutes: the rest of the one it opens in, the beginning of the next."""
    client, server, port = network[pair[0]], network[pair[1]], pair[2]
    flow = BulkFlow(client, server, port, [], [])
    for minute, late_part in ((window, True), (window + 1, False)):
        sizes = _sizes(config.seed, pair, minute, connections(config, minute))
        cut = -(-interface.phase * len(sizes) // WINDOW)
        first = FIRST_PORT + PORTS * (minute % 2) + (cut if late_part else 0)
        _write(flow, interface, interface.reported(window), sizes[cut:] if late_part else sizes[:cut], first)
    return flow


@lru_cache(maxsize=64)
def _sizes(seed: int, pair: tuple[str, str, int], minute: int, count: int) -> memoryview:
    """One number below 65,536 for each connection of a pair in a minute, in the order they happen."""
    return memoryview(dice(seed, "bulk", *pair, minute).randbytes(2 * count)).cast("H")


def _write(flow: BulkFlow, seen_by: Interface, times: tuple[int, int], sizes: memoryview, port: int) -> None:
    """Append both directions of each connection. This loop is what a run of 100 million records waits for."""
    client, server, service, (start, end) = flow.client.address, flow.server.address, flow.port, times
    leaving = seen_by is flow.client
    there, back = ("egress", "ingress") if leaving else ("ingress", "egress")
    way, way_back = (SAME_VPC, None) if leaving else (None, SAME_VPC)
    asking, answering, make, kind = flow.to_server.append, flow.to_client.append, tuple.__new__, Record
    for source, size in enumerate(sizes, port):
        sent, received = 5 + (size & 7), 5 + (size & 15)
        out, back_bytes = 52 * sent + 300 + (size & 1_023), 52 * received + 600 + size
        asking(make(kind, (seen_by, client, server, source, service, TCP, sent, out, start, end, "ACCEPT", "OK",
                           SYN | FIN, "IPv4", client, server, there, way, None)))  # fmt: skip
        answering(make(kind, (seen_by, server, client, service, source, TCP, received, back_bytes, start, end, "ACCEPT",
                              "OK", SYN_ACK | FIN, "IPv4", server, client, back, way_back, None)))  # fmt: skip
