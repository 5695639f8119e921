"""Where the records of a snapshot came from, told from the options of the command line."""

import argparse

from flowinsight import aws, snapshots
from flowinsight.commands import ask, fetched
from flowinsight.fetchers import s3_listing
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.s3_objects import Fetched
from flowinsight.question import Question
from flowinsight.snapshots import Origin, SnapshotError, Sources
from flowinsight.snapshots.facts import Events
from flowinsight.snapshots.origins import account
from flowinsight.sources import Files, S3Objects


def origin(asked: Question, options: argparse.Namespace) -> tuple[Origin, str]:
    """The origin of what was brought for a question, and who asked for it."""
    if options.snapshot:
        raise SnapshotError("A snapshot is saved already: copy its file.")
    if options.store:
        return snapshots.of_store(options.store), "this machine"
    if options.files:
        return snapshots.of_files(Files(tuple(options.files), ask.tokens_of(options.format))), "this machine"
    identity = fetched.who_asks(options)
    caller = snapshots.caller(identity)
    if options.s3:
        return _objects(asked, S3Objects.parse(options.s3), identity), caller
    owner, region = account(identity)
    edges = [None if edge is None else edge * 1000 for edge in (asked.time.start, asked.time.end)]
    events = Events(owner, region, options.log_group, start=edges[0], end=edges[1])
    return Origin(Sources((events,), ("Events of a log group, kept as values and not as lines.",))), caller


def _objects(asked: Question, source: S3Objects, identity: aws.Identity) -> Origin:
    s3 = aws.client(identity, "s3")
    locations, _ = s3_listing.discover(source, s3)
    listing = s3_listing.listing(locations, asked.time, source, s3)
    return snapshots.of_objects(Fetched(listing, gather(()), (), complete=True), source, s3)
