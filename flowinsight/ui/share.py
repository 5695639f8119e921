"""Taking the answer elsewhere: the link, the sentence and the addresses, each with its copy button."""

from urllib.parse import urlencode

import streamlit as st

from flowinsight import wording
from flowinsight.investigation import Investigation
from flowinsight.tops import OTHER


def draw(found: Investigation) -> None:
    """Texts to copy. The link opens the same question in any browser that can reach this address."""
    with st.popover("Copy", icon=":material/content_copy:", key="copy"):
        st.markdown("Link to this question")
        st.code(_link(), language=None, wrap_lines=True)
        st.markdown("The answer")
        said = [*wording.sentences(found), f"{wording.verdict(found)}.", *found.reasons]
        st.code("\n".join(said), language=None, wrap_lines=True)
        for side, rows in (("client", found.clients), ("server", found.servers)):
            addresses = [str(row[side]) for row in rows if row[side] != OTHER]
            if addresses:
                st.markdown(f"The first {len(addresses)} {side}s" if len(addresses) > 1 else f"The {side}")
                st.code("\n".join(addresses), language=None, height=min(160, 42 + 20 * len(addresses)))


def _link() -> str:
    address = str(st.context.url or "").partition("?")[0]
    return f"{address}?{urlencode(st.query_params.to_dict())}"
