"""Which interfaces an exchange passes, and how its addresses look at each.

After AWS's examples: the instance's own interface shows the far host; a NAT gateway's inside leg shows the
gateway in place of the far host, which only the pkt- field keeps; its outside leg has lost the instance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple, assert_never
from zlib import crc32

from flowinsight.scenario.exchange import Exchange, Party, Refusal
from flowinsight.scenario.network import Interface, Network

SAME_VPC, INTERNET_GATEWAY = 1, 8  # traffic-path, egress only


class Sight(NamedTuple):
    """What one direction looks like at one interface: the key of its record in a window."""

    srcaddr: str
    dstaddr: str
    srcport: int
    dstport: int
    protocol: int
    action: str
    pkt_srcaddr: str
    pkt_dstaddr: str
    flow_direction: str
    traffic_path: int | None
    reject_reason: str | None


@dataclass(frozen=True, slots=True)
class Hop:
    """One interface on the way. A direction that never came this far is None. `leg`: own, inside or outside."""

    interface: Interface
    leg: str
    to_server: Sight | None
    to_client: Sight | None


def hops(exchange: Exchange, network: Network) -> Iterator[Hop]:
    """The interfaces that see an exchange, in the order the client's packets pass them."""
    client, server = exchange.client, exchange.server
    if client.interface is None:
        yield from _arrivals(exchange, server.interface)
        return
    local = server.interface is not None or _lies_in(server.address, client.interface.vpc.cidr)
    nat = None if local or _reaches_internet(client) else network.nat_of(client.interface.vpc)
    way = SAME_VPC if local or nat else INTERNET_GATEWAY
    yield _refused(exchange, _end(exchange, client.interface, "egress", way), at_client=True)
    if exchange.refusal in (Refusal.AT_CLIENT, Refusal.EC, Refusal.BPA):
        return
    if nat is not None:
        yield _inside(exchange, nat)
        yield _outside(exchange, nat)
    yield from _arrivals(exchange, server.interface)


@lru_cache(maxsize=4_096)
def _lies_in(address: str, cidr: str) -> bool:
    """Whether an address, held by somebody or not, is routed inside the network."""
    return ip_address(address) in ip_network(cidr)


def _reaches_internet(client: Party) -> bool:
    return client.interface is not None and (client.interface.public is not None or ":" in client.address)


def _arrivals(exchange: Exchange, interface: Interface | None) -> Iterator[Hop]:
    if interface is not None:
        way = SAME_VPC if exchange.client.interface else INTERNET_GATEWAY
        yield _refused(exchange, _end(exchange, interface, "ingress", way), at_client=False)


def _end(exchange: Exchange, interface: Interface, towards_server: str, way: int) -> Hop:
    """A hop at the interface of one of the two parties, everything accepted."""
    here, there = (exchange.client.address, exchange.client_port), (exchange.server.address, exchange.server_port)
    leaving = towards_server == "egress"
    asking = _sight(exchange, here, there, (here[0], there[0]), way if leaving else None)
    answer = _sight(exchange, there, here, (there[0], here[0]), None if leaving else way)
    return Hop(interface, "own", asking, answer)


def _inside(exchange: Exchange, nat: Interface) -> Hop:
    who, far = exchange.client.address, exchange.server.address
    here, hop = (who, exchange.client_port), (nat.address, exchange.server_port)
    asking = _sight(exchange, here, hop, (who, far), None)
    return Hop(nat, "inside", asking, _sight(exchange, hop, here, (far, who), SAME_VPC))


def _outside(exchange: Exchange, nat: Interface) -> Hop:
    far = exchange.server.address
    hop, there = (nat.address, _translated(exchange)), (far, exchange.server_port)
    asking = _sight(exchange, hop, there, (nat.address, far), INTERNET_GATEWAY)
    return Hop(nat, "outside", asking, _sight(exchange, there, hop, (far, nat.address), None))


def _translated(exchange: Exchange) -> int:
    """The port the gateway chose: it tells nobody which instance stood behind it."""
    if exchange.client_port:
        return 1_024 + crc32(f"{exchange.client.address} {exchange.client_port}".encode()) % 64_000
    return 0


_End = tuple[str, int]


def _sight(exchange: Exchange, src: _End, dst: _End, pkt: tuple[str, str], way: int | None) -> Sight:
    direction = "egress" if way else "ingress"
    return Sight(src[0], dst[0], src[1], dst[1], exchange.protocol, "ACCEPT", *pkt, direction, way, None)


def _refused(exchange: Exchange, hop: Hop, *, at_client: bool) -> Hop:
    """The hop as it looks once the refusal, if any, has had its effect."""
    match exchange.refusal:
        case None:
            return hop
        case Refusal.AT_SERVER | Refusal.AFTER_CLOSE:
            return Hop(hop.interface, hop.leg, _reject(hop.to_server, None, unless=at_client), None)
        case Refusal.REPLY_BLOCKED:
            return Hop(hop.interface, hop.leg, hop.to_server, None if at_client else _reject(hop.to_client, None))
        case Refusal.AT_CLIENT:
            return Hop(hop.interface, hop.leg, _reject(hop.to_server, None), None)
        case Refusal.BPA | Refusal.EC as control:
            return Hop(hop.interface, hop.leg, _reject(hop.to_server, control.name), None)
    assert_never(exchange.refusal)


def _reject(sight: Sight | None, reason: str | None, *, unless: bool = False) -> Sight | None:
    if sight is None or unless:
        return sight
    return sight._replace(action="REJECT", reject_reason=reason)
