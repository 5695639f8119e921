"""A snapshot that somebody sent is put into the library, once it has been checked as what a stranger wrote."""

import streamlit as st

from flowinsight import library
from flowinsight.errors import FlowInsightError
from flowinsight.snapshots import SUFFIX, packed
from flowinsight.ui import working
from flowinsight.ui.library import holding
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import gray, plain


def draw(place: Whereabouts) -> None:
    """A file from this computer, into the library."""
    with st.popover("Bring a file", icon=":material/upload_file:", key="library_bring"):
        given = st.file_uploader(
            "A snapshot that somebody sent you", type=[SUFFIX.removeprefix(".")], key="library_file"
        )
        if given is not None and st.button(
            f"Check it, and keep it in {plain(place.said)}", key="library_keep", type="primary"
        ):
            _keep(place, given.getvalue(), given.name)


def _keep(place: Whereabouts, content: bytes, name: str) -> None:
    def work(job: working.Job) -> str:
        job.said = f"Checking {name}"
        made = library.opened(content, name)
        job.said = f"Saving to {place.said}"
        place.library.save(library.name_for(made), packed(made))
        return library.name_for(made)

    try:
        kept = working.done(working.Shelf(1), "bring", f"bring {place.key} {name}", work)
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        return
    holding.look_again(place)
    st.markdown(gray(f"Checked, and kept as {kept}."))
