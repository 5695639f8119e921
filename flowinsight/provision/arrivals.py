"""Has a flow log delivered, and when was the newest record? Asked of the destination itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flowinsight.provision.account import Account
from flowinsight.provision.deployed import FlowLog
from flowinsight.provision.settings import FlowLogSettings, Layout

_PAGES = 50
"""A page of FilterLogEvents may be empty and still not be the last."""

LOOK_BACK = 24 * 3600
STREAMS = 50
"""Streams that one call lists at most; how many more there are is not worth another."""


@dataclass(frozen=True)
class Arrival:
    """The newest record's time, Unix seconds: its start in CloudWatch, the end of its five minutes in S3."""

    newest: float
    streams: int = 0
    objects: int = 0
    key: str = ""


def arrival(flow_log: FlowLog, account: Account, now: float) -> Arrival | None:
    """What a flow log delivered since it exists, at most a day back; None when nothing is there."""
    since = max(flow_log.created.timestamp(), now - LOOK_BACK)
    match flow_log.settings.destination_type:
        case "cloud-watch-logs":
            return _in_group(flow_log.settings, account, since)
        case "s3":
            return _in_bucket(flow_log, account, since, now)
        case _:
            return None


def _in_group(settings: FlowLogSettings, account: Account, since: float) -> Arrival | None:
    for page in _newest_first(settings, account, since, 1):
        if page["events"]:
            doing = f"list the streams of the log group {settings.destination}"
            streams = account.call(
                "logs", "describe_log_streams", doing, logGroupName=settings.destination, limit=STREAMS
            )
            return Arrival(page["events"][0]["timestamp"] / 1000, streams=len(streams["logStreams"]))
    return None


def _newest_first(settings: FlowLogSettings, account: Account, since: float, limit: int) -> Iterator[dict[str, Any]]:
    streams = {"logStreamNamePrefix": settings.resource} if settings.resource.startswith("eni-") else {}
    pages = account.pages(
        "logs",
        "filter_log_events",
        f"read the log group {settings.destination}",
        "nextToken",
        logGroupName=settings.destination,
        startTime=int(since * 1000),
        startFromHead=False,
        limit=limit,
        **streams,
    )
    for _, page in zip(range(_PAGES), pages, strict=False):
        yield page


def newest_lines(settings: FlowLogSettings, account: Account, since: float) -> tuple[str, ...]:
    """The newest records of a log group since a time, at most 10,000, as the lines they were written as."""
    for page in _newest_first(settings, account, since, 10_000):
        if page["events"]:
            return tuple(event["message"] for event in page["events"])
    return ()


def _in_bucket(flow_log: FlowLog, account: Account, since: float, now: float) -> Arrival | None:
    objects = [item for day in _days(since, now) for item in _objects(flow_log, account, day)]
    if not objects:
        return None
    newest = max(objects, key=lambda item: item["LastModified"])
    stamp = newest["Key"].rpartition("/")[2].split("_")[4]
    slot = datetime.strptime(stamp, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    return Arrival((slot + timedelta(minutes=5)).timestamp(), objects=len(objects), key=newest["Key"])


def keys_since(flow_log: FlowLog, account: Account, since: float, now: float) -> tuple[str, ...]:
    """The keys of a flow log's objects delivered since a time, newest first."""
    found = [item for day in _days(since, now) for item in _objects(flow_log, account, day)]
    recent = [item for item in found if item["LastModified"].timestamp() >= since]
    return tuple(item["Key"] for item in sorted(recent, key=lambda item: item["LastModified"], reverse=True))


def _days(since: float, now: float) -> Iterator[datetime]:
    day = datetime.fromtimestamp(since, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while day.timestamp() <= now:
        yield day
        day += timedelta(days=1)


def _objects(flow_log: FlowLog, account: Account, day: datetime) -> Iterator[dict[str, Any]]:
    bucket, _, prefix = flow_log.settings.destination.partition("/")
    layout = flow_log.settings.layout or Layout("plain-text", hive=False, hourly=False)
    where = "/".join(part for part in (prefix, _folder(account, layout, day)) if part)
    pages = account.pages(
        "s3", "list_objects_v2", f"list the objects of the bucket {bucket}", "ContinuationToken",
        Bucket=bucket, Prefix=where,
    )  # fmt: skip
    for page in pages:
        yield from (item for item in page.get("Contents", []) if f"_{flow_log.id}_" in item["Key"])


def _folder(account: Account, layout: Layout, day: datetime) -> str:
    """The folder of a day. Source: AWS VPC User Guide, "Flow log files"."""
    place = account.place
    if layout.hive:
        home = f"AWSLogs/aws-account-id={place.account}/aws-service=vpcflowlogs/aws-region={place.region}"
        return f"{home}/year={day:%Y}/month={day:%m}/day={day:%d}/"
    return f"AWSLogs/{place.account}/vpcflowlogs/{place.region}/{day:%Y/%m/%d}/"
