"""The tables of an answer from elsewhere: exactly the columns that FlowInsight writes, with values that it can show."""

from collections.abc import Callable, Mapping

from flowinsight.investigation import Investigation
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.plain_json import is_time

_COUNTED = (
    "conversations", "records", "accepted", "rejected", "sent", "received", "unanswered", "first", "last",
)  # fmt: skip
TABLES: dict[str, frozenset[str]] = {
    name: frozenset(columns)
    for name, columns in {
        "timeline": ("bin", "accepted", "rejected", "other"),
        "clients": ("client", "servers", "ports", *_COUNTED),
        "servers": ("server", "clients", "ports", *_COUNTED),
        "services": ("port", "protocol", "clients", "servers", *_COUNTED),
        "protocols": ("protocol", *_COUNTED),
        "outcomes": ("outcome", *_COUNTED),
        "uses": ("client", "port", "protocol", "conversations", "servers", "sent", "received", "rejected"),
        "conversations": (
            "scope", "client", "server", "port", "protocol", "bytes_to_server", "bytes_to_client", "packets_to_server",
            "packets_to_client", "records_to_server", "records_to_client", "connection_starts", "first", "last", "days_seen",
            "accepted_records", "rejected_records", "outcome", "decided_by", "interfaces", "observer", "through",
            "reject_kinds",
        ),
    }.items()
}  # fmt: skip
"""The columns of each table of an Investigation."""

LINES = (
    "lines", "records", "status_rows", "skipped", "unparsable", "outside_filter", "duplicates", "nat_outside_legs",
    "without_endpoints", "in_conversations", "conversations",
)  # fmt: skip
"""What the account of every line counts."""


def checked(found: Investigation) -> Investigation:
    """The answer; SnapshotError where a row, a count or a width is not as this program writes it."""
    for name, columns in TABLES.items():
        for row in getattr(found, name):
            _row(name, columns, row)
    if missing := set(LINES) - found.reconciliation.keys():
        raise SnapshotError(f"The account of its lines lacks {min(missing)}, so the snapshot is not opened.")
    if min(found.bin_seconds, found.coverage.bin_seconds) < 1:
        raise SnapshotError("A bin of its answer has no length, so the snapshot is not opened.")
    return found


def _row(table: str, columns: frozenset[str], row: Mapping[str, object]) -> None:
    if row.keys() != columns:
        raise SnapshotError(f"A row of its {table} has other columns than FlowInsight writes, so it is not opened.")
    for name, value in row.items():
        if not _KINDS.get(name, _is_count)(value):
            raise SnapshotError(f"A row of its {table} has a {name} that is none, so the snapshot is not opened.")


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _maybe(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or holds(value)


_KINDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("scope", "client", "server", "outcome", "decided_by"), _is_text),
    **dict.fromkeys(("observer", "through"), _maybe(_is_text)),
    **dict.fromkeys(("protocol", "connection_starts", "days_seen"), _maybe(_is_count)),
    **dict.fromkeys(("first", "last", "bin"), _maybe(is_time)),
    "port": _maybe(lambda value: _is_count(value) or _is_text(value)),
    "interfaces": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "reject_kinds": _maybe(lambda value: isinstance(value, dict) and all(map(_is_count, value.values()))),
}
"""What a value of a column may be, where it is no count."""
