"""A table's cells as a report shows them: text for people, and the number by which a column is sorted."""

from collections.abc import Mapping
from typing import Any

from flowinsight.columns import Column, Table
from flowinsight.reports.content import TOTAL
from flowinsight.roles import utc
from flowinsight.tops import OTHER

KINDS: Mapping[str, str] = {
    "text": "s", "address": "a", "number": "n", "bytes": "n", "change": "n", "share": "n", "time": "t",
}  # fmt: skip
"""How a kind of column is aligned and sorted: text, address, number, time."""

UNKNOWN = "–"


def as_text(column: Column, row: dict[str, Any]) -> str:
    """A cell as it is read. A missing value is a dash, never a zero."""
    value = column.value(row)
    match column.kind:
        case _ if value is None:
            return UNKNOWN
        case "time":
            return utc(value)
        case "share":
            return f"{value:.0%}"
        case "change":
            return f"{value:+,}"
        case "number" | "bytes":
            return f"{value:,}"
        case _:
            return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def sorted_by(column: Column, row: dict[str, Any]) -> int | float | None:
    """The number a column of numbers is sorted by; None in every other column and for a missing value."""
    value = column.value(row)
    return value if KINDS[column.kind] == "n" and isinstance(value, int | float) else None


def is_last(table: Table, row: dict[str, Any]) -> bool:
    """Whether the row is Other or Total: it stays at the end, however the table is sorted."""
    return table.columns[0].value(row) in {OTHER, TOTAL}
