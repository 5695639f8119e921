"""Work that may take long: done once and kept, away from the page's own thread, with progress and a way to stop it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from flowinsight import db
from flowinsight.errors import FlowInsightError

_T = TypeVar("_T")

QUIET, POLL = 0.4, 0.15
"""Seconds before work shows that it is under way, and between looks at it."""


class CancelledError(FlowInsightError):
    """A person stopped it."""


@dataclass
class Job:
    """Work in a thread of its own. It draws nothing; it says how far it is, and stops when it is told to."""

    done: float = 0.0
    said: str = "Asking…"
    cancelled: threading.Event = field(default_factory=threading.Event)
    cursor: db.Connection | None = None
    result: Any = None
    error: BaseException | None = None

    def told(self, number: int, total: int) -> None:
        """Progress, and the point where reading files stops."""
        self.check()
        self.done, self.said = number / max(total, 1), f"Reading the flow logs: file {number + 1:,} of {total:,}"

    def check(self) -> None:
        """CancelledError when it was told to stop."""
        if self.cancelled.is_set():
            raise CancelledError("Cancelled.")

    def cancel(self) -> None:
        self.cancelled.set()
        if self.cursor is not None:
            self.cursor.interrupt()


@dataclass(frozen=True)
class Shelf:
    """Results by key, the least recently used given up first. Nobody changes what lies here."""

    most: int
    kept: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str) -> Any:  # noqa: ANN401 whatever was put there
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def put(self, key: str, value: object) -> None:
        with self.lock:
            self.kept[key] = value
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)

    def drop(self, key: str) -> None:
        with self.lock:
            self.kept.pop(key, None)


class Turns:
    """Lets so much work be done at once, and the rest wait: each is over sooner than if all shared the processors.

    Nobody waits longer than `wait` seconds, so that what takes minutes does not hold up everything else.
    """

    def __init__(self, most: int, wait: float = 2.0) -> None:
        self._free, self._wait = threading.Semaphore(most), wait

    @contextmanager
    def taken(self) -> Iterator[None]:
        mine = self._free.acquire(timeout=self._wait)
        try:
            yield
        finally:
            if mine:
                self._free.release()


def done(shelf: Shelf, name: str, key: str, work: Callable[[Job], _T]) -> _T:
    """The result of work: from the shelf, or from a thread while the page shows its progress.

    `name` tells this kind of work from others on the same page. Raises what the work raised.
    """
    kept: _T | None = shelf.take(key)
    if kept is not None:
        return kept
    if st.session_state.get("cancelled") == key:
        _offer_again()
    job = Job()
    thread = threading.Thread(target=_run, args=(job, work), daemon=True)
    thread.start()
    thread.join(QUIET)
    if thread.is_alive():
        _wait(job, thread, name, key)
    if job.error is not None:
        raise job.error
    result: _T = job.result
    shelf.put(key, result)
    return result


def _run(job: Job, work: Callable[[Job], Any]) -> None:
    try:
        job.result = work(job)
    except BaseException as error:  # noqa: BLE001 it is raised again where the work is waited for
        job.error = error


def _wait(job: Job, thread: threading.Thread, name: str, key: str) -> None:
    """Show progress. Every look at it is a point where a rerun ends this run, and then the work must end too."""
    began, place = time.monotonic(), st.empty()
    with place.container(border=True, key=f"card_working_{name}"):
        bar = st.progress(0.0, job.said)
        st.button("Cancel", key=f"cancel_{name}", icon=":material/cancel:", on_click=_cancel, args=(key,))
    try:
        while thread.is_alive():
            bar.progress(min(job.done, 1.0), f"{job.said} {time.monotonic() - began:.0f} s")
            thread.join(POLL)
    finally:
        if thread.is_alive():
            job.cancel()
    place.empty()


def _cancel(key: str) -> None:
    st.session_state["cancelled"] = key


def _offer_again() -> None:
    with st.container(border=True, key="card_cancelled"):
        st.markdown("#### Cancelled before it was answered")
        st.markdown("Narrow the question or its time, or ask it again.")
        st.button("Ask again", key="again", type="primary", on_click=_cancel, args=("",))
    st.stop()
