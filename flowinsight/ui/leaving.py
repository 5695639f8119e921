"""Work that goes on while a page is looked at, and ends as soon as its visitor goes to another page."""

from typing import Protocol

import streamlit as st

_WORK = "leaving_work"


class Stoppable(Protocol):
    """Work that can be told to stop."""

    def cancel(self) -> None: ...


def stop_when_left(page: str, work: Stoppable) -> None:
    """Have the work cancelled when this visitor opens a page of another title."""
    st.session_state[_WORK] = (page, work)


def arrived(page: str) -> None:
    """On every run of a page: whatever belongs to another one ends."""
    kept: tuple[str, Stoppable] | None = st.session_state.get(_WORK)
    if kept is not None and kept[0] != page:
        kept[1].cancel()
        del st.session_state[_WORK]
