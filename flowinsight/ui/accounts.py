"""Whose account is asked: the sandbox, or an AWS account by profile and role. Which one it is stays in sight on every view."""

import hashlib
import time
from dataclasses import astuple, dataclass
from datetime import UTC
from typing import Literal

import streamlit as st

from flowinsight import aws
from flowinsight.errors import FlowInsightError
from flowinsight.fetchers import live
from flowinsight.sandbox.running import REGION
from flowinsight.ui import address_bar, sandbox_process, working
from flowinsight.ui.plain import gray, moment, plain

SANDBOX, OWN = "Sandbox AWS account", "AWS account"
SOURCES = (SANDBOX, OWN)

ASKED_AGAIN = 300
"""Seconds after which AWS is asked again who the credentials belong to."""
_USUAL = "default credentials"
_IDENTITY = "account_identity"
_KEPT: Literal["session"] = "session"
"""What is chosen here holds on every page that asks for an account."""


@dataclass(frozen=True)
class Account:
    """An account that can be asked: as whom, who that is in AWS's own words, its region, and its present minute."""

    identity: aws.Identity
    caller: aws.Caller
    region: str
    present: int

    @property
    def key(self) -> str:
        """Tells this identity, and what AWS says of it, from every other one; carries no secret."""
        return _digest(astuple(self.identity), astuple(self.caller), self.region)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@st.cache_resource(show_spinner=False)
def _known() -> working.Shelf:
    return working.Shelf(50)


def choose(name: str) -> Account | None:
    """The sidebar's part about one of SOURCES; None while there is no account to ask, of which `welcome` tells."""
    try:
        identity = _sandbox() if name == SANDBOX else _own()
        return None if identity is None else _account(identity)
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        st.button("Try again", key="account_again")
        return None


def _account(identity: aws.Identity) -> Account:
    key = _digest(astuple(identity), int(time.time() / ASKED_AGAIN))
    caller, region = working.done(_known(), "account", key, lambda _: _met(identity))
    return Account(identity, caller, region, live.now(identity))


def _met(identity: aws.Identity) -> tuple[aws.Caller, str]:
    return aws.whoami(identity), str(aws.client(identity, "sts").meta.region_name)


def _sandbox() -> aws.Identity | None:
    """An administrator of the sandbox, which starts by itself the first time it is chosen."""
    host = sandbox_process.host()
    if host.look() == "stopped" and not st.session_state.get("sandbox_stopped"):
        host.ask_to_start()
    running = host.running
    if running is None:
        return None
    accounts = [str(one["account"]) for one in _company(running.url, host)["accounts"]]
    account = str(
        st.selectbox(
            "Account of the sandbox", accounts, key="sandbox_account", on_change=_other_account, persist_state=_KEPT
        )
    )
    with st.container(horizontal=True, gap="small"):
        st.button("Let an hour pass", key="sandbox_hour", icon=":material/fast_forward:", on_click=_let_an_hour_pass)
        st.button("Stop the sandbox", key="sandbox_stop", icon=":material/stop_circle:", on_click=_stop)
    identity = aws.sandbox(running.url, account, REGION)
    st.markdown(f"{gray(f'Its clock: {moment(live.now(identity), UTC)[:16]} UTC')} `{running.url}`")
    return identity


def _company(url: str, host: sandbox_process.Host) -> dict[str, list[dict[str, str]]]:
    def asked(_: working.Job) -> dict[str, list[dict[str, str]]]:
        assert host.running is not None
        found: dict[str, list[dict[str, str]]] = host.running.control("company")
        return found

    return working.done(_known(), "company", url, asked)


def _let_an_hour_pass() -> None:
    """Traffic of an hour is delivered at once, and the hour before the new present is asked for."""
    running = sandbox_process.host().running
    if running is not None:
        running.control("clock", {"advance": live.HOUR})
    address_bar.put(t="")


def _stop() -> None:
    st.session_state["sandbox_stopped"] = True
    sandbox_process.host().stop(wait=False)


def _start() -> None:
    st.session_state["sandbox_stopped"] = False
    sandbox_process.host().ask_to_start()


def _other_account() -> None:
    address_bar.put(path="", t="", also="")


def _own() -> aws.Identity | None:
    """The identity a person connected as. Nothing is asked of AWS before that."""
    with st.form("account_form", border=False):
        profile = st.selectbox("Profile", [_USUAL, *aws.profiles()], key="account_profile", persist_state=_KEPT)
        region = st.text_input("Region", key="account_region", persist_state=_KEPT, placeholder="the profile's")
        with st.expander("Advanced"):
            role = st.text_input(
                "Role to assume",
                key="account_role",
                persist_state=_KEPT,
                placeholder="arn:aws:iam::111122223333:role/…",
            )
            external = st.text_input(
                "External id of that role", key="account_external_id", persist_state=_KEPT, type="password"
            )
            endpoint = st.text_input("Endpoint", key="account_endpoint", persist_state=_KEPT, placeholder="AWS's own")
        if st.form_submit_button("Connect", type="primary", key="account_connect"):
            st.session_state.pop(_IDENTITY, None)
            st.session_state[_IDENTITY] = live.identified(
                None if profile == _USUAL else profile, *(_given(text) for text in (role, external, region, endpoint))
            )
    found: aws.Identity | None = st.session_state.get(_IDENTITY)
    return found


def _given(text: str) -> str | None:
    return text.strip() or None


def badge(account: Account, place: str = "") -> None:
    """Which account is being asked, and where in it: above everything else on the page."""
    kind = ":orange-badge[:material/science: SANDBOX]" if account.identity.is_sandbox else ":blue-badge[AWS]"
    label = "" if account.identity.is_sandbox else f" ({account.identity.label})"
    endpoint = account.identity.endpoint_url
    at = f" · {endpoint}" if endpoint and not account.identity.is_sandbox else ""
    said = plain(f"as {account.caller.user}{label} · {account.region}{at}{place and f' · {place}'}")
    with st.container(key="asked_account"):
        st.markdown(f"{kind} **Account {account.caller.account}** {said}")


def welcome(name: str) -> None:
    """What stands on the page while there is no account to ask."""
    with st.container(border=True, key="card_welcome"):
        if name == SANDBOX:
            _about_sandbox(sandbox_process.host())
            return
        st.markdown("#### Which AWS account?")
        st.markdown(
            "Choose a profile of this machine's AWS configuration at the left, and connect. It needs "
            "`ec2:DescribeFlowLogs`, and `logs:FilterLogEvents` or `s3:ListBucket` with `s3:GetObject`; nothing is changed, "
            "and what is read stays on this machine."
        )


def _about_sandbox(host: sandbox_process.Host) -> None:
    match host.look():
        case "failed" if host.lacks_packages:
            st.markdown("#### The sandbox needs a few more packages")
            st.code("pip install -r requirements-sandbox.txt", language="shell")
            st.button("Try again", key="sandbox_start", type="primary", on_click=_start)
        case "failed":
            st.markdown("#### The sandbox is not running")
            st.markdown(plain(host.error))
            st.button("Start it again", key="sandbox_start", type="primary", on_click=_start)
        case "stopped":
            st.markdown("#### The sandbox is stopped")
            st.button("Start it", key="sandbox_start", type="primary", on_click=_start)
        case "starting":
            _starting()
        case "running":
            st.markdown("#### The sandbox did not answer")
            st.button("Look again", key="sandbox_look")


@st.fragment(run_every=0.3)
def _starting() -> None:
    """Looks by itself until the sandbox runs, or does not."""
    host = sandbox_process.host()
    if host.look() != "starting":
        st.rerun()
    st.markdown("#### An AWS account on this machine")
    st.markdown(
        "A small company: two accounts, three networks, and traffic. No AWS account and no credentials are used."
    )
    st.progress(host.share, "Starting the sandbox")
