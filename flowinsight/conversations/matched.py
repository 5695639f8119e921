"""The records a question is about, each with its scope, its observer and who is really talking."""

from dataclasses import dataclass, replace

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

LINE = f"hash({_COLUMNS})"
"""In SQL, of a record: the same for equal lines, and hardly ever for others."""

# Equal lines are one record: two flow logs over one interface, or a file delivered twice. `copies` counts them.
_COPY = "CREATE OR REPLACE TEMP TABLE copied AS $records"
_REPEATED = f"SELECT count(*) > count(DISTINCT {LINE}) AS repeated FROM copied"
_DISTINCT = (
    f"CREATE OR REPLACE TEMP TABLE copied AS SELECT {_COLUMNS}, asked, count(*) AS copies, {_ONE_RECORD} "
    "FROM copied GROUP BY ALL"
)

# Without pkt- fields and interface types no leg can be told from another.
_TELLS_LEGS = TELLS_HOPS | {"interface-type"}
_WITHOUT_LEGS = "(SELECT *, false AS outside_leg, NULL::UHUGEINT AS through FROM ($records))"

# The outside leg has lost who: the same traffic again, under the gateway's own address. It is never anybody's conversation.
_WITH_LEGS = f"""
(SELECT copied.*,
  coalesce(sender = srcaddr AND receiver = dstaddr AND (
    interface_type IS NOT DISTINCT FROM 'nat_gateway'
    OR EXISTS (FROM {KNOWN_HOPS} h WHERE h.scope = copied.scope AND hop = srcaddr AND peer = dstaddr)
    OR EXISTS (FROM {KNOWN_HOPS} h WHERE h.scope = copied.scope AND hop = dstaddr AND peer = srcaddr)
  ), false) AS outside_leg,
  CASE WHEN sender <> srcaddr THEN srcaddr WHEN receiver <> dstaddr THEN dstaddr END AS through
FROM ($records) copied)"""


@dataclass(frozen=True)
class Matched:
    """The relation of the records that match with the values of its placeholders, and the query that reads them with its own.

    Columns: scope, observer, srcaddr, dstaddr, sender, receiver, sender_port, receiver_port, protocol, packets, bytes,
    start, end, action, tcp_flags, flow_direction, reject_reason, interface_type, asked (what the question is about; the
    others only tell who started), copies, stands_for and payload (of a rollup's row, see `rollups`; else 1 and NULL),
    outside_leg, through (the hop of an inside leg, or NULL).

    `may_repeat` says that equal lines may be among them.
    """

    template: str
    records: str
    parameters: tuple[object, ...]
    sent: str
    bound: tuple[object, ...]
    most: int
    may_repeat: bool

    @property
    def sql(self) -> str:
        return self.template.replace("$records", self.records)

    def once(self, connection: db.Connection) -> "Matched":
        """Each distinct record once: copied, where equal lines may be among them."""
        if not self.may_repeat:
            return self
        connection.execute(_COPY.replace("$records", self.records), list(self.parameters))
        if db.one(connection, _REPEATED)["repeated"]:
            connection.execute(_DISTINCT)
        return replace(self, records="FROM copied", parameters=(), may_repeat=False)


def match(loaded: Loaded, around: Condition, asked: Condition) -> Matched:
    """The records of `around`; `asked` tells which of them the question is about. The source has been surveyed.

    What a source knows to be distinct may still be one record in two formats: two flow logs over one interface. In a rollup
    equal lines are not told apart any more.
    """
    rolled = loaded.rolled_by is not None
    parameters = (*asked.parameters, *around.parameters)
    amounts = _SEVERAL if rolled else f"1 AS copies, {_ONE_RECORD}"
    records = _SELECT.replace("$asked", asked.flag).replace("$condition", around.sql).replace("$amounts", amounts)
    template = _WITH_LEGS if loaded.tokens & _TELLS_LEGS else _WITHOUT_LEGS
    distinct = rolled or (loaded.distinct and len(loaded.formats) <= 1)
    return Matched(template, records, parameters, records, parameters, loaded.tally.records, may_repeat=not distinct)
