"""The plan for what is wanted, and its application."""

import streamlit as st

from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.read import read
from flowinsight.provision.wanted import Wanted
from flowinsight.switches import provisioning_allowed
from flowinsight.ui.plain import gray
from flowinsight.ui.setup import applying, planned, verifying
from flowinsight.ui.setup.who import Who

SLOT = "setup"
_OFF = "Changing AWS is switched off here. The plan can be made and taken elsewhere, in one of the forms below."


def draw(who: Who, wanted: Wanted) -> Plan | None:
    """The card; the plan where the one shown is for what is wanted now."""
    with st.container(border=True, key="card_plan"):
        st.markdown("#### The plan")
        asked = planned.wish(SLOT)
        current = asked == wanted
        st.button(
            "Make the plan" if asked is None else "Make the plan again",
            key="setup_plan",
            type="secondary" if current else "primary",
            icon=":material/checklist:",
            on_click=planned.ask,
            args=(SLOT, wanted),
            disabled=applying.under_way(SLOT),
        )
        if not isinstance(asked, Wanted):
            st.markdown(gray("Reads what AWS has and says what is missing. Nothing is changed by it."))
            return None
        shown, applied = planned.places()
        with shown:
            made = planned.made(SLOT, who, asked.name, lambda account: plan(asked, read(asked, account)))
            if made is None:
                return None
            if not current:
                st.markdown(":orange[What is wanted has changed since this plan was made: make it again.]")
            planned.draw(made.plan)
        with applied:
            _apply(who, made, current=current)
        return made.plan if current else None


def _apply(who: Who, made: planned.Made, *, current: bool) -> None:
    if applying.just_succeeded(SLOT) and isinstance(made.wish, Wanted):
        verifying.begin(who, made.wish)
    applying.draw(SLOT)
    if not provisioning_allowed():
        st.markdown(f":orange[{_OFF}]")
    elif not made.plan.empty:
        st.button(
            _label(len(made.plan.todo), sandbox=who.identity.is_sandbox),
            key="setup_apply",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not current or bool(made.plan.blockers) or applying.under_way(SLOT),
            on_click=applying.start,
            args=(SLOT, made, who),
        )


def _label(count: int, *, sandbox: bool) -> str:
    steps = "this step" if count == 1 else f"these {count} steps"
    return f"Apply {steps} in the sandbox" if sandbox else f"Apply {steps}"
