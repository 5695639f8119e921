"""Tables of an answer: each is rows and columns once, shown here and exported exactly so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from flowinsight import exports, labels
from flowinsight.investigation import Investigation
from flowinsight.tops import OTHER
from flowinsight.ui.plain import moment

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its heading, and its value in a row. `kind` says how it is shown; a time is Unix seconds."""

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
    return moment(value, UTC) if column.kind == "time" else value


def of(name: str, kind: str = "text", heading: str = "") -> Column:
    return Column(heading or name.replace("_", " ").capitalize(), lambda row: row.get(name), kind)


SERVICE = Column("Service", lambda row: labels.service_label(row["port"], row["protocol"]))
UNANSWERED = Column("Rejected or no reply", lambda row: row["unanswered"] / max(row["conversations"], 1), "share")
FIRST, LAST = of("first", "time"), of("last", "time")
_COUNTS = (of("sent", "bytes"), of("received", "bytes"), of("records", "number"), of("conversations", "number"))


def clients(found: Investigation) -> Table:
    columns = (
        of("client"),
        *_COUNTS,
        of("servers", "number"),
        of("ports", "number"),
        UNANSWERED,
        FIRST,
        LAST,
    )
    return Table("clients", found.clients, columns, {"client": lambda row: _word("from", row["client"])})


def servers(found: Investigation) -> Table:
    columns = (
        of("server"),
        *_COUNTS,
        of("clients", "number"),
        of("ports", "number"),
        UNANSWERED,
        FIRST,
        LAST,
    )
    return Table("servers", found.servers, columns, {"server": lambda row: _word("to", row["server"])})


def services(found: Investigation) -> Table:
    columns = (SERVICE, *_COUNTS, of("clients", "number"), of("servers", "number"), UNANSWERED, FIRST, LAST)
    words = {"service": lambda row: labels.service_word(row["port"], row["protocol"])}
    return Table("services", found.services, columns, words)


def conversations(found: Investigation, outcome: str) -> Table:
    """The conversations listed, of one outcome where one is chosen."""
    columns = (
        of("client"), of("server"), SERVICE, of("outcome"),
        of("bytes_to_server", "bytes", "Sent"), of("bytes_to_client", "bytes", "Received"),
        of("rejected_records", "number", "Rejected"), FIRST, LAST, of("decided_by"), of("scope", heading="Network"),
    )  # fmt: skip
    rows = [row for row in found.conversations if not outcome or row["outcome"] == outcome]
    return Table("conversations", rows, columns)


def _word(role: str, address: object) -> str:
    return "" if address == OTHER else f"{role} {address}"


def draw(table: Table, key: str, zone: tzinfo, *, select: bool = True, height: int = 380) -> Row | None:
    """Show a table; the row that is ticked, or None."""
    frame = pd.DataFrame(
        {table.heading(one, zone): [_shown(one, row, zone) for row in table.rows] for one in table.columns}
    )
    config = {
        table.heading(one, zone): _FORMATS[one.kind](table.heading(one, zone))
        for one in table.columns
        if one.kind in _FORMATS
    }
    high = min(height, 31 * (len(table.rows) + 1) + 4)
    if not select:
        with st.container(key=f"table_{key}"):
            st.dataframe(
                frame, key=key, hide_index=True, height=high, column_config=config, alt=table.name.capitalize()
            )
        return None
    event = st.dataframe(
        frame, key=key, hide_index=True, height=high, column_config=config, alt=table.name.capitalize(),
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    ticked = event["selection"]["rows"]
    return dict(table.rows[ticked[0]]) if ticked and ticked[0] < len(table.rows) else None


def _shown(column: Column, row: Row, zone: tzinfo) -> Any:  # noqa: ANN401 a cell is whatever the column holds
    value = column.value(row)
    return moment(value, zone) if column.kind == "time" else value


_FORMATS: dict[str, Callable[[str], Any]] = {
    "bytes": lambda name: st.column_config.NumberColumn(name, format="localized"),
    "number": lambda name: st.column_config.NumberColumn(name, format="localized"),
    "share": lambda name: st.column_config.ProgressColumn(name, format="percent", min_value=0.0, max_value=1.0),
}


def export(table: Table) -> None:
    """The same rows and columns as files, made when asked for."""
    name = f"flowinsight-{table.name}"
    ways = (
        ("CSV", "csv", "text/csv", exports.to_csv),
        ("Parquet", "parquet", "application/vnd.apache.parquet", exports.to_parquet),
        ("JSON", "json", "application/json", exports.to_json),
    )
    with st.popover("Export", icon=":material/download:", key=f"export_{table.name}"):
        st.markdown(f":gray[The {len(table.rows):,} rows shown here, times in UTC]")
        for label, ending, mime, write in ways:
            st.download_button(
                label, data=partial(_file, table, write), file_name=f"{name}.{ending}", mime=mime,
                key=f"export_{table.name}_{ending}", on_click="ignore", width="stretch",
            )  # fmt: skip


def _file(table: Table, write: Callable[[Sequence[Row], Sequence[str]], bytes]) -> bytes:
    return write(table.exported(), [table.heading(one) for one in table.columns])
