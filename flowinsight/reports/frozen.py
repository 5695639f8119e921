"""The report of a snapshot: the answer that was frozen, with the id and the hash of each part."""

from flowinsight.reports import answers
from flowinsight.reports.content import About, Report, Seal
from flowinsight.roles import utc
from flowinsight.snapshots import Snapshot


def report(snapshot: Snapshot, made_at: int) -> Report:
    """The report; SnapshotError where a part is not as it should be. `made_at` is Unix seconds."""
    said = snapshot.facts
    facts = (("Frozen", f"{utc(said.frozen_at)} UTC"), ("Asked by", said.caller), ("Tool", said.tool))
    source = f"A snapshot with {len(snapshot.sources.sources):,} sources"
    return answers.report(
        snapshot.answer, About(made_at, source, "", said.note, facts, seal(snapshot), names=said.names)
    )


def seal(snapshot: Snapshot) -> Seal:
    """What a report made of a snapshot, or beside it, says of it."""
    parts = tuple((name, listed.sha256) for name, listed in sorted(snapshot.manifest.parts.items()))
    limits = (("Limit", text) for text in snapshot.facts.limits)
    return Seal(snapshot.id, (("Records", snapshot.first_line), *limits), parts)
