"""The trail beside the answer: the questions of the case, what came of each, and the way back to it."""

import time

import streamlit as st

from flowinsight import cases, wording
from flowinsight.cases import Step
from flowinsight.engines.insights_price import size, usd
from flowinsight.errors import CaseError
from flowinsight.sources import Files
from flowinsight.ui import address_bar, case
from flowinsight.ui.ask import Asked, Held
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.sources import Chosen

_STEP_PARTS = ("source", "path", "q", "t", "way", "pattern", "also")
_FAILED = "case_failed"


def add(asked: Asked, held: Held, chosen: Chosen) -> None:
    """Keep the question that was just answered in the case, unless it is the one before, or more of its answer is to come."""
    if held.only is not None and held.only.time != asked.found.question.time:
        return
    parts = {key: address_bar.value(key) for key in _STEP_PARTS}
    try:
        kept = case.current()
        if not kept.steps or dict(kept.steps[-1].parts) != parts:
            cases.ask(kept, _step(parts, asked, held, _of(chosen)))
        st.session_state[_FAILED] = ""
    except CaseError as error:
        st.session_state[_FAILED] = str(error)


def _of(chosen: Chosen) -> str:
    """Of what it was asked; an account by its number and region, because a link does not say which one it was."""
    if isinstance(chosen.place, Files):
        return chosen.name
    account = chosen.place.account
    return f"{chosen.name}, account {account.caller.account}, {account.region}"


def _step(parts: dict[str, str], asked: Asked, held: Held, of: str) -> Step:
    found, line = asked.found, asked.found.reconciliation
    return Step(
        int(time.time()),
        parts,
        " ".join(wording.sentences(found)) or wording.verdict(found),
        found.verdict,
        line["conversations"],
        line["in_conversations"],
        asked.seconds,
        0 if held.fetched is None else held.fetched.bytes,
        held.dollars,
        of=of,
    )


def draw() -> None:
    """The newest question first; each is a button that asks it again."""
    if st.session_state.get(_FAILED):
        st.markdown(gray(st.session_state[_FAILED]))
        return
    kept = case.current()
    if not kept.steps:
        return
    with st.expander(plain(kept.title), icon=":material/history:", key="history"):
        with st.container(horizontal=True, gap="small"):
            st.page_link("pages/snapshots.py", label="The whole case", icon=":material/timeline:")
            st.button("New case", key="case_new", icon=":material/add:", type="tertiary", on_click=case.begin)
        st.text_input(
            "Note to the newest question", key=f"case_note_{kept.steps[-1].id}", value=kept.steps[-1].note,
            on_change=_noted, args=(kept.steps[-1],), max_chars=cases.LONGEST,
        )  # fmt: skip
        for place in range(len(kept.steps) - 1, max(len(kept.steps) - 1 - _MOST, -1), -1):
            step = kept.steps[place]
            st.button(
                plain(step.asked),
                key=f"step_{place}",
                on_click=address_bar.put,
                kwargs={name: step.parts.get(name, "") for name in _STEP_PARTS},
                type="tertiary",
            )
            spent = f" · {size(step.scanned)} read from AWS, {usd(step.dollars)}" if step.scanned else ""
            st.markdown(gray(f"{step.counted} · {step.seconds:.2f} s{spent}"))
            if step.note and place < len(kept.steps) - 1:
                st.markdown(plain(step.note))


_MOST = 12
"""Questions beside the answer; the whole case is a page of its own."""


def _noted(step: Step) -> None:
    case.note(step, f"case_note_{step.id}")
