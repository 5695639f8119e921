"""The coarsest rung: what leads, one scan for each list, the number of scans known before."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from flowinsight import aws
from flowinsight.answer import Statement
from flowinsight.engines import insights_query
from flowinsight.engines.insights import leading
from flowinsight.engines.insights.columns import columns
from flowinsight.engines.insights.leading import Leading
from flowinsight.engines.insights.query import NOT_TOLD_APART, Scan
from flowinsight.engines.insights_query import InsightsQuery, Running
from flowinsight.errors import QuestionError, SourceError
from flowinsight.fetchers.insights_slices import Runner, closed
from flowinsight.question import Question
from flowinsight.sources import LogGroup


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


def planned(
    question: Question,
    groups: Sequence[LogGroup],
    names: Collection[str],
    *,
    top: int = 50,
    by: Sequence[str] = leading.LISTS,
) -> LeadingPlan:
    """The lists `by` which is asked, where `names` of fields were discovered.

    QuestionError where only conversations can tell what is asked; SourceError where there is no total to be had.
    """
    if question.conversation_filters:
        raise QuestionError(
            "Who was client and server is told by conversations, and here only records are counted: ask by address or by port."
        )
    known = tuple(dict.fromkeys(a_format for group in groups for a_format in group.formats))
    needed = Scan(question, known, "binned", 60, 60).needed | (NOT_TOLD_APART - {"start"})
    found = columns(known, needed, names)
    possible = leading.lists(found)
    if leading.WHOLE not in possible:
        raise SourceError("These log groups have no field protocol, whose list adds up to the total: ask for less.")
    wanted = [name for name in possible if name == leading.WHOLE or name in by]
    return LeadingPlan(
        question, tuple(groups), tuple((name, leading.compiled(question, found, name, top)) for name in wanted), top
    )


def lead(
    to_do: LeadingPlan,
    identity: aws.Identity,
    *,
    told: Callable[[Running], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    run: Runner = insights_query.run,
) -> tuple[Leading, ...]:
    """The lists, each with all others together. Raises what `run` raises."""
    start, end = closed(to_do.question.time)
    total: dict[str, int] | None = None
    lists: list[Leading] = []
    for name, statement in to_do.statements:
        query = InsightsQuery(statement.text, to_do.groups, start, end - 1)
        result = run(query, identity, told=told, cancelled=cancelled)
        if total is None:
            everything = leading.told(name, result.rows, 0, None)
            total = everything.other
        lists.append(leading.told(name, result.rows, to_do.top, total))
    return tuple(lists)
