"""The same question in a notebook, and the facts for a bug report."""

import subprocess
import sys
from pathlib import Path

import pytest

import flowinsight
from flowinsight import doctor
from flowinsight.errors import QuestionError
from flowinsight.examples import EXAMPLES
from flowinsight.notebooks import Result

DAY = EXAMPLES[0].source.paths


@pytest.fixture(scope="module")
def result() -> Result:
    found: Result = flowinsight.ask(DAY, ":22")
    return found


def test_a_notebook_reads_the_same_sentence_as_the_page(result: Result) -> None:
    assert str(result).startswith("Port 22 of 9 servers was used by 57 clients: 3 exchanged data")


def test_frames_hold_the_whole_answer(result: Result) -> None:
    assert len(result.conversations) == 103
    assert result.clients["conversations"].sum() == 103


def test_figures_are_drawn_from_the_same_answer(result: Result) -> None:
    drawn = result.timeline().data

    assert sum(sum(trace.y) for trace in drawn) == result.investigation.reconciliation["in_conversations"]


def test_the_next_question_needs_no_reading_again(result: Result) -> None:
    narrower = result.ask(":22 from 192.0.2.66", "2026-11-02 03:00 - 2026-11-02 06:00")

    assert narrower.loaded is result.loaded
    assert len(narrower.conversations) == 1


def test_a_wrong_question_is_refused_in_a_notebook_too() -> None:
    with pytest.raises(QuestionError):
        flowinsight.ask(DAY, "nonsense")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import flowinsight, sys; print(sorted({'streamlit', 'duckdb', 'pandas', 'plotly'} & set(sys.modules)))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == "[]"


def test_what_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        flowinsight.nothing_of_the_kind  # noqa: B018 the access is the test


def test_the_doctor_names_versions_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")

    report = doctor.report()

    assert "duckdb" in report
    assert "AWS_ACCESS_KEY_ID" in report
    assert "AKIAEXAMPLE" not in report


def test_the_doctor_says_what_may_be_done_with_each_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "flowinsight/store").mkdir(parents=True)

    facts = dict(doctor.facts())

    assert facts["store"] == f"{tmp_path}/flowinsight/store (readable and writable)"
    assert facts["snapshots"] == (
        f"{tmp_path}/flowinsight/snapshots (not made yet; {tmp_path}/flowinsight is readable and writable)"
    )


def test_the_doctor_finds_chromium_by_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dict(doctor.facts())["chromium"] == "not on the path (only tests need it)"

    (tmp_path / "chromium").write_text("#!/bin/sh\necho Chromium 141\n")
    (tmp_path / "chromium").chmod(0o755)

    assert dict(doctor.facts())["chromium"] == f"{tmp_path}/chromium (Chromium 141)"
