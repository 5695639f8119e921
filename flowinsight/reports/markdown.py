"""A report as Markdown for a ticket (GitHub's dialect, which most trackers read): the same content, as text."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import assert_never

from flowinsight.columns import Table
from flowinsight.reports.cells import KINDS, as_text, is_last
from flowinsight.reports.content import (
    Bars,
    Block,
    Code,
    Facts,
    Finding,
    Listing,
    Passage,
    Report,
    Steps,
    Timeline,
    visible,
)
from flowinsight.roles import utc

ROWS = 20
"""Rows of a table in a ticket at most; the HTML report holds all."""

_MARKS = "▁▂▃▄▅▆▇█"
_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~!&@])")


def render(report: Report) -> str:
    """The text, which ends in a line end."""
    lines = [f"# {safe(report.title)}", "", safe(report.subtitle), ""]
    for section in report.sections:
        lines += [f"## {safe(section.heading)}", ""]
        for block in section.blocks:
            lines += [*_block(block), ""]
    return "\n".join([*lines, "Written by FlowInsight. Times are in UTC.", ""])


def safe(text: object) -> str:
    """One line of text that Markdown shows as it is: no markup, no link, no mention, no HTML."""
    escaped = _ACTIVE.sub(r"\\\1", " ".join(visible(str(text), lines=True).split()))
    escaped = escaped.replace("://", ":\\//").replace("www.", "www\\.")
    return re.sub(r"^(?:(?=[-+=])|(\d+)(?=[.)](?:\s|$)))", r"\1\\", escaped)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Facts():
            yield from (f"- **{safe(name)}:** {_value(name, value, block)}" for name, value in block.items)
        case Finding():
            yield from _finding(block)
        case Timeline():
            yield from _timeline(block)
        case Bars():
            yield from (
                "- " + f"{_exact(bar.label) if block.mono else safe(bar.label)}: {safe(bar.said)}" for bar in block.bars
            )
        case Listing():
            yield from _listing(block)
        case Passage():
            yield from _quoted(block.text) if block.quoted else [safe(block.text)]
        case Code():
            yield from _code(block)
        case Steps():
            yield from _steps(block)
        case _:
            assert_never(block)


def _value(name: str, value: str, facts: Facts) -> str:
    return _exact(value) if name in facts.exact else safe(value)


def _exact(text: str) -> str:
    """A code span; one that holds backticks stands between more of them."""
    shown = " ".join(visible(text, lines=True).split())
    fence = "`" * (max((len(run) for run in re.findall(r"`+", shown)), default=0) + 1)
    return f"{fence}{shown}{fence}" if fence == "`" else f"{fence} {shown} {fence}"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"**{safe(finding.verdict)}.**"
    for text in (*finding.sentences, *finding.reasons, *finding.cautions):
        yield ""
        yield safe(text)


def _quoted(text: str) -> list[str]:
    return [f"> {safe(line)}" for line in text.splitlines()] or [">"]


def _timeline(drawn: Timeline) -> Iterator[str]:
    """Each sign stands for a bin that holds records, the gaps between them left out; the highest one is said."""
    if not drawn.bins:
        return
    most = max(drawn.bins, key=lambda one: one.records)
    signs = "".join(_MARKS[(len(_MARKS) - 1) * one.records // max(most.records, 1)] for one in drawn.bins)
    rejected = sum(one.rejected for one in drawn.bins)
    yield f"`{signs}`"
    yield ""
    first, last = _at(drawn.bins[0].second), _at(drawn.bins[-1].second)
    yield (
        f"{len(drawn.bins):,} bins of {drawn.width // 60:,} minutes with records, the first at {first}, the last at {last} UTC; "
        f"most in one: {most.records:,}, at {_at(most.second)} UTC; {rejected:,} rejected in all."
    )


def _at(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M")


def _listing(listing: Listing) -> Iterator[str]:
    table = listing.table
    if listing.said:
        yield safe(listing.said)
        yield ""
    shown = [row for row in table.rows if not is_last(table, row)][:ROWS]
    shown += [row for row in table.rows if is_last(table, row)]
    yield _cells([safe(table.heading(one)) for one in table.columns])
    yield _cells(["---:" if KINDS[one.kind] == "n" else "---" for one in table.columns])
    yield from (_cells([_cell(table, row, place) for place in range(len(table.columns))]) for row in shown)
    if len(table.rows) > len(shown):
        yield ""
        yield f"The first {ROWS} rows of {len(table.rows):,}."


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(table: Table, row: dict[str, object], place: int) -> str:
    return safe(as_text(table.columns[place], row))


def _code(code: Code) -> Iterator[str]:
    text = visible(code.text, lines=True)
    fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    yield f"{fence}{code.language}"
    yield from text.splitlines()
    yield fence


def _steps(case: Steps) -> Iterator[str]:
    for number, step in enumerate(case.steps, 1):
        yield f"{number}. {utc(step.at)} UTC: {_exact(step.asked)}  "
        yield f"   {safe(step.answer)}"
        if step.note:
            yield from (f"   {line}" for line in ["", *_quoted(step.note)])
