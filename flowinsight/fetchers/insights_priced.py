"""A question of Logs Insights as it will be asked, priced: how finely, in how many scans, with what the logs covered or without.

What the logs covered comes from the scan that brings the records, because a second one for it would read everything once more.
Only where an index lets a query of the matching records alone read less, there are two prices: then what an earlier scan of the
same time told of it is used again, and where none did, it can be done without.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from flowinsight import aws
from flowinsight.engines import insights_price
from flowinsight.engines.insights.query import Grain
from flowinsight.engines.insights_price import Estimate, Tariff, together, usd
from flowinsight.engines.insights_query_errors import MalformedQueryError
from flowinsight.fetchers import insights
from flowinsight.fetchers.insights_slices import Collected, Covered, Plan, closed
from flowinsight.question import Question
from flowinsight.sources import LogGroup

SETTLED = 7200
"""Seconds after which no more records of a time arrive; deliveries of 90 minutes late have been seen."""


@dataclass(frozen=True)
class Asking:
    """How a question is to be asked, where somebody chose: how finely, and whether for the matching records alone.

    `person` is who asks: what scans told one is not used for another.
    """

    grain: Grain | None = None
    chart_seconds: int | None = None
    matching: bool = False
    person: str = ""


@dataclass(frozen=True)
class Priced:
    """A plan and what all of its scans will read. `alone` is the plan for the matching records alone, where that reads less."""

    plan: Plan
    estimate: Estimate
    alone: "Priced | None" = None

    def said(self, tariff: Tariff) -> str:
        """The price in sentences, and both where there are two."""
        words = [self.estimate.said(tariff)]
        if self.plan.scans > 1:
            words.append(f"That is {self.plan.scans} scans: CloudWatch does not take a record twice in one.")
        if self.plan.known is not None:
            words.append("What the logs covered is known from an earlier scan of this time.")
        elif self.plan.scan.matching:
            words.append("What the logs covered will not be known.")
        elif self.alone is not None:
            words.append(
                f"That says what the logs covered, too. The matching records alone cost {usd(tariff.of(self.alone.size))}, by an "
                "index; a second scan for what the logs covered would cost as much as this one again."
            )
        return " ".join([*words, *self.estimate.notes])

    @property
    def size(self) -> int:
        return self.estimate.bytes or 0


def priced(
    question: Question,
    groups: Sequence[LogGroup],
    identity: aws.Identity,
    present: int,
    asking: Asking,
    cancelled: Callable[[], bool] = lambda: False,
) -> Priced:
    """The plan that fits what will be read, and what that is. `present` is the account's, Unix seconds.

    TooWideError, and what `insights.plan` and `insights_price.estimated` raise.
    """
    plan_of = partial(
        insights.planned, question, groups, insights.discovered(groups, identity, closed(question.time)[1]),
        grain=asking.grain, chart_seconds=asking.chart_seconds,
    )  # fmt: skip

    def estimated(plan: Plan) -> Estimate:
        queries = plan.queries(plan.span)[: -(-len(plan.queries(plan.span)) // plan.scans)]
        return together([insights_price.estimated(query, identity, present, cancelled) for query in queries])

    one = estimated(plan_of(grain="records"))
    plan = plan_of(size=one.bytes)
    if plan.scan.grain == "apart" and (identity in _TAKEN_ONCE or _refused(plan, estimated)):
        plan = plan_of(size=one.bytes, twice=True)
    whole = Priced(plan, _of_all(one, plan))
    narrow = plan_of(size=one.bytes, twice=plan.scans > 1, matching=True)
    if not narrow.scan.matching:
        return whole
    alone = Priced(
        replace(narrow, known=KNOWN.recall(plan, identity, asking.person)), _of_all(estimated(narrow), narrow)
    )
    if None in (one.bytes, alone.estimate.bytes) or alone.size >= whole.size:
        return whole
    return alone if asking.matching or alone.plan.known is not None else replace(whole, alone=alone)


def _of_all(one: Estimate, plan: Plan) -> Estimate:
    """What all scans of a plan read, where one reads this."""
    return replace(one, bytes=None if one.bytes is None else one.bytes * plan.scans)


def _refused(plan: Plan, estimated: Callable[[Plan], Estimate]) -> bool:
    """Whether CloudWatch cannot read the query that takes each record twice; asking for its price tells, which is free."""
    try:
        estimated(plan)
    except MalformedQueryError:
        return True
    return False


_TAKEN_ONCE: set[aws.Identity] = set()


def taken_once(identity: aws.Identity) -> None:
    """From now on what would take a record twice is asked in two scans: CloudWatch did not do it in one."""
    _TAKEN_ONCE.add(identity)


@dataclass(frozen=True)
class Known:
    """What scans of everything told of times that are settled, the least recently used given up first."""

    most: int = 50
    kept: OrderedDict[object, Covered] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def remember(self, plan: Plan, identity: aws.Identity, person: str, collected: Collected, present: int) -> None:
        """Keep what a plan told whose every slice has arrived; nothing of a time to which records may still be added."""
        start, end = closed(plan.span)
        complete = collected.reached is not None and collected.reached <= start and not collected.bursts
        if plan.scan.matching or not complete or end + SETTLED > present:
            return
        with self.lock:
            self.kept[_key(plan, identity, person)] = insights.told_by(collected)
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)

    def recall(self, plan: Plan, identity: aws.Identity, person: str) -> Covered | None:
        with self.lock:
            if (key := _key(plan, identity, person)) in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)


def _key(plan: Plan, identity: aws.Identity, person: str) -> object:
    return identity, person, plan.groups, plan.scan.formats, plan.span, plan.scan.cover


KNOWN = Known()
