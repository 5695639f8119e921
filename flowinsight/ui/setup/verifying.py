"""The proof: look at every destination until records arrive, say what is normal meanwhile, and answer from the newest hour."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.provision.deployed import belongs
from flowinsight.provision.readback import answers
from flowinsight.provision.verify import Verification, verify
from flowinsight.provision.wanted import Wanted
from flowinsight.ui.plain import gray, moment, plain
from flowinsight.ui.setup import planned, reading, seen
from flowinsight.ui.setup.who import Who

POLL, PAUSE = 1.0, 5.0
"""Seconds between looks at the page's own thread, and between looks at AWS."""


@dataclass
class Verifying:
    """A setup being verified. Nothing is asked of AWS unless a browser is there to see the answer."""

    wanted: Wanted
    who: Who
    looks: int = 0
    found: Verification | None = None
    moment: float = 0.0
    """When it was found, in Unix seconds of the account's clock."""
    answers: dict[str, str] = field(default_factory=dict)
    error: BaseException | None = None
    ended: float = 0.0
    thread: threading.Thread | None = None

    @property
    def looking(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    @property
    def proven(self) -> bool:
        return self.found is not None and self.found.proven

    @property
    def over(self) -> bool:
        return self.error is not None or self.proven

    def look(self) -> None:
        """Look in a thread of its own, not more often than every few seconds."""
        if self.looking or self.over or time.monotonic() - self.ended < PAUSE:
            return
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()

    def _look(self) -> None:
        try:
            account, now = self.who.account(self.wanted.name), self.who.now()
            found = verify(self.wanted, account, now)
            if found.proven:
                self.answers = answers(found.healths, account, now)
            self.found, self.moment = found, now
        except BaseException as error:  # noqa: BLE001 it is told, or raised again, where the page is drawn
            self.error = error
        self.looks, self.ended = self.looks + 1, time.monotonic()


def draw(who: Who, wanted: Wanted, exists: seen.Seen) -> None:
    """The card: a button, then what each flow log delivers."""
    with st.container(border=True, key="card_verify"):
        st.markdown("#### Verify")
        verifying: Verifying | None = st.session_state.get("setup_verifying")
        if verifying is not None and verifying.proven and _failed(exists, wanted):
            begin(who, wanted)  # what was proven is true no longer: look again
            verifying = st.session_state["setup_verifying"]
        if verifying is None or verifying.wanted != wanted or verifying.who.key != who.key:
            st.markdown(
                gray("Looks at streams or objects until the newest records arrive. 10 to 20 minutes are normal.")
            )
            st.button("Verify", key="setup_verify", icon=":material/fact_check:", on_click=begin, args=(who, wanted))
            return
        st.fragment(_poll, run_every=None if verifying.over else POLL, key="setup_poll_verify")()


def _failed(exists: seen.Seen, wanted: Wanted) -> bool:
    return any(one.state == "failed" and belongs(one.flow_log.settings, wanted.name) for one in exists.survey.healths)


def begin(who: Who, wanted: Wanted) -> None:
    """Start looking."""
    st.session_state["setup_verifying"] = Verifying(wanted, who)


def _poll() -> None:
    verifying: Verifying = st.session_state["setup_verifying"]
    was_over = verifying.over
    verifying.look()
    if isinstance(verifying.error, FlowInsightError):
        st.error(str(verifying.error), icon=":material/error:")
    elif verifying.error is not None:
        raise verifying.error
    if verifying.found is None:
        st.markdown(gray("Looking…"))
    else:
        _found(verifying.found, verifying.moment)
        for place, answer in verifying.answers.items():
            st.markdown(f"**{plain(place)}** {plain(answer)}")
        seen.ask_links(verifying.who, verifying.found.healths)
    _buttons(verifying)
    if was_over and st.session_state.get("setup_verified") != id(verifying):
        st.session_state["setup_verified"] = id(verifying)
        reading.anew("seen")
        st.rerun()


def _found(found: Verification, when: float) -> None:
    said = f"{found.sentence} Looked at {moment(int(when), UTC)} UTC."
    if found.proven:
        st.success(plain(said), icon=":material/verified:")
    elif any(one.state == "failed" for one in found.healths):
        st.error(plain(said), icon=":material/error:")
    else:
        st.info(plain(said), icon=":material/hourglass_top:")
    if found.healths:
        seen.table(found.healths, "Flow logs of this setup and whether their records arrive", of_one_setup=True)
    seen.amiss(found.healths)


def _buttons(verifying: Verifying) -> None:
    """A button here runs this part of the page again: what changes the rest of it asks for the whole."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if verifying.over:
            if st.button("Verify again", key="setup_verify", icon=":material/fact_check:"):
                begin(verifying.who, verifying.wanted)
                st.rerun()
            return
        to_repair = verifying.found is not None and not verifying.found.repair.empty
        if to_repair and st.button("Plan the repair", key="setup_repair", type="primary", icon=":material/build:"):
            planned.ask("setup", verifying.wanted)
            st.rerun()
        if st.button("Stop looking", key="setup_stop", icon=":material/stop_circle:"):
            st.session_state.pop("setup_verifying", None)
            st.rerun()
        waiting = verifying.who.identity.is_sandbox and not to_repair
        hurry = " Let an hour pass at the left, and it is there." if waiting else ""
        looks = f"Looked {verifying.looks} time{'' if verifying.looks == 1 else 's'}, every few seconds."
        st.markdown(gray(looks + hurry))
