"""One fetch from AWS in a thread of its own: how far it is, what it will cost, and how it ends. Nothing here is drawn."""

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from flowinsight import aws
from flowinsight.fetchers import brought, denominator, group_ways, live, log_events, s3_listing, s3_objects
from flowinsight.fetchers.brought import Fetched
from flowinsight.fetchers.group_ways import Reading
from flowinsight.fetchers.live import Live
from flowinsight.fetchers.log_events import Beside
from flowinsight.fetchers.pace import pace_for
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup, S3Objects
from flowinsight.spending import SpendingError
from flowinsight.ui.insights_fetch import InsightsFetch
from flowinsight.ui.leased import Leased
from flowinsight.ui.ways import Way

State = Literal["running", "priced", "done", "cut", "failed"]

ASKS_FROM = 0.01
"""US dollars from which on a person has to agree to the price."""


@dataclass(frozen=True)
class Brought:
    """Records, and the time range for which they are complete; `beside` are those the question is not about, where some
    way brings such. `fetched` is what the records were read from. `before`: the time before the question is there too.
    """

    loaded: Loaded
    covered: TimeRange
    way: Way
    at: float
    requests: int
    beside: Beside | None = None
    cautions: tuple[str, ...] = ()
    fetched: Fetched | None = None
    before: bool = False


@dataclass
class FetchJob(Leased):
    """`priced` waits for a person's agreement; `cut` ended before everything was there, `brought` holding what is complete, as it
    does while Logs Insights runs.

    Going on after an error or a cut asks only for what is missing.
    """

    question: Question
    live: Live
    key: str
    state: State = "running"
    said: str = "Asking AWS"
    done: float = 0.0
    way: Way | None = None
    brought: Brought | None = None
    error: BaseException | None = None
    agreed: bool = False
    events: log_events.Collected = field(default_factory=log_events.Collected)
    objects: s3_objects.Collected = field(default_factory=lambda: s3_objects.Collected(keep=True))
    listing: s3_listing.Listing | None = None
    by_insights: InsightsFetch | None = None

    def start(self) -> None:
        """Begin, or go on."""
        self.state, self.error, self.seen = "running", None, time.monotonic()
        self.told_to_stop.clear()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def look(self, wait: float = 0.0) -> State:
        """How it is, after at most `wait` seconds. Every look renews the lease."""
        self.renew(wait)
        return self.state

    def agree(self) -> None:
        """The price is accepted."""
        self.agreed = True
        self.start()

    def pay(self) -> None:
        """The reader agrees to pay for what its owner does not."""
        assert isinstance(self.live.source, S3Objects)
        self.live = replace(self.live, source=replace(self.live.source, requester_pays=True))
        self.start()

    def _run(self) -> None:
        try:
            match self.live.source:
                case LogGroup() as group if self.by_insights is not None:
                    self.state = self._by_insights(group, self.by_insights)
                case LogGroup() as group:
                    self.state = self._by_pattern(group)
                case S3Objects() as bucket:
                    self.state = self._by_object(bucket)
                case _:
                    assert_never(self.live.source)
        except BaseException as error:  # noqa: BLE001 it is told, or raised again, where the page looks
            self.error, self.state = error, "failed"

    def _by_pattern(self, source: LogGroup) -> State:
        self.said = f"Asking which format {source.label} is in"
        identity = self.live.identity
        group = live.settled(source, identity)
        reading = self.live.reading
        plan = group_ways.plan(self.question, group, reading)
        pace = pace_for(identity, group.region or identity.region)
        self.way = way_by_pattern(plan, reading, pace.per_second)
        self.said = f"Reading {group.label}, newest first"
        logs = aws.client(identity, "logs", group.region)
        log_events.fetch(plan, logs, self.events, pace=pace, progress=self._sliced, cancelled=lambda: self.stopped)
        fetched = log_events.read(plan, self.events)
        if fetched.covered is not None:
            beside = None if reading.exact else log_events.false_matches(plan, self.events)
            loaded = self._finished(plan, fetched)
            self._bring(loaded, fetched.covered, self.events.requests, brought.by_patterns(plan, self.events), beside)
        if not fetched.complete:
            self.said = "Stopped." if self.stopped else live.too_many()
        return "done" if fetched.complete else "cut"

    def _finished(self, plan: log_events.Plan, fetched: log_events.Fetched) -> Loaded:
        reading = self.live.reading
        if not fetched.complete:
            return replace(fetched.loaded, left_out=group_ways.left_out(reading))
        self.said = "Looking where interfaces were at work"
        return group_ways.finished(plan, reading, self.live.identity, self.events, lambda: self.stopped)

    def _sliced(self, progress: log_events.Progress) -> None:
        self.done = progress.finished / max(progress.slices, 1)

    def _by_insights(self, source: LogGroup, asking: InsightsFetch) -> State:
        if self.way is None or asking.plan is None:
            self.said, self.agreed = f"Asking what it costs to read {source.label}", False
            group = live.settled(source, self.live.identity)
            self.way = asking.priced(group, lambda: self.stopped)
        if self.way.dollars > asking.payer.alone and not self.agreed:
            return "priced"
        self.said, why = f"Asking {source.label}, newest first", "Stopped."
        try:
            asking.fetch(lambda: self._slice_arrived(asking), lambda: self.stopped)
        except SpendingError as error:
            why = str(error)
        self._slice_arrived(asking)
        if self.brought is None or self.brought.covered != self.question.time:
            self.said = why
            return "cut"
        loaded = asking.expected(self.brought.loaded)
        way = replace(self.way, price=asking.paid, dollars=asking.payer.tariff.of(asking.collected.bytes_scanned))
        self.brought = replace(self.brought, loaded=loaded, way=way)
        return "done"

    def _slice_arrived(self, asking: InsightsFetch) -> None:
        loaded, covered = asking.read()
        self.done = asking.share
        if covered is not None:
            assert asking.plan is not None
            scans = tuple(asking.collected.scans)
            self._bring(loaded, covered, len(scans), brought.ByQueries(asking.plan, scans))
            assert self.brought is not None
            self.brought = replace(self.brought, cautions=asking.cautions(loaded))

    def _by_object(self, source: S3Objects) -> State:
        s3 = aws.client(self.live.identity, "s3")
        if self.listing is None:
            self.said = f"Looking through the folders of {source.label}"
            locations, notes = s3_listing.discover(source, s3)
            found = s3_listing.listing(locations, self.question.time, source, s3, lambda: self.stopped, notes)
            if not found.whole:
                self.said = "Stopped."
                return "cut"
            self.listing, self.way = found, way_by_object(found, source)
        costly = self.way is not None and (self.way.dollars >= ASKS_FROM or source.requester_pays)
        if costly and not self.agreed:
            return "priced"
        self.said = f"Reading {len(self.listing.objects):,} objects"
        s3_objects.fetch(self.listing, source, s3, self.objects, progress=self._weighed, cancelled=lambda: self.stopped)
        if not all(self.objects.has(one) for one in self.listing.objects):
            self.said = "Stopped."
            return "cut"
        known = denominator.of_bucket(source, self.listing.locations, self.live.identity)
        read = s3_objects.read(self.listing, self.objects)
        requests, fetched = self.listing.requests + len(self.listing.objects), brought.by_objects(source, read)
        self._bring(denominator.joined(read.loaded, known), self.question.time, requests, fetched)
        return "done"

    def _weighed(self, read: int, of: int) -> None:
        self.done = read / max(of, 1)

    def _bring(
        self, loaded: Loaded, covered: TimeRange, requests: int, fetched: Fetched, beside: Beside | None = None
    ) -> None:
        assert self.way is not None
        self.brought = Brought(loaded, covered, self.way, time.time(), requests, beside, fetched=fetched)


def way_by_pattern(plan: log_events.Plan, reading: Reading, per_second: float) -> Way:
    """What reading a log group costs: AWS charges nothing for FilterLogEvents, and limits its rate."""
    least = len(plan.slices) * len(plan.statements)
    price = f"{group_ways.FREE} At least {least:,} requests, at most {per_second:g} a second."
    sent = tuple(statement.text or "(every event)" for statement in plan.statements)
    offer = group_ways.offer(reading)
    return Way(offer.name, price, 0.0, sent, plan.source.origin, offer.precision)


def way_by_object(listing: s3_listing.Listing, source: S3Objects) -> Way:
    """What reading the objects of a listing costs, and who pays where that is not the bucket's owner."""
    price = s3_objects.price(listing)
    said = (
        f"{price.objects:,} objects, {price.bytes / 1e6:,.1f} MB: {price.requests:.6f} USD for the requests, and "
        f"{price.transfer:.6f} USD more where this machine is outside of the bucket's region ({price.how})."
    )
    if source.requester_pays:
        said += " You pay for both: the bucket's owner does not."
    return Way("S3, the objects of the range", said, price.requests + price.transfer)
