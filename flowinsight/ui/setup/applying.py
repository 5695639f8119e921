"""Applying a plan: in a thread of its own that draws nothing, told step by step by a part of the page that polls."""

import threading
from dataclasses import dataclass, field

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.provision.apply import PlanChangedError, Progress, apply
from flowinsight.provision.plan import Plan
from flowinsight.provision.steps import described
from flowinsight.provision.waiting import Waiting
from flowinsight.switches import provisioning_allowed
from flowinsight.ui.plain import plain
from flowinsight.ui.setup import reading
from flowinsight.ui.setup.planned import Made
from flowinsight.ui.setup.who import Who

POLL = 0.5
"""Seconds between looks."""

_SIGNS = {
    "waiting": ":orange[:material/hourglass_top:]",
    "started": ":blue[:material/pending:]",
    "done": ":green[:material/check_circle:]",
    "failed": ":red[:material/error:]",
}


@dataclass
class Applying:
    """A plan under way. The thread writes, the page reads."""

    plan: Plan
    reports: dict[int, Progress] = field(default_factory=dict)
    error: BaseException | None = None
    thread: threading.Thread | None = None
    told: bool = False
    followed: bool = False

    @property
    def running(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def report(self, progress: Progress) -> None:
        self.reports[progress.number] = progress


def start(slot: str, made: Made, who: Who) -> None:
    """Begin, unless something keeps the plan from being applied: a button that is not there can be pressed all the same."""
    if under_way(slot) or made.plan.blockers or made.plan.empty or not provisioning_allowed():
        return
    applying = Applying(made.plan)
    applying.thread = threading.Thread(target=_run, args=(applying, made, who), daemon=True)
    st.session_state[f"setup_applying_{slot}"] = applying
    applying.thread.start()


def under_way(slot: str) -> bool:
    """Whether a plan of this slot is being applied."""
    applying: Applying | None = st.session_state.get(f"setup_applying_{slot}")
    return applying is not None and applying.running


def just_succeeded(slot: str) -> bool:
    """Once, in the first run of the page after a plan of this slot was applied to its end."""
    applying: Applying | None = st.session_state.get(f"setup_applying_{slot}")
    if applying is None or applying.running or applying.error is not None or applying.followed:
        return False
    applying.followed = True
    return True


def _run(applying: Applying, made: Made, who: Who) -> None:
    try:
        apply(made.plan, made.again, made.account, applying.report, Waiting(now=who.now))
    except BaseException as error:  # noqa: BLE001 it is told, or raised again, where the page is drawn
        applying.error = error


def draw(slot: str) -> None:
    """How far it is: a part of the page that runs by itself until the plan is done, and then the whole page once."""
    if f"setup_applying_{slot}" in st.session_state:
        st.fragment(_poll, run_every=POLL if under_way(slot) else None, key=f"setup_poll_{slot}")(slot)


def _poll(slot: str) -> None:
    applying: Applying = st.session_state[f"setup_applying_{slot}"]
    running = applying.running
    with st.container(border=True, key=f"card_applying_{slot}"):
        st.markdown("**Applying…**" if running else _ended(applying))
        for number, step in enumerate(applying.plan.todo, 1):
            st.markdown(_line(applying.reports.get(number), described(step)))
        _error(applying.error)
    if not running and not applying.told:
        applying.told = True
        reading.anew("plan_setup", "plan_down", "seen")
        st.rerun()


def _ended(applying: Applying) -> str:
    count = len(applying.plan.todo)
    if applying.error is None:
        return f"**Applied: {count} step{'' if count == 1 else 's'} taken.** The plan above is made anew."
    return "**Not applied.**" if isinstance(applying.error, PlanChangedError) else "**Stopped.**"


def _line(progress: Progress | None, step: str) -> str:
    if progress is None:
        return f":gray[:material/radio_button_unchecked: {plain(step)}]"
    said = progress.text if progress.state == "waiting" else progress.text.removeprefix(step).removeprefix(". ")
    more = f" :gray[{plain(said)}]" if progress.state in {"waiting", "done"} and said else ""
    return f"{_SIGNS[progress.state]} {plain(step)}{more}"


def _error(error: BaseException | None) -> None:
    if isinstance(error, FlowInsightError):
        st.error(str(error), icon=":material/error:")
    elif error is not None:
        raise error
