"""A question brought to its records: copied, turned into conversations, finished exactly, and reconciled."""

from dataclasses import dataclass

from flowinsight import answerable, conditions, conversations, coverage, db, rollups
from flowinsight.answer import Statement
from flowinsight.conversations import matched
from flowinsight.conversations.observers import ENDS
from flowinsight.coverage import Coverage
from flowinsight.engines import duck
from flowinsight.loaded import Loaded
from flowinsight.question import Question

FINISHED = "finished"
"""The view of records that belong to the conversations that a filter on client, server or service left."""

_PICKED = "CREATE OR REPLACE TEMP TABLE picked AS SELECT * FROM conversations WHERE $condition"
_CHOSEN = "CREATE OR REPLACE TEMP VIEW chosen AS FROM $relation"

_FINISHED = f"""
CREATE OR REPLACE TEMP VIEW {FINISHED} AS
SELECT * FROM {matched.IDENTIFIED}
WHERE (scope, protocol, sender, sender_port, receiver, receiver_port) IN (FROM chosen_flows)
"""

_CHOSEN_FLOWS = f"""
CREATE OR REPLACE TEMP TABLE chosen_flows AS
WITH turned AS (SELECT *, {ENDS} FROM decided),
kept AS (SELECT turned.* FROM turned SEMI JOIN chosen USING (scope, client, server, port, protocol))
SELECT scope, protocol, x AS sender, x_port AS sender_port, y AS receiver, y_port AS receiver_port FROM kept
UNION SELECT scope, protocol, y, y_port, x, x_port FROM kept
"""

_RECONCILED = """
SELECT
  (SELECT coalesce(sum(records + copies), 0)::BIGINT FROM flows WHERE asked AND outside_leg) AS nat_outside_legs,
  (SELECT coalesce(sum(records + copies), 0)::BIGINT FROM flows WHERE asked AND NOT outside_leg
    AND (sender IS NULL OR receiver IS NULL OR protocol IS NULL)) AS without_endpoints,
  coalesce(sum(to_server_copies + to_client_copies), 0)::BIGINT AS copies,
  coalesce(sum(to_server_records + to_client_records), 0)::BIGINT AS seen,
  coalesce(sum(to_server_records + to_client_records) FILTER (used), 0)::BIGINT AS used
FROM parts $picked
"""


@dataclass(frozen=True)
class Prepared:
    """Everything an answer needs. `statement` is what was sent to where the records lie. `connection` is a cursor of its own with
    the tables `conversations`, `parts`, `ranked` and `coverage_bins`, and the view `chosen` (the conversations asked for).
    """

    question: Question
    loaded: Loaded
    connection: db.Connection
    statement: Statement
    coverage: Coverage
    reasons: tuple[str, ...]
    verdict: str
    reconciliation: dict[str, int]


def prepare(
    question: Question, loaded: Loaded, *, chart_seconds: int | None = None, connection: db.Connection | None = None
) -> Prepared:
    """Bring a question to its records. `chart_seconds` is the bin that `parts` are also counted by.

    `connection` is a cursor of the source that the caller may interrupt; without one the question takes its own. QuestionError
    where the source is a part of another, or a rollup, that cannot answer this question.
    """
    if loaded.part is not None:
        loaded.part.check(question)
    rollups.check(loaded, question)
    connection = connection or loaded.connection.cursor()
    covered = coverage.measure(loaded, question, connection)
    records = matched.match(connection, loaded, *rollups.around(loaded, question, margin=matched.MARGIN))
    conversations.build(
        connection,
        records,
        bin_seconds=covered.bin_seconds,
        chart_seconds=chart_seconds or question.bin,
        one_way_counts=covered.traffic_type != "REJECT",
        replies_visible=covered.traffic_type != "REJECT" and conditions.lets_replies_through(question),
    )
    _choose(connection, question)
    reconciliation = _reconcile(connection, question, loaded)
    why_not = answerable.reasons(question, loaded, covered)
    found = reconciliation["records"] > reconciliation["outside_filter"]
    return Prepared(
        question,
        loaded,
        connection,
        loaded.sent or Statement(duck.ENGINE, duck.LANGUAGE, records.sent, records.bound),
        covered,
        why_not,
        answerable.verdict(covered, why_not, found=found),
        reconciliation,
    )


def relation(prepared: Prepared) -> str:
    """The relation of the records that a question is about: where conversations were chosen, a view of theirs, made here."""
    if not prepared.question.conversation_filters:
        return db.RECORDS
    prepared.connection.execute(_CHOSEN_FLOWS)
    prepared.connection.execute(_FINISHED)
    return FINISHED


def _choose(connection: db.Connection, question: Question) -> None:
    if question.conversation_filters:
        condition = conditions.all_of(*map(conditions.finishing, question.conversation_filters))
        connection.execute(_PICKED.replace("$condition", condition.sql), list(condition.parameters))
    connection.execute(_CHOSEN.replace("$relation", "picked" if question.conversation_filters else "conversations"))


def _reconcile(connection: db.Connection, question: Question, loaded: Loaded) -> dict[str, int]:
    """From lines to conversations; records less what is outside, duplicate, a NAT leg or addressless are in conversations."""
    picked = "SEMI JOIN chosen USING (scope, client, server, port, protocol)" if question.conversation_filters else ""
    found = db.one(connection, _RECONCILED.replace("$picked", picked))
    duplicates = loaded.duplicates + found["copies"] + found["seen"] - found["used"]
    apart = duplicates + found["nat_outside_legs"] + found["without_endpoints"]
    return {
        "lines": loaded.tally.lines,
        "records": loaded.tally.records,
        "status_rows": loaded.tally.status_rows,
        "skipped": loaded.tally.skipped,
        "unparsable": loaded.tally.unparsable,
        "outside_filter": loaded.tally.records - apart - found["used"],
        "duplicates": duplicates,
        "nat_outside_legs": found["nat_outside_legs"],
        "without_endpoints": found["without_endpoints"],
        "in_conversations": found["used"],
        "conversations": db.one(connection, "SELECT count(*) AS n FROM chosen")["n"],
    }
