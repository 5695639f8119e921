"""Who is who in the account that is asked: names in the box, and a question's public addresses as records hold them."""

import time
from collections.abc import Iterable
from itertools import chain

import streamlit as st

from flowinsight.errors import DeniedError
from flowinsight.fetchers.live import Place
from flowinsight.grammar import Names
from flowinsight.names.inventory import Inventory, inventory
from flowinsight.names.translated import Translated, addresses_named, called, needed, translated
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from flowinsight.ui import working
from flowinsight.ui.accounts import ASKED_AGAIN, Account
from flowinsight.ui.plain import gray

_MET = "inventory_met"


@st.cache_resource(show_spinner=False)
def _known() -> working.Shelf:
    return working.Shelf(20)


def of(account: Account) -> Inventory:
    """The account's interfaces, asked for again after some minutes; without the permission none, and a note that says so."""
    key = f"{account.key} {int(time.time() / ASKED_AGAIN)}"
    found = working.done(_known(), "inventory", key, lambda _: _asked(account))
    st.session_state[_MET] = found
    return found


def _asked(account: Account) -> Inventory:
    try:
        return inventory(account.identity, at=account.present)
    except DeniedError as error:
        return Inventory((), account.present, (str(error),))


def names(account: Account | None, said: list[str]) -> Names | None:
    """The names of the account that is asked, which is asked about them when a word is nothing else; None for files.

    `said` hears what each name stands for.
    """
    if account is None:
        st.session_state.pop(_MET, None)
        return None

    def known(name: str) -> tuple[str, ...]:
        found = addresses_named(name, of(account))
        if found:
            said.append(called(name, of(account)))
        return found

    return known


def met() -> Names | None:
    """In a callback: the names that the page asked for already."""
    known: Inventory | None = st.session_state.get(_MET)
    return None if known is None else lambda name: addresses_named(name, known)


def asked(question: Question, account: Account, place: Place) -> Translated:
    """The question about the addresses that records hold. An account that may not be asked leaves it as it is, and says so."""
    tokens = frozenset(chain(*place.formats)) if isinstance(place, LogGroup) and place.formats else None
    if not needed(question, tokens):
        return Translated(question, ())
    known = of(account)
    if not known.interfaces and known.notes:
        return Translated(
            question, (f"Whether an address is one of this account's own is not known. {known.notes[0]}",)
        )
    return translated(question, known, tokens)


def draw(said: Iterable[str]) -> None:
    """What was changed, above the answer."""
    for sentence in dict.fromkeys(said):
        st.markdown(gray(sentence))
