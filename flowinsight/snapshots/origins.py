"""Where the records of an answer came from, described for a snapshot, and a way to read them again as they were delivered."""

import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flowinsight import aws, store
from flowinsight.errors import AwsError
from flowinsight.fetchers import formats
from flowinsight.fetchers.log_events import Collected, Plan
from flowinsight.fetchers.s3_listing import S3Object
from flowinsight.fetchers.s3_objects import Fetched
from flowinsight.records import files
from flowinsight.records.ahead import in_order
from flowinsight.snapshots import lines
from flowinsight.snapshots.facts import Events, File, Object, Source, Sources
from flowinsight.snapshots.lines import Delivered
from flowinsight.sources import Files, S3Objects

_DAMAGE = (EOFError, zlib.error, OSError)
_AHEAD = 7


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


def of_log_group(plan: Plan, collected: Collected, account: str, region: str) -> Origin:
    """The events that patterns brought from a log group; their messages are the lines."""
    edges = [edge for scan in collected.done for edge in (scan.start, scan.end) if edge is not None]
    messages = {**collected.glimpsed, **collected.messages}
    described = Events(
        account,
        region,
        plan.source.name,
        tuple(statement.text for statement in plan.statements),
        start=min(edges, default=None),
        end=max(edges, default=None),
        statistics={"events": len(messages), "requests": collected.requests},
    )
    return Origin(Sources((described,)), partial(_of_messages, list(messages.values()), plan.source.formats))


def _of_messages(messages: Sequence[tuple[str, int]], known: Sequence[formats.Format]) -> Iterator[Delivered]:
    apart: dict[formats.Format, list[tuple[bytes, bytes]]] = {}
    for message, at in messages:
        tokens = formats.format_of(message, known)
        if tokens is not None:
            text = message if "start" in tokens else f"{message.rstrip()} {at // 1000}"
            pair = (text.strip("\r\n").encode("utf-8", "replace"), message.encode("utf-8", "replace"))
            apart.setdefault(formats.timed(tokens), []).append(pair)
    for tokens, pairs in apart.items():
        yield from lines.of_lines([one for one, _ in pairs], tokens, 0, None, [one for _, one in pairs])


def of_objects(fetched: Fetched, source: S3Objects, s3: Any) -> Origin:  # noqa: ANN401 - a client made by boto3
    """Objects of a bucket: asked for their versions and checksums, and read again when their lines are wanted.

    AwsError where S3 refuses.
    """
    unread = {item.object.key for item in fetched.unread}
    objects = [one for one in fetched.listing.objects if one.key not in unread]
    described: tuple[Source, ...] = tuple(in_order(partial(_object, source, s3), objects, _AHEAD))
    return Origin(Sources(described, fetched.loaded.tally.problems), partial(_of_objects, objects, source, s3))


def _request(source: S3Objects, one: S3Object) -> dict[str, Any]:
    request: dict[str, Any] = {"Bucket": source.bucket, "Key": one.key, "IfMatch": one.etag, "ChecksumMode": "ENABLED"}
    return request | ({"RequestPayer": "requester"} if source.requester_pays else {})


def _object(source: S3Objects, s3: Any, one: S3Object) -> Object:  # noqa: ANN401
    """What S3 says of an object: HeadObject (API reference), with its checksum where it has one."""
    with aws.translated(doing=f"ask about s3://{source.bucket}/{one.key}"):
        told = s3.head_object(**_request(source, one))
    sums = [
        f"{name[8:].lower()}:{told[name]}"
        for name in sorted(told)
        if name.startswith("Checksum") and name[8:].isupper()
    ]
    modified = told.get("LastModified")
    return Object(
        source.bucket,
        one.key,
        one.size,
        one.etag,
        told.get("VersionId"),
        sums[0] if sums else None,
        None if modified is None else int(modified.timestamp()),
    )


def _of_objects(objects: Sequence[S3Object], source: S3Objects, s3: Any) -> Iterator[Delivered]:  # noqa: ANN401
    bodies = in_order(partial(_body, source, s3), objects, _AHEAD)
    for number, (one, body) in enumerate(zip(objects, bodies, strict=True)):
        yield from _to_damage(lines.of_stream(io.BufferedReader(io.BytesIO(body)), one.key, None, number))


def _body(source: S3Objects, s3: Any, one: S3Object) -> bytes:  # noqa: ANN401
    with aws.translated(doing=f"read s3://{source.bucket}/{one.key}"):
        content: bytes = s3.get_object(**_request(source, one))["Body"].read()
        return content


def account(identity: aws.Identity) -> tuple[str, str]:
    """The account and region that an identity asks; 'unknown' where AWS does not say."""
    region = identity.region or "unknown"
    if identity.sandbox_account:
        return identity.sandbox_account, region
    try:
        return aws.whoami(identity).account, region
    except AwsError:
        return "unknown", region
