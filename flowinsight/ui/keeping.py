"""Keeping an answer: as a snapshot in the library, or as a report."""

import time
from dataclasses import replace
from functools import partial

import streamlit as st

from flowinsight import library, snapshots, store
from flowinsight.errors import FlowInsightError
from flowinsight.investigation import Investigation
from flowinsight.reports import answers, frozen
from flowinsight.reports.content import Seal
from flowinsight.reports.writing import rendered
from flowinsight.snapshots import Asker, Circumstances, Origin, Snapshot, Sources, asked
from flowinsight.sources import Files
from flowinsight.ui import ask, case, inventories, surroundings, working
from flowinsight.ui.accounts import Account
from flowinsight.ui.library import holding, whereabouts
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import gray
from flowinsight.ui.sources import Chosen

_SAID, _SEALED = "snapshot_said", "snapshot_sealed"


def draw(found: Investigation, held: ask.Held, chosen: Chosen) -> None:
    """A snapshot with one click and a note, and the report as HTML or Markdown."""
    with st.popover("Keep", icon=":material/photo_camera:", key="keep"):
        _panel(found, held, chosen)


@st.fragment
def _panel(found: Investigation, held: ask.Held, chosen: Chosen) -> None:
    """Runs by itself, so that the answer stays on the screen while it is saved."""
    note = st.text_area("Note", key="keep_note", max_chars=10_000, height=68, placeholder="Why this answer matters")
    places = [whereabouts.usual(), *([bucket] if (bucket := whereabouts.bucket()) else [])]
    place = places[0]
    if len(places) > 1:
        place = st.radio("Where", places, format_func=lambda one: one.said, key="keep_where")
    if st.button("Save snapshot", key="keep_save", type="primary"):
        st.session_state[_SAID] = _saved(found, held, chosen, place)
    if st.session_state.get(_SAID):
        st.markdown(gray(st.session_state[_SAID]))
        st.page_link("pages/snapshots.py", label="All snapshots", icon=":material/photo_library:")
    sealed = _seal(found, held)
    st.markdown("The report" if sealed is None else f"The report, with the snapshot's id {sealed.snapshot[:12]}…")
    for label, ending, mime in (("HTML", ".html", "text/html"), ("Markdown", ".md", "text/markdown")):
        st.download_button(
            label, data=partial(_report, found, chosen, note, sealed, ending), file_name=f"flowinsight-report{ending}",
            mime=mime, key=f"keep_{label}", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _report(found: Investigation, chosen: Chosen, note: str, sealed: Seal | None, ending: str) -> bytes:
    steps = case.told(case.current().steps)
    about = surroundings.of(chosen).about(asked.met(found), note, steps)
    return rendered(answers.report(found, replace(about, seal=sealed or about.seal)), ending)


def _seal(found: Investigation, held: ask.Held) -> Seal | None:
    """Of the snapshot that was saved of this very answer last."""
    of, sealed = st.session_state.get(_SEALED, (None, None))
    return sealed if of == _this(found, held) else None


def _this(found: Investigation, held: ask.Held) -> tuple[str, str]:
    return held.key, found.question.to_json()


def _saved(found: Investigation, held: ask.Held, chosen: Chosen, place: Whereabouts) -> str:
    """Freeze it and save it, with progress; what came of it, in a sentence."""
    now = int(time.time())
    circumstances = _circumstances(found, chosen, now, str(st.session_state.get("keep_note") or ""))

    def work(job: working.Job) -> Snapshot:
        job.said = "Finding the lines that the records were delivered in"
        origin = _origin(held, chosen)
        job.said = "Freezing the answer and its records"
        made = snapshots.freeze(found, held.loaded, origin, circumstances)
        if job.cancelled.is_set():
            raise working.CancelledError("Cancelled: nothing was saved.")
        job.said = f"Saving to {place.said}"
        place.library.save(library.name_for(made), snapshots.packed(made))
        return made

    try:
        made = working.done(working.Shelf(1), "keep", f"keep {now} {held.key}", work)
    except FlowInsightError as error:
        return str(error)
    holding.look_again(place)
    st.session_state[_SEALED] = (_this(found, held), frozen.seal(made))
    return f"Saved to {place.said}. Snapshot id {made.id}. {made.first_line}"


def _circumstances(found: Investigation, chosen: Chosen, now: int, note: str) -> Circumstances:
    """Who asked, by which clock, for what is called what."""
    if isinstance(chosen.place, Files):
        return Circumstances(now, note=note)
    account = chosen.place.account
    return snapshots.circumstances(found, _asker(account), inventories.of(account), now, note)


def _asker(account: Account) -> Asker:
    return Asker(account.identity, account.caller, account.region)


def _origin(held: ask.Held, chosen: Chosen) -> Origin:
    """Where the records came from, and their lines."""
    if isinstance(chosen.place, Files):
        return _of_files(chosen.place)
    if held.fetched is None:
        return Origin(Sources(notes=(f"Brought from {chosen.name}.",)))
    who = _asker(chosen.place.account)
    return snapshots.of_fetched(held.fetched, who.account, who.region)


def _of_files(source: Files) -> Origin:
    path = source.paths[0]
    if len(source.paths) == 1 and snapshots.is_snapshot(path):
        return snapshots.of_snapshot(snapshots.open_snapshot(path))
    if len(source.paths) == 1 and store.is_store(path):
        return snapshots.of_store(path)
    return snapshots.of_files(source)
