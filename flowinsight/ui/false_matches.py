"""The records that a way of reading brought and the question is not about."""

import streamlit as st

from flowinsight import columns
from flowinsight.fetchers import group_ways
from flowinsight.fetchers.log_events import Beside
from flowinsight.ui import tables
from flowinsight.ui.box import zone
from flowinsight.ui.plain import gray, plain


def draw(beside: Beside | None) -> None:
    """The records that a term or a typed pattern brought and the question is not about, apart from every answer."""
    if beside is None or not beside.count:
        return
    with st.expander(plain(group_ways.said_beside(beside.count)), icon=":material/filter_alt_off:", key="beside"):
        shown = columns.Table("false-matches", beside.rows, _RECORD)
        if len(beside.rows) < beside.count:
            st.markdown(gray(f"The first {len(beside.rows):,}:"))
        tables.draw(shown, "beside", zone(), select=False)
        tables.export(shown)


_RECORD = (
    columns.Column("Matched", lambda _: "not the question"), columns.of("start", "time"),
    *(columns.of(name) for name in ("interface_id", "srcaddr", "srcport", "dstaddr", "dstport", "protocol", "action")),
    columns.of("packets", "number"), columns.of("bytes", "bytes"),
)  # fmt: skip
