"""Callbacks: everything a person can press edits the question in the widgets, and nothing else."""

from collections.abc import Sequence

import streamlit as st

from flowinsight import editing, grammar, periods
from flowinsight.errors import QuestionError
from flowinsight.filters import Filter
from flowinsight.question import TimeRange
from flowinsight.ui import address_bar, inventories

CLICK = "click"
"""The key of the switch that says what a click on a mark does."""


def filters() -> tuple[Filter, ...]:
    """The filters in the box; none while it cannot be read, because the error is shown under it."""
    try:
        return grammar.parse(address_bar.value("q"), inventories.met())
    except QuestionError:
        return ()


def word(one: Filter) -> str:
    """A filter as it is typed."""
    return grammar.unparse([one])


def ask(chosen: Sequence[Filter]) -> None:
    address_bar.put(q=grammar.unparse(chosen))


def ask_text(text: str) -> None:
    address_bar.put(q=text)


def remove(place: int) -> None:
    ask(editing.without(filters(), place))


def handle(word: str, how: editing.Click | None = None) -> None:
    """A mark was clicked; `word` is the filter it stands for, as typed in the box."""
    way = how or st.session_state.get(CLICK) or "narrow"
    for one in grammar.parse(word):
        ask(editing.clicked(filters(), one, way))


def set_time(period: TimeRange) -> None:
    address_bar.put(t=periods.canonical(period))


def everything() -> None:
    address_bar.put(t="")


def clear() -> None:
    address_bar.put(q="", t="", outcome="")


def form_field(field: str) -> None:
    """A field of the form was edited: the box follows, or the field's error is told."""
    shown = st.session_state.get(f"form_{field}")
    texts = (
        list(shown)
        if isinstance(shown, list)
        else [part for part in str(shown or "").replace(",", " ").split() if part]
    )
    try:
        ask(editing.with_field(filters(), field, texts))
        st.session_state["form_error"] = ""
    except QuestionError as error:
        st.session_state["form_error"] = str(error)
