"""A question's records brought from AWS, in sight: the price before, progress meanwhile, and afterwards how they were brought.

Results are kept by identity, place and question, so that an answer is never given to another identity.
"""

import hashlib
import time
from dataclasses import dataclass, replace

import streamlit as st

from flowinsight import columns
from flowinsight.errors import FlowInsightError
from flowinsight.fetchers import group_ways
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.group_ways import EXACT, Reading
from flowinsight.fetchers.live import Live, Place
from flowinsight.fetchers.s3_listing import ReaderPaysError
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.sources import LogGroup, S3Objects
from flowinsight.ui import accounts, ask, editing, group_way, places, tables, working
from flowinsight.ui.accounts import Account
from flowinsight.ui.box import zone
from flowinsight.ui.fetch_job import Brought, FetchJob, Way
from flowinsight.ui.plain import gray, moment, plain

_JOB, _NETWORKS = "fetch_job", "fetched_networks"


@dataclass(frozen=True)
class Remote:
    """A place in an account, and how it is read where that is a log group."""

    account: Account
    place: Place
    reading: Reading = EXACT

    def key(self, question: Question) -> str:
        """Objects are read whole, so filters make no other fetch of them."""
        needed = Question(question.time) if isinstance(self.place, S3Objects) else question
        parts = (self.account.key, self.place, self.reading, needed.to_json())
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@st.cache_resource(show_spinner=False)
def _fetched() -> working.Shelf:
    return working.Shelf(12)


@st.cache_resource(show_spinner=False)
def _nothing() -> Loaded:
    return gather(())


def awaited(remote: Remote) -> ask.Held:
    """What stands in for the records until the question is known: nothing, up to the account's present minute."""
    accounts.badge(remote.account, places.name_of(remote.place))
    present = remote.account.present
    networks = st.session_state.get(_NETWORKS, {}).get(remote.account.key, ())
    return ask.Held(_nothing(), "", (present - 3600, present), networks)


def fetched(question: Question, remote: Remote) -> ask.Held:
    """The records the question needs. Until they are here the page shows how far it is, and stops."""
    row = st.container(horizontal=True, gap="small", vertical_alignment="center", key="fetched_how")
    if isinstance(remote.place, LogGroup):
        with row:
            reading = group_way.choose(question, remote.place, remote.account)
        remote = replace(remote, reading=reading)
    key = remote.key(question)
    kept: Brought | None = _fetched().take(key)
    if kept is None:
        job = _job(question, remote, key)
        kept = _arrived(job)
        if kept is None:
            _under_way(job, remote)
            st.stop()
        _fetched().put(key, kept)
    with row:
        _told(kept, key)
    _beside(kept)
    held = ask.hold(kept.loaded, f"{key} {kept.at}", kept.loaded.connection.cursor())
    st.session_state.setdefault(_NETWORKS, {})[remote.account.key] = held.networks
    return held


def _job(question: Question, remote: Remote, key: str) -> FetchJob:
    """The fetch of this question; one of another question stops."""
    job: FetchJob | None = st.session_state.get(_JOB)
    if job is not None and job.key == key:
        return job
    if job is not None:
        job.cancel()
    job = FetchJob(question, Live(remote.account.identity, remote.place, remote.reading), key)
    st.session_state[_JOB] = job
    job.start()
    return job


def _arrived(job: FetchJob) -> Brought | None:
    """What was brought; None while something has to be waited for or decided. Raises what no person could have caused."""
    state = job.look(working.QUIET)
    failed = job.error if state == "failed" and not isinstance(job.error, FlowInsightError) else None
    if failed is None and (state != "done" or job.brought is None):
        return None
    st.session_state.pop(_JOB, None)
    if failed is not None:
        raise failed
    return job.brought


def _under_way(job: FetchJob, remote: Remote) -> None:
    with st.container(border=True, key="card_fetching"):
        match job.state:
            case "running" | "done":
                _progress()
            case "priced":
                _price(job)
            case "cut":
                _cut(job, remote)
            case "failed":
                _failed(job)


def _failed(job: FetchJob) -> None:
    if isinstance(job.error, ReaderPaysError):
        st.markdown("#### You would pay for this")
        st.markdown(plain(job.error))
        st.button("Agree to pay, and see the price first", key="fetch_pay", type="primary", on_click=job.pay)
        return
    st.error(plain(job.error), icon=":material/error:")
    st.button("Try again", key="fetch_again", type="primary", on_click=job.start)


@st.fragment(run_every=0.5)
def _progress() -> None:
    """Looks by itself, which keeps the fetch alive, until it ends."""
    job: FetchJob | None = st.session_state.get(_JOB)
    if job is None or job.look() != "running":
        st.rerun()
    counted = f"{len(job.events.messages):,} events in {job.events.requests:,} requests" if job.events.requests else ""
    st.progress(job.done, f"{job.said} · {job.done:.0%} of the time covered {'· ' if counted else ''}{counted}")
    if job.way is not None:
        st.markdown(gray(f"{job.way.name}. {job.way.price}"))
    st.button("Cancel", key="fetch_cancel", icon=":material/cancel:", on_click=job.cancel)


def _price(job: FetchJob) -> None:
    assert job.way is not None
    st.markdown("#### This costs money")
    st.markdown(plain(job.way.price))
    st.button(
        plain(f"Fetch for at most {job.way.dollars:.2f} USD"), key="fetch_agree", type="primary", on_click=job.agree
    )


def _cut(job: FetchJob, remote: Remote) -> None:
    st.markdown("#### Not everything is here")
    st.markdown(plain(job.said))
    with st.container(horizontal=True, gap="small"):
        st.button("Go on", key="fetch_on", type="primary", on_click=job.start)
        if job.brought is not None:
            span = job.brought.covered
            edges = " to ".join(moment(edge, zone())[11:] for edge in (span.start, span.end))
            st.button(
                f"Ask only {plain(edges)}, which is complete",
                key="fetch_part",
                on_click=_narrow,
                args=(job.brought, remote.key(replace(job.question, time=span))),
            )


def _narrow(kept: Brought, key: str) -> None:
    """The part that is complete is a question of its own, which has been answered."""
    _fetched().put(key, kept)
    editing.set_time(kept.covered)


def _told(kept: Brought, key: str) -> None:
    """How the records were brought, and a way to bring them anew."""
    at = time.strftime("%H:%M:%S", time.gmtime(kept.at))
    st.markdown(gray(f"Fetched at {at} UTC in {kept.requests:,} requests."), width="content")
    with st.popover("How", icon=":material/receipt_long:", key="fetched_way"):
        _way(kept.way)
    st.button("Fetch again", key="fetch_anew", icon=":material/refresh:", on_click=_fetched().drop, args=(key,))


def _beside(kept: Brought) -> None:
    """The records that a term or a typed pattern brought and the question is not about, apart from every answer."""
    if kept.beside is None or not kept.beside.count:
        return
    with st.expander(plain(group_ways.said_beside(kept.beside.count)), icon=":material/filter_alt_off:", key="beside"):
        shown = columns.Table("false-matches", kept.beside.rows, _RECORD)
        if len(kept.beside.rows) < kept.beside.count:
            st.markdown(gray(f"The first {len(kept.beside.rows):,}:"))
        tables.draw(shown, "beside", zone(), select=False)
        tables.export(shown)


_RECORD = (
    columns.Column("Matched", lambda _: "not the question"), columns.of("start", "time"),
    *(columns.of(name) for name in ("interface_id", "srcaddr", "srcport", "dstaddr", "dstport", "protocol", "action")),
    columns.of("packets", "number"), columns.of("bytes", "bytes"),
)  # fmt: skip


def _way(way: Way) -> None:
    st.markdown(f"**{plain(way.name)}**")
    st.markdown(gray(way.price))
    if way.precision:
        st.markdown(gray(way.precision))
    if way.origin:
        st.markdown(gray(f"Format: {way.origin}."))
    for text in way.sent:
        st.code(text, language=None, wrap_lines=True)
