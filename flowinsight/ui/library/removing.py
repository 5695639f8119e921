"""Deleting a snapshot: asked first; what lay in a folder comes back with one click until the page is left."""

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.library import Entry, Folder, Trashed
from flowinsight.library.bucket import Bucket
from flowinsight.ui import leaving
from flowinsight.ui.library import holding
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import gray, plain

PAGE = "Snapshots"
_SURE, _TRASHED = "library_sure", "library_trashed"


def draw(place: Whereabouts, entry: Entry) -> None:
    """The button, and the question before it does anything."""
    if st.session_state.get(_SURE) != holding.key_of(place, entry):
        st.button("Delete", key=f"delete_{entry.name}", icon=":material/delete:", type="tertiary", on_click=_ask,
                  args=(place, entry))  # fmt: skip
        return
    undone = "It can be undone until you leave this page." if isinstance(place.library, Folder) else (
        "It cannot be undone here: only a bucket that keeps versions has it still."
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"Delete {plain(entry.name)} from {plain(place.said)}? {plain(undone)}")
        st.button("Really delete", key=f"really_{entry.name}", type="primary", on_click=_delete, args=(place, entry))
        st.button("Keep it", key=f"spare_{entry.name}", on_click=_spare)


def _ask(place: Whereabouts, entry: Entry) -> None:
    st.session_state[_SURE] = holding.key_of(place, entry)


def _spare() -> None:
    st.session_state.pop(_SURE, None)


def _delete(place: Whereabouts, entry: Entry) -> None:
    _spare()
    try:
        if isinstance(place.library, Folder):
            _trash(place.library, entry)
        elif isinstance(place.library, Bucket):
            place.library.delete(entry)
            st.session_state["library_said"] = f"{entry.name} is deleted."
        holding.look_again(place)
    except FlowInsightError as error:
        st.session_state["library_said"] = str(error)


def _trash(folder: Folder, entry: Entry) -> None:
    """One deletion can be undone: another one makes the one before it final."""
    before: Trashed | None = st.session_state.get(_TRASHED)
    if before is not None:
        before.cancel()
    trashed = folder.delete(entry)
    st.session_state[_TRASHED] = trashed
    leaving.stop_when_left(PAGE, trashed)


def undo() -> None:
    """What was deleted last, as long as it can be brought back."""
    trashed: Trashed | None = st.session_state.get(_TRASHED)
    if trashed is None or not trashed.hidden.exists():
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="library_undo_row"):
        st.markdown(gray(f"{trashed.file.name} is deleted."))
        st.button("Undo", key="library_undo", icon=":material/undo:", on_click=_restore, args=(trashed,))


def _restore(trashed: Trashed) -> None:
    try:
        trashed.restore()
        st.session_state.pop(_TRASHED, None)
    except FlowInsightError as error:
        st.session_state["library_said"] = str(error)
