"""The call log: what was asked of the sandbox and how it answered, to learn from and to test with."""

import itertools
import re
import threading
from collections import deque
from typing import Any

from flowinsight.sandbox.envelope import Call

KEPT = 5_000
_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"__type\": *\"([^\"]+)\"")


class CallLog:
    """The last calls, oldest first, each with a number that grows."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, call: Call, status: int, body: bytes, seconds: float) -> None:
        found = _CODE.search(body) if status >= 300 else None
        code = (found[1] or found[2]).decode() if found else None
        entry = {
            "service": call.service, "action": call.action, "region": call.region, "path": call.path,
            "status": status, "error": code, "milliseconds": round(seconds * 1000, 1),
        }  # fmt: skip
        with self._lock:
            self._entries.append({"number": next(self._numbers), **entry})

    def since(self, number: int) -> list[dict[str, Any]]:
        with self._lock:
            return [entry for entry in self._entries if entry["number"] > number]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
