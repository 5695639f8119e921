"""The rows of a Logs Insights query as a table: CloudWatch gives every value as text."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from flowinsight.charts_query import NUMBER, all_are, names
from flowinsight.columns import Column, Row, Table


def table(rows: Sequence[dict[str, str]]) -> Table:
    """Each field a column; one whose every value is a number holds numbers."""
    columns = [
        Column(name, partial(_number if numeric else _text, name), "number" if numeric else "text")
        for name in names(rows)
        for numeric in (all_are(NUMBER, rows, name),)
    ]
    return Table("logs-insights", rows, columns)


def _text(name: str, row: Row) -> Any:  # noqa: ANN401 - a text, or None where the row has no such field
    return row.get(name)


def _number(name: str, row: Row) -> int | float | None:
    text = str(row.get(name) or "")
    if not text:
        return None
    return float(text) if re.search(r"[.eE]", text) else int(text)
