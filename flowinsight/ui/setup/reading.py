"""Reading from AWS for a page: in the background, kept until it is asked for again, a refusal told where it belongs."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.ui.working import CancelledError, Job, Shelf, done

_T = TypeVar("_T")


def kept(name: str, key: str, said: str, work: Callable[[], _T]) -> _T | None:
    """What `work` returns, read once for this key; None after the reason stands on the page."""
    shelf: Shelf = st.session_state.setdefault("setup_shelf", Shelf(40))

    def working(job: Job) -> _T:
        job.said = f"{said}…"
        return work()

    try:
        return done(shelf, name, f"{name} {key} {turn(name)}", working)
    except CancelledError:
        raise
    except FlowInsightError as error:
        st.error(str(error), icon=":material/error:")
        st.button("Try again", key=f"setup_again_{name}", icon=":material/refresh:")
        return None


def turn(name: str) -> int:
    """How often this was asked to be read anew."""
    return int(st.session_state.get(f"setup_turn_{name}", 0))


def anew(*names: str) -> None:
    """Read these again in the next run."""
    for name in names:
        st.session_state[f"setup_turn_{name}"] = turn(name) + 1
