"""The fields of a record: presets, the questions each makes answerable, and each field's reason and size."""

import pandas as pd
import streamlit as st

from flowinsight.fields import BY_TOKEN, FIELDS
from flowinsight.provision import presets
from flowinsight.provision.formats import TAG_FIELDS, TagFields
from flowinsight.ui.plain import plain

OWN = "own"
_WORDS = {
    "investigate": "For investigations (suggested)",
    "default": "AWS's default",
    "full": "Versions 2 to 5",
    "newest": "Up to version 11",
    OWN: "Own choice",
}
_CHOOSABLE = [one.token for one in FIELDS if one.version != 6]


def draw(*, transit: bool) -> tuple[str, TagFields]:
    """The choice, as a preset's name or AWS's text of a format, and the keys of tags whose values it carries."""
    text = "transit-gateway" if transit else _preset()
    tokens = presets.fields_of(text)
    tagged = _keys(tokens)
    _questions(tokens, transit=transit)
    with st.expander(f"The {len(tokens)} fields, why each is there and what it costs"):
        _table(tokens)
    return text, tagged


def _preset() -> str:
    chosen = st.segmented_control(
        "Fields of a record",
        list(_WORDS),
        default="investigate",
        required=True,
        format_func=lambda one: _WORDS[one],
        key="setup_fields",
        persist_state="session",
        help="AWS cannot add a field to a flow log later, nor to records that were written without it.",
    )
    if chosen != OWN:
        return chosen
    tokens = st.multiselect(
        "Fields, in the order they are written",
        _CHOOSABLE,
        list(presets.INVESTIGATE),
        key="setup_own_fields",
        persist_state="session",
    )
    return presets.log_format(tuple(tokens))


def _keys(tokens: tuple[str, ...]) -> TagFields:
    """A key for every field that carries a tag's value; those without one yet are left out, and the wish says so."""
    given = []
    wanted = [token for token in TAG_FIELDS if token in tokens]
    for token, place in zip(wanted, st.columns(max(len(wanted), 1)), strict=False):
        label = f"Tag for {token}"
        key = place.text_input(label, key=f"setup_key_{token}", placeholder="the tag's key", persist_state="session")
        given += [(token, key.strip())] if key and key.strip() else []
    return tuple(given)


def _questions(tokens: tuple[str, ...], *, transit: bool) -> None:
    can = presets.answerable(tokens)
    cannot = presets.unanswerable(tokens, presets.TRANSIT if transit else tuple(_CHOOSABLE))
    left, right = st.columns(2)
    left.markdown("  \n".join(["**It can answer**", *(f":green[:material/check:] {plain(one)}" for one in can)]))
    if cannot:
        told = [f":gray[:material/close: {plain(one)}]" for one in cannot]
        right.markdown("  \n".join(["**It can never answer**", *told]))


def _table(tokens: tuple[str, ...]) -> None:
    size = presets.record_bytes(tokens)
    rows = [
        {
            "Field": token,
            "Why": presets.reason(token),
            "Bytes a record": presets.bytes_of(BY_TOKEN[token]),
            "Share of the price": presets.bytes_of(BY_TOKEN[token]) / max(size, 1),
        }
        for token in tokens
        if token in BY_TOKEN
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=320,
        column_config={
            "Share of the price": st.column_config.NumberColumn(format="percent"),
            "Why": st.column_config.TextColumn(width="large"),
        },
        alt="Fields with reason and size",
    )
