"""The case: every question kept with its answer, across sessions, to annotate, ask again and take along."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import cases, paths
from flowinsight.cases import Case, Step

Opened = Callable[..., AppTest]


def text_of(page: AppTest) -> str:
    return "\n".join(one.value for one in page.markdown).replace("\\", "")


def kept() -> Case:
    (path,) = cases.listed(paths.cases_folder(None))
    return cases.read(path)


def casebook(page: AppTest) -> AppTest:
    return page.switch_page("pages/snapshots.py").run()


def test_questions_are_kept_with_their_answers_and_found_in_a_later_session(opened: Opened) -> None:
    opened(q=":22").text_input(key="q").set_value(":443").run()

    assert [step.asked for step in kept().steps] == [":22", ":443"]
    assert kept().steps[0].answer.startswith("Port 22 of 9 servers was used by 57 clients")
    later = opened(q="10.20.0.40")
    assert len(cases.listed(paths.cases_folder(None))) == 1
    assert kept().steps[-1].asked == "10.20.0.40"
    assert later.button(key="step_1").label == r"\:443"


def test_the_same_question_again_is_no_new_step(opened: Opened) -> None:
    opened(q=":22").run()

    assert len(kept().steps) == 1


def test_a_note_is_written_beside_the_answer_and_read_on_the_page_of_the_case(opened: Opened) -> None:
    page = opened(q=":22")
    page.text_input(key=f"case_note_{kept().steps[0].id}").set_value("Who is 192.0.2.66?").run()

    assert kept().steps[0].note == "Who is 192.0.2.66?"
    book = casebook(page)
    assert not book.exception
    assert book.text_area(key=f"case_note_{kept().steps[0].id}").value == "Who is 192.0.2.66?"
    assert "57 clients" in text_of(book)


def test_a_new_case_begins_without_questions_and_the_old_one_can_be_chosen(opened: Opened) -> None:
    page = casebook(opened(q=":22"))
    page.button(key="case_new").click().run()

    assert "No question yet" in text_of(page)
    old = kept().path
    page.selectbox(key="case_chosen").set_value(old).run()
    assert "57 clients" in text_of(page)


def test_a_case_is_named_and_a_question_is_taken_out(opened: Opened) -> None:
    page = casebook(opened(q=":22").text_input(key="q").set_value(":443").run())
    page.text_input(key=f"case_name_{kept().path.name}").set_value("The scan").run()
    page.button(key=f"case_out_{kept().steps[0].id}").click().run()

    assert kept().title == "The scan"
    assert [step.asked for step in kept().steps] == [":443"]


def test_a_folder_that_cannot_be_written_is_told_and_the_answer_stays(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))

    page = opened(q=":22")

    assert not page.exception
    assert "The case cannot be kept in" in text_of(page)
    assert "57 clients" in text_of(page)


STEP = Step(1, {"q": ":22", "t": ""}, "answer", "seen, covered", 1, 2)


def test_a_line_that_was_cut_off_costs_no_other(tmp_path: Path) -> None:
    case = Case(cases.begun(tmp_path))
    cases.ask(case, STEP)
    whole = case.path.read_text()
    case.path.write_text(whole + whole[:30])
    cases.note(case, STEP, "after the crash")

    read = cases.read(case.path)

    assert [step.note for step in read.steps] == ["after the crash"]
    assert read.unread == 1


@pytest.mark.parametrize(
    "line",
    [
        "", "[]", "null", '{"event":"asked","step":{}}', '{"event":"asked","step":[]}', '{"event":"flew"}',
        '{"event":["asked"]}', "\x00",
    ],
)  # fmt: skip
def test_lines_that_mean_nothing_are_counted_and_left_out(tmp_path: Path, line: str) -> None:
    case = Case(cases.begun(tmp_path))
    cases.ask(case, STEP)
    with case.path.open("a") as file:
        file.write(f"{line}\n")

    read = cases.read(case.path)

    assert (len(read.steps), read.unread) == (1, 1)


def test_a_case_is_nobody_elses_business(tmp_path: Path) -> None:
    case = Case(cases.begun(tmp_path / "cases"))
    cases.ask(case, STEP)

    assert case.path.stat().st_mode & 0o077 == 0
    assert paths.cases_folder("ada@example.com") != paths.cases_folder("bob@example.com")
    assert json.loads(case.path.read_text())["step"]["parts"] == {"q": ":22", "t": ""}


def test_one_conversation_is_not_called_several() -> None:
    assert STEP.counted == "1 conversation, 2 records"
