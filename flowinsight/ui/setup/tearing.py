"""Taking a setup down by its tag: planned and shown first, confirmed by typing its name; records only when that is asked for."""

from dataclasses import dataclass

import streamlit as st

from flowinsight.provision.leftovers import read_everything
from flowinsight.provision.teardown import teardown
from flowinsight.provision.wanted import Wanted
from flowinsight.ui.plain import gray, plain
from flowinsight.ui.setup import applying, planned
from flowinsight.ui.setup.seen import Seen
from flowinsight.ui.setup.who import Who

SLOT = "down"


@dataclass(frozen=True)
class Down:
    """A setup to take down. `wanted`, where it is known, says where else to look than at its tag."""

    name: str
    wanted: Wanted | None
    data: bool


def draw(who: Who, seen: Seen, wanted: Wanted | None) -> None:
    """The card: which setup, its records or not, the plan, the confirmation."""
    with st.container(border=True, key="card_down"):
        st.markdown("#### Tear down")
        mine = [wanted.name] if wanted else []
        names = list(dict.fromkeys([*(name for name in mine if name in seen.setups), *seen.setups, *mine]))
        if not names:
            st.markdown(gray("There is no setup in this region."))
            return
        down = _choice(wanted, names)
        if isinstance(planned.wish(SLOT), Down):
            _planned(who, down)


def _choice(wanted: Wanted | None, names: list[str]) -> Down:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        name = st.selectbox("Setup", names, key="setup_down_name", width=260) or names[0]
        data = st.toggle("Delete its records too", key="setup_down_data")
        down = Down(name, wanted if wanted and wanted.name == name else None, data)
        st.button(
            "Plan the tear-down",
            key="setup_plan_down",
            icon=":material/delete_sweep:",
            on_click=planned.ask,
            args=(SLOT, down),
        )
    st.markdown(gray("Only what carries the setup's tag is deleted. Records stay unless you ask for them to go."))
    return down


def _planned(who: Who, down: Down) -> None:
    asked = planned.wish(SLOT)
    assert isinstance(asked, Down)
    name = asked.name
    shown, applied = planned.places()
    with shown:
        made = planned.made(
            SLOT,
            who,
            name,
            lambda account: teardown(name, read_everything(asked.wanted, account), data=asked.data, confirmed=name),
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
