"""Whatever the logs hold and whatever is asked of them: what is saved opens, answers alike, and can be redacted."""

import tempfile
from pathlib import Path

from hypothesis import given

from flowinsight import snapshots
from flowinsight.errors import QuestionError
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.question import Question
from flowinsight.snapshots import Circumstances, Snapshot, redact
from flowinsight.sources import Files
from tests.agreement.flow_logs import Delivered, delivered
from tests.agreement.questions import questions
from tests.agreement.test_agreement_with_reference import agreeing

KEY = bytes(range(32))


@agreeing
@given(delivered(), questions())
def test_an_answer_is_the_same_after_it_was_saved_opened_and_asked_again(logs: Delivered, question: Question) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        logs.write(folder / "logs")
        source = Files((folder / "logs",))
        loaded = files.load(source)
        try:
            found = investigate(question, loaded)
        except QuestionError:
            return
        made = snapshots.freeze(found, loaded, snapshots.of_files(source), Circumstances(0))
        opened = _saved(made, folder / "a.flowsnap")
        redacted = _saved(redact(made, KEY), folder / "b.flowsnap")

    assert opened.answer == found
    assert investigate(found.question, snapshots.load(opened)) == found
    assert redacted.answer.verdict == found.verdict
    assert redacted.answer.reconciliation == found.reconciliation


def _saved(made: Snapshot, path: Path) -> Snapshot:
    snapshots.save(made, path)
    return snapshots.open_snapshot(path)
