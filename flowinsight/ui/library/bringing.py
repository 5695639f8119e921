"""A snapshot that somebody sent is put into the library, once it has been checked as what a stranger wrote."""

import streamlit as st

from flowinsight import library
from flowinsight.errors import FlowInsightError
from flowinsight.snapshots import SUFFIX, packed
from flowinsight.ui.library import holding
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import plain


def draw(place: Whereabouts) -> None:
    """A file from this computer, into the library."""
    with st.popover("Bring a file", icon=":material/upload_file:", key="library_bring"):
        given = st.file_uploader(
            "A snapshot that somebody sent you", type=[SUFFIX.removeprefix(".")], key="library_file"
        )
        if given is not None:
            st.button(
                f"Check it, and keep it in {plain(place.said)}", key="library_keep", type="primary", on_click=_keep,
                args=(place, given.getvalue(), given.name),
            )  # fmt: skip


def _keep(place: Whereabouts, content: bytes, name: str) -> None:
    try:
        made = library.opened(content, name)
        kept = library.name_for(made)
        place.library.save(kept, packed(made))
        holding.look_again(place)
        st.session_state["library_said"] = f"Checked, and kept as {kept}."
    except FlowInsightError as error:
        st.session_state["library_said"] = str(error)
