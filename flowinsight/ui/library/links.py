"""Links to a snapshot's question, with its records or without."""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from flowinsight import grammar, periods
from flowinsight.snapshots import Snapshot
from flowinsight.ui.sources import OWN_FILES


def question(one: Snapshot) -> dict[str, str]:
    """The question alone, as the address bar holds it."""
    parts = {"q": grammar.unparse(one.question.filters), "t": periods.canonical(one.question.time)}
    return {name: text for name, text in parts.items() if text}


def opening(path: Path, one: Snapshot) -> dict[str, str]:
    """The question, asked of the snapshot's own records in this file."""
    return {"source": OWN_FILES, "path": str(path), **question(one)}


def to_question(one: Snapshot) -> str:
    """The address of these pages with the question and nothing else."""
    here = urlsplit(str(st.context.url or ""))
    return f"{here.scheme}://{here.netloc}/?{urlencode(question(one))}"
