"""The time before a question to an account, which is not here until somebody asks for it: offered, priced, read, kept."""

from dataclasses import dataclass
from datetime import tzinfo

import streamlit as st

from flowinsight.engines.insights_price import usd
from flowinsight.errors import FlowInsightError
from flowinsight.fetchers.brought import ByQueries
from flowinsight.fetchers.live import Live
from flowinsight.newness import baseline
from flowinsight.question import Question, TimeRange
from flowinsight.ui import working
from flowinsight.ui.before_job import BeforeJob, way_before
from flowinsight.ui.fetch_job import Brought
from flowinsight.ui.plain import gray, moment, plain

_EARLIER, _JOB = "before_offered", "before_job"


@dataclass(frozen=True)
class Earlier:
    """Whose time before can be read: what the question brought, how, and the key of both."""

    question: Question
    live: Live
    key: str
    kept: Brought


def forget() -> None:
    """No answer is whole yet."""
    st.session_state.pop(_EARLIER, None)


def joined(earlier: Earlier) -> Brought:
    """What is here for an answer: with the time before as soon as that was read. What is read for another answer ends."""
    st.session_state[_EARLIER] = earlier
    job: BeforeJob | None = st.session_state.get(_JOB)
    if job is None:
        return earlier.kept
    state = "other" if job.key != earlier.key or job.kept is not earlier.kept else job.look(working.QUIET)
    if state in {"running", "priced", "cut"} or isinstance(job.error, FlowInsightError):
        return earlier.kept
    del st.session_state[_JOB]
    job.cancel()
    if job.error is not None:
        raise job.error
    return job.brought if state == "done" and job.brought is not None else earlier.kept


def draw(zone: tzinfo) -> None:
    """The offer to read the time before, or how far that is."""
    earlier: Earlier | None = st.session_state.get(_EARLIER)
    job: BeforeJob | None = st.session_state.get(_JOB)
    if earlier is None:
        st.markdown(gray("What came before can be read when all of this answer is here."))
    elif job is None:
        _offer(earlier, zone)
    else:
        _under_way(job)


def _offer(earlier: Earlier, zone: tzinfo) -> None:
    if isinstance(earlier.kept.fetched, ByQueries):
        st.markdown("**Logs Insights brought this question's own time only, so nothing can be told from new.**")
        st.markdown(
            gray("Choose the filter pattern above the answer: then the time before can be read too, without charge.")
        )
        return
    periods = baseline(earlier.question.time)
    st.markdown("**To tell who is new, the time before has to be read too.**")
    st.markdown(gray(_said(periods, zone)))
    way = way_before(earlier.kept, earlier.live, earlier.question, periods)
    if way is not None:
        st.markdown(gray(way.price))
    label = "Read the time before" if way is not None else "See what that costs"
    st.button(label, key="before_read", type="primary", on_click=_start, args=(earlier, periods))


def _said(periods: tuple[TimeRange, ...], zone: tzinfo) -> str:
    first, oldest = periods[0], periods[-1]
    return (
        f"The same length of time before, from {moment(first.start, zone)} to {moment(first.end, zone)}, and the same hours on "
        f"each of the {len(periods) - 1} days before, the first from {moment(oldest.start, zone)} {zone}."
    )


def _start(earlier: Earlier, periods: tuple[TimeRange, ...]) -> None:
    job = BeforeJob(earlier.question, earlier.live, earlier.key, kept=earlier.kept, periods=periods)
    st.session_state[_JOB] = job
    job.start()


def _under_way(job: BeforeJob) -> None:
    match job.state:
        case "running" | "done":
            _progress()
        case "priced":
            assert job.way is not None
            st.markdown("**What the time before costs**")
            st.markdown(plain(job.way.price))
            label = f"Read it for at most {usd(job.way.dollars)}"
            st.button(plain(label), key="before_agree", type="primary", on_click=job.agree)
        case "cut":
            st.markdown(f"**Not everything is here.** {plain(job.said)}")
            st.button("Go on", key="before_on", type="primary", on_click=job.start)
        case "failed":
            st.error(plain(job.error), icon=":material/error:")
            st.button("Try again", key="before_again", type="primary", on_click=job.start)


@st.fragment(run_every=0.5)
def _progress() -> None:
    """Looks by itself, which keeps the reading alive, until it ends."""
    job: BeforeJob | None = st.session_state.get(_JOB)
    if job is None or job.look() != "running":
        st.rerun()
    st.progress(job.done, f"{job.said} · {job.done:.0%}")
    st.button("Cancel", key="before_cancel", icon=":material/cancel:", on_click=job.cancel)
