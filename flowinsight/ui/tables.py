"""Tables of an answer, shown, and exported exactly as they are shown."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from flowinsight import exports
from flowinsight.columns import Column, Row, Table
from flowinsight.ui.plain import moment


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
