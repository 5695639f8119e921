"""Records summed into flows: one row for one direction between two exact endpoints, by observer, by what it says, and by bin."""

from collections.abc import Mapping
from dataclasses import dataclass

from flowinsight import db
from flowinsight.addresses import MAPPED
from flowinsight.conversations.matched import NOT_A_PORT, Matched
from flowinsight.survey import KNOWN_LOSSES

_V4 = f"sender BETWEEN {MAPPED}::UHUGEINT AND {MAPPED + 2**32 - 1}::UHUGEINT"

PAIR = "scope, protocol, x, x_port, y, y_port"
"""Two exact endpoints, whichever started: x is the one that sorts first."""

BUDGET = 2_000_000
"""Records that are told apart by both ports. Above it the port of the side that is served stands for several."""

SENDER_SERVES = """CASE
    WHEN protocol = 6 AND tcp_flags & 18 = 2 THEN false
    WHEN protocol = 6 AND tcp_flags & 18 = 18 THEN true
    WHEN action = 'REJECT' THEN false
    ELSE sender_port >= 0 AND sender_port < receiver_port END"""
"""The side that serves, by one record alone: SYN without ACK: the destination; SYN-ACK: the source; REJECT: the destination;
else the lower port, the destination where both are equal."""

# Payload is what 60 bytes of headers a packet leave over IPv4, 80 over IPv6: a lower bound, and only of what passed.
SUMMED = f"""sum(stands_for)::BIGINT AS records, coalesce(sum(copies - 1), 0)::BIGINT AS copies,
  coalesce(sum(packets), 0)::BIGINT AS packets, coalesce(sum(bytes), 0)::BIGINT AS bytes,
  coalesce(sum(coalesce(payload, greatest(bytes - packets * (CASE WHEN {_V4} THEN 60 ELSE 80 END), 0)))
    FILTER (protocol = 6 AND action IS DISTINCT FROM 'REJECT'), 0)::BIGINT AS payload,
  min(start) AS first, max("end") AS last"""

_SAID = "observer, through, outside_leg, asked, action, tcp_flags, flow_direction, reject_reason"

_FLOWS = f"""
CREATE OR REPLACE TEMP TABLE flows AS
SELECT scope, protocol, sender, sender_port, receiver, receiver_port, {_SAID},
  start // $bin * $bin AS bin, $chart AS chart_bin, {SUMMED}
FROM $matched GROUP BY ALL
"""

# The other side's port stays where it is always the same.
_ROLLED = f"""
CREATE OR REPLACE TEMP TABLE flows AS
WITH sided AS (SELECT *, {SENDER_SERVES} AS sender_serves FROM $matched),
rolled AS (
  SELECT scope, protocol, sender, receiver, sender_serves,
    CASE WHEN sender_serves THEN sender_port ELSE receiver_port END AS served_port,
    min(CASE WHEN sender_serves THEN receiver_port ELSE sender_port END) AS lowest,
    max(CASE WHEN sender_serves THEN receiver_port ELSE sender_port END) AS highest,
    {_SAID}, start // $bin * $bin AS bin, $chart AS chart_bin, {SUMMED}
  FROM sided GROUP BY ALL),
named AS (SELECT *, CASE WHEN lowest = highest THEN lowest ELSE {NOT_A_PORT} END AS other_port FROM rolled)
SELECT scope, protocol, sender, CASE WHEN sender_serves THEN served_port ELSE other_port END AS sender_port,
  receiver, CASE WHEN sender_serves THEN other_port ELSE served_port END AS receiver_port, {_SAID}, bin, chart_bin,
  records, copies, packets, bytes, payload, first, last
FROM named
"""

# What each flow says, by the rules of TCP flags; an absent flag field says nothing.
_READ = """
CREATE OR REPLACE TEMP VIEW read_flows AS
SELECT *,
  CASE WHEN from_x THEN sender ELSE receiver END AS x, CASE WHEN from_x THEN sender_port ELSE receiver_port END AS x_port,
  CASE WHEN from_x THEN receiver ELSE sender END AS y, CASE WHEN from_x THEN receiver_port ELSE sender_port END AS y_port
FROM (
  SELECT *, sender < receiver OR (sender = receiver AND sender_port <= receiver_port) AS from_x,
    coalesce(protocol = 6 AND tcp_flags & 18 = 2, false) AS syn,
    coalesce(protocol = 6 AND tcp_flags & 18 = 18, false) AS synack,
    coalesce(protocol = 6 AND tcp_flags & 6 = 4, false) AS reset,
    protocol <> 6 OR tcp_flags IS NULL OR tcp_flags = 0 OR tcp_flags & 18 = 2 AS opener,
    protocol = 6 AND tcp_flags IS NOT NULL AS flagged,
    action IS DISTINCT FROM 'REJECT' AS passed,
    CASE
      WHEN action IS DISTINCT FROM 'REJECT' THEN NULL
      WHEN reject_reason IN ('BPA', 'EC') THEN 'control'
      WHEN protocol <> 6 OR tcp_flags IS NULL THEN 'unknown'
      WHEN tcp_flags & 18 = 2 THEN 'attempt'
      WHEN tcp_flags & 18 = 18 THEN 'reply blocked'
      ELSE 'mid-connection' END AS kind
  FROM flows
  WHERE NOT outside_leg AND sender IS NOT NULL AND receiver IS NOT NULL AND protocol IS NOT NULL)
"""

SUMS = {
    "records": "records",
    "packets": "packets",
    "bytes": "bytes",
    "payload": "payload",
    "copies": "copies",
    "accepted": "records WHERE action = 'ACCEPT'",
    "rejected": "records WHERE action = 'REJECT'",
    "passed": "records WHERE passed",
    "syn": "records WHERE syn",
    "answers": "records WHERE passed AND synack",
    "resets": "records WHERE passed AND reset",
    "attempts": "records WHERE kind = 'attempt'",
    "midway": "records WHERE kind = 'mid-connection'",
    "blocked": "records WHERE kind = 'reply blocked'",
    "controlled": "records WHERE kind = 'control'",
    "unexplained": "records WHERE kind = 'unknown'",
    "flagged": "records WHERE flagged",
}
"""What is added up for each direction of a conversation: a column of flows, and of which flows."""

EVIDENCE = {
    "openers": "records WHERE opener",
    "unpassed": "records WHERE NOT passed",
    "synack": "records WHERE synack",
    "marked": "records WHERE syn OR synack",
}
"""What is added up besides to tell who started."""

NONE = "0"
"""Stands for a sum of nothing."""


def added_up(what: str, side: str) -> str:
    """The SQL sum of one of SUMS over the flows of one side. A condition inside a sum is faster than FILTER."""
    column, _, condition = what.partition(" WHERE ")
    if column == NONE:
        return f"{NONE}::BIGINT"
    return f"sum(if({side}{f' AND ({condition})' if condition else ''}, {column}, 0))::BIGINT"


@dataclass(frozen=True)
class Occurring:
    """SUMS and EVIDENCE, of which those that are zero for every flow are NONE, as without TCP flags most are; and whether an
    interface that saw any of this ever lost records.
    """

    sums: Mapping[str, str]
    lossy: bool

    def __contains__(self, name: str) -> bool:
        return self.sums[name] != NONE


def occurring(connection: db.Connection) -> Occurring:
    """What occurs in `read_flows`, found in one pass over it."""
    sums = SUMS | EVIDENCE
    looked = ", ".join(f"bool_or({_occurs(what)}) AS {name}" for name, what in sums.items())
    sql = f"SELECT {looked}, bool_or(observer IN (SELECT observer FROM {KNOWN_LOSSES})) AS lossy FROM read_flows"
    found = db.one(connection, sql)
    return Occurring({name: what if found[name] else NONE for name, what in sums.items()}, bool(found["lossy"]))


def _occurs(what: str) -> str:
    column, _, condition = what.partition(" WHERE ")
    return condition or f"{column} > 0"


def sum_up(
    connection: db.Connection,
    matched: Matched,
    *,
    bin_seconds: int,
    chart_seconds: int | None,
    budget: int = BUDGET,
) -> None:
    """Create the table `flows`, and the view `read_flows` of those that have two ends and are no NAT gateway's outside leg.

    Key: scope, protocol, sender, sender_port, receiver, receiver_port, observer, through, outside_leg, asked, action,
    tcp_flags, flow_direction, reject_reason, bin (of coverage), chart_bin. Sums: records, copies, packets, bytes, payload,
    first, last. The view adds x, x_port, y, y_port, from_x and what the flags say.

    More records than `budget` are rolled up: a client's several ports towards one service become NOT_A_PORT.
    """
    chart = "NULL::BIGINT" if chart_seconds is None else f"start // {int(chart_seconds)} * {int(chart_seconds)}"
    records = matched.at_hand(connection)
    template = _ROLLED if records.exceeds(connection, budget) else _FLOWS
    sql = template.replace("$bin", str(int(bin_seconds))).replace("$chart", chart).replace("$matched", records.sql)
    connection.execute(sql, list(records.parameters))
    connection.execute(_READ)
