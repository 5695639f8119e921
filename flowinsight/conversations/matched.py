"""The records a question is about, copied once, each with its scope, its observer and who is really talking."""

from flowinsight import db
from flowinsight.conditions import Condition

MARGIN = 600
"""Seconds read beyond both ends of a range for evidence of who started: one aggregation interval of the longer kind."""

NOT_A_PORT = -1
"""Stands in a key for a port that does not exist, is not in the format, or is one of several."""

_WITH_PORTS = "protocol IN (6, 17, 33, 132, 136)"

IDENTIFIED = "identified"
"""The view of records with their scope, observer, sender and receiver."""

# An address means nothing without its network. An interface whose VPC another record names keeps that VPC.
_KNOWN_VPCS = f"""
CREATE OR REPLACE TEMP TABLE known_vpcs AS
SELECT interface_id AS interface, min(vpc_id) AS vpc FROM {db.RECORDS}
WHERE vpc_id IS NOT NULL AND interface_id IS NOT NULL GROUP BY 1
"""

_IDENTIFIED = f"""
CREATE OR REPLACE TEMP VIEW {IDENTIFIED} AS
SELECT r.*, coalesce(vpc_id, known.vpc, tgw_id, account_id || '/' || region, account_id, 'unknown') AS scope,
  coalesce(interface_id, resource_id, tgw_attachment_id, '-') AS observer,
  coalesce(pkt_srcaddr, srcaddr) AS sender, coalesce(pkt_dstaddr, dstaddr) AS receiver,
  CASE WHEN {_WITH_PORTS} THEN coalesce(srcport, {NOT_A_PORT}) ELSE {NOT_A_PORT} END AS sender_port,
  CASE WHEN {_WITH_PORTS} THEN coalesce(dstport, {NOT_A_PORT}) ELSE {NOT_A_PORT} END AS receiver_port
FROM {db.RECORDS} r LEFT JOIN known_vpcs AS known ON known.interface = interface_id
"""

# Equal lines are one record: two flow logs over one interface, or a file delivered twice. `copies` counts them.
_SELECT = f"""
SELECT scope, observer, srcaddr, dstaddr, sender, receiver, sender_port, receiver_port,
  protocol, packets, bytes, start, "end", action, tcp_flags, flow_direction, reject_reason, interface_type,
  $asked AS asked, count(*) AS copies
FROM {IDENTIFIED} WHERE $condition GROUP BY ALL
"""

# A NAT gateway's hop, and whom it talked to for somebody else: the inside leg names both.
_HOPS = """
CREATE OR REPLACE TEMP TABLE hops AS
SELECT DISTINCT scope, dstaddr AS hop, receiver AS peer FROM copied WHERE receiver <> dstaddr
UNION SELECT DISTINCT scope, srcaddr, sender FROM copied WHERE sender <> srcaddr
"""

# The outside leg has lost who: the same traffic again, under the gateway's own address. It is never anybody's conversation.
_MATCHED = """
CREATE OR REPLACE TEMP TABLE matched AS
SELECT copied.*,
  coalesce(sender = srcaddr AND receiver = dstaddr AND (
    interface_type IS NOT DISTINCT FROM 'nat_gateway'
    OR EXISTS (FROM hops WHERE hops.scope = copied.scope AND hop = srcaddr AND peer = dstaddr)
    OR EXISTS (FROM hops WHERE hops.scope = copied.scope AND hop = dstaddr AND peer = srcaddr)
  ), false) AS outside_leg,
  CASE WHEN sender <> srcaddr THEN srcaddr WHEN receiver <> dstaddr THEN dstaddr END AS through
FROM copied
"""


def copy(connection: db.Connection, condition: Condition, asked: Condition) -> tuple[str, tuple[object, ...]]:
    """Create `matched`, one row for each distinct record, and return the statement that read the records.

    Columns: scope, observer, srcaddr, dstaddr, sender, receiver, sender_port, receiver_port, protocol, packets, bytes,
    start, end, action, tcp_flags, flow_direction, reject_reason, interface_type, asked (what the question is about; the
    others only tell who started), copies, outside_leg, through (the hop of an inside leg, or NULL).
    """
    connection.execute(_KNOWN_VPCS)
    connection.execute(_IDENTIFIED)
    sql = _SELECT.replace("$asked", asked.sql).replace("$condition", condition.sql)
    parameters = (*asked.parameters, *condition.parameters)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE copied AS {sql}", list(parameters))
    connection.execute(_HOPS)
    connection.execute(_MATCHED)
    return " ".join(sql.split()), parameters
