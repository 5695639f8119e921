"""What came of each conversation: a ladder from rejected to data, never the one word 'connected'."""

from collections.abc import Iterable, Mapping

from flowinsight import db
from flowinsight.conversations.flows import NONE
from flowinsight.conversations.initiator import DECIDED_BY
from flowinsight.conversations.observers import KEY

OUTCOMES = (
    "rejected", "no reply", "reply not visible", "reset", "handshake only", "replied", "replied with data", "data",
)  # fmt: skip
"""From the bottom of the ladder to its top. Without TCP flags, replied stands for reset and handshake only."""

# Of all observers together: accepted at the source and rejected at the destination is one conversation, rejected.
_EVERYBODY = {
  "accepted_records": ("to_server_accepted", "to_client_accepted"),
  "rejected_records": ("to_server_rejected", "to_client_rejected"),
  "asked_rejected": ("to_server_rejected",), "reply_rejected": ("to_client_rejected",),
  "replies": ("to_client_passed",), "requests": ("to_server_passed",),
  "answers": ("to_client_answers",), "resets": ("to_client_resets",),
  "payload": ("to_server_payload", "to_client_payload"),
  "attempts": ("to_server_attempts", "to_client_attempts"),
  "midway": ("to_server_midway", "to_client_midway"),
  "blocked": ("to_server_blocked", "to_client_blocked"),
  "controlled": ("to_server_controlled", "to_client_controlled"),
  "asked_unexplained": ("to_server_unexplained",), "reply_unexplained": ("to_client_unexplained",),
  "flagged_records": ("to_server_flagged", "to_client_flagged"),
}  # fmt: skip

# Of the believed observer alone: what is measured.
_MEASURED = {
    "bytes_to_server": "to_server_bytes", "bytes_to_client": "to_client_bytes",
    "packets_to_server": "to_server_packets", "packets_to_client": "to_client_packets",
    "records_to_server": "to_server_records", "records_to_client": "to_client_records",
    "connection_starts": "to_server_syn",
}  # fmt: skip

_OUTCOME = """CASE
  WHEN replies = 0 AND rejected_records > 0 THEN 'rejected'
  WHEN replies = 0 AND ($lost OR NOT $visible) THEN 'reply not visible'
  WHEN replies = 0 THEN 'no reply'
  WHEN reply_rejected > 0 AND payload = 0 THEN 'rejected'
  WHEN protocol <> 6 THEN 'replied'
  WHEN flagged AND answers = 0 AND resets = replies THEN 'reset'
  WHEN flagged AND payload > 0 THEN 'data'
  WHEN flagged THEN 'handshake only'
  WHEN payload > 0 THEN 'replied with data'
  ELSE 'replied' END"""

# A rejected reply without flags is known by what it answers: the request had passed.
_KINDS = """{'attempt': attempts, 'mid_connection': midway, 'control': controlled,
  'reply_blocked': blocked + (CASE WHEN requests > 0 THEN reply_unexplained ELSE 0 END),
  'unknown': asked_unexplained + (CASE WHEN requests > 0 THEN 0 ELSE reply_unexplained END)}"""

_CONVERSATIONS = f"""
CREATE OR REPLACE TEMP TABLE conversations AS
WITH summed AS (
  SELECT {KEY}, min(evidence) AS evidence, min(through) AS through, min(observer) AS observer, $sums,
    least(min(to_server_first) $used, min(to_client_first) $used) AS first,
    greatest(max(to_server_last) $used, max(to_client_last) $used) AS last, $days AS days_seen
  FROM parts GROUP BY {KEY}),
told AS (SELECT *, flagged_records > 0 AS flagged FROM summed)
SELECT {KEY}, {", ".join(_MEASURED)}, first, last, days_seen, accepted_records, rejected_records, {_OUTCOME} AS outcome,
  [{", ".join(f"'{name}'" for name in DECIDED_BY)}][evidence + 1] AS decided_by,
  $interfaces AS interfaces, $observer AS observer, through, {_KINDS} AS reject_kinds
FROM told $join_lost $join_several
"""

_LOST = f"""LEFT JOIN (
  SELECT DISTINCT {KEY}, true AS lost
  FROM parts JOIN coverage_bins ON interface = observer AND coverage_bins.bin = parts.bin WHERE skipdata > 0
) USING ({KEY})"""
_ANY_LOST = "SELECT count(*) > 0 AS lost FROM coverage_bins WHERE skipdata > 0"

_SEVERAL = f"""LEFT JOIN (
  SELECT {KEY}, list_sort(list(observer)) AS all_interfaces, arg_min(observer, place) AS believed FROM ranked GROUP BY {KEY}
) USING ({KEY})"""

_DAY = "bin // 86400"
_MOST_BITS = 60


def describe(connection: db.Connection, sums: Mapping[str, str], *, several: bool, replies_visible: bool) -> None:
    """Create `conversations`, one row each, from `parts`, of which `sums` says which are zero, and `ranked` if `several`.

    Columns: the key (port -1 where there is none), bytes, packets and records each way, connection_starts, first, last
    and days_seen as the believed observer saw them; accepted_records and rejected_records of all observers; outcome,
    decided_by, interfaces, observer, through, reject_kinds.
    """
    added = [f"{_added(columns, sums)}::BIGINT AS {name}" for name, columns in _EVERYBODY.items()]
    measured = [f"{_added((column,), sums, used=several)}::BIGINT AS {name}" for name, column in _MEASURED.items()]
    lost = bool(db.one(connection, _ANY_LOST)["lost"])
    written = {
        "$lost": "lost IS NOT NULL" if lost else "false",
        "$join_lost": _LOST if lost else "",
        "$visible": "true" if replies_visible else "false",
        "$sums": ", ".join([*added, *measured]),
        "$used": "FILTER (used)" if several else "",
        "$days": _days(connection),
        "$interfaces": "coalesce(all_interfaces, [observer])" if several else "[observer]",
        "$observer": "coalesce(believed, observer)" if several else "observer",
        "$join_several": _SEVERAL if several else "",
    }
    sql = _CONVERSATIONS
    for place, text in written.items():
        sql = sql.replace(place, text)
    connection.execute(sql)


def _added(columns: Iterable[str], sums: Mapping[str, str], *, used: bool = False) -> str:
    present = [
        column for column in columns if sums[column.removeprefix("to_server_").removeprefix("to_client_")] != NONE
    ]
    together = " + ".join(present)
    return NONE if not present else f"sum(if(used, {together}, 0))" if used else f"sum({together})"


def _days(connection: db.Connection) -> str:
    """How to count distinct days. Each is a bit where there are few enough; a set for each conversation takes far longer."""
    found = db.one(connection, f"SELECT min({_DAY}) AS first, max({_DAY}) AS last FROM parts")
    if found["first"] is None or found["last"] - found["first"] > _MOST_BITS:
        return f"count(DISTINCT {_DAY}) FILTER (used)"
    return f"coalesce(bit_count(bit_or(1::BIGINT << ({_DAY} - {found['first']})) FILTER (used)), 0)::BIGINT"
