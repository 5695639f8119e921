"""The form: another view of the question in the box. Either side is what an address means unless a side is named."""

import streamlit as st

from flowinsight import editing as edits
from flowinsight.filters import Filter
from flowinsight.ui import editing
from flowinsight.ui.plain import plain

_BOXES = (
    ("address", "Address, either side", "10.0.3.7 or 10.0.0.0/16"),
    ("client", "Client", "who started"),
    ("server", "Server", "who was used"),
    ("port", "Port", "22, 443, 8000-8100"),
    ("interface-id", "Interface", "eni-0a1b2c3d"),
)
_PROTOCOLS = {"6": "TCP", "17": "UDP", "1": "ICMP"}
_ACTIONS = {"ACCEPT": "Accepted", "REJECT": "Rejected"}


def draw(filters: tuple[Filter, ...], networks: tuple[str, ...]) -> None:
    """The form, filled from the question. Its error, if any, stands under it."""
    for field, label, example in _BOXES:
        st.session_state[f"form_{field}"] = ", ".join(edits.field_texts(filters, field))
        st.text_input(label, key=f"form_{field}", placeholder=example, on_change=editing.form_field, args=(field,))
    _choice("protocol", "Protocol", _PROTOCOLS, filters)
    _choice("action", "Action", _ACTIONS, filters)
    _network(filters, networks)
    if wrong := st.session_state.get("form_error"):
        st.error(plain(wrong), icon=":material/error:")
        st.session_state["form_error"] = ""


def _choice(field: str, label: str, options: dict[str, str], filters: tuple[Filter, ...]) -> None:
    st.session_state[f"form_{field}"] = [text for text in edits.field_texts(filters, field) if text in options]
    st.pills(
        label, list(options), selection_mode="multi", format_func=options.__getitem__, key=f"form_{field}",
        on_change=editing.form_field, args=(field,),
    )  # fmt: skip


def _network(filters: tuple[Filter, ...], networks: tuple[str, ...]) -> None:
    chosen = edits.field_texts(filters, "vpc-id")
    options = tuple(dict.fromkeys((*networks, *chosen)))
    if not options:
        return
    st.session_state["form_vpc-id"] = list(chosen)
    st.multiselect(
        "Network", options, key="form_vpc-id", placeholder="every network", on_change=editing.form_field,
        args=("vpc-id",),
    )  # fmt: skip
