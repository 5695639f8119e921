"""Taking a setup down by its tag: planned and shown first, confirmed by typing its name; records only when that is asked for."""

from dataclasses import dataclass

import streamlit as st

from flowinsight.provision.read import read
from flowinsight.provision.teardown import teardown
from flowinsight.provision.wanted import Wanted
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.setup import applying, planned
from flowinsight.ui.setup.seen import Seen
from flowinsight.ui.setup.who import Who

SLOT = "down"


@dataclass(frozen=True)
class Down:
    """A setup to take down. `wanted` says where to look for what it made."""

    wanted: Wanted
    data: bool


def draw(who: Who, seen: Seen, wanted: Wanted | None) -> None:
    """The card: which setup, its records or not, the plan, the confirmation."""
    with st.container(border=True, key="card_down"):
        st.markdown("#### Tear down")
        names = list(dict.fromkeys([*seen.setups, *([wanted.name] if wanted else [])]))
        if not names:
            st.markdown(gray("There is no setup in this region."))
            return
        down = _choice(seen, wanted, names)
        if isinstance(planned.wish(SLOT), Down):
            _planned(who, down)


def _choice(seen: Seen, wanted: Wanted | None, names: list[str]) -> Down:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = st.selectbox("Setup", names, key="setup_down_name", width=260) or names[0]
        data = st.toggle("Delete its records too", key="setup_down_data")
        down = Down(wanted if wanted and wanted.name == name else _found(seen, name), data)
        st.button(
            "Plan the tear-down",
            key="setup_plan_down",
            icon=":material/delete_sweep:",
            on_click=planned.ask,
            args=(SLOT, down),
        )
    st.markdown(gray("Only what carries the setup's tag is deleted. Records stay unless you ask for them to go."))
    return down


def _found(seen: Seen, name: str) -> Wanted:
    """A setup of which only the flow logs are known: its resources, and every place it may have made something in."""
    logs = [
        one.flow_log.settings
        for one in seen.survey.healths
        if dict(one.flow_log.settings.tags).get("flowinsight:setup") == name
    ]
    transit = any(one.resource.startswith("tgw") for one in logs)
    resources = tuple(dict.fromkeys(one.resource for one in logs))
    return Wanted(name, resources, "both", "transit-gateway" if transit else "investigate")


def _planned(who: Who, down: Down) -> None:
    asked = planned.wish(SLOT)
    assert isinstance(asked, Down)
    name = asked.wanted.name
    shown, applied = planned.places()
    with shown:
        made = planned.made(
            SLOT,
            who,
            name,
            lambda account: teardown(name, read(asked.wanted, account), data=asked.data, confirmed=name),
        )
    if made is None:
        return
    if applying.just_succeeded(SLOT):
        for name_of_state in ("setup_verifying", "setup_applying_setup"):
            st.session_state.pop(name_of_state, None)
        st.rerun()
    with shown:
        planned.draw(made.plan)
    with applied:
        applying.draw(SLOT)
    if made.plan.empty:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(f"Type {plain(name)} to confirm", key="setup_confirm", width=260)
        st.button(
            "Tear down with all its records" if asked.data else "Tear down",
            key="setup_tear",
            type="primary",
            icon=":material/delete_forever:",
            disabled=typed != name or asked != down or applying.under_way(SLOT),
            on_click=_start,
            args=(made, who, name),
        )
    if asked != down:
        st.markdown(":orange[The choice above has changed since this plan was made.]")


def _start(made: planned.Made, who: Who, name: str) -> None:
    if st.session_state.get("setup_confirm") == name:
        applying.start(SLOT, made, who)
