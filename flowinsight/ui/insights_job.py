"""One Logs Insights query in a thread of its own, within what the person may spend. Nothing here is drawn.

It stops at AWS when it is told to, when the page has moved on to another question, and when no page has looked for too long.
"""

import threading
import time
from dataclasses import dataclass
from typing import Literal

from flowinsight import aws
from flowinsight.engines.insights_price import Estimate
from flowinsight.engines.insights_query import InsightsQuery, QueryResult, Running
from flowinsight.engines.insights_query_errors import QueryCancelledError
from flowinsight.engines.insights_query_paid import Payer, purse
from flowinsight.ui.leased import Leased

State = Literal["running", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class Asked:
    """A query, as whom it is asked, and what it is thought to read."""

    query: InsightsQuery
    identity: aws.Identity
    estimate: Estimate


@dataclass(frozen=True)
class Answered:
    """A result, what it really cost in US dollars, how long it took in seconds, and when it came, Unix seconds."""

    result: QueryResult
    dollars: float
    seconds: float
    at: float


@dataclass
class InsightsJob(Leased):
    """`key` tells the query of one identity from any other."""

    asked: Asked
    key: str
    payer: Payer
    state: State = "running"
    progress: Running | None = None
    answered: Answered | None = None
    error: BaseException | None = None

    def start(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def look(self, wait: float = 0.0) -> State:
        """How it is, after at most `wait` seconds. Every look renews the lease."""
        self.renew(wait)
        return self.state

    def _run(self) -> None:
        began = time.monotonic()
        try:
            with purse(self.payer, self.asked.estimate, "Logs Insights") as opened:
                found = opened.run(
                    self.asked.query, self.asked.identity, told=self._hear, cancelled=lambda: self.stopped
                )
            self.answered = Answered(found, opened.dollars, time.monotonic() - began, time.time())
            self.state = "done"
        except QueryCancelledError as error:
            self.error, self.state = error, "cancelled"
        except BaseException as error:  # noqa: BLE001 it is told, or raised again, where the page looks
            self.error, self.state = error, "failed"

    def _hear(self, running: Running) -> None:
        self.progress = running
