"""Traffic that left through a NAT gateway: told where who sent it is known, and said to be unknown where it is not."""

from dataclasses import dataclass

from flowinsight import db
from flowinsight.addresses import format_address
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.prepared import Prepared
from flowinsight.survey import KNOWN_HOPS


@dataclass(frozen=True)
class Untold:
    """Outside legs of a NAT gateway to one service, for which no record says who sent them.

    `candidates` are those who used this gateway for anything in these records: one of them, or somebody else. `told_elsewhere`
    says that inside legs to the same peer exist, which this question did not match.
    """

    gateway: str
    peer: str
    port: int | None
    protocol: int | None
    sent: int
    received: int
    candidates: tuple[str, ...]
    told_elsewhere: bool = False


# Which end of an outside leg is the gateway: the hop of an inside leg, else the interface's own side.
_UNTOLD = f"""
WITH legs AS (
  SELECT *, CASE
      WHEN EXISTS (FROM {KNOWN_HOPS} h WHERE h.scope = flows.scope AND hop = sender AND peer = receiver) THEN true
      WHEN EXISTS (FROM {KNOWN_HOPS} h WHERE h.scope = flows.scope AND hop = receiver AND peer = sender) THEN false
      ELSE flow_direction IS DISTINCT FROM 'ingress' END AS leaving
  FROM flows WHERE outside_leg AND asked),
turned AS (
  SELECT scope, protocol, CASE WHEN leaving THEN sender ELSE receiver END AS gateway,
    CASE WHEN leaving THEN receiver ELSE sender END AS peer,
    CASE WHEN leaving THEN receiver_port ELSE sender_port END AS port,
    coalesce(sum(bytes) FILTER (leaving), 0)::BIGINT AS sent,
    coalesce(sum(bytes) FILTER (NOT leaving), 0)::BIGINT AS received
  FROM legs GROUP BY ALL)
SELECT gateway, peer, nullif(port, {NOT_A_PORT}) AS port, protocol, sent, received,
  (SELECT list_sort(list(DISTINCT client)) FROM conversations c WHERE c.scope = t.scope AND c.through = t.gateway) AS candidates,
  EXISTS (FROM {KNOWN_HOPS} h WHERE h.scope = t.scope AND h.hop = t.gateway AND h.peer = t.peer) AS told_elsewhere
FROM turned t
WHERE NOT EXISTS (FROM conversations c WHERE c.scope = t.scope AND c.protocol = t.protocol
  AND (c.server = t.peer AND c.port = t.port OR c.client = t.peer))
ORDER BY sent + received DESC, gateway, peer, port LIMIT 20
"""


def untold(prepared: Prepared) -> tuple[Untold, ...]:
    """Outside legs whose sender no record of the question names, most bytes first, 20 at most."""
    if not prepared.reconciliation["nat_outside_legs"]:
        return ()
    return tuple(
        Untold(
            format_address(row["gateway"]),
            format_address(row["peer"]),
            row["port"],
            row["protocol"],
            row["sent"],
            row["received"],
            tuple(map(format_address, row["candidates"] or ())),
            row["told_elsewhere"],
        )
        for row in db.rows(prepared.connection, _UNTOLD)
    )


def sentence(leg: Untold) -> str:
    """What is known of an outside leg, and what is not."""
    service = (
        leg.peer if leg.port is None else f"[{leg.peer}]:{leg.port}" if ":" in leg.peer else f"{leg.peer}:{leg.port}"
    )
    passed = f"{leg.sent:,} bytes left through NAT gateway {leg.gateway} to {service} and {leg.received:,} came back; "
    if leg.told_elsewhere:
        return f"{passed}which instance sent them, the records of this question do not say: ask for {service}."
    told = f"{passed}which instance sent them cannot be told from these records."
    return f"{told} Candidates, no more: {', '.join(leg.candidates[:5])}." if leg.candidates else told
