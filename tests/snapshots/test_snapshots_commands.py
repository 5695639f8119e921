"""Snapshots from the command line, compared with each other and with their source, and opened on the page."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flowinsight import cli, snapshots
from flowinsight.fetchers import files
from flowinsight.snapshots import Snapshot, SnapshotError, compare, redact, rerun
from flowinsight.sources import Files
from tests.snapshots.conftest import BEGUN

Frozen = Callable[..., Snapshot]
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command that succeeds; what it prints."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def words(*arguments: object, status: int = 0) -> str:
        assert cli.main([str(one) for one in arguments]) == status
        printed = capsys.readouterr()
        return printed.out + printed.err

    return words


def test_an_answer_is_saved_signed_shown_checked_and_asked(run: Run, source: Files, tmp_path: Path) -> None:
    made, key = tmp_path / "a.flowsnap", tmp_path / "mine.pem"
    fingerprint = run("snapshot", "key", "sign", key).split()[0]
    run("snapshot", "key", "trust", fingerprint, "Erin")
    said = json.loads(
        run(
            "snapshot", "save", "--files", *source.paths, ":22", "--out", made, "--sign", key, "--note", "why", "--json"
        )
    )

    assert said["holds"] == "All 120 matching records are inside."
    shown = run("snapshot", "show", made)
    assert shown.splitlines()[:2] == [said["holds"], f"Snapshot id {said['id']}"]
    assert "Question: :22" in shown
    checked = run("snapshot", "check", made, "--id", said["id"])
    assert "Unaltered" in checked
    assert f"Signed with key {fingerprint}, which your list names Erin." in checked
    assert "That is not the id" in run("snapshot", "check", made, "--id", "0" * 64, status=2)
    asked = json.loads(run("ask", "--snapshot", made, "--json"))
    direct = json.loads(run("ask", "--files", *source.paths, ":22", "--json"))
    assert asked == direct


def test_what_leaves_is_shown_first_and_turned_back_by_the_key(run: Run, frozen: Frozen, tmp_path: Path) -> None:
    snapshots.save(frozen(":22"), tmp_path / "a.flowsnap")
    run("snapshot", "key", "redact", tmp_path / "r.key")
    shown = json.loads(run("snapshot", "redact", tmp_path / "a.flowsnap", "--key", tmp_path / "r.key", "--json"))
    run("snapshot", "redact", tmp_path / "a.flowsnap", "--key", tmp_path / "r.key", "--out", tmp_path / "b.flowsnap")

    pseudonym = shown["addresses"]["10.77.4.5"]
    assert {row["server"] for row in snapshots.open_snapshot(tmp_path / "b.flowsnap").answer.conversations} == {
        pseudonym
    }
    assert "10.77.4.5" in run("snapshot", "reveal", "--key", tmp_path / "r.key", pseudonym)


def test_an_unchanged_source_gives_the_same_conversations(
    run: Run, frozen: Frozen, source: Files, tmp_path: Path
) -> None:
    snapshots.save(frozen(":22"), tmp_path / "a.flowsnap")

    said = run("snapshot", "compare", tmp_path / "a.flowsnap", "--files", *source.paths)

    assert "0 appeared, 0 vanished, 0 grew, 0 shrank, 0 turned out otherwise, 9 are unchanged" in said


def test_what_appeared_vanished_and_grew_is_told(frozen: Frozen, source: Files) -> None:
    before = frozen(":22")
    path = source.paths[0] / "one.log"
    lines = path.read_text().splitlines()
    del lines[3]
    lines[0] = lines[0].replace(" 22 6 1 90 ", " 22 6 4 9000 ")
    lines.append(f"2 210987654321 eni-0feedc0de0 10.77.3.99 10.77.4.5 49999 22 6 1 60 {BEGUN} {BEGUN + 9} ACCEPT OK")
    path.write_text("\n".join(lines) + "\n")

    found = rerun(before, files.load(source))

    assert [row["client"] for row in found.appeared] == ["10.77.3.99"]
    assert sum(len(rows) for rows in (found.vanished, found.shrank)) == 1
    assert [row["after"]["bytes"] - row["before"]["bytes"] for row in found.grew] == [9000 - 90]


def test_snapshots_whose_names_differ_are_not_compared(frozen: Frozen) -> None:
    made = frozen(":22")

    assert compare(made, frozen("")).cautions[0].startswith("The two answer different questions")
    with pytest.raises(SnapshotError, match="name things differently"):
        compare(made, redact(made, bytes(32)))
