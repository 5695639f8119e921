"""The answer itself: what the logs covered, in its own colour and words, and a sentence for each role."""

from collections.abc import Sequence
from datetime import tzinfo

import streamlit as st

from flowinsight import legs, roles, wording
from flowinsight.investigation import Investigation
from flowinsight.question import Question, TimeRange
from flowinsight.times import STILL_ARRIVING
from flowinsight.ui import address_bar, editing
from flowinsight.ui.plain import gray, moment, plain

_COLOURS = {"covered": "green", "partly covered": "orange", "coverage unknown": "blue"}
_MEANINGS = {
    "covered": "Every interface expected in this time wrote something in every part of it.",
    "partly covered": "Some interfaces wrote nothing, or lost records, in parts of this time: an absence there proves nothing.",
    "coverage unknown": "Every interface that wrote at all wrote throughout; whether others exist these logs cannot say.",
}


def draw(found: Investigation, zone: tzinfo, present: int | None = None) -> None:
    """The verdict, the sentences, and what a careful reader would want to know.

    `present` is that of a live source: more of it has to be fetched, and its last minutes are still arriving.
    """
    empty = not found.reconciliation["conversations"]
    with st.container(border=True, key="card_answer"):
        _badge(found)
        if empty:
            _empty(found, live=present is not None)
        for role in wording.told(found):
            said = plain(roles.sentence(role))
            st.markdown(said if role.name == "unknown" else f"**{said}**")
        for said in wording.between(found):
            st.markdown(f"**{plain(said)}**")
        for leg in found.untold[: wording.LEGS]:
            st.markdown(plain(legs.sentence(leg)))
        for reason in found.reasons:
            st.markdown(f":orange[{plain(reason)}]")
        if present is not None and _still_arriving(found, present):
            whole = moment(present - STILL_ARRIVING, zone)[11:16]
            st.markdown(
                f":orange[{plain(f'Records from {whole} on may still arrive: ask again in a quarter of an hour.')}]"
            )
        for caution in wording.cautions(found):
            st.markdown(gray(caution))


def _still_arriving(found: Investigation, present: int) -> bool:
    end = found.question.time.end
    return end is None or end > present - STILL_ARRIVING


def _badge(found: Investigation) -> None:
    grade = found.verdict.partition(", ")[2]
    colour = _COLOURS.get(grade, "red") if not found.reasons or grade else "red"
    said = f":{colour}-badge[{plain(wording.verdict(found))}]"
    st.markdown(said, help=_MEANINGS.get(grade, "These logs could not have shown it."), width="content")


_NOTHING = {
    "none seen, covered": (
        "Nothing was seen, and the logs are complete for this time.",
        "That is an answer: it did not happen here.",
    ),
    "none seen, partly covered": (
        "Nothing was seen, but the logs have gaps in this time.",
        "The view Coverage shows which interfaces and times are missing.",
    ),
    "none seen, coverage unknown": (
        "Nothing was seen by the interfaces that wrote logs.",
        "Whether an interface without a flow log exists cannot be known from these logs.",
    ),
    "cannot be seen in these logs": (
        "These logs could not have shown it, so nothing follows from its absence.",
        "The reason stands below; another source may hold it.",
    ),
}


def _empty(found: Investigation, *, live: bool) -> None:
    """One of four verdicts, each with what to do next."""
    title, meaning = _NOTHING[found.verdict]
    st.markdown(f"#### {plain(title)}")
    st.markdown(plain(meaning))
    with st.container(horizontal=True, gap="small", key="next_steps"):
        if live:
            _longer(found.question.time)
        elif found.question.time != TimeRange():
            st.button("Ask for all of the time", key="next_time", on_click=editing.everything)
        for number, one in enumerate(found.question.filters):
            if len(found.question.filters) > 1:
                st.button(
                    f"Without {plain(editing.word(one))}", key=f"next_{number}", on_click=editing.remove, args=(number,)
                )
        if address_bar.value("view") != "Coverage":
            st.button("Show the coverage", key="next_coverage", on_click=address_bar.put, kwargs={"view": "Coverage"})
    if live:
        st.markdown(
            gray("A longer time is fetched first. What it costs is said before, and Cancel keeps what has come.")
        )


_LENGTHS = (("6 hours", 6 * 3600), ("24 hours", 86400), ("7 days", 7 * 86400))


def _longer(time: TimeRange) -> None:
    """The next two lengths of time that end where this one does."""
    if time.start is None or time.end is None:
        return
    length = time.end - time.start
    for said, seconds in [(said, seconds) for said, seconds in _LENGTHS if seconds > length][:2]:
        st.button(
            f"The {said} up to its end: {seconds / length:.0f} times as much to fetch", key=f"next_{seconds}",
            on_click=editing.set_time, args=(TimeRange(time.end - seconds, time.end),),
        )  # fmt: skip


def which_network(question: Question, homes: Sequence[str]) -> None:
    """An address that is in several networks is several machines: ask which, before anything is added up."""
    address = next(value for one in question.filters for value in one.values)
    with st.container(border=True, key="card_which"):
        st.markdown(f"#### {plain(getattr(address, 'text', address))} is in {len(homes)} networks: which one?")
        st.markdown("The same private address in another network is another machine, so they are not added up.")
        with st.container(horizontal=True, gap="small"):
            for scope in homes:
                st.button(
                    plain(scope), key=f"network_{scope}", on_click=editing.handle, args=(_network(scope), "narrow")
                )


def _network(scope: str) -> str:
    """The word of a filter on a network: its VPC, else its account."""
    return scope if scope.startswith("vpc-") else f"account-id={scope.partition('/')[0]}"
