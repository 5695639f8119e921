"""A range asked of Logs Insights in slices that never overlap, so that together they read it once, newest first.

A slice whose answer may have lost rows is asked again at half its length. Sources: CloudWatch Logs API reference, StartQuery,
GetQueryResults; quotas.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from flowinsight import aws
from flowinsight.answer import Statement
from flowinsight.conversations.matched import MARGIN
from flowinsight.engines import insights_query
from flowinsight.engines.insights import decoded, kinds
from flowinsight.engines.insights.decoded import Decoded, whole
from flowinsight.engines.insights.query import MOST_ROWS, TIMED, Scan
from flowinsight.engines.insights_query import InsightsQuery, QueryResult, Running
from flowinsight.engines.insights_query_errors import QueryCancelledError
from flowinsight.errors import AwsError, SourceError
from flowinsight.fetchers.insights_ladder import TARGET
from flowinsight.question import Question, TimeRange
from flowinsight.records.tally import Tally
from flowinsight.sources import LogGroup

MINUTE = 60
FASTEST = 4
"""How many times longer than the last a slice may be."""


@dataclass(frozen=True)
class Covered:
    """What a scan of everything told of a time: rows in the columns of COUNTED, and the account of its lines."""

    counted: pa.Table
    tally: Tally


class TakenOnceError(AwsError):
    """CloudWatch does not take a record twice in one scan, on which the coarsest rollup rests."""

    def __init__(self) -> None:
        super().__init__(
            "CloudWatch did not take each record twice in one scan. Asked again it takes two scans, at twice the price."
        )


class Runner(Protocol):
    """Runs a query to its end: `insights_query.run`, or one that also watches what is spent."""

    def __call__(
        self,
        query: InsightsQuery,
        identity: aws.Identity,
        *,
        told: Callable[[Running], None],
        cancelled: Callable[[], bool],
    ) -> QueryResult: ...


@dataclass(frozen=True)
class Plan:
    """What will be asked of log groups, the same in every region and in every slice of the time, the first of which is `width`
    seconds long. There is one statement, or two where records and their times need a scan each. `known` is what the logs
    covered, where an earlier scan of the same time told.
    """

    scan: Scan
    groups: tuple[LogGroup, ...]
    statements: tuple[Statement, ...]
    width: int
    known: Covered | None = None

    @property
    def question(self) -> Question:
        return self.scan.question

    @property
    def span(self) -> TimeRange:
        """The range that is read: the question's, and what was logged just before and after, as evidence of who started."""
        return self.question.time.widened(MARGIN)

    @property
    def step(self) -> int:
        """The shortest slice, in seconds. Slices begin and end on its multiples."""
        return {"records": MINUTE, "binned": self.scan.bin, "apart": self.scan.cover}[self.scan.grain]

    @property
    def scans(self) -> int:
        """How often every byte is read, and paid."""
        return len(self.statements)

    def queries(self, a_slice: TimeRange) -> tuple[InsightsQuery, ...]:
        """The queries of a slice, one for each statement in each region; AWS takes both ends as included."""
        start, end = closed(a_slice)
        regions = dict.fromkeys(group.region for group in self.groups)
        together = [tuple(group for group in self.groups if group.region == region) for region in regions]
        return tuple(
            InsightsQuery(one.text, groups, start, end - 1, MOST_ROWS) for one in self.statements for groups in together
        )


@dataclass(frozen=True)
class Scanned:
    """One query that ran: which slice, what it read, and whether its answer was complete or had to be asked for again.

    `scanned` and `matched` are log events, as AWS counts them.
    """

    slice: TimeRange
    bytes: int
    rows: int
    complete: bool
    query_id: str
    scanned: int = 0
    matched: int = 0


@dataclass
class Collected:
    """What has arrived so far. A fetch that failed or was cancelled goes on with the same one."""

    parts: list[Decoded] = field(default_factory=list)
    scans: list[Scanned] = field(default_factory=list)
    bursts: list[TimeRange] = field(default_factory=list)
    reached: int | None = None
    width: int | None = None

    @property
    def bytes_scanned(self) -> int:
        return sum(scan.bytes for scan in self.scans)


def fetch(
    to_do: Plan,
    identity: aws.Identity,
    collected: Collected,
    *,
    told: Callable[[Running], None] = lambda _: None,
    progress: Callable[[Collected], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    run: Runner = insights_query.run,
) -> None:
    """Bring what `collected` lacks, newest slice first, until all is there or `cancelled` says so.

    `progress` hears of each slice. Raises what `run` raises, but not that it was cancelled; calling again with the same
    `collected` goes on.
    """
    start, end = closed(to_do.span)
    while not cancelled() and (collected.reached or end) > start:
        a_slice = next_slice(to_do, collected)
        try:
            results = [run(query, identity, told=told, cancelled=cancelled) for query in to_do.queries(a_slice)]
        except QueryCancelledError:
            return
        _take(to_do, collected, a_slice, results)
        progress(collected)


def next_slice(to_do: Plan, collected: Collected) -> TimeRange:
    """The newest part of the range that has not been asked for, as long as the last one allows."""
    start, end = closed(to_do.span)
    last = end if collected.reached is None else collected.reached
    first = (last - (collected.width or to_do.width)) // to_do.step * to_do.step
    return TimeRange(max(start, min(first, (last - 1) // to_do.step * to_do.step)), last)


def _take(to_do: Plan, collected: Collected, a_slice: TimeRange, results: Sequence[QueryResult]) -> None:
    """Keep the rows of a slice, or where some may be missing say that it is to be asked again at half its length.

    RowsMissingError where some are for certain, which no shorter slice would bring; TakenOnceError.
    """
    start, end = closed(a_slice)
    count = max(map(_counted, results))
    complete = count < MOST_ROWS
    trouble = _trouble(to_do, results) if complete else None
    for result in results:
        told = (result.bytes_scanned, _counted(result), complete and trouble is None, result.query_id)
        collected.scans.append(Scanned(a_slice, *told, result.records_scanned, result.records_matched))
    if trouble is not None:
        raise trouble
    if complete:
        collected.parts.append(decoded.decoded(to_do.scan, [row for result in results for row in result.rows]))
        collected.width = min((end - start) * FASTEST, (end - start) * TARGET // max(count, 1) + 1)
    elif (last := end - 1) // to_do.step * to_do.step > start:
        collected.width = max(to_do.step, (last - start) // 2)
        return
    else:
        collected.bursts.append(a_slice)
    collected.reached = start


def _counted(result: QueryResult) -> int:
    return max(len(result.rows), result.result_count or 0)


def _trouble(to_do: Plan, results: Sequence[QueryResult]) -> AwsError | None:
    """Why the rows of a slice that should be complete cannot be taken."""
    lost = next((result.lost for result in results if result.lost is not None), None)
    if lost is not None:
        return lost
    doubled = to_do.scan.grain == "apart" and to_do.scans == 1
    return TakenOnceError() if doubled and not all(map(_taken_twice, results)) else None


def _taken_twice(result: QueryResult) -> bool:
    """Whether each record came as what it is, and once more as one that is counted in time."""
    asked, timed = (
        sum(int(whole(row["n"])) for row in result.rows if row["what"] == what) for what in (kinds.ASKED, TIMED)
    )
    return asked == timed and (bool(result.rows) or not result.records_matched)


def covered(to_do: Plan, collected: Collected) -> TimeRange | None:
    """The part of the question's range that has been asked for."""
    start, end = closed(to_do.question.time)
    if collected.reached is None or collected.reached >= end:
        return None
    return TimeRange(max(start, collected.reached), end)


def closed(time: TimeRange) -> tuple[int, int]:
    """Both ends of a range; SourceError when one is open."""
    if time.start is None or time.end is None:
        raise SourceError("A log group is asked for a range with a beginning and an end.")
    return time.start, time.end
