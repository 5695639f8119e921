"""The snapshots of a library from the command line."""

import json
from pathlib import Path

import pytest

from flowinsight import cli
from flowinsight.sandbox.running import start

LINE = "2 111122223333 eni-0a1b2c3d 10.0.0.5 10.0.1.7 40000 22 6 9 900 1795176000 1795176060 REJECT OK\n"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot of one record."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "one.log").write_text(LINE)
    made = tmp_path / "a.flowsnap"
    words = ["--files", str(tmp_path / "one.log"), ":22", "--out", str(made), "--note", "ticket\t4711"]
    assert cli.main(["snapshot", "save", *words]) == 0
    return made


def test_a_snapshot_is_put_listed_found_and_opened_by_its_id(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    capsys.readouterr()
    assert cli.main(["snapshot", "put", str(saved), "--library", str(kept), "--json"]) == 0
    put = json.loads(capsys.readouterr().out)
    (kept / "broken.flowsnap").write_bytes(b"PK")

    assert cli.main(["snapshot", "list", "--library", str(kept), "--json", "TICKET", ":22"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["id"], row["note"]) == (put["name"], put["id"], "ticket 4711")
    assert cli.main(["snapshot", "list", "--library", str(kept)]) == 0
    assert "broken.flowsnap is not a snapshot" in capsys.readouterr().out

    copy = tmp_path / "copy.flowsnap"
    assert cli.main(["snapshot", "open", put["id"][:10], "--library", str(kept), "--out", str(copy)]) == 0
    assert capsys.readouterr().out.startswith("All 1 matching records are inside.")
    assert copy.read_bytes() == saved.read_bytes()
    assert cli.main(["snapshot", "open", "none", "--library", str(kept)]) == 2
    assert "0 snapshots in" in capsys.readouterr().err


def test_a_library_in_s3_is_asked_as_whoever_is_named(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with start(speed=0, at=1_795_176_000) as running:
        where = ["--library", "s3://none-there/", "--endpoint-url", running.url]
        assert cli.main(["snapshot", "put", str(saved), *where]) == 2
        assert "Could not save s3://none-there/" in capsys.readouterr().err
