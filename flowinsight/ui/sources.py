"""The choice of what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from flowinsight import snapshots
from flowinsight.errors import QuestionError, SourceError
from flowinsight.examples import EXAMPLES, Example
from flowinsight.fetchers import live
from flowinsight.grammar import unparse
from flowinsight.names.translated import Translated
from flowinsight.periods import Reader, canonical
from flowinsight.question import Question
from flowinsight.sources import Files
from flowinsight.ui import accounts, address_bar, ask, fetching, inventories, places, too_wide
from flowinsight.ui.fetching import Remote

OWN_FILES = "Files on this machine"
_LIVE_QUERY = ":22"
_ACCOUNT, _UNASKED, _OPENED = "account_chosen", "question_unasked", "source_opened"


@dataclass(frozen=True)
class Chosen:
    """The source that was chosen, its name, and a first question about it."""

    place: Files | Remote
    name: str
    query: str


def choose(examples: Sequence[Example]) -> Chosen | None:
    """The sidebar's choice; None while a path is still to be given."""
    by_name = {example.name: example for example in examples}
    names = [*by_name, OWN_FILES, *accounts.SOURCES]
    if address_bar.value("source") not in names:
        _begin_with(examples[0])
    name = st.radio("Source", names, key="source", on_change=_changed, args=(by_name,))
    if _UNASKED not in st.session_state:  # a visit that begins with a link
        first = name in by_name and address_bar.value("q") == by_name[name].query
        st.session_state[_UNASKED] = first and not address_bar.value("t")
    if name in accounts.SOURCES:
        return _remote(name)
    if name != OWN_FILES:
        st.markdown(f":gray[{by_name[name].about}]")
        return Chosen(by_name[name].source, name, by_name[name].query)
    path = st.text_input("File or folder", key="path", placeholder="/var/log/flowlogs", on_change=_named)
    return Chosen(Files((Path(path).expanduser(),)), path, "") if path else None


def _named() -> None:
    """A snapshot is opened with its own question: of the time and the records beside it, it knows nothing."""
    path = Path(address_bar.value("path")).expanduser()
    if not snapshots.is_snapshot(path):
        return
    try:
        own = snapshots.open_snapshot(path).question
    except SourceError:
        return  # the page says it where it opens the file
    address_bar.put(q=unparse(own.filters), t=canonical(own.time), outcome="", at="")


def _remote(name: str) -> Chosen | None:
    """An account and a place in it. What it is asked always has a beginning and an end: the last hour where none is given."""
    address_bar.keep(drawn={"source"})
    account = accounts.choose(name)
    st.session_state[_ACCOUNT] = account
    place = places.choose(account) if account else None
    if account is None or place is None:
        return None
    account = replace(account, present=live.now(account.identity))
    try:
        asked = Reader(account.present).parse(address_bar.value("t"))
        address_bar.put(t=canonical(live.closed(asked, account.present)))
    except QuestionError:
        st.session_state["t"] = address_bar.value("t")  # the error is told where the time is drawn
    return Chosen(Remote(account, place), places.name_of(place), "")


def held(chosen: Chosen) -> ask.Held | None:
    """The records of the source; those of an account are still to be fetched when the question is known. None where a person
    is asked first whether to read that much.
    """
    if not isinstance(chosen.place, Files):
        return fetching.awaited(chosen.place)
    if st.session_state.get(_OPENED) != chosen.place:
        address_bar.keep(drawn={"source", "path"})
    st.session_state[_OPENED] = None
    opened = too_wide.opened(chosen.place)
    st.session_state[_OPENED] = chosen.place if opened else None
    return opened


def present(chosen: Chosen) -> int | None:
    """The present of a live source, in Unix seconds; None for files, to which nothing is still arriving."""
    return None if isinstance(chosen.place, Files) else chosen.place.account.present


def account(chosen: Chosen) -> accounts.Account | None:
    """The account that is asked; None for files."""
    return None if isinstance(chosen.place, Files) else chosen.place.account


def translated(question: Question, chosen: Chosen) -> Translated:
    """The question about the addresses that records hold, which only an account can tell."""
    if isinstance(chosen.place, Files):
        return Translated(question, ())
    return inventories.asked(question, chosen.place.account, chosen.place.place)


def brought(question: Question, chosen: Chosen, before: ask.Held) -> ask.Held:
    """The records that the question needs."""
    if not isinstance(chosen.place, Files):
        return fetching.fetched(question, chosen.place)
    if before.said:
        st.markdown(before.said)
    return before


def _begin_with(example: Example) -> None:
    """A first visit opens on an example with its question; a link that names a question but no source keeps it."""
    st.session_state["source"] = example.name
    st.session_state[_UNASKED] = not address_bar.value("q")
    if not address_bar.value("q"):
        st.session_state["q"] = example.query


def unasked() -> bool:
    """Whether the question is the one with which its source opened, which nobody typed: it is no step of an investigation."""
    asked = {key: address_bar.value(key) for key in ("source", "path", "q", "t")}
    if st.session_state.get(_UNASKED) is True:
        st.session_state[_UNASKED] = asked
    return bool(st.session_state.get(_UNASKED) == asked)


def _changed(by_name: dict[str, Example]) -> None:
    """Another source is another world: its first question, and all of its time."""
    chosen = by_name.get(address_bar.value("source"))
    live_query = _LIVE_QUERY if address_bar.value("source") in accounts.SOURCES else ""
    address_bar.put(q=chosen.query if chosen else live_query, t="", outcome="", at="", path="", also="")
    st.session_state[_UNASKED] = True
    st.session_state["sandbox_stopped"] = False


def ways_out() -> None:
    """What to do where a source could not be opened or asked."""
    with st.container(horizontal=True, gap="small"):
        st.button("Try again", key="failed_again", type="primary", icon=":material/refresh:")
        if address_bar.value("source") != EXAMPLES[0].name:
            st.button("Open the example", key="failed_example", on_click=_open_example)


def _open_example() -> None:
    address_bar.put(source=EXAMPLES[0].name)
    _changed({EXAMPLES[0].name: EXAMPLES[0]})


def welcome() -> None:
    """What stands on the page while it is still to be said where the records lie."""
    name, account = address_bar.value("source"), st.session_state.get(_ACCOUNT)
    if name in accounts.SOURCES:
        if account is None:
            accounts.welcome(name)
        else:
            places.welcome(account)
        address_bar.write()
        return
    with st.container(border=True, key="card_welcome"):
        st.markdown("#### Which flow logs?")
        st.markdown(
            "Give the path of a flow log file, or of a folder that holds some, at the left: text, gzip or Parquet as AWS "
            "delivers them, CloudWatch exports, JSON; or of a store that `python -m flowinsight ingest` made. Nothing leaves "
            "this machine."
        )
