"""Objects in S3: those of a range are priced from their listing, fetched several at a time, each once, and read as records.

What cannot be read (archived, encrypted, denied, gone) is told apart and makes the answer incomplete; it stops nothing else.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Literal

from flowinsight import aws
from flowinsight.errors import AwsError, DeniedError
from flowinsight.fetchers import s3_listing
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.s3_layout import Location
from flowinsight.fetchers.s3_listing import Listing, S3Object
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.records.files import read_stream
from flowinsight.records.tally import Batch
from flowinsight.sources import S3Objects

AT_ONCE = 8
DENIED_IN_A_ROW = 20
"""When so many objects are denied and none was read, the others are not asked for one by one."""

LIST_DOLLARS, GET_DOLLARS, TRANSFER_DOLLARS = 0.005 / 1000, 0.0004 / 1000, 0.09
PRICES = (
    "list prices of us-east-1, November 2026, not checked against a price list: "
    "0.005 USD per 1,000 LIST and 0.0004 USD per 1,000 GET requests, "
    "0.09 USD per GB out to the internet; none for the transfer within the region"
)

Why = Literal["archived", "encrypted", "denied", "gone", "changed"]
_SENTENCES: dict[Why, str] = {
    "archived": "are archived in S3 Glacier: restore them first",
    "encrypted": "are encrypted with a key that this identity may not use: kms:Decrypt is missing",
    "denied": "may not be read by this identity: s3:GetObject is missing",
    "gone": "were deleted after they were listed",
    "changed": "changed after they were listed: fetch again",
}

Take = Callable[[S3Object, bytes], list[Batch]]
"""What is made of an object's content: its records, or nothing where it is put elsewhere. Called by several threads."""


@dataclass(frozen=True)
class Price:
    """What a fetch will cost at most, in USD. `transfer` is due only where the reader is outside of the bucket's region."""

    requests: float
    transfer: float
    bytes: int
    objects: int
    how: str = PRICES


def price(listing: Listing) -> Price:
    readable = [one for one in listing.objects if not one.archived]
    size = sum(one.size for one in readable)
    requests = listing.requests * LIST_DOLLARS + len(readable) * GET_DOLLARS
    return Price(requests, size / 1e9 * TRANSFER_DOLLARS, size, len(readable))


@dataclass(frozen=True)
class Unread:
    """An object that could not be read."""

    object: S3Object
    why: Why


@dataclass(frozen=True)
class Delivered:
    """An object as it came: its bytes, and what S3 said of them in the same answer (GetObject, API reference).

    `checksum` is as S3 names it, with its algorithm; `modified` in Unix seconds. None where S3 does not say.
    """

    body: bytes
    version: str | None = None
    checksum: str | None = None
    modified: int | None = None


@dataclass
class Collected:
    """What has arrived so far, by key. A failed fetch goes on with the same one. `delivered` are the objects themselves, as
    they are packed, where `keep` says that somebody will want them.
    """

    batches: dict[str, list[Batch]] = field(default_factory=dict)
    unread: dict[str, Unread] = field(default_factory=dict)
    bytes: int = 0
    keep: bool = False
    delivered: dict[str, Delivered] = field(default_factory=dict)

    def has(self, one: S3Object) -> bool:
        return one.key in self.batches or one.key in self.unread


@dataclass(frozen=True)
class Fetched:
    """The records of a listing, and what could not be read of it; `complete` when that is nothing. `delivered` are the
    objects by key, where they were kept.
    """

    listing: Listing
    loaded: Loaded
    unread: tuple[Unread, ...]
    complete: bool
    delivered: Mapping[str, Delivered] = field(default_factory=dict)


def fetch(
    listing: Listing,
    source: S3Objects,
    s3: Any,  # noqa: ANN401 - a client made by boto3
    collected: Collected,
    *,
    take: Take | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Bring every object that `collected` lacks, and keep what `take` makes of it: its records, unless said otherwise.

    `progress` is told bytes of bytes. Raises one of the errors of `flowinsight.errors`; calling again with the same
    `collected` goes on with what is missing.
    """
    for one in listing.objects:
        if one.archived:
            collected.unread[one.key] = Unread(one, "archived")
    missing = [one for one in listing.objects if not collected.has(one)]
    into = collected.delivered if collected.keep else None
    work = partial(_read, source=source, s3=s3, take=take or records, into=into)
    for one, found in _several(work, missing, cancelled):
        _keep(one, found, collected)
        if progress:
            progress(collected.bytes, listing.bytes)
        _stop_when_all_is_denied(collected)


def _several(
    work: Callable[[S3Object], list[Batch] | Why], objects: list[S3Object], cancelled: Callable[[], bool]
) -> Iterator[tuple[S3Object, list[Batch] | Why]]:
    """What the work makes of each object, as it gets ready; at most AT_ONCE are under way. The first failure ends it."""
    waiting, running = iter(objects), dict[Future[list[Batch] | Why], S3Object]()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            free = 0 if cancelled() else AT_ONCE - len(running)
            running |= {pool.submit(work, one): one for one in islice(waiting, free)}
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()


def _keep(one: S3Object, found: list[Batch] | Why, collected: Collected) -> None:
    collected.bytes += one.size
    if isinstance(found, list):
        collected.batches[one.key] = found
    else:
        collected.unread[one.key] = Unread(one, found)


def _stop_when_all_is_denied(collected: Collected) -> None:
    denied = [item for item in collected.unread.values() if item.why == "denied"]
    if len(denied) >= DENIED_IN_A_ROW and not collected.batches:
        key = denied[0].object.key
        for item in denied:
            del collected.unread[item.object.key]
            collected.bytes -= item.object.size
        raise DeniedError(
            f"None of {len(denied)} objects may be read, {key} for one: the permission s3:GetObject is missing.",
            "AccessDenied",
            "s3:GetObject",
        )


def records(one: S3Object, body: bytes) -> list[Batch]:
    """The records of an object's content."""
    return list(read_stream(io.BufferedReader(io.BytesIO(body)), one.key))


def _read(
    one: S3Object,
    source: S3Objects,
    s3: Any,  # noqa: ANN401
    take: Take,
    into: dict[str, Delivered] | None = None,
) -> list[Batch] | Why:
    """What is made of one object, or why it cannot be read; the object itself goes `into` what is kept."""
    request: dict[str, Any] = {"Bucket": source.bucket, "Key": one.key, "IfMatch": one.etag, "ChecksumMode": "ENABLED"}
    if source.requester_pays:
        request["RequestPayer"] = "requester"
    try:
        with aws.translated(doing=f"read s3://{source.bucket}/{one.key}"):
            told = s3.get_object(**request)
            body = told["Body"].read()
    except AwsError as error:
        why = _why(error)
        if why is None:
            raise
        return why
    if into is not None:
        into[one.key] = _delivered(told, body)
    return take(one, body)


def _delivered(told: Mapping[str, Any], body: bytes) -> Delivered:
    names = [name for name in sorted(told) if name.startswith("Checksum") and name[8:].isupper()]
    modified = told.get("LastModified")
    return Delivered(
        body,
        told.get("VersionId"),
        f"{names[0][8:].lower()}:{told[names[0]]}" if names else None,
        None if modified is None else int(modified.timestamp()),
    )


def _why(error: AwsError) -> Why | None:
    """The reason that concerns this object alone; None when the next one would fail in the same way."""
    if error.code == "InvalidObjectState":
        return "archived"
    if error.code in {"NoSuchKey", "404"}:
        return "gone"
    if error.code in {"PreconditionFailed", "412"}:
        return "changed"
    if (error.action or "").startswith("kms:") or error.code.startswith("KMS."):
        return "encrypted"
    return "denied" if isinstance(error, DeniedError) else None


def read(listing: Listing, collected: Collected) -> Fetched:
    """The records of what has arrived, in the order of the listing."""
    batches = (batch for one in listing.objects for batch in collected.batches.get(one.key, ()))
    unread = tuple(collected.unread.values())
    loaded = gather(batches, problems=[*listing.notes, *unread_sentences(unread), *map(silence, listing.silent)])
    complete = listing.whole and not unread and all(collected.has(one) for one in listing.objects)
    return Fetched(listing, loaded, unread, complete, dict(collected.delivered))


def unread_sentences(unread: Iterable[Unread]) -> tuple[str, ...]:
    """Why objects could not be read, and how many of them."""
    counts = Counter(item.why for item in unread)
    return tuple(
        f"Objects that {_SENTENCES[why]} ({count:,}). Their time counts as not covered."
        for why, count in counts.items()
    )


def silence(location: Location) -> str:
    """What is said of an account and region of the bucket that delivered nothing in the range."""
    return f"Account {location.account} delivered nothing from {location.region} in this time range."


def load(
    question: Question,
    source: S3Objects,
    identity: aws.Identity,
    *,
    keep: bool = False,
    **how: Any,  # noqa: ANN401
) -> Fetched:
    """Discover, list, fetch and read in one. `keep` holds on to the objects; `how` is that of `fetch`."""
    s3 = aws.client(identity, "s3")
    locations, notes = s3_listing.discover(source, s3)
    found, collected = s3_listing.listing(locations, question.time, source, s3, notes=notes), Collected(keep=keep)
    fetch(found, source, s3, collected, **how)
    return read(found, collected)
