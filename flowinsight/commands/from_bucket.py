"""`ingest --s3`: the objects of a range, priced first, brought into a folder and from there into a store."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flowinsight import aws
from flowinsight.commands import fetched
from flowinsight.engines.insights_price import usd
from flowinsight.errors import QuestionError, SourceError
from flowinsight.fetchers import live, s3_listing, s3_objects, s3_saved
from flowinsight.fetchers.s3_listing import Listing
from flowinsight.question import TimeRange
from flowinsight.sources import S3Objects
from flowinsight.times import parse_time

ALLOWED = 0.10
"""US dollars that reading a bucket may cost without being asked."""
_ONLY_WITH_S3 = ("start", "end", "up_to", "keep", "profile", "role", "external_id", "region", "endpoint_url")


def add(ingest: argparse.ArgumentParser) -> None:
    """The options that say which objects of a bucket are read."""
    bucket = ingest.add_argument_group("from a bucket", "instead of PATH; without a time, the last hour")
    bucket.add_argument("--s3", metavar="URL", help="flow logs in a bucket: s3://bucket/prefix/")
    bucket.add_argument("--from", dest="start", metavar="T", help="records that begin at this time or later")
    bucket.add_argument("--to", dest="end", metavar="T", help="and before this time")
    bucket.add_argument("--keep", type=Path, metavar="DIR", help="where objects are kept (default: beside the store)")
    bucket.add_argument(
        "--up-to", type=float, metavar="USD", help=f"what it may cost, transfer included (default {ALLOWED:.2f})"
    )
    fetched.add_who(bucket)


def check(options: argparse.Namespace) -> None:
    """QuestionError unless either paths or a bucket are named, and what is said fits that."""
    if (options.s3 is None) == (not options.paths):
        raise QuestionError("Say what to read: either files and folders, or a bucket with --s3.")
    given = [name for name in _ONLY_WITH_S3 if getattr(options, name) is not None]
    if options.s3 is None and (given or options.requester_pays):
        name = {"start": "from", "end": "to"}.get(given[0], given[0]) if given else "requester-pays"
        raise QuestionError(f"--{name.replace('_', '-')} is about a bucket: say --s3 as well.")
    if options.s3 is not None and options.watch:
        raise QuestionError("--watch looks at files: a bucket is read once, as often as you run this.")


@dataclass(frozen=True)
class Brought:
    """The files that hold the objects, and sentences about objects that could not be read."""

    files: list[Path]
    problems: tuple[str, ...]


def bring(options: argparse.Namespace, cancelled: Callable[[], bool]) -> Brought:
    """The objects in files. What is there already is not fetched again, and what a fetch that stopped has brought stays.

    QuestionError where it would cost more than is allowed; SourceError when it was stopped before its end.
    """
    source = replace(S3Objects.parse(options.s3), requester_pays=bool(options.requester_pays))
    identity = fetched.who_asks(options)
    fetched.say_who(identity, options)
    start, end = (None if text is None else parse_time(text) for text in (options.start, options.end))
    time = live.closed(TimeRange(start, end), live.now(identity))
    s3, folder = aws.client(identity, "s3"), options.keep or options.store.with_name(f"{options.store.name}-objects")
    locations, notes = s3_listing.discover(source, s3)
    found = s3_listing.listing(locations, time, source, s3, cancelled, notes)
    _priced(found, source, folder, ALLOWED if options.up_to is None else options.up_to)
    collected = s3_saved.save(found, source, s3, folder, progress=_told, cancelled=cancelled)
    if not found.whole or not all(collected.has(one) for one in found.objects):
        raise SourceError("Stopped. The objects that were read are kept: do the same again to go on.")
    files = [s3_saved.path_of(folder, source.bucket, key) for key in collected.batches]
    return Brought(files, (*found.notes, *s3_objects.unread_sentences(collected.unread.values())))


def _priced(found: Listing, source: S3Objects, folder: Path, allowed: float) -> None:
    """Tell what reading the objects that are not here yet may cost."""
    there = s3_saved.known(found, source, folder).batches
    missing = replace(found, objects=tuple(one for one in found.objects if one.key not in there))
    price = s3_objects.price(missing)
    most = price.requests + price.transfer
    sys.stderr.write(
        f"{price.objects:,} of {len(found.objects):,} objects, {price.bytes / 1e6:,.1f} MB, are not here yet: at most "
        f"{usd(most)} ({price.how}).\n"
    )
    if most > allowed:
        raise QuestionError(
            f"That is more than the {usd(allowed)} that it may cost: allow it with --up-to, or name less time."
        )


def _told(read: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{read / max(of, 1):.0%} of {of / 1e6:,.1f} MB ")
        sys.stderr.flush()
