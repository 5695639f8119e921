"""Watching folders: what arrives, or grows, is ingested when it has come to rest."""

import time
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from pathlib import Path

from flowinsight.errors import SourceError
from flowinsight.records.files import found, is_growing_text, opened
from flowinsight.store.digests import Digests
from flowinsight.store.ingest import ingest
from flowinsight.store.reports import Ingested, Progress

_NAP = 0.5

Seen = dict[Path, tuple[int, int]]


def watch(
    store: Path,
    paths: Sequence[Path],
    tokens: Sequence[str] | None = None,
    every: float = 10.0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Ingested]:
    """Look at the paths every so many seconds, and ingest what is new; a report for each time something was.

    A file is read once it is the same at two looks, so that one still being copied is left alone; a text file that grows
    line by line is read as it grows, and only what was appended is read. Ends when `cancelled` says so.
    """
    stop = cancelled or (lambda: False)
    before: Seen = {}
    taken: Seen = {}
    digests = Digests()
    while not stop():
        now = _looked(paths)
        ready = [path for path, state in now.items() if taken.get(path) != state and _at_rest(path, state, before)]
        if ready:
            yield ingest(store, ready, tokens, progress, cancelled, wait=every, digests=digests)
            taken.update({path: now[path] for path in ready})
        before = now
        _rest(every, stop)


def _rest(seconds: float, stop: Callable[[], bool]) -> None:
    """Sleep so many seconds, and no longer than half a second once it is to stop."""
    naps = max(1, ceil(seconds / _NAP))
    for _ in range(naps):
        if not stop():
            time.sleep(seconds / naps)


def _looked(paths: Sequence[Path]) -> Seen:
    """Size and time of each file there is; a folder that is empty or not there yet has none."""
    seen: Seen = {}
    for path in paths:
        try:
            files = found([path])
        except SourceError:
            continue
        for file in files:
            try:
                status = file.stat()
            except OSError:
                continue
            seen[file] = (status.st_size, status.st_mtime_ns)
    return seen


def _at_rest(path: Path, state: tuple[int, int], before: Seen) -> bool:
    if before.get(path) == state:
        return True
    try:
        with opened(path) as file:
            return state[0] > 0 and is_growing_text(file)
    except SourceError:
        return False
