"""Questions asked once: sources stay loaded, answers stay known, by the question's own canonical text."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import streamlit as st

from flowinsight import coverage, db, snapshots, store, views
from flowinsight.answer import Answer
from flowinsight.effort import Effort, effort
from flowinsight.errors import EngineError
from flowinsight.fetchers import files
from flowinsight.fetchers.brought import Fetched
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.moments import Moment, around
from flowinsight.newness import Newness, compared, reaches_back
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.records.files import found as files_under
from flowinsight.records.files import status as status_of
from flowinsight.rhythm import Rhythm, rhythm
from flowinsight.sources import Files
from flowinsight.store import cache
from flowinsight.ui.working import Job, Shelf, Turns, done

_T = TypeVar("_T")

LISTED = 1000
"""Conversations listed, and exported, at most."""


@dataclass(frozen=True)
class Only:
    """What of an account is here: the time that was asked for, the account's present, and whether the time before is here too."""

    time: TimeRange
    present: int
    before: bool


@dataclass(frozen=True)
class Held:
    """A source in memory: `key` tells it from any other, `extent` is from its oldest start to just after its newest. `fetched`
    is what the records of an account were read from, and `only` says how much of it that is; None where all of a source is here.
    `dollars` is what AWS lists for reading it. `said` is what a snapshot says of itself, in Markdown.
    """

    loaded: Loaded
    key: str
    extent: tuple[int, int]
    networks: tuple[str, ...]
    fetched: Fetched | None = None
    only: Only | None = None
    dollars: float = 0.0
    said: str = ""

    @property
    def compares(self) -> bool:
        """Whether what came before a question may be here."""
        return self.only is None or self.only.before


@dataclass(frozen=True)
class Asked:
    """An investigation, which of its clients are new where these logs can tell, and the seconds it took to compute."""

    found: Investigation
    new: Newness | None
    seconds: float


@st.cache_resource(show_spinner=False)
def _shelves() -> tuple[Shelf, Shelf]:
    """Sources, and answers."""
    return Shelf(3), Shelf(300)


@st.cache_resource(show_spinner=False)
def _turns() -> Turns:
    return Turns(os.cpu_count() or 1)


def load(source: Files) -> Held:
    """The source's records, read once for as long as its files do not change."""
    key = _key(source)
    return done(_shelves()[0], "source", key, lambda job: _read(source, key, job))


def _key(source: Files) -> str:
    found = files_under(source.paths)
    stats = tuple((status.st_mtime_ns, status.st_size) for status in map(status_of, found))
    return f"{tuple(map(str, source.paths))}{stats}"


def is_open(source: Files) -> bool:
    """Whether nothing has to be read: it is in memory, or is a store or a snapshot."""
    path = source.paths[0]
    kept = len(source.paths) == 1 and (store.is_store(path) or snapshots.is_snapshot(path))
    return kept or _shelves()[0].take(_key(source)) is not None


def _read(source: Files, key: str, job: Job) -> Held:
    loaded, said = _kept(source.paths) or (files.load(source, job.told, cache=cache.folder(os.environ)), "")
    job.cursor = loaded.connection.cursor()
    return replace(hold(loaded, key, job.cursor), said=said)


def _kept(paths: Sequence[Path]) -> tuple[Loaded, str] | None:
    """A folder that is a store is opened as one, and a file that is a snapshot, with its first line and its id."""
    if len(paths) == 1 and snapshots.is_snapshot(paths[0]):
        one = snapshots.open_snapshot(paths[0])
        redacted = " Addresses and identifiers are replaced." if one.facts.redaction else ""
        return snapshots.load(one), f"{one.first_line}{redacted} Snapshot id `{one.id}`"
    return (store.open_store(paths[0]), "") if len(paths) == 1 and store.is_store(paths[0]) else None


def hold(loaded: Loaded, key: str, cursor: db.Connection, fetched: Fetched | None = None) -> Held:
    """Records that have been brought, as a source."""
    extent = coverage.extent(loaded, TimeRange()) or (int(time.time()) - 3600, int(time.time()))
    named = f"SELECT DISTINCT vpc_id AS vpc FROM {db.RECORDS} WHERE vpc_id IS NOT NULL ORDER BY 1 LIMIT 200"
    return Held(loaded, key, extent, tuple(row["vpc"] for row in db.rows(cursor, named)), fetched)


def _asked(what: str, key: str, held: Held, compute: Callable[[db.Connection], _T]) -> _T:
    """The result of a question, which Cancel interrupts in the engine."""

    def work(job: Job) -> _T:
        with _turns().taken():
            job.check()
            job.cursor = held.loaded.connection.cursor()
            return compute(job.cursor)

    try:
        return done(_shelves()[1], what.partition(" ")[0], f"{what} {key} {held.key}", work)
    except MemoryError as error:
        raise EngineError("This question needs more memory than there is: narrow it, or its time range.") from error
    except db.Error as error:
        raise EngineError(f"The embedded engine could not answer: {error} Narrow the question or its time.") from error


def known(question: Question, held: Held) -> bool:
    """Whether the question has been answered."""
    return _shelves()[1].take(f"answer {replace(question, limit=LISTED).to_json()} {held.key}") is not None


def effort_of(question: Question, held: Held) -> Effort:
    """What the answer will take."""
    return _asked("effort", question.to_json(), held, lambda cursor: effort(question, held.loaded, cursor))


def answer(question: Question, held: Held) -> Asked:
    """The investigation of a question; asked again, it is not computed again."""
    asked = replace(question, limit=LISTED)

    def compute(cursor: db.Connection) -> Asked:
        began = time.perf_counter()
        found = investigate(asked, held.loaded, cursor)
        earlier = held.compares and reaches_back(asked.time, held.loaded)
        new = compared(asked, held.loaded, cursor) if earlier else None
        return Asked(found, new, time.perf_counter() - began)

    return _asked("answer", asked.to_json(), held, compute)


def records(question: Question, held: Held) -> Answer:
    """The records themselves."""
    return _asked(
        "records",
        question.to_json(),
        held,
        lambda cursor: views.records(prepare(question, held.loaded, connection=cursor)),
    )


def rhythm_of(question: Question, held: Held) -> Rhythm:
    """How fast the one conversation of a question was, and how regularly its connections started."""
    return _asked("rhythm", question.to_json(), held, lambda cursor: rhythm(question, held.loaded, cursor))


def coverage_bins(question: Question, held: Held) -> Answer:
    """Each interface and bin that wrote anything."""
    return _asked(
        "coverage", question.to_json(), held,
        lambda cursor: views.coverage_rows(prepare(question, held.loaded, connection=cursor)),
    )  # fmt: skip


def around_moment(question: Question, held: Held, at: int, half: int) -> Moment:
    """What changed at a moment."""
    asked = replace(question, time=TimeRange())
    return _asked(
        f"around {at} {half}", asked.to_json(), held, lambda cursor: around(asked, held.loaded, at, half, cursor)
    )
