"""The coarsest rung: what leads, one scan for each list, the number of scans known before."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from flowinsight import aws
from flowinsight.answer import Statement
from flowinsight.engines import insights_query
from flowinsight.engines.insights import leading
from flowinsight.engines.insights.columns import columns
from flowinsight.engines.insights.leading import Leading
from flowinsight.engines.insights.query import NOT_TOLD_APART, Scan
from flowinsight.engines.insights_price import Estimate, Tariff, usd
from flowinsight.engines.insights_query import InsightsQuery, Running
from flowinsight.engines.insights_query_errors import QueryCancelledError
from flowinsight.errors import QuestionError, SourceError
from flowinsight.fetchers.insights import discovered
from flowinsight.fetchers.insights_slices import Runner, closed
from flowinsight.question import Question
from flowinsight.sources import LogGroup

TOP = 50
"""Rows of a list before all others are one row."""


@dataclass(frozen=True)
class LeadingPlan:
    """The queries of a question, by list, in the order in which they are asked. Each reads everything once."""

    question: Question
    groups: tuple[LogGroup, ...]
    statements: tuple[tuple[str, Statement], ...]
    top: int

    @property
    def scans(self) -> int:
        return len(self.statements)

    def query(self, number: int) -> InsightsQuery:
        """The query of a list; AWS takes both ends of its time as included."""
        start, end = closed(self.question.time)
        return InsightsQuery(self.statements[number][1].text, self.groups, start, end - 1)

    def priced(self, one: Estimate) -> Estimate:
        """What all scans read, where the first reads `one`."""
        return replace(one, bytes=None if one.bytes is None else one.bytes * self.scans)

    def said(self, one: Estimate, tariff: Tariff) -> str:
        """What the first scan reads, in a sentence, and how many there are."""
        every = "" if one.bytes is None else f": {usd(tariff.of(one.bytes * self.scans))} together"
        return f"{self.scans} scans of the same records{every}. Each: {one.said(tariff)}"


@dataclass
class Lists:
    """The lists that have arrived, and what their scans have read. Going on with the same one asks only for what it lacks."""

    found: list[Leading] = field(default_factory=list)
    bytes_scanned: int = 0


def plan(question: Question, groups: Sequence[LogGroup], identity: aws.Identity) -> LeadingPlan:
    """As `planned`, with the names of fields that CloudWatch has discovered."""
    return planned(question, groups, discovered(groups, identity, closed(question.time)[1]))


def planned(
    question: Question,
    groups: Sequence[LogGroup],
    names: Collection[str],
    *,
    top: int = TOP,
    by: Sequence[str] = leading.LISTS,
) -> LeadingPlan:
    """The lists `by` which is asked, where `names` of fields were discovered.

    QuestionError where only conversations can tell what is asked; SourceError where there is no total to be had.
    """
    if not possible(question):
        raise QuestionError(
            "Who was client and server is told by conversations, and here only records are counted: ask by address or by port."
        )
    known = tuple(dict.fromkeys(a_format for group in groups for a_format in group.formats))
    needed = Scan(question, known, "binned", 60, 60).needed | (NOT_TOLD_APART - {"start"})
    found = columns(known, needed, names)
    offered = leading.lists(found)
    if leading.WHOLE not in offered:
        raise SourceError("These log groups have no field protocol, whose list adds up to the total: ask for less.")
    wanted = [name for name in offered if name == leading.WHOLE or name in by]
    return LeadingPlan(
        question, tuple(groups), tuple((name, leading.compiled(question, found, name, top)) for name in wanted), top
    )


def possible(question: Question) -> bool:
    """Whether records alone tell what a question is about."""
    return not question.conversation_filters


def lead(
    to_do: LeadingPlan,
    identity: aws.Identity,
    collected: Lists,
    *,
    told: Callable[[Running], None] = lambda _: None,
    progress: Callable[[Lists], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    run: Runner = insights_query.run,
) -> None:
    """Bring the lists that `collected` lacks, each with all others together, until all are there or `cancelled` says so.

    Raises what `run` raises, but not that it was cancelled; calling again with the same `collected` goes on.
    """
    while len(collected.found) < to_do.scans and not cancelled():
        number = len(collected.found)
        try:
            result = run(to_do.query(number), identity, told=told, cancelled=cancelled)
        except QueryCancelledError:
            return
        everything = leading.total(collected.found[0]) if number else None
        collected.bytes_scanned += result.bytes_scanned
        if result.lost is not None:
            raise result.lost
        collected.found.append(leading.told(to_do.statements[number][0], result.rows, to_do.top, everything))
        progress(collected)
