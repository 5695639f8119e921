"""A question's records brought by Logs Insights: priced, within what the person may spend, slice by slice."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from flowinsight import aws, rollups
from flowinsight.engines import insights_price
from flowinsight.engines.insights.query import Grain
from flowinsight.engines.insights_price import Estimate, usd
from flowinsight.engines.insights_query import Running
from flowinsight.engines.insights_query_paid import Payer, purse
from flowinsight.fetchers import denominator, insights, insights_priced, live
from flowinsight.fetchers.group_ways import OFFERS
from flowinsight.fetchers.insights_priced import KNOWN, Asking, Priced
from flowinsight.fetchers.insights_slices import Collected, Plan, TakenOnceError
from flowinsight.investigation import chart_bin
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup
from flowinsight.ui.ways import Way

GRAINS = {"records": "every record", "binned": "records added up by time", "apart": "records added up by day"}


@dataclass
class InsightsFetch:
    """`present` is the account's, Unix seconds; `grain` how finely it is asked, where a person chose; `also` names log groups
    that are asked together with the place of the question.

    Going on after an error or a stop asks only for what is missing.
    """

    question: Question
    identity: aws.Identity
    payer: Payer
    present: int
    also: tuple[str, ...] = ()
    grain: Grain | None = None
    collected: Collected = field(default_factory=Collected)
    running: Running | None = None
    found: Priced | None = None

    def priced(self, group: LogGroup, cancelled: Callable[[], bool]) -> Way:
        """The plan that fits what will be read, and what that costs; infinitely many dollars where it cannot be known."""
        start, end = self.question.time.start, self.question.time.end
        width = None if start is None or end is None else chart_bin(end - start)
        asking = Asking(self.grain, width, person=self.payer.person)
        groups = live.together(group, self.also, self.identity)
        return self._take(insights_priced.priced(self.question, groups, self.identity, self.present, asking, cancelled))

    def _take(self, found: Priced) -> Way:
        self.found, plan, size, tariff = found, found.plan, found.estimate.bytes, self.payer.tariff
        dollars = float("inf") if size is None else tariff.of(size)
        sent = tuple(statement.text for statement in plan.statements)
        said = f"{found.said(tariff)} It asks for {GRAINS[plan.scan.grain]}."
        offer = OFFERS["insights"]
        origins = "; ".join(dict.fromkeys(group.origin for group in plan.groups))
        return Way(offer.name, said, dollars, sent, origins, offer.precision)

    def without_coverage(self) -> Way:
        """The matching records alone, where that is cheaper."""
        assert self.found is not None
        return self._take(self.found.alone or self.found)

    def fetch(self, arrived: Callable[[], None], cancelled: Callable[[], bool]) -> None:
        """Ask for what is missing; `arrived` is called after each slice. SpendingError when it costs more than is left today;
        TakenOnceError where it has to be priced anew.
        """
        assert self.plan is not None
        try:
            with purse(self.payer, self._left(), "a question") as opened:
                insights.fetch(
                    self.plan, self.identity, self.collected, told=self._hear, progress=lambda _: arrived(),
                    cancelled=cancelled, run=opened.run,
                )  # fmt: skip
        except TakenOnceError:
            insights_priced.taken_once(self.identity)
            self.found = None
            raise
        KNOWN.remember(self.plan, self.identity, self.payer.person, self.collected, self.present)

    @property
    def plan(self) -> Plan | None:
        return None if self.found is None else self.found.plan

    def _left(self) -> Estimate:
        """What the rest of it is thought to read."""
        assert self.found is not None
        likely = self.found.estimate
        return replace(
            likely, bytes=None if likely.bytes is None else max(likely.bytes - self.collected.bytes_scanned, 0)
        )

    def _hear(self, running: Running) -> None:
        self.running = running

    def read(self) -> tuple[Loaded, TimeRange | None]:
        """The records so far, and the range for which they are complete."""
        assert self.plan is not None
        found = insights.read(self.plan, self.collected)
        return found.loaded, found.covered

    def expected(self, loaded: Loaded) -> Loaded:
        """The same records with the interfaces that should have written."""
        assert self.plan is not None
        return denominator.joined(loaded, denominator.of_groups(self.plan.groups, self.identity))

    def cautions(self, loaded: Loaded) -> tuple[str, ...]:
        return tuple(rollups.cautions(loaded))

    @property
    def share(self) -> float:
        """How much of the range has been read."""
        assert self.plan is not None
        start, end = self.plan.span.start, self.plan.span.end
        if self.collected.reached is None or start is None or end is None:
            return 0.0
        return min(1.0, (end - max(self.collected.reached, start)) / max(end - start, 1))

    @property
    def said(self) -> str:
        """What was read and paid so far, and how the query that runs is getting on."""
        now = self.running
        under_way = now is not None and now.query_id not in {scan.query_id for scan in self.collected.scans}
        read = self.collected.bytes_scanned + (now.bytes_scanned if now is not None and under_way else 0)
        words = [f"{insights_price.size(read)} read", usd(self.payer.tariff.of(read))]
        if now is not None and under_way:
            words += [f"{now.status}", f"{now.records_matched:,} records matched", f"{now.elapsed:.0f} s"]
        return ", ".join(words)

    @property
    def paid(self) -> str:
        """What was asked and paid in the end."""
        again = sum(not scan.complete for scan in self.collected.scans)
        repeated = f"; {again:,} slices overflowed and were read again in halves" if again else ""
        read = self.collected.bytes_scanned
        at = self.payer.tariff
        grain = GRAINS[self.plan.scan.grain] if self.plan else ""
        return (
            f"{insights_price.size(read)} read: {usd(at.of(read))} at {at.dollars_per_gigabyte:g} USD a GB ({at.label}), "
            f"for {grain}{repeated}."
        )
