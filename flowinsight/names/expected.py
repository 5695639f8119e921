"""Which interfaces should have written records: the denominator of coverage, which logs themselves cannot give.

Known only from inventory joined with flow logs, each interface from when both it and a flow log over it existed. An interface
that is gone by now is not among them.
"""

from dataclasses import dataclass

from flowinsight.names.flow_logs import FlowLog
from flowinsight.names.inventory import Interface, Inventory


@dataclass(frozen=True)
class Expected:
    """An interface that some flow logs cover, by their ids, from `since` on (Unix seconds; None: for all that is known)."""

    interface: Interface
    since: int | None
    flow_logs: tuple[str, ...]
    traffic_types: frozenset[str]


def expected(inventory: Inventory, logs: tuple[FlowLog, ...], destination: str | None = None) -> tuple[Expected, ...]:
    """The interfaces that flow logs cover; with `destination` only those that write there (see `FlowLog`)."""
    chosen = [one for one in logs if destination in {None, one.destination}]
    found: list[Expected] = []
    for interface in inventory.interfaces:
        over = [one for one in chosen if one.resource in {interface.id, interface.subnet, interface.vpc}]
        if not over:
            continue
        begun = [one.created for one in over]
        earliest = None if None in begun else min(moment for moment in begun if moment is not None)
        known = [moment for moment in (earliest, interface.since) if moment is not None]
        types = frozenset(one.traffic_type for one in over)
        found.append(Expected(interface, max(known, default=None), tuple(one.id for one in over), types))
    return tuple(found)
