"""AWS asked directly: as whom, where an account's flow logs lie, and the records of a question brought from there."""

import json
import os
import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from flowinsight import aws
from flowinsight.errors import AwsError, SourceError
from flowinsight.fetchers import brought, denominator, group_ways, log_events, log_groups, s3_objects
from flowinsight.fetchers.brought import Fetched
from flowinsight.fetchers.group_ways import EXACT, Reading
from flowinsight.loaded import Loaded
from flowinsight.names.flow_logs import flow_logs
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup, S3Objects

HOUR = 3600
_OPERATOR = "AKIASB11112222333300"
"""The key of the administrator of the sandbox's main account, as its guide has it."""
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PATIENCE = 5.0

Place = LogGroup | S3Objects


@dataclass(frozen=True)
class Live:
    """Records that AWS is asked for: where they lie, as whom, and how a log group is read."""

    identity: aws.Identity
    source: Place
    reading: Reading = EXACT


@dataclass(frozen=True)
class Places:
    """Where an account's flow logs are delivered, and sentences about what could not be looked at."""

    sources: tuple[Place, ...]
    notes: tuple[str, ...]


def identified(
    profile: str | None = None,
    role: str | None = None,
    external_id: str | None = None,
    region: str | None = None,
    endpoint: str | None = None,
) -> aws.Identity:
    """Who is to ask. A sandbox that answers at the endpoint is asked as its own administrator, with no credentials of anyone;
    one that the shell is set up for, with its administrator's key, is told from AWS too.

    AwsError when a part is not of its kind.
    """
    if not (profile or role or endpoint):
        endpoint = _sandbox_of_the_shell()
    if endpoint and sandbox_time(endpoint) is not None:
        if profile or role:
            raise AwsError("The sandbox has neither profiles nor roles to assume: leave them out.")
        return aws.sandbox(endpoint, region=region or "eu-central-1")
    return aws.Identity(profile, role, external_id, region, endpoint)


def _sandbox_of_the_shell() -> str | None:
    """The address in AWS_ENDPOINT_URL, where a sandbox answers and the shell's key, if any, is its administrator's."""
    url, key = os.environ.get("AWS_ENDPOINT_URL"), os.environ.get("AWS_ACCESS_KEY_ID")
    usual = key in (None, _OPERATOR)
    return url if url and usual and sandbox_time(url) is not None else None


def sandbox_time(url: str) -> float | None:
    """The clock of the sandbox that answers at an address of this machine, in Unix seconds; None where none does."""
    if urlsplit(url).hostname not in LOOPBACK or urlsplit(url).scheme != "http":
        return None
    try:
        with urlopen(f"{url.rstrip('/')}/_sandbox", timeout=_PATIENCE) as answer:  # noqa: S310 - this machine, by HTTP
            told = json.load(answer)
    except (URLError, OSError, ValueError):
        return None
    return float(told["now"]) if isinstance(told, dict) and told.get("sandbox") == "flowinsight" else None


def now(identity: aws.Identity) -> int:
    """The present minute of the account, in Unix seconds: the sandbox has a clock of its own."""
    told = sandbox_time(identity.endpoint_url) if identity.is_sandbox and identity.endpoint_url else None
    return int(clock.time() if told is None else told) // 60 * 60


def clock_offset(identity: aws.Identity) -> float | None:
    """Seconds by which this machine's clock is behind the account's; None where that is not known."""
    told = sandbox_time(identity.endpoint_url) if identity.is_sandbox and identity.endpoint_url else None
    return aws.clock_offset(identity) if told is None else round(told - clock.time())


def closed(time: TimeRange, present: int) -> TimeRange:
    """The range with no open side: up to the present, and from an hour before its end."""
    end = present if time.end is None else time.end
    return TimeRange(end - HOUR if time.start is None else time.start, end)


def places(identity: aws.Identity) -> Places:
    """The log groups and buckets to which the account's flow logs are delivered, in the identity's region."""
    found, notes = log_groups.discover(identity)
    buckets: list[Place] = []
    try:
        destinations = [one.destination for one in flow_logs(identity) if one.kind == "s3" and one.destination]
        buckets = [S3Objects.parse(f"s3://{destination}") for destination in destinations]
    except AwsError as error:
        notes = (*notes, str(error))
    return Places(tuple(dict.fromkeys([*(one.source for one in found), *buckets])), tuple(dict.fromkeys(notes)))


def typed(text: str, tokens: tuple[str, ...] | None = None) -> Place:
    """The place a person means: `s3://bucket/prefix/`, or the name or ARN of a log group, whose events are in the format
    `tokens` where it is given. SourceError when it is neither.
    """
    if text.startswith("s3:"):
        return S3Objects.parse(text)
    return LogGroup(text, formats=(tokens,), origin="as given") if tokens else LogGroup(text, None, (), "not known yet")


def settled(source: LogGroup, identity: aws.Identity) -> LogGroup:
    """The log group with the format of its events: that of its flow logs, else inferred from recent events.

    SourceError when neither tells.
    """
    if source.formats:
        return source
    found, _ = log_groups.discover(identity, source.region)
    known = [one.source for one in found if one.source.name == source.name and one.source.formats]
    return replace(known[0], region=source.region) if known else log_groups.with_format(source, identity)


def together(group: LogGroup, also: Sequence[str], identity: aws.Identity) -> tuple[LogGroup, ...]:
    """Log groups that are asked together, each with its region and the format of its events; SourceError where one is none, or
    its format is not told.
    """
    others = (LogGroup(name, None, (), "not known yet") for name in dict.fromkeys(also) if name != group.name)
    own = str(aws.client(identity, "logs").meta.region_name)
    return tuple(
        replace(one, region=one.region or own) for one in (settled(each, identity) for each in (group, *others))
    )


def bring(question: Question, live: Live, told: Callable[[str], None], *, keep: bool = False) -> tuple[Loaded, Fetched]:
    """Every record the question needs with the interfaces that should have written, and what they were read from.

    `told` hears what could not be read, and what is no part of the answer. `keep` holds on to the objects of a bucket, as they
    are packed. SourceError when there are too many.
    """
    match live.source:
        case LogGroup():
            loaded, fetched = _of_group(question, settled(live.source, live.identity), live, told)
        case S3Objects():
            loaded, fetched = _of_bucket(question, live.source, live.identity, keep=keep)
        case _:
            assert_never(live.source)
    for problem in loaded.tally.problems:
        told(problem)
    return loaded, fetched


def _of_bucket(question: Question, source: S3Objects, identity: aws.Identity, *, keep: bool) -> tuple[Loaded, Fetched]:
    read = s3_objects.load(question, source, identity, keep=keep)
    found = denominator.of_bucket(source, read.listing.locations, identity)
    return denominator.joined(read.loaded, found), brought.by_objects(source, read)


def _of_group(question: Question, group: LogGroup, live: Live, told: Callable[[str], None]) -> tuple[Loaded, Fetched]:
    plan, collected = group_ways.plan(question, group, live.reading), log_events.Collected()
    fetched = log_events.bring(plan, live.identity, collected)
    if not fetched.complete:
        raise SourceError(too_many())
    if not live.reading.exact:
        told(group_ways.said_beside(log_events.false_matches(plan, collected).count))
    loaded = group_ways.finished(plan, live.reading, live.identity, collected)
    return loaded, brought.by_patterns(plan, collected)


def too_many() -> str:
    return f"More than {log_events.MOST_EVENTS:,} events match: narrow the question, or its time range."
