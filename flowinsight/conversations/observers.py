"""Which interface to believe: one observer for a conversation, so that nothing is counted twice."""

from collections.abc import Mapping

from flowinsight import db
from flowinsight.conversations.flows import PAIR, added_up
from flowinsight.conversations.matched import NOT_A_PORT

KEY = "scope, client, server, port, protocol"

ENDS = f"""CASE WHEN started < 0 THEN y ELSE x END AS client, CASE WHEN started < 0 THEN x ELSE y END AS server,
    CASE WHEN started > 0 OR x_port = y_port THEN y_port WHEN started < 0 THEN x_port ELSE {NOT_A_PORT} END AS port"""
"""The ends of a conversation out of a pair of endpoints and the decision about it, in SQL."""

_SIDES = (("to_server", "to_server"), ("to_client", "NOT to_server"))
_EDGES = ", ".join(
    f"min(if({side}, first, NULL)) AS {name}_first, max(if({side}, last, NULL)) AS {name}_last" for name, side in _SIDES
)

_PARTS = f"""
CREATE OR REPLACE TEMP TABLE parts AS
WITH oriented AS (
  SELECT read_flows.* EXCLUDE (sender, sender_port, receiver, receiver_port), evidence,
    {ENDS},
    (started < 0) <> from_x AS to_server
  FROM read_flows JOIN decided USING ({PAIR}) WHERE asked)
SELECT {KEY}, observer, bin, chart_bin, min(evidence) AS evidence, min(through) AS through,
  $totals, {_EDGES}, true AS used
FROM oriented GROUP BY {KEY}, observer, bin, chart_bin
"""

_SHARED = f"""
CREATE OR REPLACE TEMP TABLE shared AS
SELECT {KEY} FROM parts GROUP BY {KEY} HAVING min(observer) <> max(observer)
"""

# An interface's own address is the one that stands in most of its records, on the side that is its own where that is said.
_HOMES = """
CREATE OR REPLACE TEMP TABLE homes AS
SELECT observer, arg_min(address, (-n, address)) AS home FROM (
  SELECT observer, address, sum(records)::BIGINT AS n FROM (
    SELECT observer, records, sender AS address FROM flows WHERE flow_direction IS DISTINCT FROM 'ingress' AND NOT outside_leg
    UNION ALL SELECT observer, records, receiver FROM flows WHERE flow_direction IS DISTINCT FROM 'egress' AND NOT outside_leg)
  GROUP BY ALL) GROUP BY ALL
"""

# Most bytes both ways; ties to the server's own interface, then to the lowest id.
_RANKED = f"""
CREATE OR REPLACE TEMP TABLE ranked AS
SELECT {KEY}, observer, row_number() OVER (
    PARTITION BY {KEY} ORDER BY sum(to_server_bytes + to_client_bytes) DESC, (home IS NOT DISTINCT FROM server) DESC, observer
  ) AS place
FROM parts SEMI JOIN shared USING ({KEY}) LEFT JOIN homes USING (observer) GROUP BY {KEY}, observer, home
"""

# The believed observer's rows count; another fills only bins where the believed one lost records or wrote nothing at all.
_NOT_BELIEVED = f"""
CREATE OR REPLACE TEMP TABLE not_believed AS
WITH best AS (SELECT {KEY}, observer AS best FROM ranked WHERE place = 1),
status AS (SELECT interface, bin, skipdata > 0 AS lost FROM coverage_bins),
seen AS (SELECT DISTINCT {KEY}, bin, observer FROM parts SEMI JOIN shared USING ({KEY})),
candidates AS (
  SELECT {KEY}, seen.bin, seen.observer, place, coalesce(own.lost, false) AS lost,
    coalesce(theirs.lost, true) AS best_is_gone
  FROM seen JOIN ranked USING ({KEY}, observer) JOIN best USING ({KEY})
  LEFT JOIN status own ON own.interface = seen.observer AND own.bin = seen.bin
  LEFT JOIN status theirs ON theirs.interface = best AND theirs.bin = seen.bin),
believed AS (
  SELECT {KEY}, bin, arg_min(observer, (lost, place)) AS observer
  FROM candidates WHERE place = 1 OR best_is_gone GROUP BY ALL)
SELECT {KEY}, bin, observer FROM seen EXCEPT SELECT {KEY}, bin, observer FROM believed
"""

_MARK = f"""
UPDATE parts SET used = false FROM not_believed n
WHERE ({", ".join(f"n.{name}" for name in KEY.split(", "))}, n.observer)
  = ({", ".join(f"parts.{name}" for name in KEY.split(", "))}, parts.observer) AND n.bin IS NOT DISTINCT FROM parts.bin
"""


def believe(connection: db.Connection, sums: Mapping[str, str]) -> bool:
    """Create `parts`: `sums` per conversation, observer, coverage bin and chart bin; `used` where this observer is believed.

    Whether any conversation has several observers; if so `ranked` is theirs, the believed one in place 1.
    """
    totals = [f"{added_up(what, side)} AS {name}_{column}" for column, what in sums.items() for name, side in _SIDES]
    connection.execute(_PARTS.replace("$totals", ", ".join(totals)))
    if not db.made(connection, _SHARED):
        return False
    find_homes(connection)
    for statement in (_RANKED, _NOT_BELIEVED, _MARK):
        connection.execute(statement)
    return True


def find_homes(connection: db.Connection) -> None:
    """Create `homes`: observer, and the address that is its own."""
    connection.execute(_HOMES)
