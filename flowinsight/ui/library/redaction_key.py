"""The key for redaction: it stays with its owner, and is here only while the page is looked at."""

import secrets

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.snapshots import SnapshotError
from flowinsight.snapshots.pseudonyms import KEY_BYTES
from flowinsight.ui.plain import gray, plain

_MADE = "redaction_key"


def given(name: str, *, make: bool) -> bytes | None:
    """The key from a file that a person chooses, or, with `make`, a new one; None while there is none."""
    file = st.file_uploader("Your key for redaction", key=f"{name}_key_file", max_upload_size=1)
    if file is not None:
        try:
            return read(file.getvalue())
        except FlowInsightError as error:
            st.error(plain(error), icon=":material/error:")
            return None
    if not make:
        return None
    made: bytes | None = st.session_state.get(_MADE)
    if made is None:
        st.button("Make a new key", key=f"{name}_key_new", icon=":material/key:", on_click=_make)
        return None
    st.download_button(
        "Save the key", data=f"{made.hex()}\n", file_name="flowinsight-redaction.key", key=f"{name}_key_save",
        icon=":material/key:", on_click="ignore",
    )  # fmt: skip
    st.markdown(
        gray(
            "A new key, which FlowInsight forgets when you close this window. Save it: without it nobody can turn pseudonyms "
            "back, and with it everybody can, so it does not go to those who get the snapshot."
        )
    )
    return made


def _make() -> None:
    st.session_state[_MADE] = secrets.token_bytes(KEY_BYTES)


def read(content: bytes) -> bytes:
    """The key in such a file; FlowInsightError where it holds none."""
    try:
        key = bytes.fromhex(content[:1000].decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise SnapshotError(
            "This file does not hold a key for redaction: one line of 64 hexadecimal digits, as made here or by "
            "python -m flowinsight snapshot key redact FILE."
        )
    return key
