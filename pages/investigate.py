"""Investigate: a question in, an answer out."""

import streamlit as st

from flowinsight import grammar, periods
from flowinsight.examples import EXAMPLES
from flowinsight.question import Question, TimeRange
from flowinsight.ui import (
    address_bar,
    ask,
    box,
    form,
    history,
    inventories,
    keeping,
    leaders,
    pictures,
    share,
    shell,
    sources,
    too_wide,
    turns,
    verdicts,
    views,
)

with shell.page(sources.ways_out):
    address_bar.read()
    with st.sidebar:
        source = sources.choose(EXAMPLES)
    if source is None:
        sources.welcome()
        st.stop()
    held = sources.held(source)
    if held is None:
        st.stop()
    zone = box.zone()
    with st.container(border=True, key="card_ask"):
        box.draw()
        said: list[str] = []
        names = inventories.names(sources.account(source), said)
        filters = box.parsed(address_bar.value("q"), lambda text: grammar.parse(text, names))
        box.time(held.extent[1], zone, live=sources.present(source) is not None)
        period = box.parsed(address_bar.value("t"), periods.Reader(held.extent[1], zone).parse)
        box.chips(filters or (), period or TimeRange(), zone, source.name)
    with st.sidebar:
        form.draw(filters or (), held.networks)
        trail = st.container()
    address_bar.write()
    unasked = sources.unasked()
    if filters is not None and period is not None:
        typed = Question(period, filters)
        translated = sources.translated(typed, source)
        question = translated.question
        inventories.draw([*said, *translated.said])
        held = sources.brought(question, source, held)
        with st.container(key="work"):  # always there: what stands below it keeps its place while work is shown
            wide = too_wide.expected(question, held)
            asked = ask.answer(question, held) if wide is None else None
        if wide is not None:
            too_wide.draw(question, held, wide, zone)
        if asked is not None:
            found = asked.found
            if not unasked:
                history.add(asked, held, source)
            if len(found.homes) > 1:
                verdicts.which_network(question, found.homes)
            else:
                verdicts.draw(found, zone, sources.present(source))
                with st.container(horizontal=True, gap="small", key="turns"):
                    turns.draw(typed)
                    share.draw(found)
                    keeping.draw(found, held, source)
                    leaders.draw(question, held, source)
                if found.reconciliation["conversations"]:
                    pictures.draw(found, shell.palette(), zone, sources.present(source))
                views.draw(asked, question, held, shell.palette(), zone)
                views.reconciliation(found)
    with trail:
        history.draw()
