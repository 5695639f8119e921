"""A redacted copy for others: what would leave is shown first, value by value, and what is shown is what leaves."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.library import name_for
from flowinsight.snapshots import Preview, Snapshot, packed, previewed
from flowinsight.snapshots.before_after import Sample, samples
from flowinsight.ui import working
from flowinsight.ui.library import redaction_key, sharing
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import gray, plain

_SHOWN = "redaction_shown"


@dataclass(frozen=True)
class _Redacted:
    """A redacted snapshot, its bytes, and what was done."""

    made: Snapshot
    content: bytes
    preview: Preview
    samples: tuple[Sample, ...]


@st.cache_resource(show_spinner=False)
def _made() -> working.Shelf:
    return working.Shelf(3)


def draw(place: Whereabouts, original: Snapshot) -> None:
    """The key, a note, the preview, and then the copy itself."""
    with st.expander("Redact for others", icon=":material/ink_eraser:", key="library_redact"):
        key = redaction_key.given("redact", make=True)
        note = st.text_input("A note for those who read it", key="redact_note", max_chars=2000)
        if key is None:
            return
        wanted = hashlib.sha256(key + f"{original.id} {note}".encode()).hexdigest()
        st.button("Show what would leave", key="redact_show", type="primary", on_click=_show, args=(wanted,))
        if st.session_state.get(_SHOWN) == wanted:
            _preview(place, original, _redacted(original, key, note, wanted))


def _show(wanted: str) -> None:
    st.session_state[_SHOWN] = wanted


def _redacted(original: Snapshot, key: bytes, note: str, wanted: str) -> _Redacted | None:
    def work(job: working.Job) -> _Redacted:
        job.said = "Replacing addresses and identifiers, and working the answer out again"
        made, preview = previewed(original, key, note)
        return _Redacted(made, packed(made), preview, samples(original, made, preview))

    try:
        return working.done(_made(), "redact", wanted, work)
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        return None


def _preview(place: Whereabouts, original: Snapshot, found: _Redacted | None) -> None:
    if found is None:
        return
    addresses, words = len(found.preview.addresses), len(found.preview.words)
    st.markdown(
        f"**{addresses:,} addresses and {words:,} identifiers would leave as something else.** {plain(found.made.first_line)}"
    )
    _samples(found.samples)
    for sentence in (*found.preview.done, found.preview.stays):
        st.markdown(gray(sentence))
    st.markdown(gray(f"The copy has an id of its own, and says which snapshot it was made from: {original.id}."))
    st.code(found.made.id, language=None, wrap_lines=True)
    name = f"redacted-{name_for(found.made)}"
    with st.container(horizontal=True, gap="small", key="redact_take_row"):
        st.download_button(
            "Redacted snapshot", data=found.content, file_name=name, mime="application/octet-stream", key="redact_take",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        save = st.button(f"Save to {plain(place.said)}", key="redact_save", icon=":material/save:")
    if save:
        sharing.keep(place, name, found.content)


def _samples(found: Sequence[Sample]) -> None:
    rows = [
        {"What": one.kind, "Is": before, "Leaves as": after, "In all": one.count}
        for one in found
        for before, after in one.pairs
    ]
    with st.container(key="table_redact"):
        st.dataframe(rows, key="redact_samples", hide_index=True, alt="What would leave", height=31 * len(rows) + 35)
