"""How a log group is read: a way with its price and precision, and the patterns themselves, which can be edited and tested."""

import hashlib
from collections.abc import Sequence

import streamlit as st

from flowinsight import aws
from flowinsight.errors import FlowInsightError
from flowinsight.fetchers import group_ways, log_events, log_groups
from flowinsight.fetchers.group_ways import EXACT, OFFERS, Reading, WayName
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from flowinsight.ui import address_bar, working
from flowinsight.ui.accounts import Account
from flowinsight.ui.plain import gray, plain

_TYPED_FOR, _TESTED, _RADIO, _ALSO = "pattern_typed_for", "pattern_tested", "way_chosen", "also_asked"


@st.cache_resource(show_spinner=False)
def _tests() -> working.Shelf:
    return working.Shelf(20)


def choose(question: Question, place: LogGroup, account: Account) -> Reading:
    """Draw the choice, and return what is chosen: the question's own patterns where the log group has them, unless a person said
    otherwise.
    """
    place = _classed(place, account)
    ways = [offer.way for offer in group_ways.offered(question, place)]
    chosen = next((way for way in ways if way == address_bar.value("way")), ways[0])
    also = tuple(address_bar.value("also").split()) if chosen in ("insights", "leading") else ()
    reading = Reading(chosen, also=also) if chosen != "pattern" else _typed(question, place)
    name = group_ways.offer(reading).name + (f", {len(also) + 1} log groups" if also else "")
    with st.popover(plain(name), icon=":material/alt_route:", key="group_way"):
        if not place.has_patterns:
            st.markdown(gray(f"{plain(place.label)} is of the class {place.log_class}, which has no filter patterns."))
        _ways(ways, chosen)
        if chosen in ("insights", "leading"):
            st.session_state[_ALSO] = "\n".join(also)
            st.text_area(
                "Log groups to ask together with it, one a line", key=_ALSO, max_chars=10_000, height=100,
                on_change=_take_also, placeholder="/vpc/other\narn:aws:logs:eu-west-1:111122223333:log-group:/vpc/flow-logs",
                help="Up to 50 in all, by name or, in another region or a linked account, by ARN. Each region is asked once.",
            )  # fmt: skip
        if chosen == "pattern":
            _editor(question, place, account, reading)
    return reading


def _take_also() -> None:
    address_bar.put(also=" ".join(str(st.session_state[_ALSO]).split()))


def _classed(place: LogGroup, account: Account) -> LogGroup:
    """The log group with its class, which decides what it can be asked; asked for once."""
    if place.log_class:
        return place
    return working.done(
        _tests(), "group_class", f"class {account.key} {place}", lambda _: log_groups.classed(place, account.identity)
    )


def _ways(ways: Sequence[WayName], chosen: WayName) -> None:
    st.session_state[_RADIO] = chosen
    st.radio(
        "How the log group is read", ways, key=_RADIO, on_change=_take_way, format_func=lambda way: OFFERS[way].name,
        captions=[plain(f"{OFFERS[way].price} {OFFERS[way].precision}") for way in ways],
    )  # fmt: skip


def _take_way() -> None:
    address_bar.put(way=str(st.session_state[_RADIO]), pattern="")


def _typed(question: Question, place: LogGroup) -> Reading:
    """The patterns of the address, for as long as it is the question that they were typed for."""
    text = address_bar.value("pattern")
    if not text:
        return EXACT
    asked = f"{place.name} {question.filters}"
    if st.session_state.setdefault(_TYPED_FOR, asked) != asked:
        address_bar.put(pattern="")
        address_bar.write()
        del st.session_state[_TYPED_FOR]
        return EXACT
    return Reading("pattern", group_ways.parted(text))


def _editor(question: Question, place: LogGroup, account: Account, reading: Reading) -> None:
    """The patterns as they are sent, one a line; checked when they change, and run as they are when that is asked for."""
    own = log_events.patterns(question, place) if place.formats else ()
    begun = group_ways.joined(reading.patterns or [one.text for one in own])
    key = f"pattern_{hashlib.sha256(begun.encode()).hexdigest()}"  # a draft of these patterns, and of no others
    text = str(
        st.text_area(
            "Patterns, one a line: their events are merged", begun, key=key, height=180,
            placeholder='[..., action = REJECT, status] or "10.0.0.5"',
        )
    )  # fmt: skip
    patterns = group_ways.parted(text)
    good = _checked(patterns)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Run as typed", key="pattern_run", type="primary", on_click=_run, args=(question, place, key),
            disabled=not good or patterns in {reading.patterns, tuple(one.text for one in own)},
        )  # fmt: skip
        if st.button("Test on recent events", key="pattern_test", disabled=not good):
            st.session_state[_TESTED] = patterns
        if reading.patterns:
            st.button("Use FlowInsight's own", key="pattern_own", on_click=address_bar.put, kwargs={"pattern": ""})
    if patterns and st.session_state.get(_TESTED) == patterns:
        _test(patterns, place, account)


def _run(question: Question, place: LogGroup, key: str) -> None:
    st.session_state[_TYPED_FOR] = f"{place.name} {question.filters}"
    address_bar.put(pattern=group_ways.joined(group_ways.parted(str(st.session_state[key]))))


def _checked(patterns: Sequence[str]) -> bool:
    """Whether AWS would take all of them; the first place where it would not is marked."""
    for pattern in patterns:
        wrong = group_ways.objection(pattern)
        if wrong is not None:
            st.code(f"{pattern}\n{' ' * (wrong.position or 0)}{'^' * max(wrong.length, 1)}", language=None)
            st.error(plain(wrong), icon=":material/error:")
            return False
    if patterns:
        st.markdown(gray("These follow AWS's rules. What they let through too much is left out here."))
    return bool(patterns)


def _test(patterns: Sequence[str], place: LogGroup, account: Account) -> None:
    """What AWS itself makes of the patterns and the latest events, where it may be asked."""
    key = f"{account.key} {place.name} {patterns}"
    try:
        matched, of = working.done(_tests(), "pattern_test", key, lambda _: _asked(patterns, place, account))
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        return
    for pattern, number in zip(patterns, matched, strict=True):
        st.markdown(f"AWS: **{number:,} of the {of:,} latest events match** {gray(pattern)}")


def _asked(patterns: Sequence[str], place: LogGroup, account: Account) -> tuple[list[int], int]:
    logs = aws.client(account.identity, "logs", place.region)
    _, lines = log_groups.recent(logs, place)
    return [len(log_groups.tested(logs, pattern, lines)) for pattern in patterns], len(lines)
