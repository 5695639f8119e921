"""What was read from libraries, kept while it does not change: names for a minute, beginnings for a list, a few whole files."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import streamlit as st

from flowinsight import library
from flowinsight.errors import AwsError, FlowInsightError
from flowinsight.library import Described, Entry, Folder, Listing
from flowinsight.snapshots import Checked, Snapshot, keys
from flowinsight.ui import working
from flowinsight.ui.library.whereabouts import Whereabouts
from flowinsight.ui.working import Job

_AT_ONCE = 8
_LISTED_AGAIN = 60
"""Seconds after which a bucket is listed again: others save there too."""


@dataclass(frozen=True)
class Held:
    """A file of a library, read as a whole and checked. `snapshot` is None where it is not opened, and `problem` says why."""

    content: bytes
    checked: Checked | None
    snapshot: Snapshot | None
    problem: str = ""


@st.cache_resource(show_spinner=False)
def _shelves() -> tuple[working.Shelf, working.Shelf, working.Shelf]:
    """Listings, beginnings, whole files."""
    return working.Shelf(50), working.Shelf(5000), working.Shelf(3)


def key_of(place: Whereabouts, entry: Entry) -> str:
    """Tells this content, seen by this identity, from any other."""
    return f"{place.key} {entry.name} {entry.size} {entry.version}"


def listing(place: Whereabouts) -> Listing:
    """What is there: a folder as it is now, a bucket as it was within the last minute."""
    if isinstance(place.library, Folder):
        place.library.tidy(time.time())
        return place.library.listing()
    return working.done(_shelves()[0], "listing", _minute(place), lambda job: _listed(place, job))


def _minute(place: Whereabouts) -> str:
    return f"{place.key} {int(time.time() / _LISTED_AGAIN)}"


def _listed(place: Whereabouts, job: Job) -> Listing:
    job.said = f"Listing {place.library.where}"
    return place.library.listing()


def look_again(place: Whereabouts) -> None:
    """List it anew the next time."""
    _shelves()[0].drop(_minute(place))


def described(place: Whereabouts, entries: Sequence[Entry]) -> list[Described]:
    """What the beginnings of these files tell, in their order; those not known yet are read, several at once."""
    kept = _shelves()[1]
    missing = [one for one in entries if kept.take(key_of(place, one)) is None]
    failed: dict[Entry, Described] = {}
    if missing:
        name = f"describe {place.key} {len(missing)} {missing[0].name}"
        failed = working.done(working.Shelf(1), "describe", name, lambda job: _read_beginnings(place, missing, job))
    return [kept.take(key_of(place, one)) or failed.get(one) or Described(one, None) for one in entries]


def _read_beginnings(place: Whereabouts, missing: Sequence[Entry], job: Job) -> dict[Entry, Described]:
    """Put what was read on the shelf; those that AWS refused are returned, for the next time to try again."""
    failed: dict[Entry, Described] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = {pool.submit(library.described, place.library, one): one for one in missing}
        for number, future in enumerate(as_completed(waiting), 1):
            entry = waiting[future]
            try:
                _shelves()[1].put(key_of(place, entry), future.result())
            except AwsError as error:
                failed[entry] = Described(entry, None, str(error))
            if job.cancelled.is_set():
                pool.shutdown(wait=False, cancel_futures=True)
            job.check()
            job.done, job.said = number / len(missing), f"Looking at {number:,} of {len(missing):,} snapshots"
    return failed


def held(place: Whereabouts, entry: Entry) -> Held:
    """The whole file, checked as what a stranger wrote."""
    return working.done(_shelves()[2], "read", key_of(place, entry), lambda job: _read(place, entry, job))


def _read(place: Whereabouts, entry: Entry, job: Job) -> Held:
    def told(done: int, of: int) -> None:
        job.check()
        job.done, job.said = done / max(of, 1), f"Reading {entry.name}: {done >> 20:,} of {of >> 20:,} MiB"

    job.said = f"Reading {entry.name}"
    content = place.library.content(entry, told)
    job.said = f"Checking {entry.name}"
    return examined(content, entry.name)


def examined(content: bytes, name: str) -> Held:
    """These bytes, checked, and opened where they may be."""
    checked = None
    try:
        checked = library.checked(content, name, keys.trusted(keys.trusted_file()))
        return Held(content, checked, library.opened(content, name))
    except FlowInsightError as error:
        return Held(content, checked, None, str(error))
