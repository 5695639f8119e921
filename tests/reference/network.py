"""An address means nothing without its network: the scope of a record, who is really talking, and what was logged twice."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flowinsight import iana
from flowinsight.question import Question
from tests.reference import filters
from tests.reference.records import NO_PORT, Record, observer

MARGIN = 600
"""Seconds read before and after a range, for evidence of who started: the longest aggregation interval."""

Endpoint = tuple[int, int]
"""An address and a port, or NO_PORT."""

_SAYS = (
    "srcaddr", "dstaddr", "protocol", "packets", "bytes", "start", "end", "action", "tcp_flags", "flow_direction",
    "reject_reason", "interface_type",
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A record in its network. `copies` lines said the same; `through` is the hop of a NAT gateway's inside leg."""

    record: Record
    scope: str
    observer: str
    sender: Endpoint | None
    receiver: Endpoint | None
    asked: bool
    copies: int
    outside_leg: bool
    through: int | None

    @property
    def countable(self) -> bool:
        """Whether it can belong to a conversation."""
        known = self.sender is not None and self.receiver is not None and self.record.get("protocol") is not None
        return known and not self.outside_leg


def known_networks(records: Iterable[Record]) -> dict[str, str]:
    """The VPC of each interface that some record names."""
    found: dict[str, str] = {}
    for record in records:
        interface, vpc = record.get("interface_id"), record.get("vpc_id")
        if interface is not None and vpc is not None:
            found[interface] = min(found.get(interface, vpc), vpc)
    return found


def scope(record: Record, known: dict[str, str]) -> str:
    """The VPC, or the VPC that another record of the interface names; else the transit gateway, else account and region."""
    account, region = record.get("account_id"), record.get("region")
    choices = (
        record.get("vpc_id"),
        known.get(record.get("interface_id") or ""),
        record.get("tgw_id"),
        None if account is None or region is None else f"{account}/{region}",
        account,
    )
    return next((choice for choice in choices if choice is not None), "unknown")


def party(record: Record, side: str) -> int | None:
    """Who is talking: the address inside the packet, where the format has it."""
    inside: int | None = record.get(f"pkt_{side}addr")
    logged: int | None = record.get(f"{side}addr")
    return logged if inside is None else inside


def endpoint(record: Record, side: str) -> Endpoint | None:
    address, port = party(record, side), record.get(f"{side}port")
    has_ports = record.get("protocol") in iana.WITH_PORTS
    return None if address is None else (address, port if has_ports and port is not None else NO_PORT)


def hops(records: Iterable[tuple[str, Record]]) -> set[tuple[str, int, int]]:
    """(scope, hop, peer): a NAT gateway's own address, and whom it talked to for somebody else, as an inside leg names both."""
    found: set[tuple[str, int, int]] = set()
    for network, record in records:
        for side in ("src", "dst"):
            logged, inside = record.get(f"{side}addr"), party(record, side)
            if logged is not None and inside is not None and logged != inside:
                found.add((network, logged, inside))
    return found


def _is_outside_leg(record: Record, network: str, known_hops: set[tuple[str, int, int]]) -> bool:
    """A NAT gateway's record under its own address: it has lost who, and repeats what the inside leg says."""
    source, destination = record.get("srcaddr"), record.get("dstaddr")
    if source is None or destination is None or party(record, "src") != source or party(record, "dst") != destination:
        return False
    by_name = record.get("interface_type") == "nat_gateway"
    return by_name or bool({(network, source, destination), (network, destination, source)} & known_hops)


def _through(record: Record) -> int | None:
    for side in ("src", "dst"):
        logged, inside = record.get(f"{side}addr"), party(record, side)
        if logged is not None and inside is not None and logged != inside:
            hop: int = logged
            return hop
    return None


def seen(records: Sequence[Record], question: Question) -> list[Seen]:
    """The records that are read for a question, each distinct one once."""
    known = known_networks(records)
    known_hops = hops((scope(one, known), one) for one in records)
    read = [(scope(one, known), one) for one in records if filters.around(question, one, MARGIN)]
    copies: Counter[tuple[Any, ...]] = Counter()
    first: dict[tuple[Any, ...], tuple[str, Record]] = {}
    for network, record in read:
        ends = (endpoint(record, "src"), endpoint(record, "dst"))
        what = (network, observer(record), *ends, filters.asked(question, record), *map(record.get, _SAYS))
        copies[what] += 1
        first.setdefault(what, (network, record))
    return [
        Seen(
            record,
            network,
            what[1],
            what[2],
            what[3],
            what[4],
            copies[what],
            _is_outside_leg(record, network, known_hops),
            _through(record),
        )
        for what, (network, record) in first.items()
    ]
