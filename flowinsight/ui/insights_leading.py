"""What leads, on the page: how many scans it takes and what they cost, agreed to; the lists as they come."""

from typing import NoReturn

import streamlit as st

from flowinsight import columns
from flowinsight.engines.insights import leading
from flowinsight.engines.insights.leading import Leading
from flowinsight.engines.insights_price import size, usd
from flowinsight.errors import FlowInsightError
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from flowinsight.ui import insights_answer, insights_limits, leaving, tables, working
from flowinsight.ui.accounts import Account
from flowinsight.ui.box import zone
from flowinsight.ui.insights_leading_job import LeadingJob
from flowinsight.ui.plain import gray, plain

_JOB, _DRAWN = "leading_job", "leading_lists_drawn"


@st.cache_resource(show_spinner=False)
def _answers() -> working.Shelf:
    return working.Shelf(20)


def end_others(key: str) -> None:
    """What is asked for another question, or in this way for a question that is asked in another, ends."""
    job: LeadingJob | None = st.session_state.get(_JOB)
    if job is not None and job.key != key:
        job.cancel()
        st.session_state.pop(_JOB)


def draw(question: Question, group: LogGroup, also: tuple[str, ...], account: Account, key: str) -> NoReturn:
    """The lists, or how far they are; nothing else is on the page then."""
    kept: LeadingJob | None = _answers().take(key)
    job = kept or _job(question, group, also, account, key)
    state = "done" if kept else job.look(working.QUIET)
    if state == "done":
        _answers().put(key, job)
        st.session_state.pop(_JOB, None)
    with st.container(border=True, key="card_leading"):
        st.markdown("#### What leads")
        match state:
            case "running":
                st.session_state[_DRAWN] = len(job.collected.found)
                _progress()
            case "priced":
                _price(job, account)
            case "failed":
                _failed(job)
            case "cut":
                st.markdown("Stopped. Not every list is here.")
                st.button("Go on", key="leading_on", type="primary", on_click=job.start)
            case "done":
                _paid(job, key)
        _lists(job)
    st.stop()


def _job(question: Question, group: LogGroup, also: tuple[str, ...], account: Account, key: str) -> LeadingJob:
    job: LeadingJob | None = st.session_state.get(_JOB)
    if job is None:
        payer = insights_limits.payer(account, group.region or account.region)
        job = LeadingJob(question, group, account.identity, payer, account.present, key, also)
        st.session_state[_JOB] = job
        leaving.stop_when_left("Investigate", job)
        job.start()
    return job


def _price(job: LeadingJob, account: Account) -> None:
    assert job.plan is not None
    assert job.one is not None
    whole, tariff = job.price.bytes, job.payer.tariff
    st.markdown(plain(" ".join((job.plan.said(job.one, tariff), *job.one.notes))))
    st.markdown(gray(leading.CAUTION))
    about = "" if whole is None else f" for {usd(tariff.of(whole))}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(plain(f"Run {job.plan.scans} scans{about}"), key="leading_agree", type="primary", on_click=job.agree)
        insights_limits.draw(account)


@st.fragment(run_every=0.5)
def _progress() -> None:
    """Looks by itself, which keeps the queries alive, until they end."""
    job: LeadingJob | None = st.session_state.get(_JOB)
    if job is None or job.look() != "running" or len(job.collected.found) != st.session_state.get(_DRAWN):
        st.rerun()
    if job.plan is not None and job.agreed:
        st.progress(
            len(job.collected.found) / job.plan.scans, f"{len(job.collected.found)} of {job.plan.scans} scans done"
        )
        insights_answer.status(job.running, job.payer.tariff)
    else:
        st.markdown("Asking what it costs")
    st.button("Cancel", key="leading_cancel", icon=":material/cancel:", on_click=job.cancel)


def _failed(job: LeadingJob) -> None:
    if not isinstance(job.error, FlowInsightError):
        st.session_state.pop(_JOB, None)
        raise job.error or AssertionError
    st.error(plain(job.error), icon=":material/error:")
    st.button("Try again", key="leading_again", type="primary", on_click=job.start)


def _paid(job: LeadingJob, key: str) -> None:
    assert job.plan is not None
    read = job.collected.bytes_scanned
    st.markdown(gray(f"{job.plan.scans} scans, {size(read)} read: {usd(job.payer.tariff.of(read))}. {leading.CAUTION}"))
    with st.container(horizontal=True, gap="small", key="leading_how"):
        with st.popover("How", icon=":material/receipt_long:", key="leading_way"):
            for _, statement in job.plan.statements:
                st.code(statement.text, language=None, wrap_lines=True)
        st.button("Ask again", key="leading_anew", icon=":material/refresh:", on_click=_answers().drop, args=(key,))


def _lists(job: LeadingJob) -> None:
    """Two beside each other, in the order in which they are asked."""
    found = job.collected.found
    for first in range(0, len(found), 2):
        for place, one in zip(st.columns(2), found[first : first + 2], strict=False):
            with place:
                _list(one)


def _list(one: Leading) -> None:
    heading = {"interface-id": "Interfaces", "srcaddr": "Sources", "dstaddr": "Destinations"}.get(
        one.by, f"{one.by.capitalize()}s"
    )
    sums = (columns.of(name, "number") for name in ("bytes", "records", "packets"))
    table = columns.Table(f"leading-{one.by}", one.table(), (columns.of(one.by, heading=one.by), *sums))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{heading}**", width="content")
        tables.export(table)
    tables.draw(table, f"leading_{one.by}", zone(), select=False)
