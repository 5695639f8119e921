"""A snapshot of too many records holds their rollup: it opens as a source, gives its own answer, and refuses others."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from flowinsight import grammar, snapshots, views
from flowinsight.conversations import flows
from flowinsight.errors import QuestionError
from flowinsight.examples import EXAMPLES
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.snapshots import Circumstances, Origin, Snapshot, SnapshotError, archive, redact
from flowinsight.sources import Files
from tests.snapshots.conftest import BEGUN
from tests.snapshots.test_snapshots_hostile import resealed
from tests.snapshots.test_snapshots_redaction import KEY, WORDS

Frozen = Callable[..., Snapshot]
FEW = 100


@pytest.fixture(autouse=True)
def few_records_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget above which conversations are made of a rollup, as for millions of records."""
    usual = flows.sum_up.__kwdefaults__
    assert usual
    monkeypatch.setitem(usual, "budget", FEW)


@pytest.fixture(scope="module")
def company() -> Loaded:
    return files.load(EXAMPLES[0].source)


def _saved(made: Snapshot, folder: Path) -> Snapshot:
    snapshots.save(made, folder / "a.flowsnap")
    return snapshots.open_snapshot(folder / "a.flowsnap")


@pytest.mark.parametrize(
    "query", ["", ":443 rejected", "10.20.0.40", "from 10.20.0.0/16", "protocol=17", "not :443", ":22"]
)
def test_it_gives_the_answer_that_was_saved(
    query: str, company: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = company_begun(company)
    question = Question(TimeRange(start + 6 * 3600, start + 10 * 3600), grammar.parse(query), limit=1000)
    found = investigate(question, company)
    made = snapshots.freeze(found, company, Origin(), Circumstances(0), budget=0)
    opened = _saved(made, tmp_path)
    monkeypatch.undo()

    assert found.conversations
    assert opened.answer == found
    again = investigate(question, snapshots.load(opened))
    assert replace(again, statement=found.statement) == found


def company_begun(loaded: Loaded) -> int:
    oldest = investigate(Question(limit=1), loaded).coverage.oldest
    assert oldest
    return oldest


def test_equal_lines_and_records_in_progress_are_counted_as_before(tmp_path: Path) -> None:
    lines = [
        f"2 210987654321 eni-0feedc0de 10.77.3.{n % 9} 10.77.4.5 {40_000 + n} 22 6 1 90 {BEGUN + n} {BEGUN + n + 59} ACCEPT OK"
        for n in range(300)
    ]
    (tmp_path / "one.log").write_text("\n".join([*lines, *lines[100:200]]))
    loaded = files.load(Files((tmp_path / "one.log",)))
    found = investigate(Question(TimeRange(BEGUN + 60, BEGUN + 290), grammar.parse(":22"), limit=1000), loaded)
    opened = _saved(snapshots.freeze(found, loaded, Origin(), Circumstances(0), budget=FEW), tmp_path)
    again = investigate(found.question, snapshots.load(opened))

    assert found.reconciliation["duplicates"] == 100
    assert found.in_progress > 0
    assert (again.reconciliation, again.in_progress) == (found.reconciliation, found.in_progress)
    assert again.conversations == found.conversations
    assert opened.facts.inside.rollup < 100


def test_it_says_that_a_rollup_is_inside_and_why(frozen: Frozen) -> None:
    made = frozen(":22", budget=FEW)

    assert made.first_line.startswith("0 of 120 matching records are inside: a rollup of ")
    assert "More than 2,000,000 records match: their rollup is inside, and not the records." in made.facts.limits
    assert archive.RECORDS not in made.parts


def test_what_only_records_can_tell_is_refused_with_a_sentence(frozen: Frozen) -> None:
    opened = snapshots.load(frozen(":22", budget=FEW))
    own = Question(filters=grammar.parse(":22"))

    with pytest.raises(QuestionError, match="to list records each of them is needed"):
        views.records(prepare(own, opened))
    with pytest.raises(QuestionError, match="were added up for its own question"):
        investigate(replace(own, filters=grammar.parse(":22 10.77.3.20")), opened)
    with pytest.raises(QuestionError, match="holds only what its own question asked for"):
        investigate(replace(own, filters=grammar.parse(":443")), opened)
    with pytest.raises(QuestionError, match="no longer say srcport"):
        prepare(replace(own, dimensions=("srcport",)), opened)


def test_it_is_saved_again_as_it_is(frozen: Frozen, tmp_path: Path) -> None:
    made = frozen(":22", budget=FEW)
    opened = snapshots.load(made)
    again = snapshots.freeze(investigate(made.answer.question, opened), opened, Origin(), Circumstances(0))

    assert again.parts[archive.ROLLUP] == made.parts[archive.ROLLUP]
    assert again.first_line == made.first_line
    assert investigate(made.answer.question, snapshots.load(_saved(again, tmp_path))).clients == made.answer.clients


def test_it_is_compared_with_the_records_and_with_the_source(frozen: Frozen, loaded: Loaded) -> None:
    rolled, whole = frozen(":22", budget=FEW), frozen(":22")

    for found in (snapshots.compare(rolled, whole), snapshots.rerun(rolled, loaded)):
        assert found.unchanged == whole.answer.reconciliation["conversations"]
        assert [found.appeared, found.vanished, found.grew, found.shrank, found.turned] == [()] * 5


def test_it_is_redacted_and_no_byte_tells_what_was(frozen: Frozen) -> None:
    original = frozen("10.77.4.5", budget=FEW)
    made = redact(original, KEY)

    for name, content in made.parts.items():
        for hidden in (b"10.77.4.5", b"10.77.3.2", (0x0A4D0405).to_bytes(4, "little"), *map(str.encode, WORDS)):
            assert hidden not in content, name
    assert made.answer.reconciliation == original.answer.reconciliation
    sent = [sorted(row["bytes_to_server"] for row in one.answer.conversations) for one in (made, original)]
    assert sent[0] == sent[1] != []
    assert snapshots.load(made).rolled_by is not None


def test_the_part_that_was_altered_is_named(frozen: Frozen, tmp_path: Path) -> None:
    made = frozen(":22", budget=FEW)
    for name in set(made.parts):
        content = bytearray(made.parts[name])
        content[len(content) // 2] ^= 1
        archive.save({**made.parts, name: bytes(content)}, tmp_path / "a.flowsnap")
        assert snapshots.check(tmp_path / "a.flowsnap", {}).altered == (name,)


def _table(table: pa.Table) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table, out, compression="none")
    return out.getvalue()


@pytest.mark.parametrize(
    "what", ["a column is missing", "a count is negative", "a count is missing", "it is called records"]
)
def test_a_hostile_rollup_is_refused(what: str, frozen: Frozen, tmp_path: Path) -> None:
    made = frozen(":22", budget=FEW)
    table = made.table(archive.ROLLUP)
    place, rows = table.column_names.index("stands_for"), table.num_rows
    changed = {
        "a column is missing": table.drop_columns(["asked_for"]),
        "a count is negative": table.set_column(place, "stands_for", pa.array([-1] * rows, pa.int64())),
        "a count is missing": table.set_column(place, "stands_for", pa.nulls(rows, pa.int64())),
    }
    parts = {archive.ROLLUP: _table(changed[what])} if what in changed else {}
    account = json.loads(made.parts[archive.ACCOUNT])
    parts |= {archive.ACCOUNT: json.dumps({**account, "rolled_by": None}).encode()} if what not in changed else {}
    archive.save(resealed(made, parts), tmp_path / "a.flowsnap")

    opened = snapshots.open_snapshot(tmp_path / "a.flowsnap")
    with pytest.raises(SnapshotError):
        snapshots.load(opened)
