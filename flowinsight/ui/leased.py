"""Work in a thread of its own that a page has to keep looking at: it stops when it is told to, and when nobody looks any more."""

import threading
import time
from dataclasses import dataclass, field

LEASE = 90.0
"""Seconds without a look from the page after which work stops itself; browsers slow the timers of tabs in the background."""


@dataclass(kw_only=True)
class Leased:
    """What such work is told, and by what it knows that it should end."""

    seen: float = field(default_factory=time.monotonic)
    told_to_stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def renew(self, wait: float) -> None:
        """A look, which waits at most `wait` seconds for the end."""
        self.seen = time.monotonic()
        if self.thread is not None and wait:
            self.thread.join(wait)

    def cancel(self) -> None:
        self.told_to_stop.set()

    @property
    def stopped(self) -> bool:
        """Whether to stop: somebody said so, or nobody has looked for too long."""
        return self.told_to_stop.is_set() or time.monotonic() - self.seen > LEASE
