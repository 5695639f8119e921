"""The snapshots of a library: found by their words, page by page, each with what its beginning tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from flowinsight.labels import in_bytes
from flowinsight.library import Described, Entry, Folder
from flowinsight.reports import answers
from flowinsight.roles import utc
from flowinsight.ui.library import bringing, closer, holding, removing, whereabouts
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.plain import gray, plain

_Item = TypeVar("_Item")

PAGE, SEARCHED = 10, 500
"""Snapshots on a page, and how many of the newest a search looks at."""
_CHOSEN = "library_chosen"


def draw() -> None:
    """The library that is chosen at the left."""
    place = whereabouts.choose()
    if place is None:
        whereabouts.told()
        return
    with st.container(border=True, key="card_library"):
        words = _tools(place)
        whereabouts.told()
        removing.undo()
        found = holding.listing(place)
        if not found.entries:
            st.markdown("#### No snapshot here yet")
            st.markdown("On Investigate, *Keep* saves the answer on the screen with everything it rests on.")
            return
        shown = _found(place, found.entries, words)
        counted = f"{len(found.entries):,} snapshot{'' if len(found.entries) == 1 else 's'}"
        rest = "" if found.whole else " More are there than are listed."
        st.markdown(gray(f"{counted} in {place.library.where}.{shown.said}{rest}"))
        for one in shown.page:
            _card(place, one, found.entries)


def _tools(place: Whereabouts) -> list[str]:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        words = st.text_input(
            "Search", key="library_search", type="search", width=320, placeholder="question, note, id, who asked"
        )
        bringing.draw(place)
        if not isinstance(place.library, Folder):
            st.button(
                "Look again", key="library_look", icon=":material/refresh:", on_click=holding.look_again, args=(place,)
            )
    return str(words or "").lower().split()


@dataclass(frozen=True)
class _Shown:
    """A page of snapshots, and what to say of a search."""

    page: Sequence[Described]
    said: str


def _found(place: Whereabouts, entries: Sequence[Entry], words: list[str]) -> _Shown:
    """A page of what is there, or of what a search finds."""
    if not words:
        return _Shown(holding.described(place, _page(entries)), "")
    looked_at = entries[:SEARCHED]
    fits = [one for one in holding.described(place, looked_at) if all(word in _text(one) for word in words)]
    among = f" among the newest {SEARCHED:,}" if len(looked_at) < len(entries) else ""
    return _Shown(_page(fits), f" Found{among}: {len(fits):,}.")


def _page(items: Sequence[_Item]) -> Sequence[_Item]:
    pages = -(-len(items) // PAGE)
    number = st.pagination(pages, key=f"library_page_{pages}") if pages > 1 else 1
    return items[(number - 1) * PAGE : number * PAGE]


def _text(one: Described) -> str:
    """Everything of a snapshot that a search looks at."""
    said = [one.entry.name]
    if one.front is not None:
        facts = one.front.facts
        said += [one.front.id, facts.note, facts.caller, answers.asked(facts.question), one.front.signer or ""]
    return " ".join(said).lower()


def _card(place: Whereabouts, one: Described, entries: Sequence[Entry]) -> None:
    key = holding.key_of(place, one.entry)
    chosen = st.session_state.get(_CHOSEN) == key
    with st.container(border=True, key=f"snapshot_{one.entry.name}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown("  \n".join(_lines(one)), width="content")
            _turn(one.entry.name, None if chosen else key)
        if one.front is None:
            st.error(plain(one.problem), icon=":material/error:")
        if chosen:
            closer.draw(place, one.entry, entries)


def _lines(one: Described) -> Iterator[str]:
    """What the beginning of the file tells, its first line first."""
    entry, front = one.entry, one.front
    file = gray(f"{entry.name} · {in_bytes(entry.size)}")
    if front is None:
        yield f"{file} {gray(f'· {utc(entry.written)} UTC')}"
        return
    yield f"{plain(front.holds)} {file}"
    badges = (front.facts.redaction and ":blue-badge[redacted]", front.signer and ":green-badge[signed]")
    yield " ".join([f"**{plain(answers.asked(front.facts.question))}**", *(badge for badge in badges if badge)])
    if front.facts.note:
        yield plain(" ".join(front.facts.note.split()))
    yield gray(f"Saved {utc(front.facts.frozen_at)} UTC, asked by {front.facts.caller} · id {front.id[:12]}…")


def _turn(name: str, key: str | None) -> None:
    """Look at a snapshot closely, or no more."""
    label, icon = ("Close", "close") if key is None else ("Look closer", "frame_inspect")
    st.button(label, key=f"closer_{name}", icon=f":material/{icon}:", on_click=_choose, args=(key,))


def _choose(key: str | None) -> None:
    st.session_state[_CHOSEN] = key
