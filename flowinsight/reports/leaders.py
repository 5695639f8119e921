"""The report of what leads, with the change since the period before."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC
from typing import Any, Literal

from flowinsight import labels, periods
from flowinsight.columns import FIRST, LAST, Column, Row, Table, of
from flowinsight.investigation import Investigation
from flowinsight.question import Measure, Question
from flowinsight.reports import answers
from flowinsight.reports.content import About, Bar, Bars, Block, Listing, Passage, Report, Section
from flowinsight.reports.leading import CHANGES, By, Leading
from flowinsight.reports.naming import Names, called, named, section
from flowinsight.tops import OTHER

_WHAT: dict[By, tuple[str, str, str]] = {
    "address": ("client", "clients", "Client"),
    "port": ("service", "services", "Service"),
    "network": ("network of clients", "networks of clients", "CIDR block of clients"),
    "interface": ("interface", "interfaces", "Interface believed"),
}

_CHANGED = {"new": "new", "grew": "grew", "same": "same as before", "shrank": "shrank", "gone": "gone"}

CHART = 10


def report(found: Investigation, leading: Leading, about: About) -> Report:
    """The report: what leads, what is gone, then the charts and the basis of the answer it is counted from."""
    title = about.title or heading(found.question, leading)
    data = {**answers.data(found, about), "leading": plain(leading)}
    return Report(title, answers.when(found), tuple(_sections(found, leading, about)), data)


def heading(question: Question, leading: Leading) -> str:
    asked = "" if not question.filters else f": {answers.asked(question)}"
    return f"Top {_WHAT[leading.wanted.by][1]} by {leading.wanted.measure}{asked}"


def _sections(found: Investigation, leading: Leading, about: About) -> Iterator[Section]:
    yield answers.answer(found, about)
    names = about.names if leading.wanted.by == "address" else ()
    yield Section(f"Top {_WHAT[leading.wanted.by][1]} by {leading.wanted.measure}", tuple(_top(leading, names)))
    if leading.gone:
        count, measure = leading.counts["gone"], leading.wanted.measure
        said = f"{count:,} seen in the period before and not in this one; those with most {measure} stand first."
        yield Section("Gone", (Listing(named(_table(leading, "gone"), names), said),))
    if found.reconciliation["conversations"]:
        yield from answers.pictures(found, about)
    yield from section(about.names)
    yield from answers.basis(found, about)


def _top(leading: Leading, names: Names) -> Iterator[Block]:
    for text in sentences(leading):
        yield Passage(text)
    if leading.rows:
        yield _bars(leading, names)
        said = "Total and Other make every column add up; a change is since the period before."
        yield Listing(named(_table(leading, "top"), names), said)


def sentences(leading: Leading) -> Iterator[str]:
    """How many rows there are, how they changed, and how sure that is."""
    if leading.compared is None:
        yield leading.why_not
        return
    one, many, _ = _WHAT[leading.wanted.by]
    here = sum(leading.counts[change] for change in CHANGES if change != "gone")
    changed = [f"{leading.counts[change]:,} {_CHANGED[change]}" for change in CHANGES if leading.counts[change]]
    before, said = periods.said(leading.compared, UTC), ", ".join(changed) or "none in either"
    yield f"{here:,} {one if here == 1 else many}. Since the period before ({before} UTC): {said}."
    if leading.grade == "partly covered":
        yield "The logs have gaps in the period before: what is new or gone is so in these logs."
    elif leading.grade == "coverage unknown":
        yield "Whether interfaces without logs exist cannot be known: what is new or gone is so in these logs."


def _bars(leading: Leading, names: Names) -> Bars:
    """The first rows, and what is left of the total."""
    first = leading.rows[:CHART]
    words = called(names)
    values = [(_label(row, words(row["name"], row["network"])), int(row["value"])) for row in first]
    rest = int(leading.total["value"]) - sum(value for _, value in values)
    measure = leading.wanted.measure
    bars = [Bar(label, _said(value, measure), ((value, "accepted", _said(value, measure)),)) for label, value in values]
    if rest:
        bars.append(Bar(OTHER, _said(rest, measure), ((rest, "other", _said(rest, measure)),)))
    return Bars(tuple(bars), mono=leading.wanted.by != "port")


def _label(row: Row, name: str) -> str:
    return f"{name} in {row['network']}" if row["network"] else name


def _said(value: int, measure: Measure) -> str:
    return labels.in_bytes(value) if measure == "bytes" else f"{value:,} {measure}"


def _table(leading: Leading, which: Literal["top", "gone"]) -> Table:
    rows = list(leading.rows if which == "top" else leading.gone)
    columns = [
        of("name", "address" if leading.wanted.by in {"address", "network"} else "text", _WHAT[leading.wanted.by][2])
    ]
    if any(row["network"] for row in rows):
        columns.append(of("network"))
    before = of("before", _kind(leading), "Before")
    if which == "gone":
        return Table("gone", rows, (*columns, before))
    rows += [row for row in (leading.other, leading.total) if row]
    columns += [
        of("sent", "bytes"), of("received", "bytes"),
        Column("Share", lambda row: row["value"] / (leading.total["value"] or 1), "share"),
    ]  # fmt: skip
    if leading.compared is not None:
        columns += [before, Column("Difference", lambda row: row["value"] - row["before"], "change"), of("change")]
    columns += [of("conversations", "number"), of("records", "number"), of("rejected", "number", "Rejected records")]
    return Table("top", rows, (*columns, FIRST, LAST))


def _kind(leading: Leading) -> str:
    return "bytes" if leading.wanted.measure == "bytes" else "number"


def plain(leading: Leading) -> dict[str, Any]:
    """What leads, as JSON holds it: every row of the tables with its numbers, times in Unix seconds."""
    compared = leading.compared
    return {
        **asdict(leading.wanted),
        "compared": [compared.start, compared.end] if compared else None,
        "why_not": leading.why_not,
        "before_grade": leading.grade,
        "counts": dict(leading.counts),
        "rows": leading.rows,
        "other": leading.other,
        "total": leading.total,
        "gone": leading.gone,
    }
