"""The time before a question, brought from an account: what a client has to be held against to be called new.

A question brings the records of its own time, and some minutes more on both sides. Other times are read in the same way, without
what is there already.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from flowinsight import aws
from flowinsight.conversations.matched import MARGIN
from flowinsight.errors import SourceError
from flowinsight.fetchers import at_work, log_events, s3_listing, s3_objects
from flowinsight.fetchers.gathered import together
from flowinsight.fetchers.log_events import Collected, Plan
from flowinsight.fetchers.pace import pace_for
from flowinsight.fetchers.s3_listing import Listing, S3Object
from flowinsight.loaded import Loaded
from flowinsight.question import TimeRange
from flowinsight.sources import S3Objects


def spans(periods: Sequence[TimeRange], until: int) -> tuple[TimeRange, ...]:
    """Closed periods without their overlaps, and without what lies after `until` (Unix seconds); the newest first."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((one.start or 0, min(one.end or until, until)) for one in periods):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif start < end:
            found.append((start, end))
    return tuple(TimeRange(start, end) for start, end in reversed(found))


def plan(to_do: Plan, periods: Sequence[TimeRange]) -> Plan:
    """The same patterns over the periods, up to where the plan of the question begins; SourceError where that is not said."""
    start = to_do.question.time.start
    if start is None:
        raise SourceError("What came before a time without a beginning cannot be read.")
    parts = (part for span in spans(periods, start - MARGIN) for part in log_events.slices_of(span))
    return replace(to_do, slices=tuple(parts))


def by_patterns(
    to_do: Plan,
    periods: Sequence[TimeRange],
    first: Loaded,
    identity: aws.Identity,
    collected: Collected,
    *,
    progress: Callable[[log_events.Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Loaded | None:
    """`first` with the records of the periods, and a look at whether interfaces were at work in them; None unless all is there.

    `to_do` is what `plan` made. Raises one of the errors of `flowinsight.errors`; called again with the same `collected` it goes
    on.
    """
    source = to_do.source
    logs, pace = aws.client(identity, "logs", source.region), pace_for(identity, source.region or identity.region)
    log_events.fetch(to_do, logs, collected, pace=pace, progress=progress, cancelled=cancelled)
    if not all(scan in collected.done for part in to_do.slices for scan in to_do.scans(part)):
        return None
    for period in periods if first.due and to_do.narrowed and not first.left_out else ():
        of_period = replace(to_do, question=replace(to_do.question, time=period))
        at_work.look(of_period, first.due or (), logs, collected, pace=pace, cancelled=cancelled)
    edge = ((to_do.question.time.start or 0) - MARGIN) * 1000
    glimpsed = {name: event for name, event in collected.glimpsed.items() if event[1] < edge}
    return together(first, log_events.read(to_do, replace(collected, glimpsed=glimpsed)).loaded)


def listing(
    source: S3Objects,
    s3: Any,  # noqa: ANN401 - a client made by boto3
    periods: Sequence[TimeRange],
    held: Iterable[S3Object],
    cancelled: Callable[[], bool] = lambda: False,
) -> Listing:
    """The objects in which records of the periods can lie, each once, without those that are held already."""
    locations, _ = s3_listing.discover(source, s3)
    known = {one.content for one in held}
    objects: dict[tuple[str, str], S3Object] = {}
    requests, whole = 0, True
    for span in spans(periods, max(one.end or 0 for one in periods)):
        found = s3_listing.listing(locations, span, source, s3, cancelled)
        objects |= {one.content: one for one in found.objects if one.content not in known}
        requests, whole = requests + found.requests, whole and found.whole
    return Listing(tuple(objects.values()), (), requests, whole, locations)


def by_objects(to_read: Listing, first: Loaded, collected: s3_objects.Collected) -> Loaded:
    """`first` with the records of the objects that were fetched."""
    return together(first, s3_objects.read(to_read, collected).loaded)
