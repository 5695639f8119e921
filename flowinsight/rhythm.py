"""How fast a conversation was, and how regularly its connections started: read from its records, or refused with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from flowinsight import conditions, db
from flowinsight.filters import Filter
from flowinsight.loaded import Loaded
from flowinsight.prepared import Prepared, prepare, relation
from flowinsight.question import Question

FEWEST = 4
"""Connection starts below which no interval is told."""

LONGEST_MINUTE = 75
"""Seconds that a record of 60-second aggregation spans at most, with some slack."""


@dataclass(frozen=True)
class Rhythm:
    """Rates in bytes a second, each the highest of any record over that record's own window (at least one second).

    `starts` are Unix seconds of connection starts, ascending; `refused` says why they cannot be read, and then there are none.
    """

    to_server: float
    to_client: float
    starts: tuple[int, ...]
    refused: str = ""

    @property
    def gaps(self) -> tuple[int, ...]:
        """Seconds between one start and the next."""
        return tuple(later - earlier for earlier, later in zip(self.starts, self.starts[1:], strict=False))


_OF_CONVERSATION = """
WITH asked AS (SELECT * FROM {relation} WHERE {condition}),
of_conversation AS (
  SELECT asked.*, ends.client, ends.server FROM asked
  JOIN (SELECT DISTINCT scope, client, server, protocol, observer FROM chosen) ends
    ON asked.scope = ends.scope AND asked.protocol = ends.protocol AND asked.observer = ends.observer
    AND ((sender, receiver) = (ends.client, ends.server) OR (sender, receiver) = (ends.server, ends.client)))
"""

_RATES = """
SELECT max(bytes / greatest(1, "end" - start)) FILTER (sender = client) AS to_server,
  max(bytes / greatest(1, "end" - start)) FILTER (sender = server) AS to_client,
  bool_or(protocol = 6 AND tcp_flags IS NOT NULL) AS flagged,
  bool_or(protocol = 6) AS tcp
FROM of_conversation
"""

# The same start can stand in several lines: by two flow logs over one interface, or delivered twice.
_STARTS = """
SELECT DISTINCT sender_port, start FROM of_conversation WHERE sender = client AND tcp_flags & 18 = 2 ORDER BY start
"""


def rhythm(question: Question, loaded: Loaded, connection: db.Connection | None = None) -> Rhythm:
    """Of the one conversation that a question is about, as `client`, `server` and service name it.

    Connection starts are records with SYN without ACK from the client: a lower bound. The spacing of records themselves is that
    of the aggregation, and says nothing about when connections started.
    """
    prepared = prepare(question, loaded, connection=connection)
    found = _of_conversation(prepared, _RATES)[0]
    rates = (found["to_server"] or 0.0, found["to_client"] or 0.0)
    refused = _refused(prepared, tcp=bool(found["tcp"]), flagged=bool(found["flagged"]))
    if refused:
        return Rhythm(*rates, (), refused)
    return Rhythm(*rates, tuple(row["start"] for row in _of_conversation(prepared, _STARTS)))


def _of_conversation(prepared: Prepared, sql: str) -> list[dict[str, Any]]:
    condition = conditions.asked(prepared.question)
    records = _OF_CONVERSATION.format(relation=relation(prepared), condition=condition.sql)
    return db.rows(prepared.connection, records + sql, condition.parameters)


def _refused(prepared: Prepared, *, tcp: bool, flagged: bool) -> str:
    if not tcp:
        return "only TCP marks where a connection starts"
    if not flagged:
        return "these records carry no tcp-flags, which mark where a connection starts"
    longest = _longest_window(prepared)
    if longest > LONGEST_MINUTE:
        return (
            f"records here span up to {longest:,} seconds, so several starts can lie in one record: "
            "60-second aggregation is needed"
        )
    return ""


def _longest_window(prepared: Prepared) -> int:
    """Seconds of the longest record of the interfaces that are believed, over the whole range."""
    sql = "SELECT DISTINCT observer FROM chosen WHERE observer LIKE 'eni-%'"
    observers = [row["observer"] for row in db.rows(prepared.connection, sql)]
    filters = (Filter.parse("interface-id", observers),) if observers else ()
    condition = conditions.asked(Question(prepared.question.time, filters))
    sql = f"""SELECT coalesce(max("end" - start), 0)::BIGINT AS longest FROM {db.RECORDS} WHERE {condition.sql}"""
    return int(db.one(prepared.connection, sql, condition.parameters)["longest"])


def sentences(found: Rhythm) -> tuple[str, ...]:
    """What there is to say: the rates, and the interval of connection starts or why it cannot be told."""
    rates = (
        f"At most {found.to_server:,.0f} bytes a second to the server and {found.to_client:,.0f} back, each over the window of "
        "one record."
    )
    if found.refused:
        return (rates, f"How regularly connections started cannot be told: {found.refused}.")
    if len(found.starts) < FEWEST:
        return (rates,)
    return (rates, f"{len(found.starts):,} connection starts were seen, {_spacing(found.gaps)}.")


def _spacing(gaps: Sequence[int]) -> str:
    middle = median(gaps)
    if middle < 1:
        return "most of them in the same second as the one before"
    spread = median(abs(gap - middle) for gap in gaps)
    return f"one every {middle:,.0f} s in the middle, half of the gaps within {spread:,.0f} s of that"
