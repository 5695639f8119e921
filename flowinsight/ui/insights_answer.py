"""What a Logs Insights query answered, or has answered so far, on the page."""

import time
from datetime import UTC, tzinfo

import streamlit as st

from flowinsight import charts, charts_query
from flowinsight.engines.insights_price import Tariff, size, usd
from flowinsight.engines.insights_query import Running
from flowinsight.engines.insights_query_errors import MalformedQueryError
from flowinsight.ui import handles, insights_shown, tables
from flowinsight.ui.insights_job import Answered
from flowinsight.ui.plain import gray, plain

GLIMPSED = 100
"""Rows shown of those that have come before the query is done."""


def status(running: Running | None, tariff: Tariff) -> None:
    """Status, and what was read and paid so far."""
    if running is None:
        st.markdown("**Asking CloudWatch**")
        return
    read = f"{size(running.bytes_scanned)} read, {usd(tariff.of(running.bytes_scanned))}"
    st.markdown(
        f"**{plain(running.status)}** · {plain(read)} · {running.records_matched:,} records matched · {running.elapsed:.0f} s"
    )


def progress(running: Running | None, tariff: Tariff) -> None:
    """How far it is, and the first rows, marked partial."""
    status(running, tariff)
    if running is not None and running.rows:
        st.markdown(gray(f"Partial: {len(running.rows):,} rows so far, which may change until it is done."))
        tables.draw(insights_shown.table(running.rows[:GLIMPSED]), "insights_partial", UTC, select=False, height=220)


def draw(answered: Answered, zone: tzinfo, palette: charts.Palette) -> None:
    """Rows as chart and table, what they cost, and their export."""
    found = answered.result
    with st.container(border=True, key="card_insights_answer"):
        at = time.strftime("%H:%M:%S", time.gmtime(answered.at))
        rows = "1 row" if len(found.rows) == 1 else f"{len(found.rows):,} rows"
        st.markdown(f"#### {rows}")
        st.markdown(
            gray(
                f"{found.records_matched:,} of {found.records_scanned:,} records matched. {size(found.bytes_scanned)} read: "
                f"{usd(answered.dollars)}. {answered.seconds:.1f} s, at {at} UTC. Query id {found.query_id}."
            )
        )
        if found.result_count is not None and found.result_count > len(found.rows):
            st.warning(f"CloudWatch counts {found.result_count:,} rows: not all of them are here.")
        if not found.rows:
            st.markdown("The query returned nothing. That says nothing of what its log groups and time do not hold.")
            return
        shown = insights_shown.table(found.rows)
        drawing = charts_query.drawing(found.rows)
        if drawing is not None:
            told = f"{', '.join(drawing.series)} by {drawing.name}"
            handles.heading(told, "insights")
            handles.still(charts_query.figure(drawing, palette, zone), "insights", told)
        tables.draw(shown, "insights_rows", zone, select=False, height=600)
        tables.export(shown)


def malformed(error: MalformedQueryError, text: str) -> None:
    """AWS's words, and a mark under the place to blame."""
    st.error(plain(error), icon=":material/error:")
    if error.start is None or not 0 <= error.start <= len(text):
        return
    line_start = text.rfind("\n", 0, error.start) + 1
    line = text[line_start:].split("\n", 1)[0]
    length = max(1, min((error.end or error.start) - error.start, len(line) - (error.start - line_start)))
    st.code(f"{line}\n{' ' * (error.start - line_start)}{'^' * length}", language=None)
