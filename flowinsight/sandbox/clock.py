"""The sandbox's own time: real time, faster time, or a time that a test sets."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

EARLIEST, LATEST = 946_684_800, 4_102_444_800
"""2000 and 2100: what lies beyond is a slip of the pen, and some dates there cannot be written down."""
FASTEST = 86_400
"""A day every second: more cannot be delivered while it passes."""


def checked_time(epoch: float) -> float:
    """The time, when it lies in this century; ValueError is a sentence."""
    if not EARLIEST <= epoch < LATEST:
        raise ValueError(f"A time is in Unix seconds, from the year 2000 to 2100, not {epoch!r}.")
    return float(epoch)


def checked_speed(speed: float) -> float:
    """The speed, when time can pass so fast; ValueError is a sentence."""
    if not 0 <= speed <= FASTEST:
        raise ValueError(f"A speed lies between 0, which stands still, and {FASTEST:,}, not {speed!r}.")
    return float(speed)


@dataclass
class Clock:
    """Epoch seconds that pass `speed` times as fast as real ones; 0 stands still until `set`."""

    speed: float = 1.0
    _origin: float = field(default_factory=time.time)
    _anchor: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        """Return sandbox time in epoch seconds."""
        with self._lock:
            return self._reading()

    def utc(self) -> datetime:
        """Return sandbox time as moto keeps times: a UTC datetime without a zone."""
        return datetime.fromtimestamp(self.now(), UTC).replace(tzinfo=None)

    def milliseconds(self) -> int:
        return int(self.now() * 1000)

    def set(self, epoch: float) -> float:
        """Jump to `epoch` seconds and go on from there."""
        with self._lock:
            self._origin, self._anchor = float(epoch), time.monotonic()
            return self._origin

    def run_at(self, speed: float) -> float:
        """Change the speed without a jump."""
        with self._lock:
            self._origin, self._anchor, self.speed = self._reading(), time.monotonic(), speed
            return self._origin

    def _reading(self) -> float:
        return self._origin + (time.monotonic() - self._anchor) * self.speed
