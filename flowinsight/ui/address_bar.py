"""The address bar holds the whole question: a link opens the same answer, and back and forward walk through questions.

Widgets hold what a person is editing; the address bar is what was asked. `read` brings a changed address (a link, back, forward)
into the widgets before they are drawn, `write` puts changed widgets into the address. Callbacks only edit widgets.
"""

from collections.abc import Collection, Mapping

import streamlit as st

DEFAULTS: Mapping[str, str] = {
    "source": "", "path": "", "q": "", "t": "", "outcome": "", "view": "Conversations", "at": "", "half": "",
    "way": "", "pattern": "", "also": "",
}  # fmt: skip
"""Every part of a question that a link carries, and what it is when the link does not say. `t` is a time range in UTC."""

_SEEN, _DRAWN = "address_bar_seen", "address_bar_drawn"


def read() -> None:
    """Before any widget: follow the address where it is not the one this session wrote last.

    Another page leaves an empty address and no widgets behind: then the question asked last is asked again.
    """
    given = {key: value for key, value in st.query_params.to_dict().items() if key in DEFAULTS}
    last: dict[str, str] | None = st.session_state.get(_SEEN)
    drawn = st.session_state.pop(_DRAWN, False)
    if given == last and "q" in st.session_state:
        if not drawn:
            keep()
        return
    parts = given or last or {}
    for key, usual in DEFAULTS.items():
        st.session_state[key] = parts.get(key, usual)
    st.session_state[_SEEN] = given


def write() -> None:
    """After the widgets that make the question: one address for it, and one step in the browser's history."""
    st.session_state[_DRAWN] = True
    wanted = {key: text for key, usual in DEFAULTS.items() if (text := _text(key)) != usual}
    if wanted != st.session_state.get(_SEEN):
        st.query_params.from_dict(wanted)
        st.session_state[_SEEN] = wanted


def keep(drawn: Collection[str] = ()) -> None:
    """Before a run that may end without its widgets, and after one that did: Streamlit forgets what they hold otherwise.

    Those that are `drawn` already keep theirs.
    """
    for key in DEFAULTS:
        if key not in drawn and key in st.session_state:
            st.session_state[key] = st.session_state[key]


def _text(key: str) -> str:
    return str(st.session_state.get(key) or "")


def value(key: str) -> str:
    """A part of the question as it stands in the widgets."""
    return _text(key)


def put(**parts: str) -> None:
    """In a callback: edit parts of the question."""
    for key, text in parts.items():
        st.session_state[key] = text
