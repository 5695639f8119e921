"""Reading the time before a question, in a thread of its own; the answer to the question stays in sight meanwhile."""

import time
from dataclasses import dataclass, field, replace

from flowinsight import aws
from flowinsight.fetchers import before, live, s3_objects
from flowinsight.fetchers.brought import ByObjects, ByPatterns
from flowinsight.fetchers.live import Live
from flowinsight.fetchers.log_events import Plan
from flowinsight.fetchers.pace import pace_for
from flowinsight.fetchers.s3_listing import Listing
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup, S3Objects
from flowinsight.ui.fetch_job import Brought, FetchJob, State, way_by_object, way_by_pattern
from flowinsight.ui.ways import Way


@dataclass(kw_only=True)
class BeforeJob(FetchJob):
    """`kept` is what the question brought, `periods` are those to be read beside it; `brought` holds both in the end.

    Objects are listed first and wait, priced, for a person's agreement, whatever they cost.
    """

    kept: Brought
    periods: tuple[TimeRange, ...]
    objects: s3_objects.Collected = field(default_factory=s3_objects.Collected)

    def _by_pattern(self, source: LogGroup) -> State:
        assert isinstance(self.kept.fetched, ByPatterns)
        self.said = f"Reading the time before from {source.label}"
        to_do = _plan(self.kept.fetched, self.question, self.periods)
        loaded = before.by_patterns(
            to_do, self.periods, self.kept.loaded, self.live.identity, self.events,
            progress=self._sliced, cancelled=lambda: self.stopped,
        )  # fmt: skip
        if loaded is None:
            self.said = "Stopped." if self.stopped else live.too_many()
        return self._added(loaded)

    def _by_object(self, source: S3Objects) -> State:
        assert isinstance(self.kept.fetched, ByObjects)
        s3 = aws.client(self.live.identity, "s3")
        if self.listing is None:
            self.said = f"Looking through the folders of {source.label}"
            found = before.listing(source, s3, self.periods, self.kept.fetched.objects, lambda: self.stopped)
            if not found.whole:
                self.said = "Stopped."
                return "cut"
            self.listing, self.way = found, way_by_object(found, source)
        if not self.agreed:
            return "priced"
        self.said = f"Reading {len(self.listing.objects):,} objects of the time before"
        s3_objects.fetch(self.listing, source, s3, self.objects, progress=self._weighed, cancelled=lambda: self.stopped)
        return self._added(self._of_objects(self.listing))

    def _of_objects(self, listing: Listing) -> Loaded | None:
        if not all(self.objects.has(one) for one in listing.objects):
            self.said = "Stopped."
            return None
        return before.by_objects(listing, self.kept.loaded, self.objects)

    def _added(self, loaded: Loaded | None) -> State:
        if loaded is None:
            return "cut"
        self.brought = replace(self.kept, loaded=loaded, at=time.time(), before=True)
        return "done"


def _plan(fetched: ByPatterns, question: Question, periods: tuple[TimeRange, ...]) -> Plan:
    """The question may be the complete part of a longer one that was cancelled: what is before that part was not brought."""
    return before.plan(replace(fetched.plan, question=question), periods)


def way_before(kept: Brought, asked: Live, question: Question, periods: tuple[TimeRange, ...]) -> Way | None:
    """What the time before costs where that is known without asking AWS: of a log group."""
    if not isinstance(kept.fetched, ByPatterns):
        return None
    to_do = _plan(kept.fetched, question, periods)
    pace = pace_for(asked.identity, to_do.source.region or asked.identity.region)
    return way_by_pattern(to_do, asked.reading, pace.per_second)
