"""One run of an ingest: what the store holds, what is being read, and what is not yet committed."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from flowinsight.errors import SourceError
from flowinsight.records.ahead import in_order, streams
from flowinsight.records.tally import Batch
from flowinsight.store import manifest as manifests
from flowinsight.store.deliveries import Found, Known, Plan, batches, look
from flowinsight.store.digests import Digests
from flowinsight.store.manifest import Source
from flowinsight.store.reports import Ingested, Progress
from flowinsight.store.rewriting import compacted, retired, tidied, without
from flowinsight.store.writer import Writer

COMMIT_SECONDS = 10.0

Batches = Iterator[tuple[Batch, bool]]


class Run:
    """Reads files into a store that is held for writing."""

    def __init__(self, store: Path, said: tuple[str, ...] | None, digests: Digests) -> None:
        self._store, self._said, self._digests = store, said, digests
        self._manifest = tidied(store)
        self._known = Known(self._manifest.sources.values())
        self._next_id = self._manifest.next_id
        self._plans: list[tuple[Plan, Source, Source]] = []
        self._read: list[Source] = []
        self._replaced: list[int] = []
        self._report = Ingested()
        self._passed_files = self._passed_bytes = 0
        self._committed = time.monotonic()

    def read(self, files: list[Path], progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Ingested:
        all_bytes = sum(map(_size, files))
        with Writer(self._store, self._manifest.rows) as writer:
            for stream in streams(self._jobs(files)):
                for position in self._take(stream, writer):
                    done = self._passed_bytes + position
                    progress(Progress(self._passed_files, len(files), done, all_bytes, self._report.tally.lines))
                    if cancelled():
                        return self._give_up()
                if time.monotonic() - self._committed > COMMIT_SECONDS:
                    self._commit(writer)
            self._commit(writer)
        self._compact()
        progress(Progress(len(files), len(files), all_bytes, all_bytes, self._report.tally.lines))
        return self._report

    def _jobs(self, files: list[Path]) -> Iterator[Callable[[], Batches]]:
        """A job for each file that holds something new."""
        for path, seen in zip(files, in_order(self._look, files), strict=True):
            plan = self._known.plan(seen, self._said) if isinstance(seen, Found) else None
            if plan is not None:
                self._plans.append(self._planned(plan))
                yield partial(batches, plan)
                continue
            if isinstance(seen, str):
                self._report = replace(self._report, failed=(*self._report.failed, seen))
            else:
                self._report = replace(self._report, known=self._report.known + 1)
            self._pass(_size(path))

    def _look(self, path: Path) -> Found | str | None:
        if self._known.unchanged(path, self._said):
            return None
        try:
            return look(path, self._known, self._digests)
        except SourceError as error:
            return str(error)

    def _planned(self, plan: Plan) -> tuple[Plan, Source, Source]:
        """The plan with the source it will make, and the one of the unfinished last line; known from now on."""
        found = plan.found
        first = self._next_id
        self._next_id += 2
        fresh = Source(
            first, str(found.path), found.sha256[found.whole], found.whole, said=self._said, grows=found.grows
        )
        source = replace(plan.grown or fresh, sha256=fresh.sha256, size=fresh.size, modified_ns=found.modified_ns)
        tail = replace(
            fresh, id=first + 1, sha256=found.sha256[found.size], size=found.size, grows=True, tail_of=source.id
        )
        tail = replace(tail, modified_ns=found.modified_ns)
        self._known.remove([*plan.replaced, source.id])
        self._known.add(source)
        if found.whole < found.size:
            self._known.add(tail)
        return plan, source, tail

    def _take(self, stream: Batches, writer: Writer) -> Iterator[int]:
        """Hand the batches of a file to the writer; how many bytes of it are read, after each batch."""
        plan, source, tail = self._plans.pop(0)
        parts = {False: source, True: tail}
        try:
            for batch, unfinished in stream:
                part = parts[unfinished]
                parts[unfinished] = _with(part, batch)
                writer.add(batch.table, part.id)
                self._report = replace(self._report, tally=self._report.tally + batch.tally)
                yield min(batch.position, plan.found.size)
        except SourceError as error:
            self._known.remove([source.id, tail.id])
            self._report = replace(self._report, failed=(*self._report.failed, str(error)))
        else:
            self._replaced += plan.replaced
            self._read += [parts[False], *([parts[True]] if plan.found.whole < plan.found.size else [])]
            added, grown = self._report.added, self._report.grown
            new = plan.grown is None
            self._report = replace(self._report, added=added + new, grown=grown + (not new))
        self._pass(plan.found.size)

    def _pass(self, size: int) -> None:
        self._passed_files += 1
        self._passed_bytes += size

    def _commit(self, writer: Writer) -> None:
        """Make all that was read so far last. Only ever called between two files, so that no file is half in the store."""
        files, duplicates = writer.settle()
        if not self._read and not self._replaced:
            return
        manifest = self._manifest.with_files(files).with_sources(self._read).with_duplicates(duplicates)
        left_out = duplicates.total()
        if self._replaced:
            manifest, obsolete, counted = without(self._store, manifest, self._replaced)
            manifest = retired(manifest, obsolete)
            left_out -= counted["restored"]
        manifests.commit(self._store, manifest)
        writer.know(manifest.rows)
        self._manifest, self._read, self._replaced = manifest, [], []
        self._committed = time.monotonic()
        self._report = replace(self._report, duplicates=self._report.duplicates + left_out)

    def _give_up(self) -> Ingested:
        """Leave out what is not committed."""
        return replace(self._report, cancelled=True)

    def _compact(self) -> None:
        manifest = compacted(self._store, self._manifest)
        if manifest is not None:
            manifests.commit(self._store, manifest)


def _with(source: Source, batch: Batch) -> Source:
    formats = Counter(source.formats)
    if batch.table.num_rows:
        formats[" ".join(batch.tokens)] += batch.table.num_rows
    tokens = batch.tokens if batch.headed else source.tokens
    return replace(source, tally=source.tally + batch.tally, formats=dict(formats), tokens=tokens)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
