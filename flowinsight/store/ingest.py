"""Ingest: read what is new in files and folders, once, into a store."""

from collections.abc import Callable, Sequence
from pathlib import Path

from flowinsight.records.files import found
from flowinsight.store.digests import Digests
from flowinsight.store.lock import writing
from flowinsight.store.reports import Ingested, Progress
from flowinsight.store.run import Run


def ingest(
    store: Path,
    paths: Sequence[Path],
    tokens: Sequence[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    wait: float = 0.0,
    digests: Digests | None = None,
) -> Ingested:
    """Read the files under these paths into a store, which is made if it is not there.

    What was read before is not read again; a text file that grew is read on from its last whole line. Work is made to last
    every few seconds: a run that is stopped, in whatever way, has lost nothing of that, and the next one goes on. `tokens`
    is the format of lines without a header, `wait` how many seconds to wait for another process that writes, `digests` what
    this process remembers of files that it ingested before.
    StoreError when the store cannot be written; a file that cannot be read is told in `failed`.
    """
    files = found(paths)
    with writing(store, wait):
        run = Run(store, None if tokens is None else tuple(tokens), digests or Digests())
        return run.read(files, progress or (lambda _: None), cancelled or (lambda: False))
