"""Queries within what a person may spend: the price is set aside before, and what was really read is entered afterwards."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flowinsight import aws
from flowinsight.engines import insights_query
from flowinsight.engines.insights_price import Estimate, Tariff
from flowinsight.engines.insights_query import InsightsQuery, QueryResult, Running
from flowinsight.engines.insights_query_errors import QueryCancelledError, QueryEndedError
from flowinsight.spending import Ledger, SpendingError


@dataclass
class Purse:
    """What the queries of one question may cost together, what that limit is called, and what they have read so far, bytes by
    query.
    """

    tariff: Tariff
    most: float
    called: str = "what was allowed"
    read: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def dollars(self) -> float:
        with self._lock:
            return self.tariff.of(sum(self.read.values()))

    def run(
        self,
        query: InsightsQuery,
        identity: aws.Identity,
        *,
        told: Callable[[Running], None],
        cancelled: Callable[[], bool],
    ) -> QueryResult:
        """As `insights_query.run`, for any number of threads; SpendingError, the query stopped, when it reads too much."""

        def heard(running: Running) -> None:
            self._count(running.query_id, running.bytes_scanned)
            told(running)

        try:
            found = insights_query.run(query, identity, told=heard, cancelled=lambda: cancelled() or self.empty)
        except QueryCancelledError as error:
            if not cancelled() and self.empty:
                raise SpendingError(
                    f"Stopped at AWS: {self.dollars:.4f} USD were spent, which is {self.called}."
                ) from error
            raise
        except QueryEndedError as error:
            self._count(error.query_id, error.bytes_scanned)
            raise
        self._count(found.query_id, found.bytes_scanned)
        return found

    @property
    def empty(self) -> bool:
        return self.dollars > self.most

    def _count(self, query_id: str, size: int) -> None:
        with self._lock:
            self.read[query_id] = max(size, self.read.get(query_id, 0))


@dataclass(frozen=True)
class Payer:
    """Who pays, by whose limits, and at which price."""

    ledger: Ledger
    person: str
    tariff: Tariff

    @property
    def alone(self) -> float:
        """US dollars up to which a question runs without being agreed to."""
        return self.ledger.limits(self.person).alone


@contextmanager
def purse(payer: Payer, estimate: Estimate, what: str, most: float = math.inf) -> Iterator[Purse]:
    """Set aside the estimated price of a question, and settle what it really cost however it ends.

    SpendingError when the estimate is more than the person has left today. Of unknown price all that is left may be spent, and
    never more than `most` US dollars.
    """
    ledger, person, likely = payer.ledger, payer.person, payer.tariff.of(estimate.bytes or 0)
    entry = ledger.set_aside(person, likely, what)
    left = max(ledger.limits(person).day - ledger.spent(person) + likely, 0.0)
    opened = Purse(
        payer.tariff, min(left, most), "what was allowed" if most < left else "all that was left of today's limit"
    )
    try:
        yield opened
    finally:
        ledger.settle(entry, opened.dollars)
