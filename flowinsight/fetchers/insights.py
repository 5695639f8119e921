"""Records of log groups by Logs Insights: every matching record or their rollup, and what the logs covered in the same scan."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import gcd
from typing import Any

import pyarrow as pa

from flowinsight import aws, coverage, db
from flowinsight.answer import Statement
from flowinsight.conversations.matched import MARGIN
from flowinsight.engines.insights import decoded, tables
from flowinsight.engines.insights.columns import columns
from flowinsight.engines.insights.query import ENGINE, LANGUAGE, MOST_ROWS, Grain, Scan, compiled, prunable
from flowinsight.errors import AwsError, SourceError
from flowinsight.fetchers import formats
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.insights_ladder import MOST_SLICES, TooWideError, rung
from flowinsight.fetchers.insights_slices import Collected, Covered, Plan, Scanned, closed, covered, fetch
from flowinsight.fields import BY_TOKEN
from flowinsight.loaded import Loaded
from flowinsight.part import Part
from flowinsight.question import Question, TimeRange
from flowinsight.records.tally import Tally
from flowinsight.sources import LogGroup

__all__ = ["Collected", "Fetched", "Plan", "covered", "discovered", "fetch", "load", "plan", "planned", "read"]


@dataclass(frozen=True)
class Fetched:
    """What the answer is made of: the part of the range that is complete, and every query that was paid for."""

    plan: Plan
    loaded: Loaded
    covered: TimeRange | None
    complete: bool
    scans: tuple[Scanned, ...]

    @property
    def bytes_scanned(self) -> int:
        return sum(scan.bytes for scan in self.scans)


def plan(
    question: Question,
    groups: Sequence[LogGroup],
    identity: aws.Identity,
    *,
    grain: Grain | None = None,
    size: int | None = None,
    chart_seconds: int | None = None,
    twice: bool = False,
) -> Plan:
    """The query of a question whose time is closed, over groups whose formats are known; SourceError where there can be none.

    `size` is what it is estimated to read, in bytes: with it, and where no `grain` is given, the rung of the ladder is chosen.
    `chart_seconds` is a bin in which the answer will be drawn. `twice` asks for records and for their times in a scan each, where
    CloudWatch does not take a record twice in one: see `Plan.scans`.
    """
    names = discovered(groups, identity, closed(question.time)[1])
    return planned(question, groups, names, grain=grain, size=size, chart_seconds=chart_seconds, twice=twice)


def planned(
    question: Question,
    groups: Sequence[LogGroup],
    names: Collection[str],
    *,
    grain: Grain | None = None,
    size: int | None = None,
    chart_seconds: int | None = None,
    twice: bool = False,
    matching: bool = False,
) -> Plan:
    """The same where the `names` of discovered fields are known. `matching` leaves out what does not match, where an index may
    make that cheaper; `insights_priced` decides it. TooWideError where even the coarsest rung would take too many queries, unless
    that is asked for as a `grain`.
    """
    start, end = closed(question.time)
    known = tuple(dict.fromkeys(a_format for group in groups for a_format in group.formats))
    if not known:
        raise SourceError("The format of these log groups is not known: say it, as their flow log has it.")
    chosen = rung(question, known, size)
    if grain is None and chosen.slices > MOST_SLICES:
        raise TooWideError(chosen.slices)
    grain, cover = grain or chosen.grain, coverage.bin_seconds(end - start)
    scan = Scan(question, known, grain, _bin(grain, cover, chart_seconds, question.bin), cover)
    found = columns(known, scan.needed, names)
    if found.before and not all(group.ordered for group in groups):
        raise SourceError(
            "CloudWatch has not discovered every field that this needs, and the order of the fields is not known: say the "
            "format of these log groups, as their flow log has it."
        )
    scan = replace(scan, matching=matching and prunable(scan, found))
    width = -(-(end - start + 2 * MARGIN) // chosen.slices)
    return Plan(scan, tuple(groups), compiled(scan, found, twice=twice), width)


def _bin(grain: Grain, cover: int, *charted: int | None) -> int:
    """The widest bin of which every bin that is counted by is a multiple."""
    return 86_400 if grain == "apart" else gcd(cover, *(width for width in charted if width))


def discovered(groups: Sequence[LogGroup], identity: aws.Identity, at: int) -> frozenset[str]:
    """The names of fields that CloudWatch found in every one of the groups around a time; none where it may not be asked.

    What a group is known by is nothing but such names where it is not `ordered`.
    """
    found = [_names(group) for group in groups if not group.ordered]
    for group in filter(lambda one: one.ordered, groups):
        logs = aws.client(identity, "logs", group.region)
        try:
            with aws.translated(doing=f"ask which fields {group.label} has"):
                listed = logs.get_log_group_fields(**{group.parameter: group.name}, time=at)["logGroupFields"]
        except AwsError:
            return frozenset()
        found.append(frozenset(str(one["name"]) for one in listed))
    return frozenset.intersection(*found) if found else frozenset()


def _names(group: LogGroup) -> frozenset[str]:
    return frozenset(BY_TOKEN[token].insights for tokens in group.formats for token in tokens)


def read(to_do: Plan, collected: Collected) -> Fetched:
    """The records of what has arrived."""
    known = [formats.timed(a_format) for a_format in to_do.scan.formats]
    batches = (batch for part in collected.parts for batch in part.batches)
    gathered = gather(batches, known)
    told = to_do.known or told_by(collected)
    counted = told.counted
    tables.survey(gathered.connection, counted, to_do.scan.cover)
    rolled_by = None
    if to_do.scan.grain != "records":
        rolled_by = frozenset(to_do.scan.tokens)
        if to_do.scan.grain == "apart":
            tables.times(gathered.connection, told_by(collected).counted, to_do.scan.cover)
        tables.roll(gathered.connection, _columns(gathered.connection), rolled_by)
    reached = covered(to_do, collected)
    loaded = replace(
        gathered,
        tally=told.tally,
        formats={" ".join(a_format): 0 for a_format in known},
        left_out=_left_out(to_do, collected),
        part=Part(to_do.question, _actions(counted), "This answer of Logs Insights"),
        rolled_by=rolled_by,
        narrowed=to_do.scan.matching and to_do.known is None,
        sent=Statement(ENGINE, LANGUAGE, "\n\n".join(statement.text for statement in to_do.statements)),
    )
    complete = reached == to_do.question.time and not collected.bursts
    return Fetched(to_do, loaded, reached, complete, tuple(collected.scans))


def told_by(collected: Collected) -> Covered:
    """What all slices together told of everything that was logged."""
    counted = pa.concat_tables([decoded.COUNTED.empty_table(), *(part.counted for part in collected.parts)])
    return Covered(counted, sum((part.tally for part in collected.parts), Tally()))


def _columns(connection: db.Connection) -> list[str]:
    return [row["column_name"] for row in db.rows(connection, "DESCRIBE delivered")]


def _actions(counted: pa.Table) -> frozenset[str]:
    sums = {word: sum(filter(None, counted.column(word.lower()).to_pylist())) for word in ("ACCEPT", "REJECT")}
    return frozenset(word for word, number in sums.items() if number)


def _left_out(to_do: Plan, collected: Collected) -> tuple[str, ...]:
    """Sentences about what is missing, and why."""
    found = [
        f"Between {utc(*closed(burst))} UTC more than {MOST_ROWS - 1:,} rows match in the shortest slice that can be asked for: "
        "they are left out. Narrow the question to see them."
        for burst in collected.bursts
    ]
    start, _ = closed(to_do.question.time)
    if collected.reached is None or collected.reached > start:
        found.append("Nothing has been read yet." if collected.reached is None else _unread(start, collected.reached))
    return tuple(found)


def _unread(start: int, reached: int) -> str:
    return f"What was logged between {utc(start, reached)} UTC has not been read."


def utc(first: int, last: int) -> str:
    """Two moments as people read them."""
    return " and ".join(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S") for at in (first, last))


def load(
    question: Question,
    groups: Sequence[LogGroup],
    identity: aws.Identity,
    *,
    grain: Grain | None = None,
    size: int | None = None,
    chart_seconds: int | None = None,
    **how: Any,  # noqa: ANN401
) -> Fetched:
    """Plan, fetch and read in one. `how` is that of `fetch`, the rest that of `plan`."""
    to_do = plan(question, groups, identity, grain=grain, size=size, chart_seconds=chart_seconds)
    collected = Collected()
    fetch(to_do, identity, collected, **how)
    return read(to_do, collected)
