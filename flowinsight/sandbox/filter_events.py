"""FilterLogEvents: from a request to one page, with AWS's limits, order, empty pages and tokens.

Source: CloudWatch Logs API reference, FilterLogEvents (botocore 1.44.5 model).
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from flowinsight.sandbox import refusals
from flowinsight.sandbox.events import Event, EventStore, Position, Selection
from flowinsight.sandbox.logslang.patterns import Pattern

PAGE_EVENTS = 10_000
PAGE_BYTES = 1024 * 1024
ASKED_EACH = 5_000
"""Messages of a page that are asked one by one, where a pattern cannot be a condition in SQL: a tenth of a second."""
TOKEN_SECONDS = 24 * 3600
_PATTERN_LENGTH = 1024
_NEWEST_FIRST_FROM = 1_704_067_200_000  # 2024-01-01T00:00:00Z


@dataclass(frozen=True)
class Page:
    events: list[Event]
    resume: Position | None


def check(request: dict[str, Any]) -> None:
    """Refuse what AWS refuses before it looks at any event."""
    if ("logGroupName" in request) == ("logGroupIdentifier" in request):
        raise refusals.logs("filter-group", "Exactly one of logGroupName and logGroupIdentifier must be given.")
    if request.get("logStreamNames") is not None and request.get("logStreamNamePrefix") is not None:
        raise refusals.logs("filter-streams", "logStreamNames and logStreamNamePrefix cannot both be given.")
    names = request.get("logStreamNames")
    if names is not None and not 1 <= len(names) <= 100:
        constraint = "Member must have length between 1 and 100"
        raise refusals.logs("filter-streams", refusals.invalid_value(names, "logStreamNames", constraint))
    limit = request.get("limit")
    if limit is not None and not 1 <= limit <= PAGE_EVENTS:
        constraint = f"Member must have value between 1 and {PAGE_EVENTS}"
        raise refusals.logs("filter-limit", refusals.invalid_value(limit, "limit", constraint))
    _check_times(request)
    if len(request.get("filterPattern") or "") > _PATTERN_LENGTH:
        constraint = f"Member must have length less than or equal to {_PATTERN_LENGTH}"
        raise refusals.logs("filter-pattern", refusals.invalid_value("…", "filterPattern", constraint))


def _check_times(request: dict[str, Any]) -> None:
    for name in ("startTime", "endTime"):
        if request.get(name, 0) < 0:
            constraint = "Member must have value greater than or equal to 0"
            raise refusals.logs("filter-times", refusals.invalid_value(request[name], name, constraint))
    if request.get("startFromHead", True) is False and request.get("startTime", 0) < _NEWEST_FIRST_FROM:
        raise refusals.logs("filter-times", "startFromHead=false needs a startTime of 2024-01-01 or later.")


def read_page(
    store: EventStore, wanted: Selection, pattern: Pattern | None, limit: int, after: Position | None, scan: int
) -> Page:
    """Collect one page of matching events; `scan` bounds how many events a pattern looks at."""
    if pattern is None:
        return _cut(store.page(wanted, limit + 1, after), limit, None)
    upto = store.position_of(wanted, scan, after)
    condition = pattern.to_sql()
    narrowed = condition.text, condition.parameters
    if condition.exact:
        return _cut(store.page(wanted, limit + 1, after, upto, narrowed), limit, upto)
    found = store.page(wanted, ASKED_EACH, after, upto, narrowed)
    stopped = found[-1].position if len(found) == ASKED_EACH else upto
    return _cut([event for event in found if pattern.matches(event.message)], limit, stopped)


def _cut(found: list[Event], limit: int, upto: Position | None) -> Page:
    """End a page at its limits; when all fits, the next page starts where the search stopped."""
    size = 0
    for number, event in enumerate(found):
        size += len(event.message)
        if number and (number == limit or size > PAGE_BYTES):
            return Page(found[:number], found[number - 1].position)
    return Page(found, upto)


def token(request: dict[str, Any], resume: Position, now: float) -> str:
    """Seal a position for its own request: the same token with another request is refused."""
    text = json.dumps([*resume, int(now), _fingerprint(request)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def position(request: dict[str, Any], now: float) -> Position | None:
    """Return where the request's nextToken continues, None on the first page."""
    text = request.get("nextToken")
    if text is None:
        return None
    try:
        ts, seq, issued, fingerprint = json.loads(base64.urlsafe_b64decode(str(text)))
    except (ValueError, TypeError) as error:
        raise refusals.logs("filter-token", "The specified nextToken is invalid.") from error
    if fingerprint != _fingerprint(request) or now - issued > TOKEN_SECONDS:
        raise refusals.logs("filter-token", "The specified nextToken is invalid.")
    return int(ts), int(seq)


def _fingerprint(request: dict[str, Any]) -> str:
    rest = {key: value for key, value in request.items() if key not in {"nextToken", "limit", "interleaved"}}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16]


def described(event: Event, stream_name: str) -> dict[str, Any]:
    return {
        "eventId": f"{event.seq:056d}",
        "ingestionTime": event.ingested,
        "logStreamName": stream_name,
        "message": event.message,
        "timestamp": event.ts,
    }
