"""NAT gateways of which no inside leg was brought: what the account's inventory says of them is learnt as if a leg had told it.

A question about a gateway's own port matches the outside legs and not the inside ones, on which somebody else's port stands. What
leaves a NAT gateway's interface under its own address it sends for somebody else. Source: VPC User Guide, NAT gateways, and flow
log record examples (traffic through a NAT gateway).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flowinsight import db
from flowinsight.addresses import parse_address
from flowinsight.loaded import Loaded
from flowinsight.names.inventory import Interface
from flowinsight.survey import KNOWN_HOPS, KNOWN_VPCS, SCOPE, TELLS_HOPS, survey

NAT_GATEWAY = "nat_gateway"
UNKNOWN = (
    "Which addresses are NAT gateways' is known here only from the records of this answer: where no inside leg is among "
    "them, what left a gateway is a conversation of its own."
)


@dataclass(frozen=True)
class Gateway:
    """An interface of a NAT gateway, and its private addresses."""

    interface_id: str
    addresses: tuple[str, ...]


def gateways(interfaces: Sequence[Interface]) -> tuple[Gateway, ...]:
    """Those of these interfaces that are NAT gateways'."""
    return tuple(Gateway(one.id, one.addresses) for one in interfaces if one.kind == NAT_GATEWAY)


_LEARN = f"""
INSERT INTO {KNOWN_HOPS}
SELECT DISTINCT {SCOPE} AS scope, srcaddr, dstaddr
FROM {db.RECORDS} LEFT JOIN {KNOWN_VPCS} AS known ON known.interface = interface_id
WHERE (interface_id, srcaddr) IN (SELECT unnest(?), unnest(?)::UHUGEINT) AND srcaddr = pkt_srcaddr AND dstaddr = pkt_dstaddr
"""


def learned(loaded: Loaded, known: Sequence[Gateway] | None) -> Loaded:
    """The records, their hops learnt from the gateways of the account too; a sentence where those are not known (None).

    Nothing where no field tells a leg from another, or each record says what kind of interface it is from.
    """
    if not loaded.tokens & TELLS_HOPS or "interface-type" in loaded.tokens:
        return loaded
    if known is None:
        return replace(loaded, tally=replace(loaded.tally, problems=(*loaded.tally.problems, UNKNOWN)))
    pairs = [(one.interface_id, str(parse_address(address))) for one in known for address in one.addresses]
    survey(loaded)
    loaded.connection.cursor().execute(_LEARN, [list(column) for column in zip(*pairs, strict=True)] or [[], []])
    return loaded
