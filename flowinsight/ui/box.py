"""The box, the chips under it, and the time: one question, every part of it in sight and removable."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from flowinsight import grammar, periods
from flowinsight.errors import QuestionError
from flowinsight.filters import Filter
from flowinsight.question import TimeRange
from flowinsight.ui import address_bar, editing
from flowinsight.ui.plain import gray, plain

_T = TypeVar("_T")

PLACEHOLDER = "10.0.3.7   10.0.3.7:5432   :22 rejected   from 10.0.0.0/16 to internet   not 10.0.0.9"
PRESETS = ("last hour", "last 6h", "last 24h", "last 7d", "today", "yesterday", "everything")
HELP = """
`10.0.3.7` `10.0.0.0/16` `2001:db8::/32` an address on either side · `10.0.3.7:5432` that service · `:22` `22/tcp` `8000-8100`
`ssh` a port · `rejected` `accepted` `udp` `icmp` · `from X` `to X` `X -> Y` who started, who served · `not X` ·
`inside` `outside` `internet` · `eni-…` `vpc-…` · any field: `tcp-flags=2`. Words are ANDed; alternatives have commas.
"""


def draw() -> None:
    """The box itself."""
    st.text_input(
        "Who connects to this address, or to this port?", key="q", placeholder=PLACEHOLDER, type="search", help=HELP
    )


def chips(filters: tuple[Filter, ...], period: TimeRange, zone: tzinfo, where: str) -> None:
    """Each part of the question as a button that removes it, and `where` it is asked: on a phone the sidebar is out of sight."""
    outcome = address_bar.value("outcome")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="chips"):
        for number, one in enumerate(filters):
            _chip(f"chip_{number}", grammar.unparse([one]), editing.remove, number)
        if period != TimeRange():
            _chip("chip_time", periods.said(period, zone), editing.everything)
        if outcome:
            _chip("chip_outcome", outcome, lambda: address_bar.put(outcome=""))
        if len(filters) + bool(outcome) + (period != TimeRange()) > 1:
            st.button("Clear all", key="chip_all", type="tertiary", on_click=editing.clear)
        if not filters:
            st.markdown(":gray[Every address and port]", width="content")
        st.markdown(gray(f"in {where}"), width="content")


def _chip(key: str, text: str, remove: Callable[..., None], *args: object) -> None:
    st.button(
        plain(text), key=key, icon=":material/close:", icon_position="right", on_click=remove, args=args,
        help=plain(f"Remove {text}"),
    )  # fmt: skip


def time(newest: int, zone: tzinfo, *, live: bool = False) -> None:
    """The time range: shifted by arrows, chosen from presets or a calendar, or typed.

    Where none is given a `live` source is asked for its last hour, because every hour is to be fetched.
    """
    reader = periods.Reader(newest, zone)
    period = parsed(address_bar.value("t"), reader.parse, silent=True) or TimeRange()
    whole = period.start is None or period.end is None
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="times"):
        st.text_input(
            f"Time range (empty: {'the last hour' if live else 'everything'})", key="t", width=360,
            placeholder="last 24h · yesterday 14:00-16:00 · 2026-11-02",
            on_change=_settle, args=(reader,),
            help=f"{plain(periods.EXAMPLES)}. Without a zone times are read in the zone chosen here; “last” counts back "
            "from the newest record. A record belongs to the range in which it starts.",
        )  # fmt: skip
        _arrow("earlier", ":material/chevron_left:", "Alt+ArrowLeft", period, -1, off=whole)
        _arrow("later", ":material/chevron_right:", "Alt+ArrowRight", period, 1, off=whole)
        st.menu_button(
            "Presets",
            PRESETS[:-1] if live else PRESETS,
            key="presets",
            icon=":material/schedule:",
            on_click=_preset,
            args=(reader,),
        )
        with st.popover("Calendar", icon=":material/calendar_month:", key="calendar"):
            _calendar(period, newest, zone)
        if zone != UTC or _browser_zone() != UTC:
            st.segmented_control(
                "Zone", [UTC_NAME, HERE], format_func=_zone_name, key="zone", label_visibility="collapsed", required=True,
                default=UTC_NAME,
            )  # fmt: skip
    if period != TimeRange() and zone != UTC:
        st.markdown(gray(f"{periods.said(period, zone)} {zone} is {periods.said(period, UTC)} UTC"))


UTC_NAME, HERE = "utc", "here"


def _zone_name(which: str) -> str:
    return "UTC" if which == UTC_NAME else str(_browser_zone())


def zone() -> tzinfo:
    """The zone times are shown in and typed in: UTC unless the person chose their own."""
    return _browser_zone() if st.session_state.get("zone") == HERE else UTC


def _browser_zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone not in {None, "UTC", "Etc/UTC"} else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _arrow(key: str, icon: str, keys: str, period: TimeRange, step: int, *, off: bool) -> None:
    st.button(
        "", icon=icon, key=f"time_{key}", disabled=off, shortcut=keys,
        help=f"The range of the same length {key} ({keys.replace('Arrow', '')})", on_click=_shift, args=(period, step),
    )  # fmt: skip


def _shift(period: TimeRange, step: int) -> None:
    editing.set_time(periods.moved(period, step))


def _settle(reader: periods.Reader) -> None:
    """What was typed becomes a range in UTC, so that the address means the same tomorrow and elsewhere."""
    period = parsed(address_bar.value("t"), reader.parse, silent=True)
    if period is not None:
        editing.set_time(period)


def _preset(reader: periods.Reader) -> None:
    editing.set_time(reader.parse(str(st.session_state["presets"])))


def _calendar(period: TimeRange, newest: int, zone: tzinfo) -> None:
    end = period.end or newest
    start = period.start or end - 86400
    for key, label, edge in (("calendar_from", "From", start), ("calendar_to", "To, exclusive", end)):
        usual = datetime.fromtimestamp(edge, zone).replace(tzinfo=None)
        st.datetime_input(f"{label} ({zone})", value=usual, key=key, on_change="ignore")
    st.button("Use", key="calendar_use", type="primary", on_click=_use_calendar, args=(zone,))


def _use_calendar(zone: tzinfo) -> None:
    start, end = (st.session_state[key].replace(tzinfo=zone) for key in ("calendar_from", "calendar_to"))
    if start < end:
        editing.set_time(TimeRange(int(start.timestamp()), int(end.timestamp())))


def parsed(text: str, parse: Callable[[str], _T], *, silent: bool = False) -> _T | None:
    """What was typed as a value, or the error shown with a mark under the word, and None."""
    try:
        return parse(text)
    except QuestionError as error:
        if not silent:
            st.error(plain(error), icon=":material/error:")
            if error.position is not None:
                st.code(f"{text}\n{' ' * error.position}{'^' * max(error.length, 1)}", language=None)
        return None
