"""Keeping an answer: as a snapshot in the library, or as a report."""

import re
import time
from functools import partial

import streamlit as st

from flowinsight import paths, snapshots, store
from flowinsight.errors import FlowInsightError
from flowinsight.investigation import Investigation
from flowinsight.reports import answers
from flowinsight.reports.content import About
from flowinsight.reports.writing import rendered
from flowinsight.snapshots import Asker, Circumstances, Origin, Sources
from flowinsight.sources import Files
from flowinsight.ui import ask, case, inventories
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.sources import Chosen

_SAID = "snapshot_said"


def draw(found: Investigation, held: ask.Held, chosen: Chosen) -> None:
    """A snapshot with one click and a note, and the report as HTML or Markdown."""
    with st.popover("Keep", icon=":material/photo_camera:", key="keep"):
        note = st.text_area("Note", key="keep_note", max_chars=10_000, height=68, placeholder="Why this answer matters")
        st.button("Save snapshot", key="keep_save", type="primary", on_click=_save, args=(found, held, chosen))
        if st.session_state.get(_SAID):
            st.markdown(gray(st.session_state[_SAID]))
            st.page_link("pages/snapshots.py", label="All snapshots", icon=":material/photo_library:")
        st.markdown("The report")
        for label, ending, mime in (("HTML", ".html", "text/html"), ("Markdown", ".md", "text/markdown")):
            st.download_button(
                label, data=partial(_report, found, chosen.name, note, ending), file_name=f"flowinsight-report{ending}",
                mime=mime, key=f"keep_{label}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip


def _report(found: Investigation, source: str, note: str, ending: str) -> bytes:
    steps = case.told(case.current().steps)
    about = About(int(time.time()), source=source, note=note, steps=steps)
    return rendered(answers.report(found, about), ending)


def _save(found: Investigation, held: ask.Held, chosen: Chosen) -> None:
    now = int(time.time())
    note = str(st.session_state.get("keep_note") or "")
    try:
        made = snapshots.freeze(found, held.loaded, *_from(found, held, chosen, now, note))
        words = re.sub(r"[^A-Za-z0-9.]+", "-", answers.asked(found.question)).strip("-.")[:40] or "everything"
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
        snapshots.save(made, paths.snapshots_folder() / f"{stamp}-{words}-{made.id[:8]}{snapshots.SUFFIX}")
        st.session_state[_SAID] = f"Saved. Snapshot id {made.id}. {made.first_line}"
    except FlowInsightError as error:
        st.session_state[_SAID] = plain(error)


def _from(found: Investigation, held: ask.Held, chosen: Chosen, now: int, note: str) -> tuple[Origin, Circumstances]:
    """Where the records came from, and who asked, by which clock, for what is called what."""
    if isinstance(chosen.place, Files):
        return _of_files(chosen.place), Circumstances(now, note=note)
    account = chosen.place.account
    who = Asker(account.identity, account.caller, account.region)
    said = snapshots.circumstances(found, who, inventories.of(account), now, note)
    if held.fetched is None:
        return Origin(Sources(notes=(f"Brought from {chosen.name}.",))), said
    return snapshots.of_fetched(held.fetched, who.account, who.region), said


def _of_files(source: Files) -> Origin:
    path = source.paths[0]
    if len(source.paths) == 1 and snapshots.is_snapshot(path):
        return Origin(Sources(notes=(f"Read from the snapshot {snapshots.open_snapshot(path).id}.",)))
    if len(source.paths) == 1 and store.is_store(path):
        return snapshots.of_store(path)
    return snapshots.of_files(source)
