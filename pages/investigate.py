"""Investigate: a question in, an answer out."""

import streamlit as st

from flowinsight import grammar, roles
from flowinsight.examples import EXAMPLES
from flowinsight.question import Question, TimeRange
from flowinsight.times import parse_time
from flowinsight.ui import ask, shell, widgets

with shell.page():
    source = widgets.choose_source(EXAMPLES)
    query, start, end = widgets.ask_box(source)
    filters = widgets.parsed(query, grammar.parse)
    times = widgets.parsed(f"{start}|{end}", lambda _: TimeRange(*(parse_time(t) if t else None for t in (start, end))))
    if filters is not None and times is not None:
        found = ask.answer(Question(times, filters, limit=1000), source.files)
        widgets.verdict(found)
        widgets.sentences(found, [roles.sentence(role) for role in found.roles])
        if found.reconciliation["conversations"]:
            widgets.charts_of(found, shell.palette())
            widgets.conversations(found)
        widgets.coverage(found)
        widgets.statement(found)
        widgets.reconciliation(found)
    st.space("small")
