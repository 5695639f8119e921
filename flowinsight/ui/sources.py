"""The choice of what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from flowinsight.examples import Example
from flowinsight.sources import Files
from flowinsight.ui import address_bar

OWN_FILES = "Files on this machine"


@dataclass(frozen=True)
class Chosen:
    """The source that was chosen, its name, and a first question about it."""

    files: Files
    name: str
    query: str


def choose(examples: Sequence[Example]) -> Chosen | None:
    """The sidebar's choice; None while a path is still to be given."""
    by_name = {example.name: example for example in examples}
    if address_bar.value("source") not in {*by_name, OWN_FILES}:
        _begin_with(examples[0])
    name = st.radio("Source", [*by_name, OWN_FILES], key="source", on_change=_changed, args=(by_name,))
    if name != OWN_FILES:
        st.markdown(f":gray[{by_name[name].about}]")
        return Chosen(by_name[name].source, name, by_name[name].query)
    path = st.text_input("File or folder", key="path", placeholder="/var/log/flowlogs")
    return Chosen(Files((Path(path).expanduser(),)), path, "") if path else None


def _begin_with(example: Example) -> None:
    """A first visit opens on an example with its question; a link that names a question but no source keeps it."""
    st.session_state["source"] = example.name
    if not address_bar.value("q"):
        st.session_state["q"] = example.query


def _changed(by_name: dict[str, Example]) -> None:
    """Another source is another world: its first question, and all of its time."""
    chosen = by_name.get(address_bar.value("source"))
    address_bar.put(q=chosen.query if chosen else "", t="", outcome="", at="")


def welcome() -> None:
    """What stands on the page while a path is still to be given."""
    with st.container(border=True, key="card_welcome"):
        st.markdown("#### Which flow logs?")
        st.markdown(
            "Give the path of a flow log file, or of a folder that holds some, at the left: text, gzip or Parquet as AWS "
            "delivers them, CloudWatch exports, JSON. Nothing leaves this machine."
        )
