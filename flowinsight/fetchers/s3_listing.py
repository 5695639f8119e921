"""Finding flow logs in a bucket folder by folder, and the objects of a range: never a listing of everything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flowinsight import aws
from flowinsight.errors import AwsError, DeniedError, SourceError
from flowinsight.fetchers import s3_layout
from flowinsight.fetchers.s3_folders import Bucket, days_of
from flowinsight.fetchers.s3_layout import ROOT, Location
from flowinsight.question import TimeRange
from flowinsight.sources import S3Objects

DEEPEST, MOST_FOLDERS = 4, 200
"""How far below the prefix, and through how many folders, AWSLogs/ is looked for."""


class ReaderPaysError(SourceError):
    """The bucket's reader pays for the requests and the transfer, and has not agreed to."""


class ReaderMayPayError(DeniedError):
    """Reading is denied, and whether that is because its reader has to pay cannot be asked either."""


@dataclass(frozen=True)
class S3Object:
    """An object as the listing tells it; `flow_log_id` and `stamp` from its name, where AWS named it."""

    key: str
    size: int
    etag: str
    storage_class: str
    location: Location
    flow_log_id: str = ""
    stamp: int | None = None

    @property
    def archived(self) -> bool:
        """Whether it has to be restored before it can be read (S3 storage classes that are not instant)."""
        return self.storage_class in {"GLACIER", "DEEP_ARCHIVE"}

    @property
    def content(self) -> tuple[str, str]:
        """Equal for objects that hold the same bytes of one flow log, delivered twice."""
        return self.flow_log_id or self.key, self.etag


@dataclass(frozen=True)
class Listing:
    """The objects of a range, each content once, the locations that delivered none in it, and how many requests it took.

    `locations` are all that were listed; `notes` say in sentences where else logs may lie. Not `whole` when it was cancelled.
    """

    objects: tuple[S3Object, ...]
    silent: tuple[Location, ...]
    requests: int
    whole: bool = True
    locations: tuple[Location, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        return sum(one.size for one in self.objects)


def discover(source: S3Objects, s3: Any) -> tuple[tuple[Location, ...], tuple[str, ...]]:  # noqa: ANN401
    """Every account and region with flow logs below the prefix, and sentences about what was not looked at.

    The prefix may also lie inside AWSLogs/. SourceError when there are none.
    """
    bucket = Bucket(source, s3)
    try:
        roots = _roots(bucket)
        found = tuple(dict.fromkeys(location for root in roots for location in _locations(bucket, root)))
    except DeniedError as error:
        _explain_requester_pays(source, s3, error)
        raise
    kept = tuple(one for one in found if _chosen(one, source))
    if not kept:
        raise SourceError(
            f"There are no flow logs under {source.label}: no AWSLogs folder with vpcflowlogs in it was found."
        )
    return kept, tuple(bucket.notes)


def _chosen(location: Location, source: S3Objects) -> bool:
    """Whether a location is asked for: by account and region, and by a prefix that points into it, or it into the prefix."""
    if (source.accounts and location.account not in source.accounts) or (
        source.regions and location.region not in source.regions
    ):
        return False
    return location.prefix.startswith(source.prefix) or source.prefix.startswith(location.prefix)


def _roots(bucket: Bucket) -> list[str]:
    """The AWSLogs/ folders under the prefix; the one around it where it lies inside."""
    prefix = bucket.source.prefix
    inside = f"/{prefix}".find(f"/{ROOT}")
    if inside >= 0:
        return [prefix[: inside + len(ROOT)]]
    roots: list[str] = []
    level = [prefix]
    for _ in range(DEEPEST):
        below: list[str] = []
        for folder in level:
            if bucket.requests >= MOST_FOLDERS:
                bucket.notes.append(
                    f"Only {MOST_FOLDERS} folders were looked into: give a prefix nearer to AWSLogs if some logs are missing."
                )
                return roots
            names = bucket.folders(folder)
            roots += [folder + name for name in names if name == ROOT]
            below += [folder + name for name in names if name != ROOT]
        level = below
    if level:
        bucket.notes.append(
            f"Only {DEEPEST} folders deep was looked for flow logs: give a prefix nearer to AWSLogs if some are missing."
        )
    return roots


def _locations(bucket: Bucket, root: str) -> Iterator[Location]:
    for folder in _below(bucket, root):
        found = s3_layout.account_of(folder)
        if found is None or (bucket.source.accounts and found[0] not in bucket.source.accounts):
            continue
        account, hive = found
        for name in _below(bucket, s3_layout.service_folder(root + folder, hive=hive)):
            yield Location(root, account, name.removesuffix("/").removeprefix("aws-region="), hive)


def _below(bucket: Bucket, folder: str) -> list[str]:
    """The folders below one; without asking where the prefix names it, because a policy may allow no more than the prefix."""
    rest = bucket.source.prefix.removeprefix(folder) if bucket.source.prefix.startswith(folder) else ""
    return [f"{rest.partition('/')[0]}/"] if rest else bucket.folders(folder)


def _explain_requester_pays(source: S3Objects, s3: Any, denied: DeniedError) -> None:  # noqa: ANN401
    """Say so where a bucket refuses because its reader has to pay, or may have to; silent where that is not the reason."""
    if source.requester_pays:
        return
    try:
        with aws.translated(doing="ask who pays"):
            payer = s3.get_bucket_request_payment(Bucket=source.bucket).get("Payer")
    except DeniedError:
        raise ReaderMayPayError(
            f"{denied} It may also be that whoever reads {source.bucket} pays for it, and not its owner (requester pays), which "
            "S3 tells nobody else. Then it is read only when that is agreed to (on the command line: --requester-pays).",
            denied.code,
            denied.action,
        ) from denied
    except AwsError:
        return
    if payer == "Requester":
        raise ReaderPaysError(
            f"Whoever reads {source.bucket} pays for the requests and the transfer, and not its owner (requester pays). It is "
            "read only when that is agreed to (on the command line: --requester-pays)."
        ) from denied


def listing(
    locations: tuple[Location, ...],
    time: TimeRange,
    source: S3Objects,
    s3: Any,  # noqa: ANN401
    cancelled: Callable[[], bool] = lambda: False,
    notes: tuple[str, ...] = (),
) -> Listing:
    """The objects in which records of the range, and evidence beside it, can lie. The same bytes are listed once.

    `notes` are those of `discover`.
    """
    bucket = Bucket(source, s3)
    stamps = s3_layout.delivered_within(time)
    objects: dict[tuple[str, str], S3Object] = {}
    silent: list[Location] = []
    for location in locations:
        some = False
        for day in days_of(bucket, location, stamps):
            if cancelled():
                return Listing(tuple(objects.values()), (), bucket.requests, whole=False)
            for one in _objects_of(bucket, location, day, stamps):
                objects.setdefault(one.content, one)
                some = True
        if not some:
            silent.append(location)
    return Listing(tuple(objects.values()), tuple(silent), bucket.requests, locations=locations, notes=notes)


def _objects_of(bucket: Bucket, location: Location, day: date, stamps: TimeRange) -> Iterator[S3Object]:
    """The objects of one day, those of its hour folders in the range included; both may lie side by side."""
    prefix = location.day(day)
    hours: list[str] = []
    for page in bucket.pages(prefix):
        yield from _within(page, location, stamps)
        hours += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
    for folder in hours:
        hour = s3_layout.number_of(folder[len(prefix) :])
        if hour is not None and s3_layout.hour_within(hour, day, stamps):
            for page in bucket.pages(folder):
                yield from _within(page, location, stamps)


def _within(page: dict[str, Any], location: Location, stamps: TimeRange) -> Iterator[S3Object]:
    for item in page.get("Contents", []):
        key, name = item["Key"], s3_layout.named(item["Key"])
        if key.endswith("/") or not item["Size"] or (name is not None and name.stamp not in stamps):
            continue
        found = S3Object(key, item["Size"], item["ETag"], item.get("StorageClass", "STANDARD"), location)
        yield found if name is None else replace(found, flow_log_id=name.flow_log_id, stamp=name.stamp)
