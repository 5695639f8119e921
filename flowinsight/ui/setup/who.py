"""Whose account is set up, unmistakably: above everything else, and in another colour where nothing is real."""

import time
from dataclasses import dataclass

import streamlit as st

from flowinsight import aws
from flowinsight.fetchers import live
from flowinsight.paths import data_home
from flowinsight.provision.account import Account, open_account
from flowinsight.provision.settings import Place
from flowinsight.ui import accounts
from flowinsight.ui.plain import gray

_EDGE = "<style>.st-key-card_who_sandbox { border-left: 5px solid #d97706; }</style>"


@dataclass(frozen=True)
class Who:
    """An identity that AWS has answered, and the account and region its resources stand in."""

    identity: aws.Identity
    place: Place

    @property
    def key(self) -> str:
        return f"{self.identity!r} {self.place!r}"

    def account(self, setup: str = "") -> Account:
        """The door to AWS. Its audit file is the one the command line writes too."""
        return open_account(self.identity, data_home() / "audit.jsonl", setup)

    def now(self) -> float:
        """Unix seconds. The sandbox has a clock of its own, which can be turned."""
        url = self.identity.endpoint_url
        told = live.sandbox_time(url) if self.identity.is_sandbox and url else None
        return time.time() if told is None else told


def choose() -> Who | None:
    """The choice at the left, and the card that says whose account it is; None while there is none to set up."""
    with st.sidebar:
        name = st.radio("Account", accounts.SOURCES, _last(), key="setup_account", persist_state="session")
        account = accounts.choose(name)
    if account is None:
        accounts.welcome(name)
        return None
    who = Who(account.identity, Place(account.caller.account, account.region, account.caller.arn.split(":")[1]))
    _forget_others(who)
    _said(account)
    return who


def _last() -> int:
    """The account that was investigated, else the sandbox."""
    source = st.session_state.get("source")
    return accounts.SOURCES.index(source) if source in accounts.SOURCES else 0


def _forget_others(who: Who) -> None:
    """Plans, progress and proofs are of one account: another one begins without them."""
    if st.session_state.get("setup_who") == who.key:
        return
    for name in [str(name) for name in st.session_state]:
        if name.startswith(("setup_wish_", "setup_applying_")) or name == "setup_verifying":
            del st.session_state[name]
    st.session_state["setup_who"] = who.key


def _said(account: accounts.Account) -> None:
    sandbox = account.identity.is_sandbox
    with st.container(border=True, key="card_who_sandbox" if sandbox else "card_who"):
        accounts.badge(
            account, "nothing here is real or costs money" if sandbox else "what is applied here is real and billed"
        )
        st.markdown(gray(f"Every call is written to {data_home() / 'audit.jsonl'}."))
        if sandbox:
            st.html(_EDGE)
