"""What the Investigate page is made of: each function draws one part and returns a plain value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd
import streamlit as st

from flowinsight import charts
from flowinsight.errors import QuestionError
from flowinsight.examples import Example
from flowinsight.investigation import Investigation
from flowinsight.roles import utc
from flowinsight.sources import Files

_T = TypeVar("_T")
OWN_FILES = "Files on this machine"


@dataclass(frozen=True)
class Chosen:
    """The source that was chosen, and a first question about it."""

    files: Files
    query: str


def choose_source(examples: Sequence[Example]) -> Chosen:
    """The sidebar's choice of what is asked."""
    by_name = {example.name: example for example in examples}
    with st.sidebar:
        name = st.radio("Source", [*by_name, OWN_FILES], key="source", bind="query-params")
        if name != OWN_FILES:
            st.markdown(f":gray[{by_name[name].about}]")
            return Chosen(by_name[name].source, by_name[name].query)
        path = st.text_input("File or folder", key="path", placeholder="/var/log/flowlogs", bind="query-params")
        if not path:
            st.markdown(":gray[Give the path of a flow log file, or of a folder that holds some.]")
            st.stop()
    return Chosen(Files((Path(path).expanduser(),)), "")


def ask_box(source: Chosen) -> tuple[str, str, str]:
    """The box and the time range, as they were typed."""
    with st.container(border=True, key="card_ask"):
        query = st.text_input(
            "Who connects to this address, or to this port?",
            value=source.query,
            key="q",
            bind="query-params",
            placeholder="10.0.3.7   10.0.3.7:5432   :22 rejected   from 10.0.0.0/16 to internet",
        )
        left, right = st.columns(2)
        start = left.text_input(
            "From (UTC, empty: from the first record)", key="from", bind="query-params", placeholder="2026-11-02T08:00"
        )
        end = right.text_input(
            "To, exclusive (UTC, empty: to the last record)",
            key="to",
            bind="query-params",
            placeholder="2026-11-02T18:00",
        )
    return query or "", start or "", end or ""


def parsed(text: str, parse: Callable[[str], _T]) -> _T | None:
    """What was typed as a value, or the error shown with a mark under the word, and None."""
    try:
        return parse(text)
    except QuestionError as error:
        st.error(str(error), icon=":material/error:")
        if error.position is not None:
            st.code(f"{text}\n{' ' * error.position}{'^' * max(error.length, 1)}", language=None)
        return None


def verdict(found: Investigation) -> None:
    """The verdict of coverage in its own words; colour only supports them."""
    colour = {"seen": "blue", "none seen": "orange"}.get(found.verdict.split(",")[0], "red")
    st.markdown(f":{colour}-badge[{found.verdict[:1].upper()}{found.verdict[1:]}]", width="content")
    for reason in found.reasons:
        st.markdown(f"**{reason}**")


def sentences(found: Investigation, texts: Sequence[str]) -> None:
    with st.container(border=True, key="card_answer"):
        for text in texts:
            st.markdown(text.replace(":", "\\:"))
        for caution in found.cautions:
            st.markdown(f":gray[{caution}]")
        if found.in_progress:
            st.markdown(
                f":gray[{found.in_progress:,} more records started before the range and ended in it: they belong to the time before.]"
            )


def charts_of(found: Investigation, palette: charts.Palette) -> None:
    """Accepted and rejected over time, talkers, outcomes, services, protocols."""
    with st.container(border=True, key="card_timeline"):
        st.markdown("##### Accepted and rejected records over time (UTC)")
        _chart(charts.timeline(found, palette), "timeline", "Records over time, accepted and rejected")
    left, right = st.columns([3, 2])
    with left.container(border=True, key="card_clients", height="stretch"):
        st.markdown("##### Top clients by bytes")
        _chart(
            charts.talkers(found.clients, "client", palette), "clients", "Bytes sent and received by the top clients"
        )
    with right.container(border=True, key="card_outcomes", height="stretch"):
        st.markdown("##### Outcomes of conversations")
        labels, values = zip(
            *((row["outcome"].capitalize(), row["conversations"]) for row in found.outcomes), strict=True
        )
        _chart(charts.shares(labels, values, palette, "conversations"), "outcomes", "Conversations by outcome")
    left, right = st.columns([3, 2])
    with left.container(border=True, key="card_services", height="stretch"):
        st.markdown("##### Services by conversations")
        services = sorted(found.services, key=lambda row: (row["port"] == "Other", -row["conversations"]))
        labels, values = zip(
            *((charts.service_label(row["port"], row["protocol"]), row["conversations"]) for row in services),
            strict=True,
        )
        _chart(charts.shares(labels, values, palette, "conversations"), "services", "Conversations by service")
    with right.container(border=True, key="card_protocols", height="stretch"):
        st.markdown("##### Protocols by records")
        labels, values = zip(
            *((charts.protocol_label(row["protocol"]), row["records"]) for row in found.protocols), strict=True
        )
        _chart(charts.shares(labels, values, palette, "records"), "protocols", "Records by protocol")


def _chart(figure: object, key: str, alt: str) -> None:
    st.plotly_chart(figure, key=key, config=charts.CONFIG, theme=None, alt=alt)


def conversations(found: Investigation) -> None:
    """The conversations, most bytes first."""
    with st.container(border=True, key="card_conversations"):
        st.markdown("##### Conversations")
        frame = pd.DataFrame(
            {
                "Client": [row["client"] for row in found.conversations],
                "Server": [row["server"] for row in found.conversations],
                "Service": [charts.service_label(row["port"], row["protocol"]) for row in found.conversations],
                "Outcome": [row["outcome"] for row in found.conversations],
                "Sent": [row["bytes_to_server"] for row in found.conversations],
                "Received": [row["bytes_to_client"] for row in found.conversations],
                "Rejected": [row["rejected_records"] for row in found.conversations],
                "First (UTC)": [utc(row["first"]) for row in found.conversations],
                "Last (UTC)": [utc(row["last"]) for row in found.conversations],
                "Decided by": [row["decided_by"] for row in found.conversations],
                "Network": [row["scope"] for row in found.conversations],
            }
        )
        size = {name: st.column_config.NumberColumn(name, format="bytes") for name in ("Sent", "Received")}
        st.dataframe(frame, key="conversations", hide_index=True, height=360, column_config=size, alt="Conversations")
        if found.truncated:
            st.markdown(
                f":gray[The first {len(found.conversations):,} of {found.reconciliation['conversations']:,} conversations.]"
            )


def coverage(found: Investigation) -> None:
    """What the logs covered."""
    with st.container(border=True, key="card_coverage"):
        covered = found.coverage
        st.markdown("##### What these logs covered")
        of = "unknown" if covered.expected is None else f"{covered.expected:,}"
        st.markdown(
            f"{covered.interfaces:,} interfaces wrote rows (expected\\: {of}). Of {covered.bins:,} interface-bins of "
            f"{covered.bin_seconds // 60} minutes\\: {covered.ok:,} with records, {covered.nodata:,} no traffic (NODATA), "
            f"{covered.skipdata:,} with records lost (SKIPDATA), {covered.absent:,} not logged. "
            f"Newest row\\: {utc(covered.newest).replace(':', chr(92) + ':')} UTC. Traffic type\\: {covered.traffic_type}."
        )
        for why, count in found.unparsable.items():
            st.markdown(f":orange[{count:,} lines could not be read\\: {why}.]")
        for problem in found.problems:
            st.markdown(f":orange[{problem}]")


def statement(found: Investigation) -> None:
    with st.expander(f"The query ({found.statement.language})", key="query"):
        st.code(found.statement.text, language="sql", wrap_lines=True)
        st.code(", ".join(map(str, found.statement.parameters)) or "no parameters", language=None, wrap_lines=True)


def reconciliation(found: Investigation) -> None:
    """The line to which every chart ties."""
    line = found.reconciliation
    st.markdown(
        f":gray[{line['lines']:,} lines → {line['records']:,} records ({line['status_rows']:,} status rows, {line['skipped']:,} skipped, "
        f"{line['unparsable']:,} unparsable) → {line['outside_filter']:,} outside the question, {line['duplicates']:,} duplicates, "
        f"{line['nat_outside_legs']:,} NAT outside legs, {line['without_endpoints']:,} without endpoints → "
        f"{line['in_conversations']:,} records in {line['conversations']:,} conversations]"
    )
