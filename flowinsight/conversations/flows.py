"""Records summed into flows: one row for a pair of exact endpoints, an observer, and a bin, with both directions side by side."""

from flowinsight import db
from flowinsight.addresses import MAPPED

_V4 = f"sender BETWEEN {MAPPED}::UHUGEINT AND {MAPPED + 2**32 - 1}::UHUGEINT"

# What a single record says. Payload is what 60 bytes of headers a packet leave over IPv4, 80 over IPv6: a lower bound.
_READ = f"""
SELECT *, (sender, sender_port) <= (receiver, receiver_port) AS from_x,
  coalesce(protocol = 6 AND tcp_flags & 18 = 2, false) AS syn,
  coalesce(protocol = 6 AND tcp_flags & 18 = 18, false) AS synack,
  coalesce(protocol = 6 AND tcp_flags & 6 = 4, false) AS reset,
  protocol <> 6 OR tcp_flags IS NULL OR tcp_flags = 0 OR tcp_flags & 18 = 2 AS opener,
  action IS DISTINCT FROM 'REJECT' AS passed,
  CASE
    WHEN action IS DISTINCT FROM 'REJECT' THEN NULL
    WHEN reject_reason IN ('BPA', 'EC') THEN 'control'
    WHEN protocol <> 6 OR tcp_flags IS NULL THEN 'unknown'
    WHEN tcp_flags & 18 = 2 THEN 'attempt'
    WHEN tcp_flags & 18 = 18 THEN 'reply blocked'
    ELSE 'mid-connection' END AS kind,
  CASE WHEN protocol = 6 THEN greatest(bytes - packets * (CASE WHEN {_V4} THEN 60 ELSE 80 END), 0) END AS payload
FROM matched
WHERE NOT outside_leg AND sender IS NOT NULL AND receiver IS NOT NULL AND protocol IS NOT NULL
"""

SUMS = {
    "records": "count(*)",
    "packets": "coalesce(sum(packets), 0)::BIGINT",
    "bytes": "coalesce(sum(bytes), 0)::BIGINT",
    "accepted": "count(*) FILTER (action = 'ACCEPT')",
    "rejected": "count(*) FILTER (action = 'REJECT')",
    "passed": "count(*) FILTER (passed)",
    "syn": "count(*) FILTER (syn)",
    "synack": "count(*) FILTER (synack)",
    "openers": "count(*) FILTER (opener)",
    "answers": "count(*) FILTER (passed AND synack)",
    "resets": "count(*) FILTER (passed AND reset)",
    "payload": "coalesce(sum(payload) FILTER (passed), 0)::BIGINT",
    "attempts": "count(*) FILTER (kind = 'attempt')",
    "midway": "count(*) FILTER (kind = 'mid-connection')",
    "blocked": "count(*) FILTER (kind = 'reply blocked')",
    "controlled": "count(*) FILTER (kind = 'control')",
    "unexplained": "count(*) FILTER (kind = 'unknown')",
    "copies": "coalesce(sum(copies - 1), 0)::BIGINT",
}
"""What is counted for each direction."""

_EDGES = {
    "first": "min(start)",
    "last": 'max("end")',
    "first_syn": "min(start) FILTER (syn)",
    "first_passed": "min(start) FILTER (passed)",
}


def _of_side(expression: str, side: str) -> str:
    """The aggregate over what one side sent."""
    if " FILTER (" in expression:
        return expression.replace(" FILTER (", f" FILTER ({side} AND ")
    if expression.endswith(", 0)::BIGINT"):
        return expression.replace("), 0)::BIGINT", f") FILTER ({side}), 0)::BIGINT")
    return f"{expression} FILTER ({side})"


def sum_up(connection: db.Connection, *, bin_seconds: int, chart_seconds: int | None) -> None:
    """Create `flows` from `matched`.

    Key: scope, protocol, x, x_port, y, y_port (x sorts first), observer, asked, bin (of coverage), chart_bin. For each
    direction, prefixed x_ and y_ for what that side sent: the SUMS, first, last, first_syn, first_passed. And `flagged`,
    the records that have TCP flags; `through`, the hop.
    """
    both = [
        f"{_of_side(expression, side)} AS {prefix}_{name}"
        for prefix, side in (("x", "from_x"), ("y", "NOT from_x"))
        for name, expression in (SUMS | _EDGES).items()
    ]
    chart_bin = "NULL::BIGINT" if chart_seconds is None else f"start // {int(chart_seconds)} * {int(chart_seconds)}"
    connection.execute(f"""
CREATE OR REPLACE TEMP TABLE flows AS
SELECT scope, protocol,
  CASE WHEN from_x THEN sender ELSE receiver END AS x, CASE WHEN from_x THEN sender_port ELSE receiver_port END AS x_port,
  CASE WHEN from_x THEN receiver ELSE sender END AS y, CASE WHEN from_x THEN receiver_port ELSE sender_port END AS y_port,
  observer, asked, start // {int(bin_seconds)} * {int(bin_seconds)} AS bin, {chart_bin} AS chart_bin,
  min(through) AS through, count(*) FILTER (protocol = 6 AND tcp_flags IS NOT NULL) AS flagged,
  {", ".join(both)}
FROM ({_READ}) GROUP BY scope, protocol, x, x_port, y, y_port, observer, asked, bin, chart_bin
""")
