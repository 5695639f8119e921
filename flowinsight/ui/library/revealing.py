"""Turning the pseudonyms of a redacted snapshot back, for whoever has the key."""

import streamlit as st

from flowinsight.addresses import format_address, parse_address
from flowinsight.snapshots import Snapshot
from flowinsight.snapshots.pseudonyms import Pseudonyms
from flowinsight.tops import OTHER
from flowinsight.ui.library import redaction_key
from flowinsight.ui.plain import gray, plain

_MOST = 1000


def draw(one: Snapshot) -> None:
    """Addresses, as they were. What was masked is not turned back by anybody."""
    said = one.facts.redaction
    assert said is not None
    st.markdown("Redacted from the snapshot")
    st.code(said.original, language=None, wrap_lines=True)
    with st.expander("Reveal with the key", icon=":material/key:", key="library_reveal"):
        for sentence in said.done:
            st.markdown(gray(sentence))
        key = redaction_key.given("reveal", make=False)
        text = st.text_area("Pseudonyms of addresses", value="\n".join(_ends(one)), key="reveal_text", height=120)
        if key is None:
            return
        names = Pseudonyms(key)
        if names.fingerprint != said.key:
            st.error("This is another key: this snapshot was not redacted with it.", icon=":material/error:")
            return
        _table(names, text.split()[:_MOST])


def _ends(one: Snapshot) -> list[str]:
    """The clients and servers of the answer."""
    ends = [str(row["client"]) for row in one.answer.clients] + [str(row["server"]) for row in one.answer.servers]
    return [text for text in dict.fromkeys(ends) if text != OTHER]


def _table(names: Pseudonyms, texts: list[str]) -> None:
    rows, wrong = [], []
    for text in texts:
        try:
            rows.append({"Pseudonym": text, "Address": format_address(names.address_of(parse_address(text)))})
        except ValueError:
            wrong.append(text)
    with st.container(key="table_reveal"):
        height = min(400, 31 * len(rows) + 35)
        st.dataframe(rows, key="reveal_rows", hide_index=True, alt="Addresses revealed", height=height)
    if wrong:
        st.markdown(plain(f"Not addresses: {', '.join(wrong[:10])}."))
