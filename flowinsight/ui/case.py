"""The case a person works on: which file it is, and callbacks that add to it."""

import time
from pathlib import Path

import streamlit as st

from flowinsight import cases, paths
from flowinsight.cases import Case, Step
from flowinsight.reports.content import Step as Told

_FILE = "case_file"
LEFT_ALONE = 12 * 3600
"""Seconds after which a case that nobody touched is left as it is, and a new visit begins another."""


def folder() -> Path:
    """Where this person's cases are."""
    named = st.user.get("email") or st.user.get("sub") if st.user.get("is_logged_in") else None
    return paths.cases_folder(None if named is None else str(named))


def current() -> Case:
    """The case of this visit: the one that was chosen, else the one touched last where that was not long ago, else a new one."""
    if _FILE not in st.session_state:
        last = next(iter(cases.listed(folder())), None)
        lately = last is not None and time.time() - last.stat().st_mtime < LEFT_ALONE
        st.session_state[_FILE] = last if lately else cases.begun(folder())
    return cases.read(st.session_state[_FILE])


def begin() -> None:
    """In a callback: from now on, questions belong to a new case."""
    st.session_state[_FILE] = cases.begun(folder())


def choose(path: Path) -> None:
    st.session_state[_FILE] = path


def note(step: Step, key: str) -> None:
    """In a callback: write the note that stands in a widget."""
    cases.note(current(), step, str(st.session_state.get(key) or ""))


def told(steps: tuple[Step, ...]) -> tuple[Told, ...]:
    """The steps as a report prints them."""
    return tuple(Told(one.at, one.asked, f"{one.answer} ({one.counted}; {one.source})", one.note) for one in steps)
