"""Where in an account its flow logs lie: found, or typed."""

import time

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.fetchers import live
from flowinsight.records.headers import as_header
from flowinsight.sources import LogGroup
from flowinsight.ui import accounts, address_bar, first_flow_log, sandbox_process, working
from flowinsight.ui.accounts import Account
from flowinsight.ui.plain import gray, plain

_WANTED = "first_flow_log_wanted"
_LOOKED_AGAIN = 60
"""Seconds after which an account is looked through again: flow logs may have been created elsewhere."""


@st.cache_resource(show_spinner=False)
def _found() -> working.Shelf:
    return working.Shelf(50)


def name_of(place: live.Place) -> str:
    """How a person would type it."""
    return place.name if isinstance(place, LogGroup) else place.label


def choose(account: Account) -> live.Place | None:
    """The sidebar's choice; None while there is none, of which `welcome` tells."""
    try:
        if st.session_state.pop(_WANTED, False):
            _create(account)
        found = _places(account)
        by_name = {name_of(place): place for place in found.sources}
        name = address_bar.value("path") or next(iter(by_name), "")
        st.session_state["path"] = name or None
        st.selectbox(
            "Log group or bucket", list(dict.fromkeys([*by_name, *([name] if name else [])])), key="path", index=None,
            placeholder="/vpc/flow-logs or s3://bucket/prefix/", accept_new_options=True,
            help="Those that flow logs of this account and region deliver to, or one that you type: the name or ARN of a log "
            "group, or s3://bucket/prefix/.",
        )  # fmt: skip
        st.button(
            "Look again", key="places_look", icon=":material/refresh:", type="tertiary", on_click=_look_again, args=(account,)
        )  # fmt: skip
        return (by_name.get(name) or _typed(name)) if name else None
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        return None
    finally:
        _notes(account)


def _key(account: Account) -> str:
    return f"{account.key} {int(time.time() / _LOOKED_AGAIN)}"


def _places(account: Account) -> live.Places:
    return working.done(_found(), "places", _key(account), lambda _: live.places(account.identity))


def _look_again(account: Account) -> None:
    _found().drop(_key(account))


def _notes(account: Account) -> None:
    """What could not be looked at."""
    found: live.Places | None = _found().take(_key(account))
    for note in found.notes if found else ():
        st.markdown(gray(note))


def _typed(name: str) -> live.Place:
    if name.startswith("s3:"):
        return live.typed(name)
    text = st.text_input(
        "Log format, where it cannot be found out", key="log_format", placeholder="${version} ${account-id} …"
    )
    return live.typed(name, as_header(text.split()) if text else None)


def welcome(account: Account) -> None:
    """What stands on the page while no place is chosen."""
    accounts.badge(account)
    with st.container(border=True, key="card_welcome"):
        if not account.identity.is_sandbox:
            st.markdown("#### No flow log was found in this account and region")
            st.markdown("Choose another region, or type a log group or a bucket at the left.")
            return
        st.markdown("#### No flow log in this account yet")
        st.markdown(
            f"This creates the log group `{first_flow_log.GROUP}`, a role that may write to it, and a flow log of every VPC "
            "of the company; then it lets an hour pass, so that there are records to ask."
        )
        st.button(
            "Create a flow log", key="first_flow_log", type="primary", icon=":material/add:", on_click=_want_first
        )


def _want_first() -> None:
    st.session_state[_WANTED] = True


def _create(account: Account) -> None:
    with st.spinner("Creating the flow log, and an hour of traffic"):
        first_flow_log.create(account.identity)
        running = sandbox_process.host().running
        if running is not None:
            running.control("clock", {"advance": live.HOUR})
    address_bar.put(t="")
    _look_again(account)
