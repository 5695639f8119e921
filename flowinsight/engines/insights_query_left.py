"""Queries that run at AWS for this process: so that none is left running, and none is paid twice.

One that AWS would not let us follow to its end, because the credentials expired or the network went away, is remembered: the
same query asked again takes it up. Not asked again for a while, it is stopped; so is everything when the process ends.
"""

import atexit
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flowinsight.aws import Identity
from flowinsight.errors import AwsError

TAKEN_UP = 6 * 86_400
"""Seconds for which a query's results can be taken up; AWS keeps them 7 days. Source: AnalyzingLogData."""
STOPPED_AFTER = 300
"""Seconds after which a query that nobody asked again is stopped."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Left:
    query_id: str
    stop: Callable[[str], bool]
    at: float = field(default_factory=time.monotonic)


_lock = threading.Lock()
_running: dict[str, Callable[[str], bool]] = {}
_left: dict[tuple[Identity, object], _Left] = {}


def begun(query_id: str, stop: Callable[[str], bool]) -> None:
    with _lock:
        _running[query_id] = stop


def ended(query_id: str) -> None:
    with _lock:
        _running.pop(query_id, None)


def known() -> set[str]:
    """The ids of the queries this process follows or remembers."""
    with _lock:
        return {*_running, *(one.query_id for one in _left.values())}


def leave(identity: Identity, query: object, query_id: str, stop: Callable[[str], bool]) -> None:
    """Remember a query that could neither be followed nor stopped."""
    with _lock:
        _left[identity, query] = _Left(query_id, stop)


def take(identity: Identity, query: object) -> str | None:
    """The id of the same query of the same identity, where one was left."""
    with _lock:
        found = _left.pop((identity, query), None)
    return found.query_id if found and time.monotonic() - found.at < TAKEN_UP else None


def stop_forgotten(identity: Identity, after: float = STOPPED_AFTER) -> None:
    """Stop what this identity left longer ago than `after` seconds."""
    with _lock:
        old = [key for key, one in _left.items() if key[0] == identity and time.monotonic() - one.at > after]
        gone = [_left.pop(key) for key in old]
    for one in gone:
        _stopped(one.query_id, one.stop)


def _stopped(query_id: str, stop: Callable[[str], bool]) -> None:
    try:
        stop(query_id)
    except AwsError as error:
        _LOG.warning("query %s may still run at AWS: %s", query_id, error)


def _stop_all() -> None:
    """The process ends, and nobody will read these results."""
    with _lock:
        open_ones = [*_running.items(), *((one.query_id, one.stop) for one in _left.values())]
        _running.clear()
        _left.clear()
    for query_id, stop in open_ones:
        _stopped(query_id, stop)


atexit.register(_stop_all)
