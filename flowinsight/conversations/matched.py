"""The records a question is about, copied once, each with its scope, its observer and who is really talking."""

from dataclasses import dataclass

from flowinsight import db, survey
from flowinsight.conditions import Condition
from flowinsight.loaded import Loaded
from flowinsight.survey import KNOWN_HOPS, TELLS_HOPS

MARGIN = 600
"""Seconds read beyond both ends of a range for evidence of who started: one aggregation interval of the longer kind."""

NOT_A_PORT, IDENTIFIED = survey.NOT_A_PORT, survey.IDENTIFIED

_COLUMNS = """scope, observer, srcaddr, dstaddr, sender, receiver, sender_port, receiver_port, protocol, packets, bytes,
  start, "end", action, tcp_flags, flow_direction, reject_reason, interface_type"""

_ONE_RECORD = "1 AS stands_for, NULL::BIGINT AS payload"
_SEVERAL = "1 + repeated AS copies, stands_for, payload"
_SELECT = f"SELECT {_COLUMNS}, $asked AS asked, $amounts FROM {IDENTIFIED} WHERE $condition"

# Without pkt- fields and interface types no leg can be told from another: the records are read where they lie.
_AS_THEY_LIE = f"(SELECT *, false AS outside_leg, NULL::UHUGEINT AS through FROM ({_SELECT}))"
_TELLS_LEGS = TELLS_HOPS | {"interface-type"}

# Equal lines are one record: two flow logs over one interface, or a file delivered twice. `copies` counts them.
_REPEATED = f"SELECT count(*) > count(DISTINCT hash({_COLUMNS})) AS repeated FROM copied"
_DISTINCT = (
    f"CREATE OR REPLACE TEMP TABLE copied AS SELECT {_COLUMNS}, asked, count(*) AS copies, {_ONE_RECORD} "
    "FROM copied GROUP BY ALL"
)

# The outside leg has lost who: the same traffic again, under the gateway's own address. It is never anybody's conversation.
_MATCHED = f"""
CREATE OR REPLACE TEMP VIEW matched AS
SELECT copied.*,
  coalesce(sender = srcaddr AND receiver = dstaddr AND (
    interface_type IS NOT DISTINCT FROM 'nat_gateway'
    OR EXISTS (FROM {KNOWN_HOPS} h WHERE h.scope = copied.scope AND hop = srcaddr AND peer = dstaddr)
    OR EXISTS (FROM {KNOWN_HOPS} h WHERE h.scope = copied.scope AND hop = dstaddr AND peer = srcaddr)
  ), false) AS outside_leg,
  CASE WHEN sender <> srcaddr THEN srcaddr WHEN receiver <> dstaddr THEN dstaddr END AS through
FROM copied
"""


@dataclass(frozen=True)
class Matched:
    """The relation of the records that match with the values of its placeholders, and the query that read them with its own.

    Columns: scope, observer, srcaddr, dstaddr, sender, receiver, sender_port, receiver_port, protocol, packets, bytes,
    start, end, action, tcp_flags, flow_direction, reject_reason, interface_type, asked (what the question is about; the
    others only tell who started), copies, stands_for and payload (of a rollup's row, see `rollups`; else 1 and NULL),
    outside_leg, through (the hop of an inside leg, or NULL).
    """

    sql: str
    parameters: tuple[object, ...]
    sent: str
    bound: tuple[object, ...]
    most: int


def match(connection: db.Connection, loaded: Loaded, around: Condition, asked: Condition) -> Matched:
    """The records of `around`, each distinct one once; `asked` tells which of them the question is about. The source has been
    surveyed.

    They are copied where equal lines or NAT legs have to be found among them, else read where they lie. What a source knows to
    be distinct may still be one record in two formats: two flow logs over one interface. In a rollup equal lines are not told
    apart any more.
    """
    rolled = loaded.rolled_by is not None
    distinct = rolled or (loaded.distinct and len(loaded.formats) <= 1)
    parameters = (*asked.parameters, *around.parameters)

    def written(template: str) -> str:
        amounts = _SEVERAL if rolled else f"1 AS copies, {_ONE_RECORD}"
        return template.replace("$asked", asked.flag).replace("$condition", around.sql).replace("$amounts", amounts)

    statement = written(_SELECT)
    if distinct and not loaded.tokens & _TELLS_LEGS:
        return Matched(written(_AS_THEY_LIE), parameters, statement, parameters, loaded.tally.records)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE copied AS {statement}", list(parameters))
    if not distinct and db.one(connection, _REPEATED)["repeated"]:
        connection.execute(_DISTINCT)
    connection.execute(_MATCHED)
    return Matched("matched", (), statement, parameters, loaded.tally.records)
