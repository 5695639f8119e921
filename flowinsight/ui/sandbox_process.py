"""The sandbox that this server starts, of which there is at most one: started on demand, stopped by a button or at the end."""

import atexit
import threading
import time
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.sandbox.running import MISSING_MOTO, Running, start

State = Literal["stopped", "starting", "running", "failed"]

USUAL_SECONDS = 6.0
"""About how long it takes until it answers, on a small machine."""
_OVER = "The sandbox has ended. Start it again: it begins anew, without what was created in it."


@dataclass
class Host:
    """Owns the process. Its thread draws nothing; pages ask it how far it is."""

    state: State = "stopped"
    running: Running | None = None
    error: str = ""
    began: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)

    def ask_to_start(self) -> None:
        """Begin to start it, on a free port, unless it runs or is about to."""
        with self.lock:
            if self.state in {"starting", "running"}:
                return
            self.state, self.error, self.began = "starting", "", time.monotonic()
            self.ended.clear()
        threading.Thread(target=self._start, daemon=True).start()

    def _start(self) -> None:
        try:
            running = start()
        except FlowInsightError as error:
            with self.lock:
                self.state, self.error = "failed", str(error)
            return
        with self.lock:
            if not self.ended.is_set():
                self.state, self.running = "running", running
                return
        running.stop()

    def stop(self, *, wait: bool = True) -> None:
        """End it, also while it is being started; without `wait` its last seconds are spent elsewhere."""
        with self.lock:
            running, self.running = self.running, None
            self.state = "stopped"
            self.ended.set()
        if running is not None and wait:
            running.stop()
        elif running is not None:
            threading.Thread(target=running.stop).start()

    def look(self) -> State:
        """How it is now; a process that has ended by itself is noticed here."""
        if self.state == "running" and (self.running is None or self.running.process.poll() is not None):
            self.stop()
            with self.lock:
                self.state, self.error = "failed", _OVER
        return self.state

    @property
    def share(self) -> float:
        """How much of the usual time to start has passed; never quite all of it."""
        return min((time.monotonic() - self.began) / USUAL_SECONDS, 0.95)

    @property
    def lacks_packages(self) -> bool:
        return self.error == MISSING_MOTO


@st.cache_resource(show_spinner=False)
def host() -> Host:
    """The one of this server."""
    made = Host()
    atexit.register(made.stop)
    return made
