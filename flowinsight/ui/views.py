"""The lower part of the page: one view of the answer at a time, each a table to read, tick and export."""

from dataclasses import replace
from datetime import tzinfo

import streamlit as st

from flowinsight import charts, charts_coverage, columns, wording
from flowinsight.investigation import Investigation
from flowinsight.question import Question
from flowinsight.ui import address_bar, ask, compared, details, editing, handles, tables
from flowinsight.ui.plain import gray

VIEWS = (
    "Conversations",
    "Clients",
    "Servers",
    "Services",
    "Who uses what",
    "New",
    "Around a moment",
    "Coverage",
    "Query",
)


def draw(asked: ask.Asked, question: Question, held: ask.Held, palette: charts.Palette, zone: tzinfo) -> None:
    """The switch, and the chosen view."""
    found = asked.found
    if address_bar.value("view") not in VIEWS:
        st.session_state["view"] = VIEWS[0]
    with st.container(border=True, key="card_view"):
        view = st.segmented_control("View", VIEWS, key="view", required=True, label_visibility="collapsed")
        match view:
            case "Clients":
                _listed(columns.clients(found, asked.new), found.reconciliation["conversations"], zone)
            case "Servers":
                _listed(columns.servers(found), found.reconciliation["conversations"], zone)
            case "Services":
                _listed(columns.services(found), found.reconciliation["conversations"], zone)
            case "Who uses what":
                _uses(found, palette)
            case "New":
                compared.new(question, asked.new, held, zone)
            case "Around a moment":
                compared.around(question, held, zone)
            case "Coverage":
                _coverage(found, question, held, palette, zone)
            case "Query":
                _query(found)
            case _:
                _conversations(asked, question, held, zone)


def _conversations(asked: ask.Asked, question: Question, held: ask.Held, zone: tzinfo) -> None:
    found, outcome = asked.found, address_bar.value("outcome")
    table = columns.conversations(found, outcome, asked.new)
    total = found.reconciliation["conversations"]
    if not total:
        st.markdown(gray("There are no conversations to list."))
        return
    said = f"{len(table.rows):,} of {total:,} conversation{'' if total == 1 else 's'}, most bytes first"
    said += f", outcome {outcome} only" if outcome else ""
    said += ". The list is cut: narrow the question to see the rest" if found.truncated else ""
    _above(f"{said}. Tick one for its records.", table)
    row = tables.draw(table, f"conversations_{outcome}", zone) if table.rows else None
    if row:
        details.draw(row, question, held, zone)


def _above(said: str, table: columns.Table) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(gray(said), width="content")
        tables.export(table)


def _listed(table: columns.Table, conversations: int, zone: tzinfo) -> None:
    """A list by client, server or service; a ticked row becomes part of the question."""
    _above(
        f"The first {len(table.rows):,} rows by bytes of {conversations:,} conversations; Other makes the total true.",
        table,
    )
    row = tables.draw(table, f"list_{table.name}", zone) if table.rows else None
    word = next((word(row) for word in table.words.values()), "") if row else ""
    if word:
        with st.container(horizontal=True, gap="small", key="row_ways"):
            for how, label in handles.WAYS.items():
                st.button(
                    f"{label}: {word}".replace(":", "\\:"), key=f"row_{how}", on_click=editing.handle, args=(word, how)
                )


def _uses(found: Investigation, palette: charts.Palette) -> None:
    st.markdown(
        gray("The clients with most bytes by the services with most conversations; red: every one was rejected.")
    )
    if found.uses:
        handles.heading("Who uses what", "uses")
        handles.draw(charts.uses(found, palette), "uses", "Which clients use which services")


def _coverage(found: Investigation, question: Question, held: ask.Held, palette: charts.Palette, zone: tzinfo) -> None:
    covered = found.coverage
    st.markdown(gray(wording.covered(covered)))
    for why, count in found.unparsable.items():
        st.markdown(f":orange[{count:,} lines could not be read:] {gray(why)}")
    for problem in found.problems:
        st.markdown(gray(problem))
    span = _span(found, held)
    bins = ask.coverage_bins(replace(question, limit=_BINS), held).rows
    inside = [row for row in bins if span[0] - covered.bin_seconds < row["bin"] < span[1]]
    if inside:
        figure = charts_coverage.coverage_map(inside, span, covered.bin_seconds, palette, zone)
        handles.heading("What each interface wrote over time", "coverage")
        handles.still(figure, "coverage", "What each interface wrote over time")
    counted = charts_coverage.by_interface(inside, span, covered.bin_seconds, lives=covered.expected is not None)
    table = columns.Table("coverage", counted, _COVERED)
    _above(f"Bins of {covered.bin_seconds // 60} minutes by interface, those with most gaps first.", table)
    tables.draw(table, "coverage", zone, select=False)


_BINS = 50_000
_COVERED = (
    columns.of("interface"), columns.of("records", "number", "With records"),
    columns.of("nodata", "number", "No traffic (NODATA)"),
    columns.of("skipdata", "number", "Records lost (SKIPDATA)"), columns.of("absent", "number", "Not logged"),
)  # fmt: skip


def _span(found: Investigation, held: ask.Held) -> tuple[int, int]:
    """The range asked for, its open sides closed by what the source holds."""
    time = found.question.time
    return (held.extent[0] if time.start is None else time.start, held.extent[1] if time.end is None else time.end)


def _query(found: Investigation) -> None:
    values = found.statement.parameters
    st.markdown(gray(f"What was sent ({found.statement.language}){', and the values bound to it' if values else ''}."))
    st.code(found.statement.text, language="sql", wrap_lines=True)
    if values:
        st.code("\n".join(map(str, values)), language=None, wrap_lines=True)


def reconciliation(found: Investigation) -> None:
    """The line to which every number on the page ties."""
    st.markdown(gray(wording.reconciliation(found.reconciliation)))
