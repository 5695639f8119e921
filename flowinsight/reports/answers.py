"""The report of an answer: everything an Investigation holds, in the order in which a reader asks for it."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from flowinsight import columns, grammar, labels, periods, wording
from flowinsight.coverage import Coverage
from flowinsight.engines.duck import ENGINE
from flowinsight.investigation import Investigation
from flowinsight.question import Question, TimeRange
from flowinsight.reports.content import (
    About,
    Bar,
    Bars,
    Bin,
    Block,
    Code,
    Facts,
    Finding,
    Grade,
    Listing,
    Passage,
    Report,
    Section,
    Steps,
    Timeline,
    Tone,
)
from flowinsight.reports.naming import Names, called, named, section
from flowinsight.roles import utc
from flowinsight.times import STILL_ARRIVING
from flowinsight.tops import OTHER, folded


def report(found: Investigation, about: About) -> Report:
    """The report of an answer. A part that an answer does not have, such as charts of nothing, is left out."""
    title = about.title or asked(found.question)
    return Report(title, when(found), tuple(_sections(found, about)), data(found, about))


def _sections(found: Investigation, about: About) -> Iterator[Section]:
    yield answer(found, about)
    if found.reconciliation["conversations"]:
        yield from pictures(found, about)
        yield from _lists(found, about)
    yield from basis(found, about)


def answer(found: Investigation, about: About) -> Section:
    """The verdict and the sentences, a person's note, and what was asked of what."""
    blocks: list[Block] = [finding(found)]
    if about.note:
        blocks.append(Passage(about.note, quoted=True))
    blocks.append(Facts(tuple(_facts(found, about)), frozenset({"Question", "Snapshot id"})))
    return Section("Answer", tuple(blocks))


def finding(found: Investigation) -> Finding:
    return Finding(
        wording.verdict(found),
        _grade(found.verdict),
        wording.sentences(found),
        found.reasons,
        tuple(wording.cautions(found)),
    )


def _grade(verdict: str) -> Grade:
    match verdict.partition(", ")[2]:
        case "covered":
            return "covered"
        case "partly covered":
            return "partly covered"
        case "coverage unknown":
            return "coverage unknown"
        case _:
            return "cannot be seen"


def asked(question: Question) -> str:
    """The question as it is typed."""
    return grammar.unparse(question.filters) or "every address and port"


def when(found: Investigation) -> str:
    """The range in words, in UTC; one with an open side is closed by what the source holds."""
    return f"{periods.said(TimeRange(*span(found)), UTC)} UTC" if span(found)[0] < span(found)[1] else "no time"


def span(found: Investigation) -> tuple[int, int]:
    """The range asked for, in Unix seconds, its open sides closed by the oldest and newest row of the source."""
    time, covered = found.question.time, found.coverage
    start = time.start if time.start is not None else covered.oldest
    end = time.end if time.end is not None else covered.newest
    return (start or 0, end or 0)


def _facts(found: Investigation, about: About) -> Iterator[tuple[str, str]]:
    yield "Question", asked(found.question)
    yield "Time", f"{when(found)}; a record belongs to the range in which it starts"
    if about.source:
        yield "Source", about.source
    yield from about.facts
    yield "Report made", f"{utc(about.made_at)} UTC"
    if about.seal:
        yield "Snapshot id", about.seal.snapshot


def pictures(found: Investigation, about: About) -> Iterator[Section]:
    """Time first, then who, what came of it, and which services."""
    arriving = None if about.present is None else about.present - STILL_ARRIVING
    bins = tuple(Bin(row["bin"], row["accepted"], row["rejected"], row["other"]) for row in found.timeline)
    drawn = Timeline(bins, found.bin_seconds, span(found), arriving)
    said = "Records of conversations by the start of each, after duplicates are removed."
    yield Section("Accepted and rejected records over time (UTC)", (Passage(said), drawn))
    yield Section("Top clients by bytes", (talkers(found.clients, "client", about.names),), half=True)
    yield Section("Top servers by bytes", (talkers(found.servers, "server", about.names),), half=True)
    yield Section("Outcomes of conversations", (_outcomes(found),), half=True)
    yield Section("Services by conversations", (_services(found),), half=True)


def talkers(rows: Sequence[dict[str, Any]], name: str, names: Names = ()) -> Bars:
    """Bytes by client or server: what clients sent and what they received."""
    words = called(names)
    bars = [
        Bar(
            words(row[name], None),
            labels.in_bytes(row["sent"] + row["received"]),
            (
                (row["sent"], "accepted", f"{labels.in_bytes(row['sent'])} sent by client"),
                (row["received"], "third", f"{labels.in_bytes(row['received'])} received"),
            ),
        )
        for row in folded(rows, name)
    ]
    return Bars(tuple(bars), (("accepted", "Sent by client"), ("third", "Received")), mono=True)


def _outcomes(found: Investigation) -> Bars:
    counts: list[tuple[str, int, Tone]] = [
        (row["outcome"].capitalize(), row["conversations"], "rejected" if row["outcome"] == "rejected" else "accepted")
        for row in found.outcomes
    ]
    return shares(counts, "conversations")


def _services(found: Investigation) -> Bars:
    ordered = sorted(found.services, key=lambda row: (row["port"] == OTHER, -row["conversations"]))
    counts: list[tuple[str, int, Tone]] = [
        (labels.service_label(row["port"], row["protocol"]), row["conversations"], "accepted")
        for row in folded(ordered, "port")
    ]
    return shares(counts, "conversations")


def shares(counts: Sequence[tuple[str, int, Tone]], unit: str) -> Bars:
    """Counts with their share of the whole."""
    total = sum(count for _, count, _ in counts) or 1
    return Bars(
        tuple(
            Bar(label, f"{count:,} · {count / total:.1%}", ((count, tone, f"{count:,} {unit}"),))
            for label, count, tone in counts
        )
    )


def _lists(found: Investigation, about: About) -> Iterator[Section]:
    listed, total = len(found.conversations), found.reconciliation["conversations"]
    said = f"{listed:,} of {total:,} conversation{'' if total == 1 else 's'}, most bytes first."
    yield Section("Conversations", (Listing(named(columns.conversations(found), about.names), said),))
    rest = "The first rows by bytes; Other makes the total true."
    for heading, table in (
        ("Clients", columns.clients(found)),
        ("Servers", columns.servers(found)),
        ("Services", columns.services(found)),
    ):
        yield Section(heading, (Listing(named(table, about.names), rest if len(table.rows) > 1 else ""),))
    yield from section(about.names)


def basis(found: Investigation, about: About) -> Iterator[Section]:
    """What the answer rests on: coverage, the account of every line, the query, the snapshot, and the way that led here."""
    yield Section("What the logs covered", tuple(Passage(text) for text in _covered(found, found.coverage)))
    yield Section("Every line accounted for", (Passage(wording.reconciliation(found.reconciliation)),))
    bound = "\n".join(map(str, found.statement.parameters))
    values: tuple[Block, ...] = (Passage("Values bound to it, in order:"), Code(bound)) if bound else ()
    said = f"What the engine was sent ({found.statement.language})."
    yield Section("Query", (Passage(said), Code(found.statement.text, _coloured_as(found)), *values))
    if about.seal:
        yield _sealed(about)
    if about.steps:
        yield Section("Case: the questions that were asked", (Steps(about.steps),))


def _coloured_as(found: Investigation) -> str:
    return "sql" if found.statement.engine == ENGINE else ""


def _covered(found: Investigation, coverage: Coverage) -> Iterator[str]:
    yield wording.covered(coverage)
    for why, count in found.unparsable.items():
        yield f"{count:,} lines could not be read: {why}"
    yield from found.problems


def _sealed(about: About) -> Section:
    assert about.seal is not None
    seal = about.seal
    table = columns.Table(
        "parts",
        [{"part": name, "sha256": digest} for name, digest in seal.parts],
        (columns.of("part"), columns.of("sha256", heading="SHA-256")),
    )
    facts = Facts((("Snapshot id", seal.snapshot), *seal.facts), frozenset({"Snapshot id"}))
    return Section("Snapshot", (facts, Listing(table)) if seal.parts else (facts,))


def data(found: Investigation, about: About) -> dict[str, object]:
    """What a program may want to read out of a report."""
    return {
        "question": json.loads(found.question.to_json()),
        "verdict": found.verdict,
        "reconciliation": found.reconciliation,
        "made_at": about.made_at,
        "snapshot": about.seal.snapshot if about.seal else None,
        "parts": dict(about.seal.parts) if about.seal else {},
    }
