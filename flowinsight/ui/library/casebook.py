"""Cases: the questions of an investigation as a timeline to read, to annotate, to ask again and to take along."""

from functools import partial
from pathlib import Path

import streamlit as st

from flowinsight import cases
from flowinsight.cases import Case, Step
from flowinsight.reports import trail
from flowinsight.reports.writing import rendered
from flowinsight.roles import utc
from flowinsight.ui import case
from flowinsight.ui.plain import gray, plain

_NAME, _CHOSEN = "case_name", "case_chosen"


def draw() -> None:
    """The case of this visit, and the way to others."""
    kept = case.current()
    with st.container(border=True, key="card_case"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            _chooser(kept)
            st.button("New case", key="case_new", icon=":material/add:", on_click=_begin)
        if not kept.steps:
            st.markdown("#### No question yet")
            st.markdown(
                "Every question that is asked on Investigate is kept here, with its answer, until a new case begins."
            )
            return
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            key = f"{_NAME}_{kept.path.name}"
            st.text_input("Name", key=key, value=kept.name, placeholder=kept.title, max_chars=200, width=380,
                          on_change=_named, args=(kept, key))  # fmt: skip
            _exports(kept)
        if kept.unread:
            st.markdown(gray(f"{kept.unread:,} lines of the file could not be understood, and are left out."))
        for number, step in enumerate(kept.steps, 1):
            _step(kept, number, step)


def _chooser(kept: Case) -> None:
    """The files of cases by their title. One that has no file yet stands first."""
    paths = list(dict.fromkeys([kept.path, *cases.listed(case.folder())]))
    titles = {path: cases.read(path).title for path in paths[:_MOST]}
    if st.session_state.get(_CHOSEN) not in titles:
        st.session_state[_CHOSEN] = kept.path
    st.selectbox(
        "Case", list(titles), format_func=lambda path: titles.get(path, ""), key=_CHOSEN, on_change=_choose, width=380
    )


_MOST = 50


def _choose() -> None:
    chosen = st.session_state[_CHOSEN]
    if isinstance(chosen, Path):
        case.choose(chosen)


def _begin() -> None:
    case.begin()
    st.session_state.pop(_CHOSEN, None)


def _named(kept: Case, key: str) -> None:
    cases.name(kept, str(st.session_state[key]))


def _exports(kept: Case) -> None:
    made = trail.report(kept.title, case.told(kept.steps))
    for label, ending, mime in (("HTML", ".html", "text/html"), ("Markdown", ".md", "text/markdown")):
        st.download_button(
            label, data=partial(rendered, made, ending), file_name=f"case{ending}", mime=mime, key=f"case_export_{label}",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _step(kept: Case, number: int, step: Step) -> None:
    with st.container(border=True, key=f"case_step_{number}"):
        st.markdown(f":gray[{number} · {plain(utc(step.at))} UTC] · **{plain(step.asked)}**")
        st.markdown(plain(step.answer))
        st.markdown(gray(f"{step.verdict.capitalize()}; {step.counted}. Source: {step.source}"))
        key = f"case_note_{step.id}"
        st.text_area(
            "Note", key=key, value=step.note, max_chars=cases.LONGEST, height=68, on_change=case.note, args=(step, key)
        )
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.page_link(
                "pages/investigate.py", label="Ask again", icon=":material/manage_search:",
                query_params={name: text for name, text in step.parts.items() if text},
            )  # fmt: skip
            st.button("Take out", key=f"case_out_{step.id}", icon=":material/close:", type="tertiary",
                      on_click=cases.remove, args=(kept, step))  # fmt: skip
