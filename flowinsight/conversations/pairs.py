"""Pairs of exact endpoints, and what each side of them sent: what evidence of who started is read from."""

from flowinsight import db
from flowinsight.conversations.flows import NONE, PAIR, added_up, occurring
from flowinsight.survey import WINDOWS

_COUNTS = {
    "records": "records",
    "rejected": "records WHERE NOT passed",
    "openers": "records WHERE opener",
    "syn": "records WHERE syn",
    "synack": "records WHERE synack",
}
_FLAGGED = "records WHERE syn OR synack"
_SIDES = (("x", "from_x"), ("y", "NOT from_x"))

# Windows of two interfaces are skewed, so which direction was seen first is asked of each observer by itself.
_PAIRS = f"""
CREATE OR REPLACE TEMP TABLE pairs AS
WITH summed AS MATERIALIZED (
  SELECT {PAIR}, bool_or(asked) AS asked, min(observer) <> max(observer) AS several, $firsts, $sums
  FROM read_flows GROUP BY {PAIR}),
by_observer AS (
  SELECT {PAIR}, min(if(from_x, first, NULL)) AS x_first, min(if(from_x, NULL, first)) AS y_first
  FROM read_flows SEMI JOIN (FROM summed WHERE several) USING ({PAIR}) GROUP BY {PAIR}, observer),
apart AS (
  SELECT {PAIR}, bool_or(x_first < y_first - 1) AS x_seen_first, bool_or(y_first < x_first - 1) AS y_seen_first
  FROM by_observer GROUP BY {PAIR})
SELECT summed.* EXCLUDE (several), $lossy AS lossy,
  coalesce(CASE WHEN several THEN apart.x_seen_first ELSE x_first < y_first - 1 END, false) AS x_seen_first,
  coalesce(CASE WHEN several THEN apart.y_seen_first ELSE y_first < x_first - 1 END, false) AS y_seen_first
FROM summed LEFT JOIN apart USING ({PAIR}) $join_lossy
"""

_ANY_LOST = f"SELECT count(*) > 0 AS lost FROM {WINDOWS} WHERE skipdata > 0"

_LOSSY = f"""
CREATE OR REPLACE TEMP TABLE lossy AS
WITH lost AS (
  SELECT coalesce(interface_id, resource_id, tgw_attachment_id, '-') AS observer, start, "end" FROM {db.ROWS}
  WHERE status_row AND log_status = 'SKIPDATA'),
seen AS (SELECT {PAIR}, observer, min(first) AS first, max(last) AS last FROM read_flows GROUP BY {PAIR}, observer)
SELECT DISTINCT {PAIR} FROM seen JOIN lost
  ON lost.observer = seen.observer AND lost.start <= seen.last AND lost."end" >= seen.first
"""


def pair_up(connection: db.Connection) -> None:
    """Create `pairs` out of `read_flows`, one row for two exact endpoints x and y.

    Of each side: records, rejected, openers, syn, synack (counts), first, first_syn, first_passed (Unix seconds) and
    seen_first (whether one observer saw it first, by more than a second). Of both: asked, flags_asked, and lossy (whether an
    observer lost records meanwhile).
    """
    occurs = occurring(connection, _COUNTS | {"flagged": _FLAGGED})
    sums = [f"{added_up(occurs[name], side)} AS {prefix}_{name}" for prefix, side in _SIDES for name in _COUNTS]
    sums.append(f"{added_up(occurs['flagged'], 'asked')} AS flags_asked")
    firsts = {"first": "true", "first_syn": "false" if occurs["syn"] == NONE else "syn",
              "first_passed": "true" if occurs["rejected"] == NONE else "passed"}  # fmt: skip
    earliest = [f"{_first(side, of)} AS {prefix}_{name}" for prefix, side in _SIDES for name, of in firsts.items()]
    lossy = bool(db.one(connection, _ANY_LOST)["lost"])
    if lossy:
        connection.execute(_LOSSY)
    sql = _PAIRS.replace("$sums", ", ".join(sums)).replace("$firsts", ", ".join(earliest))
    sql = sql.replace("$lossy", "lossy.x IS NOT NULL" if lossy else "false")
    connection.execute(sql.replace("$join_lossy", f"LEFT JOIN lossy USING ({PAIR})" if lossy else ""))


def _first(side: str, of: str) -> str:
    return "NULL::BIGINT" if of == "false" else f"min(if({side} AND {of}, first, NULL))"
