"""A question brought to its records: copied, turned into conversations, finished exactly, and reconciled."""

from dataclasses import dataclass

import numpy as np

from flowinsight import answerable, conditions, conversations, coverage, db, rollups
from flowinsight.answer import Statement
from flowinsight.conversations import matched, tables
from flowinsight.conversations.columns import Flags, from_arrow
from flowinsight.conversations.model import Model
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


@dataclass(frozen=True)
class Prepared:
    """Everything an answer needs. `statement` is what was sent to where the records lie. `connection` is a cursor of its own with
    the table `coverage_bins` and the views `flows`, `conversations`, `parts` and `chosen` (the conversations asked for).
    `chosen` tells of each conversation of the `model` whether it is one of them.
    """

    question: Question
    loaded: Loaded
    connection: db.Connection
    model: Model
    chosen: Flags
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
    records = matched.match(loaded, *rollups.around(loaded, question, margin=matched.MARGIN))
    model = conversations.build(
        connection,
        records,
        bin_seconds=covered.bin_seconds,
        chart_seconds=chart_seconds or question.bin,
        one_way_counts=covered.traffic_type != "REJECT",
        replies_visible=covered.traffic_type != "REJECT" and conditions.lets_replies_through(question),
    )
    chosen = _choose(connection, question, model)
    reconciliation = _reconcile(model, chosen, loaded)
    why_not = answerable.reasons(question, loaded, covered)
    found = reconciliation["records"] > reconciliation["outside_filter"]
    return Prepared(
        question,
        loaded,
        connection,
        model,
        chosen,
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
    tables.show_chosen_flows(prepared.connection, prepared.model, prepared.chosen)
    prepared.connection.execute(_FINISHED)
    return FINISHED


def _choose(connection: db.Connection, question: Question, model: Model) -> Flags:
    """Create the view `chosen`, and tell which conversations of the model are in it."""
    chosen = np.full(len(model), not question.conversation_filters)
    if question.conversation_filters:
        condition = conditions.all_of(*map(conditions.finishing, question.conversation_filters))
        connection.execute(_PICKED.replace("$condition", condition.sql), list(condition.parameters))
        chosen[from_arrow(connection.sql("SELECT number FROM picked").to_arrow_table()["number"])] = True
    connection.execute(_CHOSEN.replace("$relation", "picked" if question.conversation_filters else "conversations"))
    return chosen


def _reconcile(model: Model, chosen: Flags, loaded: Loaded) -> dict[str, int]:
    """From lines to conversations; records less what is outside, duplicate, a NAT leg or addressless are in conversations."""
    parts = model.parts
    mine = chosen[parts.columns["conversation"]]
    copies, seen = (parts.both_ways(name)[mine] for name in ("copies", "records"))
    used = int(seen[model.believed.used[mine]].sum())
    duplicates = loaded.duplicates + int(copies.sum()) + int(seen.sum()) - used
    apart = duplicates + model.outside_legs + model.without_endpoints
    return {
        "lines": loaded.tally.lines,
        "records": loaded.tally.records,
        "status_rows": loaded.tally.status_rows,
        "skipped": loaded.tally.skipped,
        "unparsable": loaded.tally.unparsable,
        "outside_filter": loaded.tally.records - apart - used,
        "duplicates": duplicates,
        "nat_outside_legs": model.outside_legs,
        "without_endpoints": model.without_endpoints,
        "in_conversations": used,
        "conversations": int(np.count_nonzero(chosen)),
    }
