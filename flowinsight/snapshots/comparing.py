"""Two answers to one question, conversation by conversation: what appeared, what vanished, what grew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowinsight import db
from flowinsight.answer import readable
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question
from flowinsight.snapshots import facts, opening
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.snapshot import Snapshot

_KEY = ("scope", "client", "server", "port", "protocol")

_CONVERSATIONS = f"""
SELECT scope, client, server, nullif(port, {NOT_A_PORT}) AS port, protocol, outcome,
  bytes_to_server + bytes_to_client AS bytes, records_to_server + records_to_client AS records, first, last
FROM chosen ORDER BY bytes DESC, scope, client, server, chosen.port, protocol
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """Conversations by what became of them, most bytes first. Each row has scope, client, server, port, protocol, and outcome,
    bytes, records, first and last; one that is in both has those of both, as `before` and `after`.

    `grew` have more bytes or records than before, `shrank` fewer; `turned` have only another outcome or other times.
    """

    appeared: tuple[Row, ...]
    vanished: tuple[Row, ...]
    grew: tuple[Row, ...]
    shrank: tuple[Row, ...]
    turned: tuple[Row, ...]
    unchanged: int
    cautions: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        counts = (
            ("appeared", self.appeared),
            ("vanished", self.vanished),
            ("grew", self.grew),
            ("shrank", self.shrank),
        )
        said = ", ".join(f"{len(rows):,} {what}" for what, rows in counts)
        return f"Conversations: {said}, {len(self.turned):,} turned out otherwise, {self.unchanged:,} are unchanged."


def compare(before: Snapshot, after: Snapshot) -> Compared:
    """Two snapshots. SnapshotError where one holds a rollup, or where their names cannot mean the same."""
    if _names(before) != _names(after):
        raise SnapshotError("These snapshots name things differently: one is redacted, or each with another key.")
    cautions = _asked_differently(before.question, after.question) + _ruled_differently(before, after.facts.rules)
    return _compared(_of(before), _rows(after.question, opening.load(after)), cautions)


def rerun(before: Snapshot, source: Loaded) -> Compared:
    """A snapshot, and the same question to a source as it is now."""
    if before.facts.redaction is not None:
        raise SnapshotError("A redacted snapshot cannot be compared with its source: compare the original.")
    return _compared(_of(before), _rows(before.question, source), _ruled_differently(before, facts.rules()))


def _names(one: Snapshot) -> str | None:
    return None if one.facts.redaction is None else one.facts.redaction.key


def _asked_differently(before: Question, after: Question) -> tuple[str, ...]:
    if (before.time, before.filters) == (after.time, after.filters):
        return ()
    return ("The two answer different questions: a conversation may be missing because it was not asked for.",)


def _ruled_differently(before: Snapshot, now: Mapping[str, str]) -> tuple[str, ...]:
    changed = [name for name, version in now.items() if before.facts.rules.get(name) != version]
    if not changed:
        return ()
    return (
        f"The rules of {', '.join(changed)} have changed since the first was saved; both are worked out by those of now.",
    )


def _of(one: Snapshot) -> dict[tuple[object, ...], Row]:
    return _rows(one.question, opening.load(one))


def _rows(question: Question, source: Loaded) -> dict[tuple[object, ...], Row]:
    prepared = prepare(question, source)
    found = [readable(row) for row in db.rows(prepared.connection, _CONVERSATIONS)]
    return {tuple(row[name] for name in _KEY): row for row in found}


def _compared(
    before: dict[tuple[object, ...], Row], after: dict[tuple[object, ...], Row], cautions: tuple[str, ...]
) -> Compared:
    both = [_both(row, after[key]) for key, row in before.items() if key in after]
    moved = [(row, _sign(row)) for row in both]
    turned = tuple(row for row, sign in moved if sign == 0 and row["before"] != row["after"])
    return Compared(
        tuple(row for key, row in after.items() if key not in before),
        tuple(row for key, row in before.items() if key not in after),
        tuple(row for row, sign in moved if sign > 0),
        tuple(row for row, sign in moved if sign < 0),
        turned,
        sum(sign == 0 for _, sign in moved) - len(turned),
        cautions,
    )


def _both(before: Row, after: Row) -> Row:
    key = {name: before[name] for name in _KEY}
    said = [{name: value for name, value in row.items() if name not in _KEY} for row in (before, after)]
    return {**key, "before": said[0], "after": said[1]}


def _sign(row: Row) -> int:
    """1 where bytes, or with equal bytes records, are more than before, -1 where they are fewer."""
    before, after = ((row[side]["bytes"], row[side]["records"]) for side in ("before", "after"))
    return (after > before) - (after < before)
