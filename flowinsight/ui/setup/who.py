"""Whose account is set up, unmistakably: above everything else, and in another colour where nothing is real."""

import time
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from flowinsight import aws
from flowinsight.fetchers import live
from flowinsight.paths import audit_file
from flowinsight.provision.account import Account, open_account
from flowinsight.provision.settings import Place
from flowinsight.ui import accounts
from flowinsight.ui.plain import gray
from flowinsight.ui.setup import reading

AWHILE = 600
"""Seconds after which flow logs and their newest records are looked at again."""

# The highlighter's green has a contrast of 2 to 1 on the light background, its grey and its red one below 4.5 to 1.
_STYLE = """<style>
.st-key-card_who_sandbox { border-left: 5px solid #d97706; }
@media (prefers-color-scheme: light) {
  code .token.inserted { color: #0b6b4b !important; }
  code .token.deleted, code .token.shebang { color: #b3243b !important; }
  code .token.comment { color: #4b5563 !important; }
  code .token.string { color: #0b6b4b !important; }
  code .token.number { color: #0b6b6b !important; }
}
</style>"""


@dataclass(frozen=True)
class Who:
    """An identity that AWS has answered, and the account and region its resources stand in."""

    identity: aws.Identity
    place: Place

    @property
    def key(self) -> str:
        return f"{self.identity!r} {hash(self.identity)} {self.place!r}"  # an external id is in the hash, and not shown

    def account(self, setup: str = "") -> Account:
        """The door to AWS. Its audit file is the one the command line writes too."""
        return open_account(self.identity, audit_file(sandbox=self.identity.is_sandbox), setup)

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
        _welcome(name)
        return None
    partition, sandbox = account.caller.arn.split(":")[1], account.identity.is_sandbox
    who = Who(account.identity, Place(account.caller.account, account.region, partition, sandbox))
    _forget_others(who)
    _notice_time(account.present)
    _said(account)
    return who


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _welcome(name: str) -> None:
    if name == accounts.SANDBOX:
        accounts.welcome(name)
        return
    with st.container(border=True, key="card_welcome"):
        st.markdown("#### Which AWS account?")
        st.markdown(
            "Choose a profile of this machine's AWS configuration at the left, and connect. Looking needs permissions to "
            "read only, and what is missing is named; nothing is changed before you have seen the plan and applied it."
        )


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


def _notice_time(present: int) -> None:
    """Much may have arrived when the sandbox's clock was turned, or when somebody comes back after a while."""
    if present - st.session_state.get("setup_present", present) > AWHILE:
        reading.anew("seen")
        st.session_state["setup_present"] = present
    st.session_state.setdefault("setup_present", present)


def _said(account: accounts.Account) -> None:
    sandbox = account.identity.is_sandbox
    with st.container(border=True, key="card_who_sandbox" if sandbox else "card_who"):
        accounts.badge(
            account, "nothing here is real or costs money" if sandbox else "what is applied here is real and billed"
        )
        st.markdown(gray(f"Every call is written to {_short(audit_file(sandbox=sandbox))}."))
        st.html(_STYLE)
