"""A plan on the page: what will be done, in which order, with every setting, and what to know before."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from flowinsight.provision.account import Account
from flowinsight.provision.plan import Plan
from flowinsight.provision.steps import Change, Create, Delete, LeftAlone, Replace, Step, Unchanged, about
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.setup import diff, reading
from flowinsight.ui.setup.who import Who

_WORDS: dict[type[Step], tuple[str, str]] = {
    Create: ("Create", "to create"),
    Change: ("Change", "to change"),
    Replace: ("Replace", "to replace"),
    Delete: ("Delete", "to delete"),
    Unchanged: ("Keep", "as wanted"),
    LeftAlone: ("Leave alone", "left alone"),
}
_ICONS: dict[type[Step], str] = {
    Create: ":material/add_circle:",
    Change: ":material/edit:",
    Replace: ":material/swap_horiz:",
    Delete: ":material/delete:",
    Unchanged: ":material/check_circle:",
    LeftAlone: ":material/front_hand:",
}


@dataclass(frozen=True)
class Made:
    """A plan, the wish it was made from, and how it is made again for the same wish."""

    wish: object
    plan: Plan
    again: Callable[[], Plan]
    account: Account


def ask(slot: str, wish: object) -> None:
    """Have a plan made for this wish, from what AWS has now."""
    st.session_state[f"setup_wish_{slot}"] = wish
    st.session_state.pop(f"setup_applying_{slot}", None)
    reading.anew(f"plan_{slot}")


def wish(slot: str) -> object | None:
    """What the slot's plan is for; None before one was asked for."""
    asked: object | None = st.session_state.get(f"setup_wish_{slot}")
    return asked


def made(slot: str, who: Who, setup: str, again: Callable[[Account], Plan]) -> Made | None:
    """The plan that was asked for, read once; None after the reason why there is none stands on the page."""
    asked = wish(slot)

    def work() -> Made:
        account = who.account(setup)
        return Made(asked, again(account), lambda: again(account), account)

    return reading.kept(f"plan_{slot}", f"{who.key} {asked!r}", "Reading what AWS has", work)


def places() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the plan stands and where its application does: the second stays in its place however long the first becomes,
    so that a page that is drawn anew never shows it twice.
    """
    return st.container(), st.container()


def draw(plan: Plan) -> None:
    """The plan as a table, what to know, and each step as a diff."""
    st.markdown(f"**{_counted(plan)}**")
    if plan.steps:
        _table(plan)
    for sentence in plan.blockers:
        st.error(plain(sentence), icon=":material/block:")
    for sentence in plan.warnings:
        st.warning(plain(sentence), icon=":material/warning:")
    for step in plan.steps:
        if not isinstance(step, Unchanged):
            _step(step)
    _kept(plan)


def _counted(plan: Plan) -> str:
    counts = Counter(type(step) for step in plan.steps)
    told = ", ".join(f"{counts[kind]} {words}" for kind, (_, words) in _WORDS.items() if counts[kind])
    if plan.empty:
        return f"Nothing to do{f': {told}' if told else ''}."
    return f"{told}."


def _table(plan: Plan) -> None:
    rows = [
        {"Step": _WORDS[type(step)][0], "What": about(step).label, "Name": about(step).name, "Why": diff.why(step)}
        for step in plan.steps
    ]
    frame = pd.DataFrame(rows)
    st.dataframe(
        frame if frame["Why"].any() else frame.drop(columns="Why"),
        hide_index=True,
        column_config={"Name": st.column_config.TextColumn(width="large")},
        alt="The steps of the plan in their order",
    )


def _step(step: Step) -> None:
    title = f"{_WORDS[type(step)][0]} {about(step).label} {plain(about(step).name)}"
    with st.expander(title, icon=_ICONS[type(step)]):
        if diff.why(step):
            st.markdown(gray(diff.why(step)))
        st.code(diff.of(step), language="diff", wrap_lines=True)


def _kept(plan: Plan) -> None:
    kept = [step for step in plan.steps if isinstance(step, Unchanged)]
    if kept:
        with st.expander(f"{len(kept)} as wanted already, with every setting", icon=_ICONS[Unchanged]):
            for step in kept:
                st.markdown(f"{about(step).label.capitalize()} {plain(about(step).name)}")
                st.code(diff.of(step), language="diff", wrap_lines=True)
