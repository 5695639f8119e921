"""Questions asked once: sources stay loaded, answers stay known, by the question's own canonical text."""

from pathlib import Path

import streamlit as st

from flowinsight.errors import EngineError
from flowinsight.fetchers import files
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.records.files import found as files_under
from flowinsight.sources import Files


@st.cache_resource(max_entries=3, show_spinner=False)
def _loaded(paths: tuple[str, ...], versions: tuple[tuple[int, int], ...]) -> Loaded:
    """The records of these files; `versions` (modified, size) makes a changed file a different one."""
    del versions
    return files.load(Files(tuple(map(Path, paths))))


def load(source: Files) -> Loaded:
    """The source's records, read once for as long as its files do not change."""
    found = files_under(source.paths)
    stats = tuple((status.st_mtime_ns, status.st_size) for status in (path.stat() for path in found))
    with st.spinner("Reading the flow logs…"):
        return _loaded(tuple(map(str, source.paths)), stats)


@st.cache_data(max_entries=200, show_spinner=False)
def _answer(key: str, source: str, _loaded_source: Loaded) -> Investigation:
    del source
    return investigate(Question.from_json(key), _loaded_source)


def answer(question: Question, source: Files) -> Investigation:
    """The investigation of a question; asked again, it is not computed again."""
    loaded = load(source)
    try:
        with st.spinner("Asking…"):
            return _answer(question.to_json(), f"{source.paths}{id(loaded.connection)}", loaded)
    except MemoryError as error:
        raise EngineError("This question needs more memory than there is: narrow it, or its time range.") from error
