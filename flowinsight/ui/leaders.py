"""A report of what leads, made from the page: by address, port, network or interface, with the change since the period before."""

from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from flowinsight import db, periods, snapshots
from flowinsight.errors import EngineError, FlowInsightError
from flowinsight.question import MEASURES, Question, TimeRange
from flowinsight.reports import leaders
from flowinsight.reports.content import Report
from flowinsight.reports.leading import BYS, Leading, Wanted, lead
from flowinsight.reports.writing import rendered
from flowinsight.snapshots.asked import met
from flowinsight.sources import Files
from flowinsight.ui import address_bar, ask, surroundings, working
from flowinsight.ui.box import zone
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.sources import Chosen
from flowinsight.ui.surroundings import Surroundings

_SHOWN = "leaders_shown"
_ROWS = 5
"""Rows shown on the page; the report has all that were asked for."""


@dataclass(frozen=True)
class _Made:
    """A report, and what it was made of."""

    report: Report
    leading: Leading


@st.cache_resource(show_spinner=False)
def _reports() -> working.Shelf:
    return working.Shelf(50)


def draw(question: Question, held: ask.Held, chosen: Chosen) -> None:
    """What to count by, and the report to take along."""
    with st.popover("Top sources", icon=":material/leaderboard:", key="leaders"):
        _panel(question, held, chosen)


@st.fragment
def _panel(question: Question, held: ask.Held, chosen: Chosen) -> None:
    """Runs by itself, so that the answer stays on the screen meanwhile."""
    by = st.segmented_control("Count by", BYS, default=BYS[0], key="leaders_by", required=True)
    left, right = st.columns(2)
    measure = left.selectbox("Order by", MEASURES, key="leaders_measure")
    most = right.number_input("Rows", 1, 1000, 20, key="leaders_most")
    asked = _period(question, chosen)
    wanted = Wanted(by, measure, int(most))
    key = f"leaders {asked.to_json()} {wanted} {held.key}"
    st.button("Make the report", key="leaders_make", type="primary", on_click=_show, args=(key,))
    if st.session_state.get(_SHOWN) != key:
        return
    try:
        around = surroundings.of(chosen)
        made = working.done(_reports(), "leaders", key, partial(_report, asked, held, wanted, around))
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        return
    _take(made)


def _show(key: str) -> None:
    st.session_state[_SHOWN] = key


def _period(question: Question, chosen: Chosen) -> Question:
    """The question of the report, and in words what it is compared with.

    What was brought from an account, and what a snapshot holds, is of this range alone: there its second half is compared with
    its first.
    """
    start, end = question.time.start, question.time.end
    if start is None or end is None:
        st.markdown(gray("A change needs a time range with a beginning and an end: choose one on the page to see it."))
        return question
    if isinstance(chosen.place, Files) and not snapshots.is_snapshot(chosen.place.paths[0]):
        st.markdown(gray(f"Compared with the period before: {periods.said(question.previous().time, zone())}."))
        return question
    halved = replace(question, time=TimeRange((start + end) // 2, end))
    st.markdown(
        gray(
            "Only this range is here. The report is about its second half, and compares it with its first: "
            f"{periods.said(halved.time, zone())}."
        )
    )
    both = periods.canonical(TimeRange(2 * start - end, end))
    if not isinstance(chosen.place, Files) and st.button(
        "Bring the period before as well", key="leaders_before", on_click=_bring, args=(both,)
    ):
        st.rerun(scope="app")
    return halved


def _bring(both: str) -> None:
    address_bar.put(t=both)


def _report(asked: Question, held: ask.Held, wanted: Wanted, around: Surroundings, job: working.Job) -> _Made:
    """Count both periods, away from the page's own thread."""
    job.said = "Counting this period and the one before"
    job.cursor = held.loaded.connection.cursor()
    try:
        found, leading = lead(asked, held.loaded, wanted, job.cursor)
    except db.Error as error:
        raise EngineError(f"The embedded engine could not answer: {error} Narrow the question or its time.") from error
    addresses = [*met(found), *((row["name"], row["network"]) for row in (*leading.rows, *leading.gone))]
    return _Made(leaders.report(found, leading, around.about(addresses)), leading)


def _take(made: _Made) -> None:
    for sentence in leaders.sentences(made.leading):
        st.markdown(plain(sentence))
    rows = [
        {"Name": row["name"], made.leading.wanted.measure.capitalize(): row["value"], "Before": row["before"]}
        for row in made.leading.rows[:_ROWS]
    ]
    st.dataframe(rows, key="leaders_rows", hide_index=True, alt="What leads", height=31 * len(rows) + 35)
    with st.container(horizontal=True, gap="small"):
        for label, ending, mime in (("HTML", ".html", "text/html"), ("Markdown", ".md", "text/markdown")):
            st.download_button(
                label, data=partial(rendered, made.report, ending), file_name=f"flowinsight-top-sources{ending}", mime=mime,
                key=f"leaders_{label}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
