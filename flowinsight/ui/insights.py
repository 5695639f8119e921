"""Logs Insights as it is: a query is run as typed, nothing added; its price first, its progress, its rows."""

import hashlib
from typing import NoReturn

import streamlit as st

from flowinsight import periods
from flowinsight.engines import insights_price
from flowinsight.engines.insights_price import Estimate, usd
from flowinsight.engines.insights_query import InsightsQuery
from flowinsight.engines.insights_query_errors import MalformedQueryError
from flowinsight.engines.insights_query_paid import Payer
from flowinsight.errors import FlowInsightError, QuestionError
from flowinsight.fetchers import live, log_groups
from flowinsight.sources import LogGroup
from flowinsight.ui import accounts, insights_answer, insights_limits, leaving, shell, working
from flowinsight.ui.accounts import Account
from flowinsight.ui.box import zone
from flowinsight.ui.insights_job import Answered, Asked, InsightsJob
from flowinsight.ui.insights_samples import SAMPLES
from flowinsight.ui.plain import gray, plain

TITLE = "Logs Insights"
USUAL_LIMIT = 10_000
"""Rows without a limit command, as in AWS's own console."""
_JOB, _TEXT, _GROUPS, _TIME = "insights_job", "insights_text", "insights_groups", "insights_time"
_LINKED = {"query": _TEXT, "groups": _GROUPS, "t": _TIME}
"""What a link to this page carries; it fills the page in, and a person runs it."""


@st.cache_resource(show_spinner=False)
def _answers() -> working.Shelf:
    return working.Shelf(20)


@st.cache_resource(show_spinner=False)
def _asked_before() -> working.Shelf:
    """Log groups and estimates."""
    return working.Shelf(100)


def draw() -> None:
    """The page."""
    _from_link()
    account = _account()
    region = _region(account)
    groups = _groups(account, region)
    accounts.badge(account)
    with st.container(border=True, key="card_insights"):
        _editor()
        if not groups:
            _no_group()
        query = _query(account, groups) if groups else None
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="insights_run"):
            if query is not None:
                _run_or_wait(query, account, region)
            insights_limits.draw(account)
    if query is not None:
        _below(_key(query, account))


def _from_link() -> None:
    if _TEXT in st.session_state:
        for key in _LINKED.values():
            st.session_state[key] = st.session_state[
                key
            ]  # a run that waits draws few widgets, and what they hold is kept
        return
    given = {key: st.query_params.get(name, "") for name, key in _LINKED.items()}
    st.session_state[_TEXT] = given[_TEXT] or next(iter(SAMPLES.values()))
    st.session_state[_GROUPS] = given[_GROUPS].split(",") if given[_GROUPS] else []
    st.session_state[_TIME] = given[_TIME] or "last hour"


def _account() -> Account:
    with st.sidebar:
        name = st.radio("Account", accounts.SOURCES, key="insights_account", persist_state="session")
        account = accounts.choose(name)
    if account is None:
        accounts.welcome(name)
        st.stop()
    return account


def _region(account: Account) -> str:
    with st.sidebar:
        given = st.text_input("Region", key="insights_region", placeholder=account.region)
    return given.strip() or account.region


def _groups(account: Account, region: str) -> list[str]:
    key = f"{account.key} {region}"
    found, notes = working.done(
        _asked_before(), "insights_groups", key, lambda _: log_groups.discover(account.identity, region)
    )
    by_name = {one.source.name: one.source for one in found}
    names = list(by_name)
    if not st.session_state[_GROUPS]:
        st.session_state[_GROUPS] = names[:1]
    with st.sidebar:
        chosen: list[str] = st.multiselect(
            "Log groups", list(dict.fromkeys([*names, *st.session_state[_GROUPS]])), key=_GROUPS, accept_new_options=True,
            max_selections=50, placeholder="/vpc/flow-logs",
            format_func=lambda name: by_name[name].described if name in by_name else str(name),
            help="Up to 50 of the region, in a monitoring account those of linked accounts included. Any other is typed: "
            "its name or, in a linked account, its ARN.",
        )  # fmt: skip
        for note in notes:
            st.markdown(gray(note))
    return chosen


def _editor() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.menu_button(
            "AWS's samples",
            list(SAMPLES),
            key="insights_samples",
            icon=":material/library_books:",
            on_click=_take_sample,
        )
        st.text_input("Time range", key=_TIME, width=360, help=f"{plain(periods.EXAMPLES)}. Both ends are part of it.")
    st.text_area("Query, run as typed", key=_TEXT, height=180, max_chars=10_000)


def _take_sample() -> None:
    st.session_state[_TEXT] = SAMPLES[str(st.session_state["insights_samples"])]


def _query(account: Account, groups: list[str]) -> InsightsQuery | None:
    """What is asked; None with the reason shown."""
    region = str(st.session_state.get("insights_region") or "").strip() or None
    try:
        asked = periods.Reader(account.present, zone()).parse(str(st.session_state[_TIME]))
        time = live.closed(asked, account.present)
        if time.start is None or time.end is None:
            raise QuestionError("A query has a beginning and an end.")
        found = tuple(LogGroup(name, region, (), "") for name in groups)
        return InsightsQuery(str(st.session_state[_TEXT]), found, max(time.start, 0), time.end - 1, USUAL_LIMIT)
    except FlowInsightError as error:
        st.error(plain(error), icon=":material/error:")
        return None


def _no_group() -> None:
    st.markdown("#### No log group is chosen")
    st.markdown("Choose one at the side, or type its name there. An account without flow logs gets them by Setup.")
    st.page_link("pages/setup.py", label="Set up flow logs", icon=":material/construction:")


def _key(query: InsightsQuery, account: Account) -> str:
    return hashlib.sha256(repr((account.key, query)).encode()).hexdigest()


def _run_or_wait(query: InsightsQuery, account: Account, region: str) -> None:
    """The price, and a button: however the page was opened, a person presses it before anything is paid."""
    key = _key(query, account)
    job: InsightsJob | None = st.session_state.get(_JOB)
    if job is not None and job.key != key:
        job.cancel()
        st.session_state.pop(_JOB)
    elif job is not None and job.look(working.QUIET) == "running":
        return
    estimate = _estimate(query, account, key)
    if estimate is None:
        return
    payer = insights_limits.payer(account, region)
    tariff = payer.tariff
    about = "" if estimate.bytes is None else f" for {usd(tariff.of(estimate.bytes))}"
    asked = Asked(query, account.identity, estimate)
    st.button(
        f"Run{about}", key="insights_start", type="primary", icon=":material/play_arrow:", on_click=_start,
        args=(asked, key, payer),
    )  # fmt: skip
    st.markdown(gray(" ".join((estimate.said(tariff), *estimate.notes))))


def _estimate(query: InsightsQuery, account: Account, key: str) -> Estimate | None:
    def work(job: working.Job) -> Estimate:
        job.said = "Asking for the price"
        return insights_price.estimated(query, account.identity, account.present, job.cancelled.is_set)

    try:
        return working.done(_asked_before(), "insights_price", f"price {key}", work)
    except MalformedQueryError as error:
        insights_answer.malformed(error, query.text)
        return None


def _start(asked: Asked, key: str, payer: Payer) -> None:
    _answers().drop(key)
    job = InsightsJob(asked, key, payer)
    st.session_state[_JOB] = job
    leaving.stop_when_left(TITLE, job)
    st.query_params.from_dict(
        {
            name: ",".join(value) if isinstance(value, list) else str(value)
            for name, held in _LINKED.items()
            for value in (st.session_state[held],)
        }
    )
    job.start()


def _below(key: str) -> None:
    """The answer, or how far it is, or why there is none."""
    job: InsightsJob | None = st.session_state.get(_JOB)
    if job is None:
        kept: Answered | None = _answers().take(key)
        if kept is not None:
            insights_answer.draw(kept, zone(), shell.palette())
        return
    match job.look():
        case "running":
            _progress()
        case "done" if job.answered is not None:
            _answers().put(key, job.answered)
            insights_answer.draw(job.answered, zone(), shell.palette())
        case _:
            _failed(job)


@st.fragment(run_every=0.5)
def _progress() -> None:
    """Looks by itself, which keeps the query alive, until it ends."""
    job: InsightsJob | None = st.session_state.get(_JOB)
    if job is None or job.look() != "running":
        st.rerun()
    with st.container(border=True, key="card_insights_progress"):
        insights_answer.progress(job.progress, job.payer.tariff)
        st.button("Cancel", key="insights_cancel", icon=":material/cancel:", on_click=job.cancel)


def _failed(job: InsightsJob) -> None:
    match job.error:
        case MalformedQueryError():
            insights_answer.malformed(job.error, job.asked.query.text)
        case FlowInsightError():
            st.error(plain(job.error), icon=":material/error:")
        case _:
            _raised(job.error)


def _raised(error: BaseException | None) -> NoReturn:
    """What no person could have caused."""
    st.session_state.pop(_JOB, None)
    raise error or AssertionError
