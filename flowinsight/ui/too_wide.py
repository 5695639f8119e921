"""Work that would take long is told before it begins, with ways to less of it, and waits for a person."""

import shlex
from datetime import tzinfo

import streamlit as st

from flowinsight import periods
from flowinsight.effort import Effort, Reading, reading
from flowinsight.paths import default_store
from flowinsight.question import Question, TimeRange
from flowinsight.records.files import found
from flowinsight.sources import Files
from flowinsight.ui import ask, editing
from flowinsight.ui.plain import gray, plain

_AGREED = "wide_agreed"


def expected(question: Question, held: ask.Held) -> Effort | None:
    """What the answer will take, where a person is to be asked about that first."""
    if st.session_state.get(_AGREED) == _key(question, held) or ask.known(question, held):
        return None
    found = ask.effort_of(question, held)
    return found if found.too_wide else None


def _key(question: Question, held: ask.Held) -> str:
    return f"{held.key} {question.to_json()}"


def draw(question: Question, held: ask.Held, expected: Effort, zone: tzinfo) -> None:
    """What the answer would take, and what would take less."""
    with st.container(border=True, key="card_wide"):
        st.markdown("#### This question is wide")
        st.markdown(
            plain(
                f"It is about {_many(expected.matching)} records of some {_many(expected.records)} in {_time(question, zone)}. "
                f"The answer will take about {_length(expected.seconds)}."
            )
        )
        if not question.filters:
            st.markdown("Name an address, a network or a port in the box, or a shorter time:")
        with st.container(horizontal=True, gap="small", key="wide_ways"):
            for number, (part, matching) in enumerate(expected.parts):
                if matching and expected.of(matching) < expected.seconds / 2:
                    assert part.start is not None
                    assert part.end is not None
                    hours = (part.end - part.start) // 3600
                    st.button(
                        plain(
                            f"The last {_hours(hours)}: {_many(matching)} records, about {_length(expected.of(matching))}"
                        ),
                        key=f"wide_{number}",
                        on_click=editing.set_time,
                        args=(part,),
                    )
            st.button("Ask all the same", key="wide_on", on_click=_agree, args=(_key(question, held),))


def _time(question: Question, zone: tzinfo) -> str:
    return "all of the time" if question.time == TimeRange() else periods.said(question.time, zone)


def _many(number: int) -> str:
    return f"{number / 1e6:,.1f} million" if number >= 1_000_000 else f"{number:,}"


def _hours(hours: int) -> str:
    return "hour" if hours == 1 else f"{hours} hours" if hours <= 24 else f"{hours // 24} days"


def _length(seconds: float) -> str:
    if seconds < 1.5:
        return "a second"
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def _agree(key: str) -> None:
    st.session_state[_AGREED] = key


def opened(source: Files) -> ask.Held | None:
    """The records of files; None where the page first says what reading them would take."""
    files = found(source.paths)
    key = str(tuple(map(str, source.paths)))
    weighed = reading(files)
    if weighed.too_wide and st.session_state.get(_AGREED) != key and not ask.is_open(source):
        _files(source, weighed, key)
        return None
    return ask.load(source)


def _files(source: Files, expected: Reading, key: str) -> None:
    with st.container(border=True, key="card_wide"):
        st.markdown("#### These are many records to read at once")
        st.markdown(
            plain(
                f"{'1 file' if expected.files == 1 else f'{expected.files:,} files'}, {expected.bytes / 1e9:,.1f} GB, about "
                f"{_many(expected.records)} records: reading them "
                f"takes about {_length(expected.seconds)} and {expected.memory / 1e9:,.0f} GB of memory."
            )
        )
        st.markdown("A store reads them once, needs a fraction of the memory, and opens at once from then on:")
        paths = " ".join(shlex.quote(str(path)) for path in source.paths)
        st.code(f"python -m flowinsight ingest {paths}", language=None, wrap_lines=True)
        st.markdown(gray(f"Then give {default_store()} as the folder, or name a folder here that holds fewer days."))
        st.button("Read all the same", key="wide_on", on_click=_agree, args=(key,))
