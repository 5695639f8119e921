"""Snapshots in a folder: searched, checked, opened, compared, taken along, deleted."""

import time
from functools import partial
from pathlib import Path

import streamlit as st

from flowinsight import grammar, paths, periods, snapshots
from flowinsight.errors import FlowInsightError
from flowinsight.reports import answers, frozen
from flowinsight.reports.writing import rendered
from flowinsight.roles import utc
from flowinsight.snapshots import Snapshot, keys
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.sources import OWN_FILES

_SURE = "library_sure"
MOST = 50


def draw() -> None:
    """The folder, the search, and a card for each snapshot, newest first."""
    with st.container(border=True, key="card_library"):
        with st.container(horizontal=True, gap="small"):
            where = st.text_input("Folder", value=str(paths.snapshots_folder()), key="library_folder", width=520)
            words = st.text_input("Search", key="library_search", type="search", width=260)
        folder = Path(where).expanduser()
        found = sorted(folder.glob(f"*{snapshots.SUFFIX}"), key=lambda path: path.name, reverse=True)[:MOST]
        if not found:
            st.markdown("#### No snapshot here yet")
            st.markdown("On Investigate, *Keep* saves the answer on the screen with everything it rests on.")
            return
        if len(found) > 1:
            _compare(found)
        for path in found:
            _card(path, words.lower().split())


def _card(path: Path, words: list[str]) -> None:
    try:
        one = snapshots.open_snapshot(path)
        said = " ".join([path.name, answers.asked(one.question), one.facts.note, one.id]).lower()
    except FlowInsightError as error:
        with st.container(border=True):
            st.error(plain(error), icon=":material/error:")
            _delete(path)
        return
    if all(word in said for word in words):
        with st.container(border=True):
            _about(path, one)


def _about(path: Path, one: Snapshot) -> None:
    st.markdown(f"**{plain(answers.asked(one.question))}** {gray(f'{utc(one.facts.frozen_at)} UTC · {path.name}')}")
    if one.facts.note:
        st.markdown(plain(one.facts.note))
    for sentence in snapshots.check(path, keys.trusted(keys.trusted_file())).sentences:
        st.markdown(gray(sentence))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(
            "pages/investigate.py", label="Open", icon=":material/manage_search:", query_params=_link(path, one)
        )
        st.download_button(
            "Snapshot", data=path.read_bytes, file_name=path.name, key=f"take_{path.name}", on_click="ignore"
        )
        for label, ending in (("HTML", ".html"), ("Markdown", ".md")):
            st.download_button(
                label, data=partial(_report, one, ending), file_name=f"{path.stem}{ending}", key=f"{label}_{path.name}",
                on_click="ignore",
            )  # fmt: skip
        _delete(path)


def _report(one: Snapshot, ending: str) -> bytes:
    return rendered(frozen.report(one, int(time.time())), ending)


def _link(path: Path, one: Snapshot) -> dict[str, str]:
    parts = {"q": grammar.unparse(one.question.filters), "t": periods.canonical(one.question.time)}
    return {"source": OWN_FILES, "path": str(path), **{name: text for name, text in parts.items() if text}}


def _delete(path: Path) -> None:
    """Asked twice."""
    if st.session_state.get(_SURE) == str(path):
        st.button("Really delete", key=f"really_{path.name}", type="primary", on_click=_gone, args=(path,))
    else:
        st.button("Delete", key=f"delete_{path.name}", type="tertiary", on_click=_ask, args=(path,))


def _ask(path: Path) -> None:
    st.session_state[_SURE] = str(path)


def _gone(path: Path) -> None:
    path.unlink(missing_ok=True)
    st.session_state.pop(_SURE, None)


def _compare(found: list[Path]) -> None:
    with st.expander("Compare two", icon=":material/compare_arrows:"):
        before, after = (
            st.selectbox(label, found, index=place, format_func=lambda path: path.name, key=f"compare_{label}")
            for label, place in (("Before", 1), ("After", 0))
        )
        if st.button("Compare", key="compare") and before and after:
            try:
                result = snapshots.compare(snapshots.open_snapshot(before), snapshots.open_snapshot(after))
            except FlowInsightError as error:
                st.error(plain(error), icon=":material/error:")
                return
            for text in (result.sentence, *result.cautions):
                st.markdown(plain(text))
