"""A question's records brought from AWS, in sight: the price before, progress meanwhile, and afterwards how they were brought.

Results are kept by identity, place and question, so that an answer is never given to another identity.
"""

import hashlib
import time
from dataclasses import dataclass, replace
from math import isinf

import streamlit as st

from flowinsight.engines.insights_price import usd
from flowinsight.errors import FlowInsightError
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.group_ways import EXACT, Reading
from flowinsight.fetchers.insights_ladder import TooWideError
from flowinsight.fetchers.live import Live, Place
from flowinsight.fetchers.s3_listing import ReaderMayPayError, ReaderPaysError
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.sources import LogGroup, S3Objects
from flowinsight.ui import (
    accounts,
    ask,
    before,
    editing,
    false_matches,
    group_way,
    insights_choices,
    insights_leading,
    insights_limits,
    leaving,
    places,
    working,
)
from flowinsight.ui.accounts import Account
from flowinsight.ui.before import Earlier
from flowinsight.ui.box import zone
from flowinsight.ui.fetch_job import Brought, FetchJob
from flowinsight.ui.insights_fetch import InsightsFetch
from flowinsight.ui.plain import gray, moment, plain
from flowinsight.ui.ways import Way

_JOB, _NETWORKS, _SHOWN = "fetch_job", "fetched_networks", "fetch_slices_shown"


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
    before.forget()
    insights_leading.end_others(key)
    if isinstance(remote.place, LogGroup) and remote.reading.way == "leading":
        _end()
        insights_leading.draw(question, remote.place, remote.reading.also, remote.account, key)
    kept: Brought | None = _fetched().take(key)
    if kept is None:
        job = _job(question, remote, key)
        kept = _arrived(job)
        if kept is None:
            _under_way(job, remote)
            if job.by_insights is None or job.brought is None:
                st.stop()
            return _partial(job.brought, key, remote)
        _fetched().put(key, kept)
    whole = before.joined(Earlier(question, Live(remote.account.identity, remote.place, remote.reading), key, kept))
    if whole is not kept:
        _fetched().put(key, kept := whole)
    with row:
        _told(kept, key)
    false_matches.draw(kept.beside)
    _cautions(kept)
    held = _held(kept, f"{key} {kept.at}", remote)
    st.session_state.setdefault(_NETWORKS, {})[remote.account.key] = held.networks
    return held


def _held(kept: Brought, key: str, remote: Remote) -> ask.Held:
    held = ask.hold(kept.loaded, key, kept.loaded.connection.cursor(), kept.fetched)
    only = ask.Only(kept.covered, remote.account.present, kept.before)
    return replace(held, only=only, dollars=kept.way.dollars)


def _partial(part: Brought, key: str, remote: Remote) -> ask.Held:
    """The slices that have come, as an answer of their own until the others are here."""
    edges = " to ".join(moment(edge, zone()) for edge in (part.covered.start, part.covered.end))
    st.markdown(f":orange-badge[:material/hourglass_top: Partial] {gray(f'What follows is {edges} only.')}")
    _cautions(part)
    return _held(part, f"{key} partial {part.at}", remote)


def _cautions(kept: Brought) -> None:
    for caution in kept.cautions:
        st.markdown(gray(caution))


def _job(question: Question, remote: Remote, key: str) -> FetchJob:
    """The fetch of this question; one of another question stops."""
    job: FetchJob | None = st.session_state.get(_JOB)
    if job is not None and job.key == key:
        return job
    if job is not None:
        job.cancel()
    identity, account = remote.account.identity, remote.account
    job = FetchJob(question, Live(identity, remote.place, remote.reading), key)
    if isinstance(remote.place, LogGroup) and remote.reading.way == "insights":
        payer = insights_limits.payer(account, remote.place.region or account.region)
        job.by_insights = InsightsFetch(question, identity, payer, account.present, remote.reading.also)
        leaving.stop_when_left("Investigate", job)
    st.session_state[_JOB] = job
    job.start()
    return job


def _end() -> None:
    """Nothing else is fetched beside what is asked now."""
    job: FetchJob | None = st.session_state.pop(_JOB, None)
    if job is not None:
        job.cancel()


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
                st.session_state[_SHOWN] = _arrivals(job)
                _progress()
            case "priced":
                _price(job, remote)
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
    if isinstance(job.error, TooWideError) and job.by_insights is not None:
        insights_choices.instead(job.error, job.by_insights, job.start)
        return
    st.error(plain(job.error), icon=":material/error:")
    with st.container(horizontal=True, gap="small"):
        st.button("Try again", key="fetch_again", type="primary", on_click=job.start)
        if isinstance(job.error, ReaderMayPayError):
            st.button("Agree to pay, and see the price first", key="fetch_pay", on_click=job.pay)


@st.fragment(run_every=0.5)
def _progress() -> None:
    """Looks by itself, which keeps the fetch alive, until it ends."""
    job: FetchJob | None = st.session_state.get(_JOB)
    if job is None or job.look() != "running" or _arrivals(job) != st.session_state.get(_SHOWN):
        st.rerun()
    counted = f"{len(job.events.messages):,} events in {job.events.requests:,} requests" if job.events.requests else ""
    if job.by_insights is not None and job.way is not None:
        counted = plain(job.by_insights.said)
    st.progress(job.done, f"{job.said} · {job.done:.0%} of the time covered {'· ' if counted else ''}{counted}")
    if job.way is not None:
        st.markdown(gray(f"{job.way.name}. {job.way.price}"))
    st.button("Cancel", key="fetch_cancel", icon=":material/cancel:", on_click=job.cancel)


def _price(job: FetchJob, remote: Remote) -> None:
    assert job.way is not None
    st.markdown("#### This costs money")
    st.markdown(plain(job.way.price))
    if job.by_insights is None:
        label = f"Fetch for at most {job.way.dollars:.2f} USD"
    else:
        label = "Run" if isinf(job.way.dollars) else f"Run for {usd(job.way.dollars)}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(plain(label), key="fetch_agree", type="primary", on_click=job.agree)
        if job.by_insights is not None:
            insights_choices.without_coverage(job, job.by_insights)
            insights_limits.draw(remote.account)


def _arrivals(job: FetchJob) -> int:
    """How many slices have come, each of which the page draws."""
    return 0 if job.by_insights is None else len(job.by_insights.collected.parts)


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
    requests = "1 request" if kept.requests == 1 else f"{kept.requests:,} requests"
    st.markdown(gray(f"Fetched at {at} UTC in {requests}."), width="content")
    with st.popover("How", icon=":material/receipt_long:", key="fetched_way"):
        _way(kept.way)
    st.button("Fetch again", key="fetch_anew", icon=":material/refresh:", on_click=_fetched().drop, args=(key,))


def _way(way: Way) -> None:
    st.markdown(f"**{plain(way.name)}**")
    st.markdown(gray(way.price))
    if way.precision:
        st.markdown(gray(way.precision))
    if way.origin:
        st.markdown(gray(f"Format: {way.origin}."))
    for text in way.sent:
        st.code(text, language=None, wrap_lines=True)
