"""The charts of an answer, each in its card."""

from datetime import tzinfo

import streamlit as st

from flowinsight import charts
from flowinsight.investigation import Investigation
from flowinsight.ui import handles

_TIMELINE_HELP = (
    "Bins of each record’s start. Draw over bars, or click one, to narrow the time. "
    "Only records of conversations, after duplicates are removed."
)
_OUTCOMES_HELP = (
    "Rejected: not allowed. No reply: nothing came back while the logs were complete. Reset: only a reset came back. "
    "Handshake only: a connection without payload. Data: payload after a handshake. "
    "Without TCP flags: replied, replied with data. A click lists them."
)


def draw(found: Investigation, palette: charts.Palette, zone: tzinfo, present: int | None) -> None:
    """Time first, then who, what came of it, which services, which protocols. `present` is that of a live source, or None."""
    with st.container(border=True, key="card_timeline"):
        handles.heading(f"Accepted and rejected records over time ({zone})", "timeline", _TIMELINE_HELP)
        figure = charts.timeline(found, palette, zone, present)
        if any(charts.arriving(row["bin"], found.bin_seconds, present) for row in found.timeline):
            st.markdown(":gray[Hatched bars are still arriving.]")
        handles.timeline(figure, "Records over time, accepted and rejected", found.bin_seconds)
    handles.switch()
    left, right = st.columns([3, 2])
    with left.container(border=True, key="card_clients", height="stretch"):
        handles.heading("Top clients by bytes", "clients")
        figure = charts.talkers(found.clients, "client", palette)
        handles.draw(figure, "clients", "Bytes sent and received by the top clients")
    with right.container(border=True, key="card_outcomes", height="stretch"):
        handles.heading("Outcomes of conversations", "outcomes", _OUTCOMES_HELP)
        handles.outcomes(charts.outcomes(found, palette), "Conversations by outcome")
        handles.heading("Protocols by records", "protocols")
        handles.draw(charts.protocols(found, palette), "protocols", "Records by protocol")
    left, right = st.columns([3, 2])
    with left.container(border=True, key="card_servers", height="stretch"):
        handles.heading("Top servers by bytes", "servers")
        figure = charts.talkers(found.servers, "server", palette)
        handles.draw(figure, "servers", "Bytes sent to and received from the top servers")
    with right.container(border=True, key="card_services", height="stretch"):
        handles.heading("Services by conversations", "services")
        handles.draw(charts.services(found, palette), "services", "Conversations by service")
