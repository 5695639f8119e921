"""Pairs of exact endpoints, and what each side of them sent: what evidence of who started is read from."""

from flowinsight import db
from flowinsight.conversations.flows import PAIR, Occurring, added_up
from flowinsight.survey import KNOWN_LOSSES

_COUNTS = {"records": "records", "rejected": "unpassed", "openers": "openers", "syn": "syn", "synack": "synack"}
"""What is counted of each side, and its name in SUMS and EVIDENCE."""

_SIDES = (("x", "from_x"), ("y", "NOT from_x"))

_PAIRS = f"""
CREATE OR REPLACE TEMP TABLE pairs AS
SELECT summed.*, $lossy AS lossy,
  coalesce(x_first < y_first - 1, false) AS x_seen_first, coalesce(y_first < x_first - 1, false) AS y_seen_first
FROM (SELECT {PAIR}, bool_or(asked) AS asked, min(observer) <> max(observer) AS several, $firsts, $sums
  FROM read_flows GROUP BY {PAIR}) summed $join_lossy
"""

_ANY_SEVERAL = "SELECT bool_or(several) AS several FROM pairs"

# Windows of two interfaces are skewed, so which direction was seen first is asked of each observer by itself.
_APART = f"""
WITH by_observer AS (
  SELECT {PAIR}, min(if(from_x, first, NULL)) AS x_first, min(if(from_x, NULL, first)) AS y_first
  FROM read_flows SEMI JOIN (FROM pairs WHERE several) USING ({PAIR}) GROUP BY {PAIR}, observer),
apart AS (
  SELECT {PAIR}, coalesce(bool_or(x_first < y_first - 1), false) AS x_seen,
    coalesce(bool_or(y_first < x_first - 1), false) AS y_seen
  FROM by_observer GROUP BY {PAIR})
UPDATE pairs SET x_seen_first = x_seen, y_seen_first = y_seen FROM apart
WHERE {" AND ".join(f"apart.{name} = pairs.{name}" for name in PAIR.split(", "))}
"""

_LOSSY = f"""
CREATE OR REPLACE TEMP TABLE lossy AS
WITH seen AS (
  SELECT {PAIR}, observer, min(first) AS first, max(last) AS last FROM read_flows
  SEMI JOIN {KNOWN_LOSSES} USING (observer) GROUP BY {PAIR}, observer)
SELECT DISTINCT {PAIR} FROM seen JOIN {KNOWN_LOSSES} lost
  ON lost.observer = seen.observer AND lost.start <= seen.last AND lost."end" >= seen.first
"""


def pair_up(connection: db.Connection, occurs: Occurring) -> int:
    """Create `pairs` out of `read_flows`, one row for two exact endpoints x and y.

    Of each side: records, rejected, openers, syn, synack (counts), first, first_syn, first_passed (Unix seconds) and
    seen_first (whether one observer saw it first, by more than a second). Of both: asked, flags_asked, several (whether several
    observers saw it), and lossy (whether an observer lost records meanwhile). How many pairs there are.
    """
    sums = [
        f"{added_up(occurs.sums[what], side)} AS {prefix}_{name}"
        for prefix, side in _SIDES
        for name, what in _COUNTS.items()
    ]
    sums.append(f"{added_up(occurs.sums['marked'], 'asked')} AS flags_asked")
    firsts = {"first": "true", "first_syn": "syn" if "syn" in occurs else "false",
              "first_passed": "passed" if "unpassed" in occurs else "true"}  # fmt: skip
    earliest = [f"{_first(side, of)} AS {prefix}_{name}" for prefix, side in _SIDES for name, of in firsts.items()]
    if occurs.lossy:
        connection.execute(_LOSSY)
    sql = _PAIRS.replace("$sums", ", ".join(sums)).replace("$firsts", ", ".join(earliest))
    sql = sql.replace("$lossy", "lossy.x IS NOT NULL" if occurs.lossy else "false")
    sql = sql.replace("$join_lossy", f"LEFT JOIN lossy USING ({PAIR})" if occurs.lossy else "")
    made = db.made(connection, sql)
    if db.one(connection, _ANY_SEVERAL)["several"]:
        connection.execute(_APART)
    return made


def _first(side: str, of: str) -> str:
    return "NULL::BIGINT" if of == "false" else f"min(if({side} AND {of}, first, NULL))"
