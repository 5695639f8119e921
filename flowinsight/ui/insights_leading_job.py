"""What leads, asked of Logs Insights in a thread of its own: priced, agreed to, one scan a list. Nothing here is drawn."""

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Literal

from flowinsight import aws
from flowinsight.engines import insights_price
from flowinsight.engines.insights_price import Estimate
from flowinsight.engines.insights_query import Running
from flowinsight.engines.insights_query_paid import Payer, purse
from flowinsight.fetchers import insights_leading, live
from flowinsight.fetchers.insights_leading import LeadingPlan, Lists
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from flowinsight.ui.leased import Leased

State = Literal["running", "priced", "done", "cut", "failed"]


@dataclass
class LeadingJob(Leased):
    """`priced` waits for a person's agreement, whatever it costs: it is several scans. Going on asks only for missing lists."""

    question: Question
    group: LogGroup
    identity: aws.Identity
    payer: Payer
    present: int
    key: str
    also: tuple[str, ...] = ()
    state: State = "running"
    plan: LeadingPlan | None = None
    one: Estimate | None = None
    agreed: bool = False
    collected: Lists = field(default_factory=Lists)
    running: Running | None = None
    error: BaseException | None = None

    def start(self) -> None:
        """Begin, or go on."""
        self.state, self.error, self.seen = "running", None, time.monotonic()
        self.told_to_stop.clear()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def agree(self) -> None:
        """The number of scans and their price are accepted."""
        self.agreed = True
        self.start()

    def look(self, wait: float = 0.0) -> State:
        """How it is, after at most `wait` seconds. Every look renews the lease."""
        self.renew(wait)
        return self.state

    @property
    def price(self) -> Estimate:
        """What all scans together are thought to read."""
        assert self.plan is not None
        assert self.one is not None
        return self.plan.priced(self.one)

    def _run(self) -> None:
        try:
            self.state = self._asked()
        except BaseException as error:  # noqa: BLE001 it is told, or raised again, where the page looks
            self.error, self.state = error, "failed"

    def _asked(self) -> State:
        if self.plan is None or self.one is None:
            groups = live.together(self.group, self.also, self.identity)
            plan = insights_leading.plan(self.question, groups, self.identity)
            self.one = insights_price.estimated(plan.query(0), self.identity, self.present, lambda: self.stopped)
            self.plan = plan
        if not self.agreed:
            return "priced"
        missing = self.plan.scans - len(self.collected.found)
        likely = replace(self.one, bytes=None if self.one.bytes is None else self.one.bytes * missing)
        with purse(self.payer, likely, "what leads") as opened:
            insights_leading.lead(
                self.plan,
                self.identity,
                self.collected,
                told=self._hear,
                cancelled=lambda: self.stopped,
                run=opened.run,
            )
        return "done" if len(self.collected.found) == self.plan.scans else "cut"

    def _hear(self, running: Running) -> None:
        self.running = running
