"""One conversation: what can be asked about it next, and the records it was read from."""

from dataclasses import replace
from datetime import tzinfo
from typing import Any

import streamlit as st

from flowinsight import columns, fields, iana, labels, tcp_flags
from flowinsight.filters import Endpoint, Filter, Ports
from flowinsight.question import Question
from flowinsight.rhythm import sentences
from flowinsight.ui import ask, editing, tables
from flowinsight.ui.plain import gray, plain

RECORDS = 200
"""Records shown behind a row at most."""


def draw(row: dict[str, Any], question: Question, held: ask.Held, zone: tzinfo) -> None:
    """A ticked conversation."""
    service = labels.service_label(row["port"], row["protocol"])
    with st.container(border=True, key="card_conversation"):
        st.markdown(f"##### {plain(row['client'])} → {plain(row['server'])}, {plain(service)}: {row['outcome']}")
        with st.container(horizontal=True, gap="small", key="pivots"):
            _ways(row)
        interfaces = ", ".join(row["interfaces"])
        kinds = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in row["reject_kinds"].items() if count)
        st.markdown(
            gray(
                f"Logged by {interfaces}; believed: {row['observer']}. Who started was decided by {row['decided_by']}. "
                f"{row['connection_starts'] or 0:,} connection starts."
                + (f" Rejected records: {kinds}." if kinds else "")
                + (f" Through {row['through']}." if row["through"] else "")
            )
        )
        if held.loaded.rolled_by is not None:
            st.markdown(gray("The records behind it were added up: they are not here to be listed."))
            return
        records = behind(row, question)
        for said in sentences(ask.rhythm_of(records, held)):
            st.markdown(gray(said))
        _records(records, held, zone)


def _ways(row: dict[str, Any]) -> None:
    service = labels.service_word(row["port"], row["protocol"])
    for key, label, word, how in (
        ("only", "Only this conversation", f"from {row['client']} to {row['server']} {service}", "narrow"),
        ("client", f"About {row['client']}", f"from {row['client']}", "pivot"),
        ("server", f"About {row['server']}", f"to {row['server']}", "pivot"),
        ("service", f"About {service.removeprefix('to ')}", service, "pivot"),
        ("without", f"Without {row['client']}", f"from {row['client']}", "exclude"),
    ):
        st.button(plain(label), key=f"pivot_{key}", on_click=editing.handle, args=(word, how))


def behind(row: dict[str, Any], question: Question) -> Question:
    """The question whose records are those of one conversation."""
    server = Filter.parse("server", [row["server"]])
    service = Filter("protocol", (row["protocol"],))
    if row["port"] is not None:
        ports = Ports(row["port"], row["port"], row["protocol"])
        server = Filter("server", (Endpoint(Filter.parse("client", [row["server"]]).values[0], ports),))  # type: ignore[arg-type]
    asked = question.narrowed(Filter.parse("client", [row["client"]])).narrowed(server).narrowed(service)
    if str(row["scope"]).startswith("vpc-"):
        asked = asked.narrowed(Filter("vpc-id", (row["scope"],)))
    return replace(asked, limit=RECORDS, dimensions=(), measures=("records",))


def _records(question: Question, held: ask.Held, zone: tzinfo) -> None:
    answer = ask.records(question, held)
    carried = [name for name in (answer.rows[0] if answer.rows else {}) if name != "extra"]
    shown = [_column(name) for name in sorted(carried, key=lambda name: _PLACES.get(name, len(_PLACES)))]
    table = columns.Table("records", answer.rows, shown)
    said = f"{len(answer.rows):,} records" if not answer.truncated else f"The newest {RECORDS:,} records"
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(gray(f"{said} behind it, of every interface, as logged"), width="content")
        tables.export(table)
    tables.draw(table, "records", zone, select=False, height=260)


_PLACES = {
    name: place
    for place, name in enumerate(
        ("start", "end", "srcaddr", "srcport", "dstaddr", "dstport", "protocol", "packets", "bytes", "action", "tcp_flags",
         "flow_direction", "interface_id", "pkt_srcaddr", "pkt_dstaddr")
    )
}  # fmt: skip
"""The fields that are read first stand first."""


def _column(name: str) -> columns.Column:
    """A record's field under AWS's own name; flags and protocol also in words."""
    token = fields.find(name)
    heading = token.token if token else name
    match name:
        case "tcp_flags":
            return columns.Column(heading, lambda row: tcp_flags.in_words(row["tcp_flags"]))
        case "protocol":
            return columns.Column(heading, lambda row: iana.protocol_name(row["protocol"]))
        case "start" | "end":
            return columns.of(name, "time", heading)
        case _:
            return columns.of(name, "text", heading)
