"""One snapshot looked at closely: read as a whole, checked, and everything that can be done with it."""

import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from flowinsight import whole
from flowinsight.errors import FlowInsightError
from flowinsight.library import Entry, Folder
from flowinsight.reports import frozen
from flowinsight.reports.writing import rendered
from flowinsight.snapshots import Snapshot
from flowinsight.store import cache
from flowinsight.ui.library import comparison, holding, links, redaction, removing, revealing, sharing
from flowinsight.ui.library.holding import Held
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import plain

_COPIES_KEPT = 7 * 86400
"""Seconds for which a copy of a snapshot from a bucket stays in the cache folder after it was opened."""


def draw(place: Whereabouts, entry: Entry, entries: Sequence[Entry]) -> None:
    """The check, the id, and what can be done."""
    try:
        held = holding.held(place, entry)
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        removing.draw(place, entry)
        return
    _check(held)
    if held.snapshot is None:
        st.error(plain(held.problem), icon=":material/error:")
        removing.draw(place, entry)
        return
    _actions(place, entry, held, held.snapshot)
    sharing.draw(place, entry, held.snapshot, held.content)
    if held.snapshot.facts.redaction is None:
        redaction.draw(place, held.snapshot)
    else:
        revealing.draw(held.snapshot)
    comparison.draw(place, held.snapshot, entry, entries)


def _check(held: Held) -> None:
    """What the whole file says of itself, and whether it is what the reader was told."""
    checked = held.checked
    if checked is None:
        return
    with st.container(key="library_check"):
        st.markdown("Snapshot id")
        st.code(checked.id, language=None, wrap_lines=True)
        colour, icon = ("red", "warning") if checked.altered else ("green", "check_circle")
        said = [one for one in checked.sentences if one != checked.holds and not one.startswith("Snapshot id ")]
        st.markdown(f":{colour}[:material/{icon}:] {plain(' '.join(said))}")
        told = st.text_input("The id that you were told, to compare", key="library_told", max_chars=80).strip().lower()
        if told:
            same = told == checked.id
            st.markdown(f":{'green' if same else 'red'}[{'That is its id.' if same else 'That is not its id.'}]")


def _actions(place: Whereabouts, entry: Entry, held: Held, one: Snapshot) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="library_actions"):
        _open(place, entry, held, one)
        st.download_button(
            "Snapshot", data=held.content, file_name=entry.name, mime="application/octet-stream", key="library_take",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        stem = entry.name.rpartition(".")[0]
        for label, ending in (("HTML", ".html"), ("Markdown", ".md")):
            st.download_button(
                label, data=partial(_report, one, ending), file_name=f"{stem}{ending}", key=f"library_report_{label}",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
        removing.draw(place, entry)


def _report(one: Snapshot, ending: str) -> bytes:
    return rendered(frozen.report(one, int(time.time())), ending)


def _open(place: Whereabouts, entry: Entry, held: Held, one: Snapshot) -> None:
    """On Investigate it is asked as any file. What lies in a bucket is copied to this machine first."""
    if isinstance(place.library, Folder):
        st.page_link(
            "pages/investigate.py", label="Open", icon=":material/manage_search:",
            query_params=links.opening(place.library.file(entry), one),
        )  # fmt: skip
    elif st.button("Open", key="library_open", icon=":material/manage_search:"):
        st.switch_page("pages/investigate.py", query_params=links.opening(_copy(held, one), one))


def _copy(held: Held, one: Snapshot) -> Path:
    """Under its id, so that it is what it says; copies that were not opened for a week go."""
    folder = cache.folder(os.environ).parent / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.flowsnap"):
        if old.stat().st_mtime < time.time() - _COPIES_KEPT:
            old.unlink(missing_ok=True)
    path = folder / f"{one.id}.flowsnap"
    whole.write(path, held.content)
    return path
