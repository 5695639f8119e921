"""One press to ask nearly the same: the period before, the other direction, either side or one side."""

from dataclasses import replace

import streamlit as st

from flowinsight.errors import QuestionError
from flowinsight.filters import Filter
from flowinsight.question import Question
from flowinsight.ui import editing

_SIDED = {"client", "server"}


def draw(question: Question) -> None:
    """The turns that this question can take."""
    try:
        before = question.previous()
        st.button(
            "Period before",
            key="turn_before",
            icon=":material/history:",
            on_click=editing.set_time,
            args=(before.time,),
        )
    except QuestionError:
        st.button("Period before", key="turn_before", icon=":material/history:", disabled=True, help=_NEEDS_RANGE)
    if any(one.field in _SIDED for one in question.filters):
        _sided(question)
    elif any(one.field == "address" for one in question.filters):
        st.button(
            "As server only", key="turn_server", icon=":material/login:", on_click=editing.ask,
            args=(_renamed(question, "server"),),
        )  # fmt: skip
        st.button(
            "As client only", key="turn_client", icon=":material/logout:", on_click=editing.ask,
            args=(_renamed(question, "client"),),
        )  # fmt: skip


_NEEDS_RANGE = "Choose a time range first: a period before needs a beginning and an end."


def _sided(question: Question) -> None:
    try:
        turned = question.reversed().filters
    except QuestionError:
        turned = None
    st.button(
        "Other direction", key="turn_direction", icon=":material/swap_horiz:", on_click=editing.ask, args=(turned or (),),
        disabled=turned is None,
    )  # fmt: skip
    st.button(
        "Either side",
        key="turn_either",
        icon=":material/compare_arrows:",
        on_click=editing.ask,
        args=(_either(question),),
    )


def _either(question: Question) -> tuple[Filter, ...]:
    fields = {"client": "address", "server": "address", "service": "port"}
    return tuple(_asked_as(one, fields.get(one.field, one.field)) for one in question.filters)


def _asked_as(one: Filter, field: str) -> Filter:
    try:
        return replace(one, field=field)
    except QuestionError:
        return replace(one, field="endpoint")


def _renamed(question: Question, side: str) -> tuple[Filter, ...]:
    return tuple(replace(one, field=side) if one.field == "address" else one for one in question.filters)
