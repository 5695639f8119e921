"""`python -m flowinsight report`, as a timer runs it: a whole file or none, and an exit status."""

import json
import os
from pathlib import Path

import pytest

from flowinsight.cli import main
from flowinsight.examples import EXAMPLES

FILES = ("--no-cache", "--files", str(EXAMPLES[0].source.paths[0]))


def run(*words: str) -> int:
    return main(["report", *words])


def test_a_report_is_written_and_one_line_says_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "top.html"

    assert run(":443", "--last", "6h", "--by", "network", "--top", "5", "--out", str(out), *FILES) == 0

    said = capsys.readouterr()
    assert said.out.startswith(f"{out}: 29 networks of clients. Since the period before (2 Nov 2026 11:59:08")
    assert not said.err
    assert "Top networks of clients by bytes: :443" in out.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["top.html"]


def test_json_holds_the_rows_and_their_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "--last", "12h", "--by", "port", "--measure", "conversations", *FILES) == 0

    told = json.loads(capsys.readouterr().out)
    leading = told["leading"]
    rows = [*leading["rows"], *([leading["other"]] if leading["other"] else [])]
    assert sum(row["value"] for row in rows) == leading["total"]["value"] == told["reconciliation"]["conversations"]
    assert {row["change"] for row in leading["rows"]} <= {"new", "grew", "same", "shrank"}
    assert leading["rows"][0]["value"] == max(row["value"] for row in leading["rows"])


def test_without_a_file_the_report_is_printed_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--from", "2026-11-02T06:00", "--to", "2026-11-02T07:00", "--title", "Mornings", *FILES) == 0

    assert capsys.readouterr().out.startswith("# Mornings\n\n2 Nov 2026 06:00 – 07:00 UTC\n")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--out", "top.pdf"), "neither .html nor .md"),
        (("--out", "/nonexistent/top.html"), "/nonexistent is not a folder"),
        (("--last", "1y"), "is not a length of time"),
        (("--last", "1h", "--from", "2026-11-02"), "leave --from out"),
        (("--prefix", "40"), "0 to 32 bits long"),
        (("nonsense",), "nonsense is not an address"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_status_two(
    words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words, *FILES) == 2

    said = capsys.readouterr()
    assert why in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_an_interrupted_write_leaves_the_report_of_yesterday(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "top.md"
    out.write_text("yesterday's")

    def fails(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)

    assert run("--last", "1h", "--out", str(out), *FILES) == 2
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert out.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [out]
