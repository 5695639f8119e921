"""Two answers to one question: another snapshot, or the question asked again of files as they are now."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from flowinsight import columns
from flowinsight.columns import Row
from flowinsight.errors import FlowInsightError
from flowinsight.library import Entry
from flowinsight.snapshots import Compared, Snapshot, SnapshotError, compare, rerun
from flowinsight.snapshots.facts import File
from flowinsight.sources import Files
from flowinsight.ui import ask, tables, working
from flowinsight.ui.box import zone
from flowinsight.ui.library import holding
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import gray, plain

_OTHER, _AGAIN = "Another snapshot here", "The same question, asked again"
_SHOWN = "comparison_shown"


@st.cache_resource(show_spinner=False)
def _compared() -> working.Shelf:
    return working.Shelf(20)


def draw(place: Whereabouts, one: Snapshot, entry: Entry, entries: Sequence[Entry]) -> None:
    """What to compare it with, and what became of each conversation."""
    with st.expander("Compare", icon=":material/compare_arrows:", key="library_compare"):
        others = [other for other in entries if other != entry]
        way = st.radio("With", [_OTHER, _AGAIN] if others else [_AGAIN], key="compare_way", horizontal=True)
        if way == _OTHER:
            _with_other(place, one, others)
        else:
            _again(one)


def _with_other(place: Whereabouts, one: Snapshot, others: Sequence[Entry]) -> None:
    """The older of the two is what it was before."""
    other = st.selectbox("Snapshot", others, format_func=lambda entry: entry.name, key="compare_other", width=520)
    key = f"{one.id} {holding.key_of(place, other)}"

    def work() -> Compared:
        held = holding.held(place, other)
        if held.snapshot is None:
            raise SnapshotError(held.problem)
        first, second = sorted((one, held.snapshot), key=lambda each: each.facts.frozen_at)
        return _done(key, lambda: compare(first, second))

    _button(key, work)


def _again(one: Snapshot) -> None:
    """Of the files that it was made from, where they are all still there, or of others."""
    own = _files(one)
    typed = st.text_input(
        "Files, folder or store to ask", key=f"compare_path_{one.id[:12]}", width=520,
        placeholder=f"empty: the {len(own):,} it was made from, as they are now" if own else "/var/log/flowlogs",
    ).strip()  # fmt: skip
    paths = (Path(typed).expanduser(),) if typed else own
    if not paths:
        st.markdown(gray("It was made from no files of this machine: name a file, a folder or a store to ask instead."))
        return

    def work() -> Compared:
        held = ask.load(Files(paths))
        return _done(f"{one.id} {held.key}", lambda: rerun(one, held.loaded))

    _button(f"{one.id} again {typed}", work)


def _files(one: Snapshot) -> tuple[Path, ...]:
    """The files that a snapshot was made from; none where one of them is not there."""
    paths = [Path(source.path) for source in one.sources.sources if isinstance(source, File)]
    return tuple(paths) if all(path.is_absolute() and path.exists() for path in paths) else ()


def _done(key: str, work: Callable[[], Compared]) -> Compared:
    def told(job: working.Job) -> Compared:
        job.said = "Comparing conversation by conversation"
        return work()

    return working.done(_compared(), "compare", key, told)


def _button(key: str, work: Callable[[], Compared]) -> None:
    st.button("Compare", key="compare", type="primary", on_click=_show, args=(key,))
    if st.session_state.get(_SHOWN) != key:
        return
    try:
        _draw(work())
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")


def _show(key: str) -> None:
    st.session_state[_SHOWN] = key


def _draw(found: Compared) -> None:
    st.markdown(f"**{plain(found.sentence)}**")
    for caution in found.cautions:
        st.markdown(gray(caution))
    for what, rows in (
        ("Appeared", found.appeared), ("Vanished", found.vanished), ("Grew", found.grew), ("Shrank", found.shrank),
        ("Turned out otherwise", found.turned),
    ):  # fmt: skip
        if rows:
            st.markdown(f"{what}: {len(rows):,}")
            table = columns.Table(what.lower().replace(" ", "-"), list(rows), _BOTH if "before" in rows[0] else _ONE)
            tables.draw(table, f"compared_{table.name}", zone(), select=False, height=260)
            tables.export(table)


def _side(name: str, side: str, kind: str) -> columns.Column:
    def value(row: Row) -> object:
        return row[side][name]

    return columns.Column(f"{name.capitalize()} {side}", value, kind)


_ENDS = (columns.CLIENT, columns.SERVER, columns.SERVICE)
_ONE = (
    *_ENDS, columns.of("outcome"), columns.of("bytes", "bytes"), columns.of("records", "number"), columns.FIRST,
    columns.LAST, columns.of("scope", heading="Network"),
)  # fmt: skip
_BOTH = (
    *_ENDS,
    *(_side(name, side, kind) for name, kind in (("bytes", "bytes"), ("records", "number"), ("outcome", "text"))
      for side in ("before", "after")),
    columns.of("scope", heading="Network"),
)  # fmt: skip
