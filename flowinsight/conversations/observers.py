"""Which interface to believe: one observer for a conversation, so that nothing is counted twice."""

from flowinsight import db
from flowinsight.conversations.flows import SUMS
from flowinsight.conversations.matched import NOT_A_PORT

KEY = "scope, client, server, port, protocol"

_EDGES = ("first", "last")


def _turned(name: str) -> str:
    """A column of both directions, seen from the client instead of from x."""
    return (
        f"CASE WHEN started < 0 THEN y_{name} ELSE x_{name} END AS to_server_{name}, "
        f"CASE WHEN started < 0 THEN x_{name} ELSE y_{name} END AS to_client_{name}"
    )


_ORIENTED = f"""
CREATE OR REPLACE TEMP TABLE oriented AS
SELECT scope, CASE WHEN started < 0 THEN y ELSE x END AS client, CASE WHEN started < 0 THEN x ELSE y END AS server,
  CASE WHEN started > 0 OR x_port = y_port THEN y_port WHEN started < 0 THEN x_port ELSE {NOT_A_PORT} END AS port,
  protocol, observer, bin, chart_bin, evidence, through, flagged, {", ".join(map(_turned, [*SUMS, *_EDGES]))}
FROM flows JOIN decided USING (scope, protocol, x, x_port, y, y_port) WHERE asked
"""

_TOTALS = ", ".join(
    f"sum({side}_{name})::BIGINT AS {side}_{name}" for name in SUMS for side in ("to_server", "to_client")
)
_FIRST_LAST = ", ".join(
    f"{how}({side}_{name}) AS {side}_{name}"
    for name, how in (("first", "min"), ("last", "max"))
    for side in ("to_server", "to_client")
)

_PARTS = f"""
CREATE OR REPLACE TEMP TABLE parts AS
SELECT {KEY}, observer, bin, chart_bin, min(evidence) AS evidence, min(through) AS through, sum(flagged)::BIGINT AS flagged,
  {_TOTALS}, {_FIRST_LAST}, false AS used
FROM oriented GROUP BY {KEY}, observer, bin, chart_bin
"""

# An interface's own address is the one that stands in most of its records, on the side that is its own where that is said.
_HOMES = """
CREATE OR REPLACE TEMP TABLE homes AS
SELECT observer, arg_min(address, (-n, address)) AS home FROM (
  SELECT observer, address, count(*) AS n FROM (
    SELECT observer, sender AS address FROM matched WHERE flow_direction IS DISTINCT FROM 'ingress' AND NOT outside_leg
    UNION ALL SELECT observer, receiver FROM matched WHERE flow_direction IS DISTINCT FROM 'egress' AND NOT outside_leg)
  GROUP BY ALL) GROUP BY ALL
"""

# Most bytes both ways; ties to the server's own interface, then to the lowest id.
_RANKED = f"""
CREATE OR REPLACE TEMP TABLE ranked AS
SELECT {KEY}, observer, row_number() OVER (
    PARTITION BY {KEY} ORDER BY sum(to_server_bytes + to_client_bytes) DESC, (home IS NOT DISTINCT FROM server) DESC, observer
  ) AS place
FROM parts LEFT JOIN homes USING (observer) GROUP BY {KEY}, observer, home
"""

# The believed observer's rows count; another fills only bins where the believed one lost records or wrote nothing at all.
_BELIEVED = f"""
CREATE OR REPLACE TEMP TABLE believed AS
WITH best AS (SELECT {KEY}, observer AS best FROM ranked WHERE place = 1),
status AS (SELECT interface, bin, skipdata > 0 AS lost FROM coverage_bins),
candidates AS (
  SELECT {KEY}, p.bin, p.observer, place, coalesce(own.lost, false) AS lost,
    coalesce(theirs.lost, true) AS best_is_gone
  FROM (SELECT DISTINCT {KEY}, bin, observer FROM parts) p
  JOIN ranked USING ({KEY}, observer) JOIN best USING ({KEY})
  LEFT JOIN status own ON own.interface = p.observer AND own.bin = p.bin
  LEFT JOIN status theirs ON theirs.interface = best AND theirs.bin = p.bin)
SELECT {KEY}, bin, arg_min(observer, (lost, place)) AS observer
FROM candidates WHERE place = 1 OR best_is_gone GROUP BY ALL
"""

_MARK = f"""
UPDATE parts SET used = true FROM believed b
WHERE ({", ".join(f"b.{name}" for name in KEY.split(", "))}, b.bin, b.observer)
  = ({", ".join(f"parts.{name}" for name in KEY.split(", "))}, parts.bin, parts.observer)
"""


def believe(connection: db.Connection) -> None:
    """Create `parts`: sums per conversation, observer, coverage bin and chart bin; `used` where this observer is believed.

    And `ranked`: the observers of each conversation, the believed one in place 1.
    """
    for statement in (_ORIENTED, _PARTS, _HOMES, _RANKED):
        connection.execute(statement)
    several = db.one(connection, "SELECT count(*) AS n FROM ranked WHERE place = 2")["n"]
    if not several:
        connection.execute("UPDATE parts SET used = true")
        return
    connection.execute(_BELIEVED)
    connection.execute(_MARK)
