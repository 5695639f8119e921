"""Who may see the pages: everybody on this machine, or those whom an OpenID Connect provider vouches for."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from flowinsight.errors import FlowInsightError
from flowinsight.ui.plain import plain

LOCAL = "127.0.0.1"
_HERE = {LOCAL, "::1", "localhost"}

SECTION = "[auth] in .streamlit/secrets.toml"
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_CALLBACK = "/oauth2callback"


def configured() -> bool:
    """Whether a provider is named. Then everybody logs in, on whatever address the pages are served."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def provider() -> Mapping[str, Any] | None:
    """What the secrets say of the provider, or None."""
    found: Mapping[str, Any] | None = st.secrets["auth"] if configured() else None
    return found


def check(address: str, said: Mapping[str, Any] | None) -> None:
    """FlowInsightError for an address that others can reach without a login, and for a login that cannot work."""
    if said is None:
        if address not in _HERE:
            raise FlowInsightError(
                f"FlowInsight does not listen on {address} without a login: anybody who reaches it could read your logs. "
                f"Use {LOCAL}, or configure an OpenID Connect login under {SECTION}."
            )
        return
    lacking = [name for name in _NEEDED if not said.get(name)]
    if lacking:
        raise FlowInsightError(f"The login under {SECTION} lacks {', '.join(lacking)}.")
    if not str(said["redirect_uri"]).endswith(_CALLBACK):
        raise FlowInsightError(
            f"The redirect_uri under {SECTION} must be the address of these pages followed by {_CALLBACK}."
        )


def admitted() -> bool:
    """Whether the visitor may see anything."""
    return bool(st.user.get("is_logged_in")) if configured() else st.get_option("server.address") in _HERE


def gate() -> None:
    """Before anything of a page: a visitor who must log in and has not sees a way to do it, and nothing else."""
    if not admitted():
        _ask_who()
        st.stop()
    if configured():
        name = st.user.get("email") or st.user.get("name") or st.user.get("sub")
        st.sidebar.button(
            plain(f"Log out {name}"), key="logout", icon=":material/logout:", type="tertiary", on_click=st.logout
        )


def _ask_who() -> None:
    with st.container(border=True, key="card_login"):
        st.markdown("#### FlowInsight needs to know who you are")
        if not configured():
            st.markdown(
                "It listens where others can reach it, and no login is configured. Start it on 127\\.0\\.0\\.1 instead."
            )
            return
        st.markdown("Log in with an account that this installation accepts, and then open your link again.")
        st.button("Log in", key="login", type="primary", icon=":material/login:", on_click=st.login)
