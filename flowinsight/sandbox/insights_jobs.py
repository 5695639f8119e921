"""Logs Insights queries as jobs: Scheduled, Running with partial rows, then Complete, Failed or Cancelled.

A query runs in a worker thread on its own cursor, outside the lock that requests hold.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from flowinsight.db import Connection, Error, Interrupted
from flowinsight.sandbox.logslang.insights import MalformedQuery, Result

WORKERS = 4
UNFINISHED = ("Scheduled", "Running")
_LOG = logging.getLogger(__name__)
_POOL = ThreadPoolExecutor(WORKERS, thread_name_prefix="insights")


@dataclass
class Job:
    """One query. `seconds` of real time pass at least before it is Complete, so that a caller sees it run."""

    text: str
    groups: tuple[str, ...]
    asked_ms: int
    seconds: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    result: Result | None = None
    _began: float = field(default_factory=time.monotonic)
    _ended: str | None = None
    _cursor: Connection | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def status(self) -> str:
        if self._ended is not None and (self._ended != "Complete" or self._share >= 1):
            return self._ended
        return "Scheduled" if self._cursor is None or self._share < 0.2 else "Running"

    @property
    def _share(self) -> float:
        passed = time.monotonic() - self._began
        return 1.0 if passed >= self.seconds else passed / self.seconds

    def rows(self) -> list[list[dict[str, str]]]:
        """Return the rows to show now: none while Scheduled, a growing part while Running."""
        if self.result is None or self.status not in ("Running", "Complete"):
            return []
        rows = self.result.to_json()
        return rows[: int(len(rows) * self._share)]

    def statistics(self) -> dict[str, float]:
        if self.result is None:
            return {"recordsMatched": 0.0, "recordsScanned": 0.0, "bytesScanned": 0.0}
        return self.result.statistics.to_json()

    def start(self, cursor: Connection, work: Callable[[Connection], Result]) -> None:
        _POOL.submit(self._run, cursor, work)

    def cancel(self) -> bool:
        """Stop an unfinished query; False when it has ended already."""
        with self._lock:
            if self.status not in UNFINISHED:
                return False
            computing, self._ended = self._ended is None, "Cancelled"
            if computing and self._cursor is not None:
                self._cursor.interrupt()
            return True

    def _run(self, cursor: Connection, work: Callable[[Connection], Result]) -> None:
        with self._lock:
            if self._ended is not None:
                return
            self._cursor = cursor
        try:
            result = work(cursor)
        except Interrupted:
            self._end("Cancelled", None)
        except (MalformedQuery, Error):
            _LOG.exception("a query failed: %s", self.text)
            self._end("Failed", None)
        else:
            self._end("Complete", result)
        finally:
            cursor.close()

    def _end(self, status: str, result: Result | None) -> None:
        with self._lock:
            if self._ended is None:
                self._ended, self.result = status, result


def described(job: Job) -> dict[str, Any]:
    """Return a job as DescribeQueries lists it."""
    return {
        "queryLanguage": "CWLI",
        "queryId": job.id,
        "queryString": job.text,
        "status": job.status,
        "createTime": job.asked_ms,
        "logGroupName": job.groups[0] if job.groups else "",
        "bytesScanned": job.statistics()["bytesScanned"],
    }
