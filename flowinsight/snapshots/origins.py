"""Where the records of an answer came from, described for a snapshot, and a way to read them again as they were delivered."""

import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import assert_never

import pyarrow.compute as pc

from flowinsight import store
from flowinsight.fetchers import formats
from flowinsight.fetchers.brought import ByObjects, ByPatterns, ByQueries, Fetched
from flowinsight.fetchers.insights_slices import Scanned
from flowinsight.fetchers.s3_listing import S3Object
from flowinsight.question import TimeRange
from flowinsight.records import files
from flowinsight.records.ahead import in_order
from flowinsight.snapshots import archive, lines
from flowinsight.snapshots.facts import Events, File, Object, Sources
from flowinsight.snapshots.lines import Delivered
from flowinsight.snapshots.snapshot import Snapshot
from flowinsight.snapshots.tables import IN_FORMAT
from flowinsight.sources import Files, LogGroup

_DAMAGE = (EOFError, zlib.error, OSError)


@dataclass(frozen=True)
class Origin:
    """Where the records came from. `delivered` reads them again, with the lines that they were delivered in; None
    where the source has no lines any more.
    """

    described: Sources = field(default_factory=Sources)
    delivered: Callable[[], Iterable[Delivered]] | None = None


def of_files(source: Files) -> Origin:
    """Files on disk. SourceError where one cannot be read."""
    paths = files.found(source.paths)
    described = tuple(in_order(_file, paths))
    return Origin(Sources(described), partial(_of_paths, paths, source.tokens))


def _file(path: Path) -> File:
    with closing(files.opened(path)) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return File(str(path.resolve()), stream.tell(), digest, int(path.stat().st_mtime))


def _of_paths(paths: Sequence[Path], tokens: tuple[str, ...] | None) -> Iterator[Delivered]:
    for number, path in enumerate(paths):
        with closing(files.opened(path)) as stream:
            yield from _to_damage(lines.of_stream(stream, path.name, tokens, number))


def _to_damage(found: Iterator[Delivered]) -> Iterator[Delivered]:
    """A damaged file is read to where the damage begins, as it was when it was asked."""
    try:
        yield from found
    except _DAMAGE:
        return


def of_store(folder: Path) -> Origin:
    """A store, which holds records as values: their lines are in the files that it was filled from."""
    listed = store.listing(folder).sources
    described = tuple(File(one.path, one.bytes, one.sha256) for one in listed)
    return Origin(Sources(described, (f"Read from the store {folder}, which holds values and not lines.",)))


def of_snapshot(snapshot: Snapshot) -> Origin:
    """What a snapshot was made of, of which another is made: the same sources, and the same lines."""
    said = snapshot.sources
    described = Sources(said.sources, (*said.notes, f"Read from the snapshot {snapshot.id}."))
    return Origin(described, partial(_of_snapshot, snapshot) if snapshot.facts.row_formats else None)


def _of_snapshot(snapshot: Snapshot) -> Iterator[Delivered]:
    table = snapshot.table(archive.RECORDS)
    for number, tokens in enumerate(snapshot.facts.row_formats):
        rows = table.filter(pc.equal(table.column(IN_FORMAT), number)).drop_columns([IN_FORMAT])
        yield Delivered(rows, tuple(tokens.split()))


def of_fetched(fetched: Fetched, account: str, region: str) -> Origin:
    """What was brought from AWS by an identity of this account and region; nothing is asked again."""
    match fetched:
        case ByPatterns():
            return _of_patterns(fetched, account, region)
        case ByObjects():
            return _of_objects(fetched)
        case ByQueries():
            return _of_queries(fetched, account, region)
        case _:
            assert_never(fetched)


def _of_patterns(read: ByPatterns, account: str, region: str) -> Origin:
    """The events that patterns brought from a log group; their messages are the lines."""
    owner, lies, name = _place(read.plan.source, account, region)
    sent = tuple(statement.text for statement in read.plan.statements)
    statistics = {"events": read.packed.num_rows, "requests": read.requests}
    described = Events(owner, lies, name, sent, start=read.start, end=read.end, statistics=statistics)
    return Origin(Sources((described,)), partial(_of_messages, read, read.plan.source.formats))


def _place(group: LogGroup, account: str, region: str) -> tuple[str, str, str]:
    """The account, region and name of a log group: those of its ARN, where it has one."""
    if group.name.startswith("arn:"):
        _, _, _, region, account, _, name = group.name.split(":", 6)
        return account, region, name.removesuffix(":*")
    return account, group.region or region, group.name


def _of_messages(read: ByPatterns, known: Sequence[formats.Format]) -> Iterator[Delivered]:
    apart: dict[formats.Format, list[tuple[bytes, bytes]]] = {}
    for message, at in read.events():
        tokens = formats.format_of(message, known)
        if tokens is not None:
            text = message if "start" in tokens else f"{message.rstrip()} {at // 1000}"
            pair = (text.strip("\r\n").encode("utf-8", "replace"), message.encode("utf-8", "replace"))
            apart.setdefault(formats.timed(tokens), []).append(pair)
    for tokens, pairs in apart.items():
        yield from lines.of_lines([one for one, _ in pairs], tokens, 0, None, [one for _, one in pairs])


def _of_queries(read: ByQueries, account: str, region: str) -> Origin:
    """The queries of Logs Insights that ran, each with what AWS said it read."""
    places = [_place(group, account, region) for group in read.plan.groups]
    sent = tuple(statement.text for statement in read.plan.statements)
    described = tuple(
        Events(owner, lies, name, sent, one.query_id, *_milliseconds(one.slice), _statistics(one))
        for one in read.scans
        for owner, lies, name in places
    )
    return Origin(Sources(described, ("Brought by Logs Insights, which gives values and not lines.",)))


def _milliseconds(a_slice: TimeRange) -> tuple[int | None, int | None]:
    start, end = a_slice.start, a_slice.end
    return None if start is None else start * 1000, None if end is None else end * 1000 - 1


def _statistics(one: Scanned) -> dict[str, int]:
    return {"bytesScanned": one.bytes, "recordsScanned": one.scanned, "recordsMatched": one.matched, "rows": one.rows}


def _of_objects(read: ByObjects) -> Origin:
    """The objects of a bucket that were read, and their lines."""
    described = tuple(_object(read, one) for one in read.objects)
    return Origin(Sources(described, read.problems), partial(_of_bodies, read))


def _object(read: ByObjects, one: S3Object) -> Object:
    told = read.delivered[one.key]
    return Object(read.source.bucket, one.key, one.size, one.etag, told.version, told.checksum, told.modified)


def _of_bodies(read: ByObjects) -> Iterator[Delivered]:
    for number, one in enumerate(read.objects):
        body = io.BytesIO(read.delivered[one.key].body)
        yield from _to_damage(lines.of_stream(io.BufferedReader(body), one.key, None, number))
