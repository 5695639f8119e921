"""A snapshot gives the answer that it was made of, from the lines that were delivered, and refuses what it cannot know."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flowinsight import grammar, snapshots
from flowinsight.errors import QuestionError
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.snapshots import Circumstances, Snapshot, SnapshotError, archive
from flowinsight.sources import Files
from tests.snapshots.conftest import BEGUN

Frozen = Callable[..., Snapshot]


@pytest.mark.parametrize("query", ["", ":22", "rejected", "10.77.3.20", "from 10.77.0.0/16", "not :22", "8.8.8.8"])
@pytest.mark.parametrize(
    "span",
    [TimeRange(), TimeRange(BEGUN + 100, BEGUN + 500), TimeRange(None, BEGUN + 300), TimeRange(BEGUN + 900_000, None)],
)
def test_it_gives_the_same_answer_as_its_source(
    query: str, span: TimeRange, frozen: Frozen, loaded: Loaded, tmp_path: Path
) -> None:
    made = frozen(query, span)

    path = tmp_path / "a.flowsnap"
    assert snapshots.save(made, path) == made.id
    opened = snapshots.open_snapshot(path)

    found = investigate(Question(span, grammar.parse(query), limit=1000), loaded)
    assert opened.answer == found
    assert investigate(found.question, snapshots.load(opened)) == found


NAT = """interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr
eni-0a 10.0.0.1 10.0.0.2 10.0.0.1 10.0.0.9
eni-0a 10.0.0.9 10.0.0.2 10.0.0.9 10.0.0.2
eni-0a 10.0.0.2 10.0.0.9 10.0.0.2 10.0.0.9
"""
"""A NAT gateway's records in a format like that of AWS's own example, which has no protocol and no ports."""


def test_a_format_without_protocol_and_ports_opens_again(tmp_path: Path) -> None:
    (tmp_path / "nat.log").write_text(NAT)
    source = Files((tmp_path / "nat.log",))
    loaded = files.load(source)
    found = investigate(Question(limit=1000), loaded)
    assert [(one.gateway, one.protocol) for one in found.untold] == [("10.0.0.2", None)]

    snapshots.save(
        snapshots.freeze(found, loaded, snapshots.of_files(source), Circumstances(0)), tmp_path / "a.flowsnap"
    )

    assert snapshots.open_snapshot(tmp_path / "a.flowsnap").answer == found


def test_the_same_values_make_the_same_bytes(frozen: Frozen) -> None:
    assert snapshots.packed(frozen(":22")) == snapshots.packed(frozen(":22"))


def test_every_record_stands_beside_its_own_line(frozen: Frozen, source: Files) -> None:
    made = frozen()

    texts = (source.paths[0] / "one.log").read_bytes().split(b"\n")
    rows = made.table(archive.RECORDS).to_pylist()
    plain = [row for row in rows if row["from_source"] == 0]
    assert len(plain) == 120
    assert made.facts.inside.lines == len(rows) == 160
    for row in plain:
        assert row["original"] == texts[row["from_line"] - 1]
        assert f" {row['srcport']} 22 6 {row['packets']} {row['bytes']} {row['start']} ".encode() in row["original"]
    for row in rows[120:]:
        assert f" {row['srcport']} 443 ".encode() in row["original"]


def test_its_first_line_says_whether_everything_is_inside(frozen: Frozen) -> None:
    whole = frozen(":22")

    assert whole.first_line == "All 120 matching records are inside."
    assert whole.parts[archive.MANIFEST].splitlines()[1] == b' "holds": "All 120 matching records are inside.",'


def test_it_says_who_asked_of_what_and_by_which_rules(frozen: Frozen) -> None:
    made = frozen(":22")

    assert (made.facts.caller, made.facts.note, made.facts.frozen_at) == ("Erin of Larkfield", "see ticket 4711", BEGUN)
    assert set(made.facts.rules) == {"conversations", "coverage", "verdict", "matching"}
    assert [len(one.sha256) for one in made.sources.sources if one.kind == "file"] == [64, 64]


def test_a_narrower_question_is_answered_and_a_wider_one_refused(frozen: Frozen, loaded: Loaded) -> None:
    opened = snapshots.load(frozen("10.77.3.0/24", TimeRange(BEGUN, BEGUN + 600)))
    narrower = Question(TimeRange(BEGUN + 60, BEGUN + 300), grammar.parse("10.77.3.21 rejected"))

    assert investigate(narrower, opened).clients == investigate(narrower, loaded).clients
    for query, span in (("10.77.3.21", TimeRange()), ("10.77.0.0/16", narrower.time), (":22", narrower.time)):
        with pytest.raises(QuestionError, match="This snapshot holds"):
            investigate(Question(span, grammar.parse(query)), opened)


def test_a_source_that_changed_since_is_not_saved_as_if_it_had_not(frozen: Frozen, source: Files) -> None:
    path = source.paths[0] / "one.log"
    path.write_text(path.read_text().replace(" 22 6 1 90 ", " 22 6 1 91 "))

    with pytest.raises(SnapshotError, match="has changed since it was asked"):
        frozen(":22")


def test_an_interrupted_save_leaves_what_was_there(
    frozen: Frozen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out/a.flowsnap"
    snapshots.save(frozen(":22"), path)
    before = path.read_bytes()

    def fails(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(SnapshotError, match="cannot be written: No space left"):
        snapshots.save(frozen(""), path)
    assert [(one.name, one.read_bytes()) for one in path.parent.iterdir()] == [("a.flowsnap", before)]


@pytest.mark.parametrize("budget", [1000, 0])
def test_what_aws_lost_meanwhile_is_remembered(tmp_path: Path, budget: int) -> None:
    """A conversation that was seen one way alone was not started by its sender where the answers may have been lost."""
    line = "2 210987654321 eni-0feedc0de 10.77.3.{} 10.77.4.{} 50000 50000 17 1 90 {} {} ACCEPT OK"
    spoken = [line.format(n, n % 3, BEGUN + n, BEGUN + 59) for n in range(20)]
    lost = f"2 210987654321 eni-0feedc0de - - - - - - - {BEGUN + 10} {BEGUN + 70} - SKIPDATA"
    decided = []
    for name, lines in (("quiet", spoken), ("lossy", [*spoken, lost])):
        source = Files((tmp_path / f"{name}.log",))
        source.paths[0].write_text("\n".join(lines))
        held = files.load(source)
        found = investigate(Question(TimeRange(BEGUN, BEGUN + 300), limit=1000), held)
        made = snapshots.freeze(found, held, snapshots.of_files(source), Circumstances(0), budget=budget)
        snapshots.save(made, tmp_path / "a.flowsnap")
        opened = snapshots.load(snapshots.open_snapshot(tmp_path / "a.flowsnap"))
        again = investigate(found.question, opened)
        assert again.conversations == found.conversations
        assert again.reconciliation == found.reconciliation
        assert made.facts.inside.lines == (20 if budget else 0)
        decided.append({row["decided_by"] for row in found.conversations})
    assert decided[0] != decided[1]


def test_one_made_of_another_has_its_sources_and_lines(frozen: Frozen) -> None:
    wide = frozen("", TimeRange(BEGUN, BEGUN + 800))
    opened = snapshots.load(wide)
    found = investigate(Question(TimeRange(BEGUN, BEGUN + 800), grammar.parse(":22"), limit=1000), opened)

    made = snapshots.freeze(found, opened, snapshots.of_snapshot(wide), Circumstances(0))

    assert made.sources.sources == wide.sources.sources
    assert made.sources.notes[-1] == f"Read from the snapshot {wide.id}."
    rows = made.table(archive.RECORDS).to_pylist()
    before = {row["original"]: row for row in wide.table(archive.RECORDS).to_pylist()}
    assert made.facts.inside.lines == len(rows) > 0
    for row in rows:
        assert row["from_line"] == before[row["original"]]["from_line"]


SAVING = """
import sys
from pathlib import Path
from flowinsight import snapshots

made = snapshots.open_snapshot(Path(sys.argv[1]))
print("saving", flush=True)
while True:
    snapshots.save(made, Path(sys.argv[2]))
"""


@pytest.mark.parametrize("seconds", [0.0, 0.003, 0.01, 0.05])
def test_whatever_kills_a_save_there_is_the_whole_file_or_none(frozen: Frozen, tmp_path: Path, seconds: float) -> None:
    made, path = frozen(""), tmp_path / "out/a.flowsnap"
    snapshots.save(made, tmp_path / "source.flowsnap")
    command = [sys.executable, "-c", SAVING, str(tmp_path / "source.flowsnap"), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"saving\n"
        time.sleep(seconds)
        process.kill()

    found = list(path.parent.glob("*.flowsnap")) if path.parent.exists() else []
    assert found in ([], [path])
    assert [snapshots.open_snapshot(one).id for one in found] in ([], [made.id])


def test_all_of_100_000_records_are_inside(tmp_path: Path) -> None:
    lines = [
        f"2 210987654321 eni-0feedc0de 10.{n % 50}.3.{n % 200} 10.77.4.5 {n % 60000} 443 6 5 900 {BEGUN + n % 3600} "
        f"{BEGUN + 3660} ACCEPT OK"
        for n in range(100_000)
    ]
    (tmp_path / "many.log").write_text("\n".join(lines))
    source = Files((tmp_path / "many.log",))
    held = files.load(source)
    found = investigate(Question(limit=1000), held)

    made = snapshots.freeze(found, held, snapshots.of_files(source), Circumstances(BEGUN))
    snapshots.save(made, tmp_path / "a.flowsnap")
    opened = snapshots.load(snapshots.open_snapshot(tmp_path / "a.flowsnap"))

    assert made.facts.inside.lines == 100_000
    assert investigate(found.question, opened).reconciliation == found.reconciliation
    assert replace(made.facts.inside, lines=0).inside == 100_000
