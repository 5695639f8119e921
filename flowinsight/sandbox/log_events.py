"""PutLogEvents and GetLogEvents over the event store.

Source: CloudWatch Logs API reference (botocore 1.44.5 model); GetLogEvents excludes its endTime, FilterLogEvents does not.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from flowinsight.sandbox import refusals
from flowinsight.sandbox.events import Batch, Event, EventStore, Selection
from flowinsight.sandbox.log_groups import DAY, SandboxLogs

BATCH_EVENTS = 10_000
BATCH_BYTES = 1_048_576
EVENT_OVERHEAD = 26
_HOUR = 3_600_000


def put(backend: SandboxLogs, group: str, stream: str, events: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Store the acceptable events of a batch; return AWS's rejectedLogEventsInfo, empty when all were taken."""
    handle = backend.stream_handle(group, stream)
    _check_batch(events)
    now = backend.world.clock.milliseconds()
    retention = backend.groups[group].retention_in_days
    times = [int(event["timestamp"]) for event in events]
    expired = sum(time < now - int(retention) * DAY for time in times) if retention else 0
    too_old = sum(time < now - 14 * DAY for time in times)
    too_new = next((index for index, time in enumerate(times) if time > now + 2 * _HOUR), len(times))
    taken = events[max(expired, too_old) : too_new]
    facts = backend.facts[group]
    batch_times, messages = [int(event["timestamp"]) for event in taken], [str(event["message"]) for event in taken]
    backend.world.events.append(facts.handle, Batch(now, [handle] * len(taken), batch_times, messages))
    rejected = {"expiredLogEventEndIndex": expired, "tooOldLogEventEndIndex": too_old}
    told = {name: index for name, index in rejected.items() if index}
    return {**told, "tooNewLogEventStartIndex": too_new} if too_new < len(times) else told


def _check_batch(batch: Sequence[dict[str, Any]]) -> None:
    if not 1 <= len(batch) <= BATCH_EVENTS:
        constraint = f"Member must have length between 1 and {BATCH_EVENTS}"
        raise refusals.logs("put-batch", refusals.invalid_value(len(batch), "logEvents", constraint))
    if any(not event["message"] for event in batch):
        constraint = "Member must have length greater than or equal to 1"
        raise refusals.logs("put-batch", refusals.invalid_value("", "logEvents.member.message", constraint))
    size = sum(len(event["message"].encode()) + EVENT_OVERHEAD for event in batch)
    if size > BATCH_BYTES:
        raise refusals.logs("put-batch", f"Upload too large: {size} bytes exceeds limit of {BATCH_BYTES}")
    times = [event["timestamp"] for event in batch]
    if any(later < earlier for earlier, later in pairwise(times)):
        message = "Log events in a single PutLogEvents request must be in chronological order."
        raise refusals.logs("put-order", message)
    if times[-1] - times[0] > DAY:
        message = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        raise refusals.logs("put-batch", message)


def get(store: EventStore, wanted: Selection, request: dict[str, Any]) -> dict[str, Any]:
    """Answer GetLogEvents: a page forwards or backwards from a token, always oldest event first."""
    limit = request.get("limit") or 10_000
    if not 1 <= limit <= 10_000:
        constraint = "Member must have value between 1 and 10000"
        raise refusals.logs("filter-limit", refusals.invalid_value(limit, "limit", constraint))
    token = request.get("nextToken")
    forward, after = _read_token(token) if token else (bool(request.get("startFromHead", False)), None)
    selection = Selection(wanted.log_group, wanted.start, wanted.end, wanted.log_streams, newest_first=not forward)
    found = store.page(selection, limit, after)
    events = found if forward else found[::-1]
    back, ahead = _tokens(events, token)
    shown = [{"timestamp": e.ts, "message": e.message, "ingestionTime": e.ingested} for e in events]
    return {"events": shown, "nextBackwardToken": back, "nextForwardToken": ahead}


def _tokens(events: list[Event], token: str | None) -> tuple[str, str]:
    """At either end AWS hands back the token it was given."""
    if events:
        return _token("b", events[0].position), _token("f", events[-1].position)
    place = token[2:] if token else _token("f", (0, -1))[2:]
    return f"b/{place}", f"f/{place}"


def _token(direction: str, position: tuple[int, int]) -> str:
    return f"{direction}/{position[0]:020d}{position[1] + 1:036d}"


def _read_token(token: str) -> tuple[bool, tuple[int, int]]:
    direction, _, digits = token.partition("/")
    if direction not in {"f", "b"} or len(digits) != 56 or not digits.isdigit():
        raise refusals.logs("filter-token", "The specified nextToken is invalid.")
    return direction == "f", (int(digits[:20]), int(digits[20:]) - 1)
