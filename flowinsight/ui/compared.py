"""Comparisons with the time before: which clients are new, and what changed at a moment."""

from datetime import tzinfo

import streamlit as st

from flowinsight import columns, moments, periods
from flowinsight.errors import QuestionError
from flowinsight.newness import Newness
from flowinsight.question import Question, TimeRange
from flowinsight.ui import address_bar, ask, before, box, editing, tables
from flowinsight.ui.plain import gray, moment, plain

HALVES = {"15 minutes": 900, "1 hour": 3600, "6 hours": 6 * 3600, "1 day": 86400}


def new(question: Question, found: Newness | None, held: ask.Held, zone: tzinfo) -> None:
    """Clients without any record in the baseline; of an account, which is asked for that first."""
    if question.time.start is None or question.time.end is None:
        st.markdown("**What is new needs a time range, to compare with the time before it.**")
        st.markdown(gray("Choose one above: draw over the timeline, type “last 6h”, or take a preset."))
        return
    if not held.compares:
        before.draw(zone)
        return
    if found is None:
        st.markdown("**These logs hold nothing from before this range, so nothing can be told from new.**")
        st.markdown(gray("Choose a later range, or a source that reaches further back."))
        return
    st.markdown(f"**{len(found.new):,} of {found.clients:,} clients are {found.word}.**")
    st.markdown(
        gray(
            "They have no record matching this question in the same length of time before, nor in the same hours on each "
            f"of the 7 days before: of those {len(found.periods)} periods these logs cover {found.covered} without a gap."
        )
    )
    shown = (
        columns.of("client"), columns.Column("Known", lambda _: found.word), columns.of("conversations", "number"),
        columns.of("servers", "number"), columns.of("sent", "bytes"), columns.of("received", "bytes"), columns.UNANSWERED,
        columns.FIRST, columns.LAST, columns.of("scope", heading="Network"),
    )  # fmt: skip
    table = columns.Table("new-clients", [dict(row) for row in found.new], shown)
    if found.new:
        tables.draw(table, "new_clients", zone, select=False)
        tables.export(table)


def around(question: Question, held: ask.Held, zone: tzinfo) -> None:
    """A moment and how far to look on both sides of it."""
    oldest, newest = held.extent
    reader = periods.Reader(newest, zone)
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    left.text_input(
        f"Moment ({zone} where no zone is typed)",
        key="at",
        placeholder="2026-11-02 14:05",
        on_change=_settle,
        args=(reader,),
    )
    if address_bar.value("half") not in HALVES:
        st.session_state["half"] = "1 hour"
    right.segmented_control("Before and after it", list(HALVES), key="half", required=True)
    text = address_bar.value("at")
    if not text:
        st.markdown(
            gray(
                f"When did something change? These logs reach from {moment(oldest, zone)} to {moment(newest, zone)} {zone}."
            )
        )
        return
    at = box.parsed(text, reader.moment)
    if at is None:
        return
    half = HALVES[address_bar.value("half")]
    missing = _not_here(at, half, held)
    if missing is None:
        _changes(ask.around_moment(question, held, at, half), zone)
    else:
        _offer(missing, zone)


def _not_here(at: int, half: int, held: ask.Held) -> TimeRange | None:
    """The time around a moment, where an account has not been asked for all of it; what is still to come nobody can ask for."""
    if held.only is None:
        return None
    begun = at // moments.MINUTE * moments.MINUTE
    start, end = begun - half, max(min(begun + half, held.only.present), begun - half + 1)
    return None if start in held.only.time and end - 1 in held.only.time else TimeRange(start, end)


def _offer(wanted: TimeRange, zone: tzinfo) -> None:
    """Nothing is compared with what was not asked for: silence there would look like a change."""
    edges = " to ".join(moment(edge, zone) for edge in (wanted.start, wanted.end))
    st.markdown("**The account was not asked for all of the time around this moment.**")
    st.markdown(
        gray(f"To compare, it has to be asked about {edges} {zone}. What that costs is told as for every question.")
    )
    st.button("Ask about that time", key="around_read", type="primary", on_click=editing.set_time, args=(wanted,))


def _settle(reader: periods.Reader) -> None:
    try:
        address_bar.put(at=periods.iso(reader.moment(address_bar.value("at"))))
    except QuestionError:
        return  # what was typed stays in the box, with the error under it


def _changes(found: moments.Moment, zone: tzinfo) -> None:
    counts = {change: len(found.of(change)) for change in moments.CHANGES}
    said = ", ".join(f"{count:,} {change}" for change, count in counts.items() if count) or "no conversations"
    st.markdown(f"**At {plain(moment(found.at, zone))} {plain(zone)}: {said}.**")
    before_it, after_it = found.covered
    doubt = "" if {before_it, after_it} == {"covered"} else " Where logs are missing, silence proves nothing."
    st.markdown(gray(f"The time before it is {before_it}, the time after it {after_it}.{doubt}"))
    for change, meaning in moments.CHANGES.items():
        rows = found.of(change)
        if not rows:
            continue
        table = columns.Table(change.replace(" ", "-"), [dict(row) for row in rows], _COLUMNS)
        with st.expander(
            f"{change.capitalize()} ({len(rows):,}): {meaning}", expanded=change not in {"unchanged", "never accepted"},
            key=f"change_{table.name}",
        ):  # fmt: skip
            tables.draw(table, f"changes_{table.name}", zone, select=False, height=300)
            tables.export(table)


_COLUMNS = (
    columns.of("client"), columns.of("server"), columns.SERVICE,
    *(columns.of(f"{what}_{side}", kind) for what, kind in (("accepted", "number"), ("rejected", "number"), ("bytes", "bytes"))
      for side in ("before", "after")),
    columns.of("scope", heading="Network"),
)  # fmt: skip
