"""`flowinsight ingest` and `flowinsight store`: flow logs read once into a store, and what it holds."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event

from flowinsight import store
from flowinsight.commands import from_bucket
from flowinsight.commands.ask import tokens_of
from flowinsight.errors import SourceError
from flowinsight.paths import default_store
from flowinsight.table import as_text


def add_ingest(ingest: argparse.ArgumentParser) -> None:
    """The options of `ingest`."""
    ingest.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="flow log files or folders")
    ingest.add_argument("--store", type=Path, metavar="DIR", default=default_store(), help="default: %(default)s")
    ingest.add_argument("--format", help="the log format of lines that have no header: '${version} ${srcaddr} …'")
    ingest.add_argument("--watch", action="store_true", help="go on looking for what arrives, until interrupted")
    ingest.add_argument("--json", action="store_true", help="print JSON")
    from_bucket.add(ingest)


def add_store(command: argparse.ArgumentParser) -> None:
    """The options of `store`."""
    command.add_argument("what", choices=["list", "forget", "rebuild"])
    command.add_argument("source", nargs="?", type=int, help="forget: the id of the source, as `store list` shows it")
    command.add_argument("--store", type=Path, metavar="DIR", default=default_store(), help="default: %(default)s")
    command.add_argument("--json", action="store_true", help="print JSON")


def run_ingest(options: argparse.Namespace) -> str:
    """Print what `ingest` did; progress goes to standard error where a person is looking at it.

    SourceError when a file or an object could not be read, after the others were; StoreError when it was stopped before its end.
    """
    from_bucket.check(options)
    tokens = tokens_of(options.format)
    progress = _told if sys.stderr.isatty() else None
    with _interrupted() as stopped:
        if options.watch:
            for report in store.watch(options.store, options.paths, tokens, progress=progress, cancelled=stopped):
                sys.stdout.write(f"{_ingested(report, as_json=options.json)}\n")
                sys.stdout.flush()
            return ""
        read = from_bucket.bring(options, stopped) if options.s3 else from_bucket.Brought(options.paths, ())
        report = store.ingest(options.store, read.files, tokens, progress, stopped)
    sys.stdout.write(f"{_ingested(report, as_json=options.json)}\n")
    if report.failed or read.problems:
        raise SourceError("\n".join([*read.problems, *report.failed]))
    if report.cancelled:
        raise store.StoreError("Stopped. What was read up to the last seconds is kept: ingest again to go on.")
    return ""


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed meanwhile. Pressed again, it ends the program at once, which harms no store either."""
    pressed = Event()
    before = signal.getsignal(signal.SIGINT)

    def press(*_: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _told(progress: store.Progress) -> None:
    share = progress.bytes / progress.all_bytes if progress.all_bytes else 1.0
    sys.stderr.write(f"\r{share:.0%}  {progress.files:,} of {progress.all_files:,} files  {progress.lines:,} lines ")
    sys.stderr.flush()


def _ingested(report: store.Ingested, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(report.to_json(), indent=1)
    tally = report.tally
    counted = (
        f"{report.added:,} files read, {report.grown:,} read on, {report.known:,} known already: {tally.lines:,} lines, "
        f"{tally.records:,} records, {tally.status_rows:,} status rows, {tally.skipped:,} skipped, "
        f"{tally.unparsable:,} unparsable, {report.duplicates:,} held already."
    )
    lines = [f"{_lines(reason.count)} could not be read: {why}." for why, reason in tally.reasons.items()]
    return "\n".join([counted, *lines, *tally.problems])


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"


def run_store(options: argparse.Namespace) -> str:
    """What `store list`, `store forget` and `store rebuild` print."""
    match options.what:
        case "list":
            listed = store.listing(options.store)
            return (
                json.dumps(listed.to_json(), indent=1)
                if options.json
                else as_text([asdict(one) for one in listed.sources])
            )
        case "forget":
            if options.source is None:
                raise store.StoreError("Say which source to forget, by the id that `store list` shows.")
            forgotten = store.forget(options.store, options.source)
            kept = f"{forgotten.restored:,} were delivered by others too"
            words = f"Forgot {forgotten.path}: {forgotten.rows:,} rows are gone, {kept}."
            return json.dumps(forgotten.to_json(), indent=1) if options.json else words
        case _:
            rebuilt = store.rebuild(options.store)
            words = f"Rebuilt {rebuilt.days:,} days with {rebuilt.rows:,} rows."
            told = [
                words,
                *(f"Read again: {name}" for name in rebuilt.read_again),
                *(f"Lost: {name}" for name in rebuilt.lost),
            ]
            return json.dumps(rebuilt.to_json(), indent=1) if options.json else "\n".join(told)
