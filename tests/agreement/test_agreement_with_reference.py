"""On random flow logs and random questions the embedded engine says what tests/reference says.

FLOWINSIGHT_EXAMPLES sets how many examples each test tries.
"""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from flowinsight import views
from flowinsight.answer import Answer
from flowinsight.fetchers.files import load
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question
from flowinsight.sources import Files
from tests.agreement.flow_logs import Delivered, delivered
from tests.agreement.questions import questions
from tests.ledger import TOLERATED
from tests.reference.answers import Reference, readable

EXAMPLES = int(os.environ.get("FLOWINSIGHT_EXAMPLES", "10"))

agreeing = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES <= 10, report_multiple_bugs=False,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip


def load_logs(logs: Delivered) -> Loaded:
    with tempfile.TemporaryDirectory() as folder:
        logs.write(Path(folder))
        loaded = load(Files((Path(folder),)))
    note("\n".join(logs.texts))
    assert loaded.tally.unparsable == 0, loaded.tally.reasons
    return loaded


def _same_rows(answer: Answer, told: Sequence[dict[str, Any]]) -> None:
    """The rows are those told, up to the limit; what differs is said column by column."""
    tolerated = TOLERATED[answer.statement.engine].keys()
    for number, (found, wanted) in enumerate(zip(answer.rows, told, strict=False)):
        different = {name: (found.get(name), value) for name, value in wanted.items() if found.get(name) != value}
        assert different.keys() <= tolerated, (number, different)
        assert found.keys() == wanted.keys()
    assert len(answer.rows) == min(len(told), answer.question.limit)
    assert answer.truncated is (len(told) > answer.question.limit)


@agreeing
@given(logs=delivered(), question=questions(), as_a_store_knows=st.booleans())
def test_conversations_and_their_reconciliation_are_those_of_the_reference(
    logs: Delivered, question: Question, *, as_a_store_knows: bool
) -> None:
    reference = Reference(logs.rows, question)
    distinct = as_a_store_knows and all(one.copies == 1 for one in reference.seen)
    prepared = prepare(question, replace(load_logs(logs), distinct=distinct))
    answer = views.conversations(prepared)
    for one in reference.conversations:
        event(one.evidence)

    _same_rows(answer, reference.conversation_rows())
    told = reference.reconciliation()
    assert {name: prepared.reconciliation[name] for name in told} == told


@agreeing
@given(delivered(), questions())
def test_rows_of_a_grouping_are_those_of_the_reference(logs: Delivered, question: Question) -> None:
    answer = views.rows(prepare(question, load_logs(logs)))

    _same_rows(answer, Reference(logs.rows, question).grouped())
    assert answer.deduplicated is question.by_conversation


@agreeing
@given(delivered(), questions())
def test_summary_records_and_coverage_are_those_of_the_reference(logs: Delivered, question: Question) -> None:
    loaded = load_logs(logs)
    prepared, reference = prepare(question, loaded), Reference(logs.rows, question)
    summary = views.summary(question, loaded, prepared if question.conversation_filters else None)
    records = views.records(prepared)

    told = reference.summary()
    assert {name: summary[name] for name in told} == told
    matching = [readable(dict(record)) for record in reference.matching]
    assert records.truncated is (len(matching) > question.limit)
    if not records.truncated:
        names = [name for name in (records.rows[0] if records.rows else {}) if name != "extra"]
        assert _counted(records.rows, names) == _counted(matching, names)
    counted = reference.coverage
    assert {name: getattr(prepared.coverage, name) for name in counted} == counted


def _counted(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> list[str]:
    return sorted(repr([row.get(name) for name in names]) for row in rows)
