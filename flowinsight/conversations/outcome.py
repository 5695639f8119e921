"""What came of each conversation: a ladder from rejected to data, never the one word 'connected'."""

from flowinsight import db
from flowinsight.conversations.initiator import DECIDED_BY
from flowinsight.conversations.observers import KEY

OUTCOMES = (
    "rejected", "no reply", "reply not visible", "reset", "handshake only", "replied", "replied with data", "data",
)  # fmt: skip
"""From the bottom of the ladder to its top. Without TCP flags, replied stands for reset and handshake only."""

# All observers together: accepted at the source and rejected at the destination is one conversation, rejected.
_ALL = f"""
SELECT {KEY}, min(evidence) AS evidence, min(through) AS through, sum(flagged) > 0 AS flagged,
  list_sort(list(DISTINCT observer)) AS interfaces,
  sum(to_server_accepted + to_client_accepted)::BIGINT AS accepted_records,
  sum(to_server_rejected + to_client_rejected)::BIGINT AS rejected_records,
  sum(to_server_rejected)::BIGINT AS asked_rejected, sum(to_client_rejected)::BIGINT AS reply_rejected,
  sum(to_client_passed)::BIGINT AS replies, sum(to_server_passed)::BIGINT AS requests,
  sum(to_client_answers)::BIGINT AS answers, sum(to_client_resets)::BIGINT AS resets,
  sum(to_server_payload + to_client_payload)::BIGINT AS payload,
  sum(to_server_attempts + to_client_attempts)::BIGINT AS attempts,
  sum(to_server_midway + to_client_midway)::BIGINT AS midway,
  sum(to_server_blocked + to_client_blocked)::BIGINT AS blocked,
  sum(to_server_controlled + to_client_controlled)::BIGINT AS controlled,
  sum(to_server_unexplained)::BIGINT AS asked_unexplained, sum(to_client_unexplained)::BIGINT AS reply_unexplained
FROM parts GROUP BY {KEY}
"""

# The believed observer alone: what is measured.
_USED = f"""
SELECT {KEY},
  sum(to_server_bytes)::BIGINT AS bytes_to_server, sum(to_client_bytes)::BIGINT AS bytes_to_client,
  sum(to_server_packets)::BIGINT AS packets_to_server, sum(to_client_packets)::BIGINT AS packets_to_client,
  sum(to_server_records)::BIGINT AS records_to_server, sum(to_client_records)::BIGINT AS records_to_client,
  sum(to_server_syn)::BIGINT AS connection_starts,
  least(min(to_server_first), min(to_client_first)) AS first,
  greatest(max(to_server_last), max(to_client_last)) AS last,
  count(DISTINCT bin // 86400) AS days_seen
FROM parts WHERE used GROUP BY {KEY}
"""

_OUTCOME = """CASE
  WHEN replies = 0 AND rejected_records > 0 THEN 'rejected'
  WHEN replies = 0 AND (lost.scope IS NOT NULL OR NOT $visible) THEN 'reply not visible'
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
WITH everyone AS ({_ALL}), measured AS ({_USED}),
lost AS (SELECT DISTINCT {KEY} FROM parts JOIN coverage_bins ON interface = observer AND coverage_bins.bin = parts.bin
  WHERE skipdata > 0)
SELECT {KEY}, measured.* EXCLUDE ({KEY}), accepted_records, rejected_records, {_OUTCOME} AS outcome,
  [{", ".join(f"'{name}'" for name in DECIDED_BY)}][evidence + 1] AS decided_by,
  interfaces, observer, through, {_KINDS} AS reject_kinds
FROM everyone JOIN measured USING ({KEY}) JOIN ranked USING ({KEY}) LEFT JOIN lost USING ({KEY})
WHERE place = 1
"""


def describe(connection: db.Connection, *, replies_visible: bool) -> None:
    """Create `conversations`, one row each, from `parts` and `ranked`.

    Columns: the key (port -1 where there is none), bytes, packets and records each way, connection_starts, first, last
    and days_seen as the believed observer saw them; accepted_records and rejected_records of all observers; outcome,
    decided_by, interfaces, observer, through, reject_kinds.
    """
    connection.execute(_CONVERSATIONS.replace("$visible", "true" if replies_visible else "false"))
