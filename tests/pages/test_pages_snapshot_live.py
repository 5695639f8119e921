"""An answer of an account kept from the page: its sources, its lines, who asked; the same answer when it is opened again."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import cases, paths, snapshots
from flowinsight.engines import insights_query
from flowinsight.fetchers import insights_ladder
from flowinsight.fetchers.insights_ladder import Rung
from flowinsight.sandbox.running import Running
from flowinsight.snapshots import Snapshot, archive
from flowinsight.snapshots.facts import Events
from tests.pages.live_pages import RANGE, Opened, answered, text_of, until

LINK = {"source": "Sandbox AWS account", "path": "/vpc/flow-logs", "t": RANGE}
PERSON = "arn:aws:iam::111122223333:user/operator"


def _kept(page: AppTest) -> tuple[Path, Snapshot]:
    page.button(key="keep_save").click().run()
    until(page, lambda it: "Snapshot id" in text_of(it))
    (path,) = paths.snapshots_folder().glob("*.flowsnap")
    return path, snapshots.open_snapshot(path)


def test_events_are_kept_with_every_line_and_with_who_asked(opened: Opened, sandbox: Running) -> None:
    path, made = _kept(until(opened(q=":443", **LINK), answered))

    assert sandbox.url in made.facts.caller
    assert PERSON in made.facts.caller
    assert made.facts.clock_offset is not None
    assert made.facts.names
    assert made.facts.inside.lines == made.facts.inside.inside + made.facts.inside.beside > 0
    (said,) = made.sources.sources
    assert isinstance(said, Events)
    assert (said.account, said.group, said.query_id) == ("111122223333", "/vpc/flow-logs", None)
    assert said.patterns
    again = opened(source="Files on this machine", path=str(path), q=":443", t=RANGE)
    assert f"{made.answer.reconciliation['conversations']:,} conversations" in text_of(again)


def test_a_step_of_the_case_says_of_which_account_it_was_and_is_asked_again_in_its_own_way(
    opened: Opened, sandbox: Running
) -> None:
    page = until(opened(q="10.20.0.40", way="term", **LINK), answered)
    until(page.text_input(key="q").set_value(":443").run(), answered)

    (path,) = cases.listed(paths.cases_folder(None))
    first, second = cases.read(path).steps
    assert sandbox.url
    assert first.of == "/vpc/flow-logs, account 111122223333, eu-central-1"
    assert (first.parts["way"], second.parts["q"]) == ("term", ":443")
    page.session_state["way"] = ""
    page.button(key="step_0").click().run()
    assert (page.session_state["q"], page.session_state["way"]) == ("10.20.0.40", "term")


@pytest.fixture
def rolled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question of Logs Insights is asked in the coarsest way, as one too wide would be."""
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.05)

    def rung(*_: Any) -> Rung:
        return Rung("apart", 1)

    monkeypatch.setattr(insights_ladder, "rung", rung)
    monkeypatch.setattr("flowinsight.fetchers.insights.rung", rung)


@pytest.mark.usefixtures("sandbox", "rolled_up")
def test_a_rollup_of_logs_insights_is_kept_and_opens_on_the_page_with_the_same_answer(opened: Opened) -> None:
    first = until(opened(q=":443", way="insights", **LINK), answered)
    path, made = _kept(first)

    assert made.is_rollup
    assert archive.TIMES in made.parts
    assert all(isinstance(one, Events) and one.query_id for one in made.sources.sources)
    assert "Records were added up before they came: their rollup is inside, and not the records." in made.facts.limits
    again = opened(source="Files on this machine", path=str(path), q=":443", t=RANGE)
    assert not again.exception
    assert not again.error
    assert f"{made.first_line} Snapshot id `{made.id}`" in text_of(again)
    assert [one.value for one in again.metric] == [one.value for one in first.metric]
    assert again.dataframe[0].value.equals(first.dataframe[0].value)
    other = opened(source="Files on this machine", path=str(path), q=":443 rejected", t=RANGE)
    assert "were added up for its own question" in text_of(other)
