"""Who started each conversation, and by which evidence: flow semantics, strongest evidence first."""

from flowinsight import db
from flowinsight.conversations.flows import PAIR, Occurring
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.pairs import pair_up
from flowinsight.survey import FIRST_EPHEMERAL, KNOWN_PORTS

DECIDED_BY = ("flags", "earlier-window", "fan-out", "one-way", "first-seen", "known-port", "port-order", "unknown")
"""Strongest first. The position of a name is the number that stands for it in the tables."""

FAN_OUT = 10
"""A source with one fixed port is a client when it sent to this many targets, most of which did not answer."""

# In each of these: 1 when x started, -1 when y did, 0 when this evidence does not tell.
_FLAGS = """CASE
  WHEN x_syn + y_synack > 0 AND y_syn + x_synack = 0 THEN 1
  WHEN y_syn + x_synack > 0 AND x_syn + y_synack = 0 THEN -1
  WHEN y_synack > 0 AND x_synack = 0 THEN 1
  WHEN x_synack > 0 AND y_synack = 0 THEN -1
  WHEN x_first_syn < y_first_syn THEN 1
  WHEN y_first_syn < x_first_syn THEN -1
  ELSE 0 END"""

# A flow without a reverse was started by its sender; so was one that was only rejected, unless the reverse passed before.
_ONE_WAY = """CASE
  WHEN y_records = 0 AND $one_way AND NOT lossy AND x_openers > 0 THEN 1
  WHEN x_records = 0 AND $one_way AND NOT lossy AND y_openers > 0 THEN -1
  WHEN x_records = 0 OR y_records = 0 THEN 0
  WHEN y_rejected = y_records AND x_rejected < x_records THEN CASE WHEN x_first_passed <= y_first THEN 1 ELSE -1 END
  WHEN x_rejected = x_records AND y_rejected < y_records THEN CASE WHEN y_first_passed <= x_first THEN -1 ELSE 1 END
  ELSE 0 END"""

_FIRST_SEEN = "x_seen_first::INT - y_seen_first::INT"

_KNOWN_PORT = "sign(coalesce(y_known.rank, 0) - coalesce(x_known.rank, 0))::INT"

# The lower port, when the other is ephemeral. A port that is several (a client's, in a rollup) counts as ephemeral.
_PORT_ORDER = f"""(y_port >= 0 AND (x_port = {NOT_A_PORT} OR x_port > greatest(y_port, {FIRST_EPHEMERAL - 1})))::INT
  - (x_port >= 0 AND (y_port = {NOT_A_PORT} OR y_port > greatest(x_port, {FIRST_EPHEMERAL - 1})))::INT"""

# What flags said about one connection holds for the others between the same client, server and service.
_BY_FLAGS = f"""
CREATE OR REPLACE TEMP TABLE by_flags AS
SELECT DISTINCT scope, protocol, CASE WHEN flags > 0 THEN x ELSE y END AS client,
  CASE WHEN flags > 0 THEN y ELSE x END AS server, CASE WHEN flags > 0 THEN y_port ELSE x_port END AS port
FROM (SELECT *, {_FLAGS} AS flags FROM pairs) WHERE flags <> 0
"""

_FAN_OUT = f"""
CREATE OR REPLACE TEMP TABLE fan_out AS
WITH sent AS (
  SELECT scope, protocol, x AS source, x_port AS port, y_records = 0 AS unanswered FROM pairs WHERE x_records > 0
  UNION ALL SELECT scope, protocol, y, y_port, x_records = 0 FROM pairs WHERE y_records > 0)
SELECT scope, protocol, source, port FROM sent WHERE port <> {NOT_A_PORT}
GROUP BY ALL HAVING count(*) >= {FAN_OUT} AND 2 * count(*) FILTER (unanswered) > count(*)
"""

_EVIDENCE = f"""
SELECT pairs.*, {_FLAGS} AS flags, $earlier AS earlier, $fanned AS fanned,
  {_ONE_WAY} AS one_way, {_FIRST_SEEN} AS first_seen, {_KNOWN_PORT} AS known_port, {_PORT_ORDER} AS port_order
FROM pairs $joins
LEFT JOIN {KNOWN_PORTS} x_known ON x_known.protocol = pairs.protocol AND x_known.port = x_port
LEFT JOIN {KNOWN_PORTS} y_known ON y_known.protocol = pairs.protocol AND y_known.port = y_port
"""

_JOIN_BY_FLAGS = """
LEFT JOIN by_flags x_by_flags ON (x_by_flags.scope, x_by_flags.protocol, x_by_flags.client, x_by_flags.server, x_by_flags.port)
  = (pairs.scope, pairs.protocol, x, y, y_port)
LEFT JOIN by_flags y_by_flags ON (y_by_flags.scope, y_by_flags.protocol, y_by_flags.client, y_by_flags.server, y_by_flags.port)
  = (pairs.scope, pairs.protocol, y, x, x_port)"""

_JOIN_FAN_OUT = """
LEFT JOIN fan_out x_fan ON (x_fan.scope, x_fan.protocol, x_fan.source, x_fan.port) = (pairs.scope, pairs.protocol, x, x_port)
LEFT JOIN fan_out y_fan ON (y_fan.scope, y_fan.protocol, y_fan.source, y_fan.port) = (pairs.scope, pairs.protocol, y, y_port)"""

_DECIDED = f"""
CREATE OR REPLACE TEMP TABLE decided AS
SELECT {PAIR},
  CASE
    WHEN flags <> 0 AND flags_asked > 0 THEN 0
    WHEN flags <> 0 OR earlier <> 0 THEN 1
    WHEN fanned <> 0 THEN 2
    WHEN one_way <> 0 THEN 3
    WHEN first_seen <> 0 THEN 4
    WHEN known_port <> 0 THEN 5
    WHEN port_order <> 0 THEN 6
    ELSE 7 END AS evidence,
  [CASE WHEN flags <> 0 THEN flags ELSE earlier END, CASE WHEN flags <> 0 THEN flags ELSE earlier END,
    fanned, one_way, first_seen, known_port, port_order, 0][evidence + 1] AS started
FROM ($evidence) WHERE asked
"""


def decide(connection: db.Connection, occurs: Occurring, *, one_way_counts: bool) -> None:
    """Create `decided`: for each pair of endpoints `started` (1: x, -1: y, 0: unknown) and `evidence`, a place in DECIDED_BY.

    Evidence that no pair can have is not looked for.
    """
    pairs = pair_up(connection, occurs)
    by_flags = "marked" in occurs and db.made(connection, _BY_FLAGS) > 0
    fan_out = 2 * pairs >= FAN_OUT and db.made(connection, _FAN_OUT) > 0
    written = {
        "$evidence": _EVIDENCE,
        "$earlier": "(x_by_flags.port IS NOT NULL)::INT - (y_by_flags.port IS NOT NULL)::INT" if by_flags else "0",
        "$fanned": "(x_fan.port IS NOT NULL)::INT - (y_fan.port IS NOT NULL)::INT" if fan_out else "0",
        "$joins": (_JOIN_BY_FLAGS if by_flags else "") + (_JOIN_FAN_OUT if fan_out else ""),
        "$one_way": "true" if one_way_counts else "false",
    }
    sql = _DECIDED
    for place, text in written.items():
        sql = sql.replace(place, text)
    connection.execute(sql)
