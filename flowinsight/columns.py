"""Tables of an answer as values: rows, and the columns in which a page shows them, a file holds them and a report prints them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from flowinsight import labels
from flowinsight.investigation import Investigation
from flowinsight.newness import Newness
from flowinsight.roles import utc
from flowinsight.tops import OTHER

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its heading, and its value in a row.

    `kind` says how it is shown: text, address, number, bytes, share (0 to 1), or time, which is Unix seconds.
    """

    heading: str
    value: Callable[[Row], Any]
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows as they come from an answer, and the columns in which they are shown and exported."""

    name: str
    rows: Sequence[Row]
    columns: Sequence[Column]
    words: Mapping[str, Callable[[Row], str]] = field(default_factory=dict)

    def exported(self) -> list[dict[str, Any]]:
        """The rows as a file holds them: numbers as numbers, times as text in UTC."""
        return [{self.heading(one): _exported(one, row) for one in self.columns} for row in self.rows]

    def heading(self, column: Column, zone: tzinfo = UTC) -> str:
        unit = {"time": f" ({zone})", "bytes": " (bytes)"}.get(column.kind, "")
        return f"{column.heading}{unit}"


def _exported(column: Column, row: Row) -> Any:  # noqa: ANN401 a cell is whatever the column holds
    value = column.value(row)
    return utc(value) if column.kind == "time" else value


def of(name: str, kind: str = "text", heading: str = "") -> Column:
    return Column(heading or name.replace("_", " ").capitalize(), lambda row: row.get(name), kind)


CLIENT, SERVER = of("client", "address"), of("server", "address")
SERVICE = Column("Service", lambda row: labels.service_label(row["port"], row["protocol"]))
UNANSWERED = Column("Rejected or no reply", lambda row: row["unanswered"] / max(row["conversations"], 1), "share")
FIRST, LAST = of("first", "time"), of("last", "time")
_COUNTS = (of("sent", "bytes"), of("received", "bytes"), of("records", "number"), of("conversations", "number"))


def clients(found: Investigation, new: Newness | None = None) -> Table:
    columns = (CLIENT, *_new(new), *_COUNTS, of("servers", "number"), of("ports", "number"), UNANSWERED, FIRST, LAST)
    return Table("clients", found.clients, columns, {"client": lambda row: _word("from", row["client"])})


def _new(new: Newness | None) -> tuple[Column, ...]:
    return () if new is None else (Column("New", lambda row: "" if row["client"] == OTHER else new.of(row)),)


def servers(found: Investigation) -> Table:
    columns = (SERVER, *_COUNTS, of("clients", "number"), of("ports", "number"), UNANSWERED, FIRST, LAST)
    return Table("servers", found.servers, columns, {"server": lambda row: _word("to", row["server"])})


def services(found: Investigation) -> Table:
    columns = (SERVICE, *_COUNTS, of("clients", "number"), of("servers", "number"), UNANSWERED, FIRST, LAST)
    words = {"service": lambda row: labels.service_word(row["port"], row["protocol"])}
    return Table("services", found.services, columns, words)


def conversations(found: Investigation, outcome: str = "", new: Newness | None = None) -> Table:
    """The conversations listed, of one outcome where one is chosen; whether their clients are new, where that is known."""
    columns = (
        CLIENT, *_new(new), SERVER, SERVICE, of("outcome"),
        of("bytes_to_server", "bytes", "Sent"), of("bytes_to_client", "bytes", "Received"),
        of("rejected_records", "number", "Rejected"), FIRST, LAST, of("decided_by"), of("scope", heading="Network"),
    )  # fmt: skip
    rows = [row for row in found.conversations if not outcome or row["outcome"] == outcome]
    return Table("conversations", rows, columns)


def _word(role: str, address: object) -> str:
    return "" if address == OTHER else f"{role} {address}"
