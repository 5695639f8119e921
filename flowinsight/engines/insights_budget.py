"""How many Logs Insights queries run at once, and how often AWS is asked about them: less than the account is allowed.

All queries of an identity and region in this process share one budget, so that a page of several queries polls no faster than
one. Quotas: StartQuery and GetQueryResults 10 a second each per account and region, 100 queries at a time (older accounts: 30
or 20), dashboards and everybody else included. Source: CloudWatch Logs quotas; AnalyzingLogData. Which of them an account has
shows when it refuses: the budget then gives way.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from flowinsight.aws import Identity

AT_ONCE = 10
PER_SECOND = 5.0
TICK = 0.05
"""Seconds between looks at whether to stop."""


@dataclass
class Rate:
    """Turns for one kind of request, taken by any thread. It gives way when AWS asks for fewer, and recovers with success."""

    per_second: float
    usual: float = field(init=False)
    now: Callable[[], float] = time.monotonic
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.usual = self.per_second

    def turn(self) -> float:
        """Take the next turn; the seconds to wait for it."""
        with self._lock:
            moment = self.now()
            turn = max(moment, self._next)
            self._next = turn + 1 / self.per_second
            return turn - moment

    def slower(self) -> None:
        with self._lock:
            self.per_second = max(self.per_second / 2, 0.1)

    def faster(self) -> None:
        with self._lock:
            self.per_second = min(self.per_second * 1.1, self.usual)


@dataclass
class Budget:
    """What the queries of one identity and region may do together."""

    starts: Rate = field(default_factory=lambda: Rate(PER_SECOND))
    results: Rate = field(default_factory=lambda: Rate(PER_SECOND))
    most: int = AT_ONCE
    running: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def place(self, cancelled: Callable[[], bool]) -> Iterator[bool]:
        """A place among the queries that run; False when cancelled before there was one."""
        with self._changed:
            while self.running >= self.most and not cancelled():
                self._changed.wait(TICK)
            got = not cancelled()
            self.running += got
        try:
            yield got
        finally:
            with self._changed:
                self.running -= got
                self._changed.notify()

    def refused(self) -> None:
        """AWS runs no more than this at once."""
        with self._changed:
            self.most = max(1, min(self.most, self.running) - 1)

    def accepted(self) -> None:
        with self._changed:
            self.most = min(self.most + 1, AT_ONCE)


@cache
def budget_for(identity: Identity, region: str | None) -> Budget:  # noqa: ARG001 - part of the key
    """The one budget of an identity and region (None: the profile's); the sandbox has no rates."""
    return Budget(Rate(1000.0), Rate(1000.0)) if identity.is_sandbox else Budget()


def rested(seconds: float, cancelled: Callable[[], bool]) -> bool:
    """Wait, looking at `cancelled` meanwhile; False as soon as it says so."""
    until = time.monotonic() + seconds
    while not cancelled():
        left = until - time.monotonic()
        if left <= 0:
            return True
        time.sleep(min(left, TICK))
    return False


def jittered(first: float, factor: float, most: float) -> Iterator[float]:
    """Growing pauses in seconds, each up to a quarter shorter or longer, so that several callers do not ask in step."""
    pause = first
    while True:
        yield pause * random.uniform(0.75, 1.25)  # noqa: S311 - spreads requests, hides nothing
        pause = min(pause * factor, most)
