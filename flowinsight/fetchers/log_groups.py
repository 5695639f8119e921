"""Log groups that hold flow logs, and the format of their events with where it is known from."""

from dataclasses import dataclass, replace
from typing import Any

from flowinsight import aws
from flowinsight.engines.insights_price import described
from flowinsight.errors import AwsError, SourceError
from flowinsight.fetchers import formats
from flowinsight.fields import FIELDS
from flowinsight.names.flow_logs import FlowLog, flow_logs
from flowinsight.sources import LogGroup

SAMPLE = 50
"""Events looked at, which is also what TestMetricFilter takes."""
_RECENT = 15 * 60_000
_DATA_SOURCE = {"name": "amazon_vpc", "type": "flow"}


@dataclass(frozen=True)
class Found:
    """A log group and the flow logs that are known to write to it (none: AWS says only that it holds some)."""

    source: LogGroup
    flow_logs: tuple[FlowLog, ...]


def discover(identity: aws.Identity, region: str | None = None) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """The log groups of an account and region with flow logs, and sentences about what could not be looked at."""
    groups: dict[str, Found] = {}
    notes: list[str] = []
    try:
        for one in flow_logs(identity, region):
            if one.kind == "cloud-watch-logs" and one.destination:
                _add(groups, one, region)
    except AwsError as error:
        notes.append(str(error))
    try:
        for name, log_class in _data_sources(identity, region):
            known = groups.get(name, Found(LogGroup(name, region, (), "not known yet"), ()))
            groups[name] = replace(known, source=replace(known.source, log_class=log_class))
    except AwsError as error:
        notes.append(str(error))
    return tuple(groups.values()), tuple(notes)


def _add(groups: dict[str, Found], one: FlowLog, region: str | None) -> None:
    known = groups.get(one.destination, Found(LogGroup(one.destination, region, (), ""), ()))
    writers = (*known.flow_logs, one)
    origin = f"LogFormat of {', '.join(item.id for item in writers)}"
    together = tuple(dict.fromkeys((*known.source.formats, formats.parsed(one.log_format))))
    groups[one.destination] = Found(LogGroup(one.destination, region, together, origin), writers)


def _data_sources(identity: aws.Identity, region: str | None) -> list[tuple[str, str]]:
    """Groups in which CloudWatch recognises flow logs, and their classes; those of linked accounts by ARN, where this is a
    monitoring account. Source: CloudWatch Logs API reference, ListLogGroups.
    """
    logs, found, token = aws.client(identity, "logs", region), list[dict[str, str]](), None
    while True:
        with aws.translated(doing="list the log groups by data source"):
            page = logs.list_log_groups(
                dataSources=[_DATA_SOURCE], includeLinkedAccounts=True, **({"nextToken": token} if token else {})
            )
        found += page.get("logGroups", [])
        if page.get("nextToken") in {None, token}:
            break
        token = page["nextToken"]
    own = f":{aws.whoami(identity).account}:" if found else ""
    return [
        (
            one["logGroupName"] if own in one.get("logGroupArn", own) else one["logGroupArn"],
            one.get("logGroupClass", ""),
        )
        for one in found
    ]


def classed(source: LogGroup, identity: aws.Identity) -> LogGroup:
    """The source with its class; as it is where CloudWatch may not be asked, or has no such group."""
    if source.log_class:
        return source
    try:
        found = described(aws.client(identity, "logs", source.region), source, 0)
    except AwsError:
        return source
    return source if found is None else replace(source, log_class=found.log_class)


def with_format(source: LogGroup, identity: aws.Identity) -> LogGroup:
    """The source with the format of its events, inferred from recent ones and every value checked against it.

    Of a group without filter patterns, whose events cannot be looked at for nothing, the fields that CloudWatch discovered are
    known, and not their order. SourceError when there are no events, or when they leave a choice: then a person has to say the
    format.
    """
    logs = aws.client(identity, "logs", source.region)
    source = classed(source, identity)
    if not source.has_patterns:
        return _by_names(logs, source)
    newest, lines = recent(logs, source)
    names = _discovered(logs, source, newest)
    found = formats.inferred(lines, names)
    if found is None:
        raise SourceError(
            f"The events of {source.label} do not tell their format for certain: say it, as its flow log has it."
        )
    how = f"inferred from {len(lines)} recent events, all of which fit" + (
        " and the fields CloudWatch discovered" if names else ""
    )
    return replace(source, formats=(found,), origin=how)


def _by_names(logs: Any, source: LogGroup) -> LogGroup:  # noqa: ANN401
    names = _discovered(logs, source, _newest(logs, source))
    tokens = tuple(field.token for field in FIELDS if field.insights in names)
    if not tokens:
        raise SourceError(
            f"CloudWatch has discovered no fields in {source.label}: say its format, as its flow log has it."
        )
    return replace(source, formats=(tokens,), origin="the fields that CloudWatch discovered", ordered=False)


def _newest(logs: Any, source: LogGroup) -> int:  # noqa: ANN401
    """The time of the newest event, in milliseconds; SourceError where there is none."""
    with aws.translated(doing=f"look for recent events of {source.label}"):
        streams = logs.describe_log_streams(
            **{source.parameter: source.name}, orderBy="LastEventTime", descending=True, limit=5
        )["logStreams"]
    newest = max((int(stream.get("lastEventTimestamp", 0)) for stream in streams), default=0)
    if not newest:
        raise SourceError(f"There are no events in {source.label} yet.")
    return newest


def recent(logs: Any, source: LogGroup) -> tuple[int, list[str]]:  # noqa: ANN401
    """The time of the newest event (milliseconds), and at most SAMPLE of the latest ones; SourceError where there are none."""
    newest = _newest(logs, source)
    with aws.translated(doing=f"look for recent events of {source.label}"):
        found = logs.filter_log_events(
            **{source.parameter: source.name}, startTime=max(0, newest - _RECENT), limit=SAMPLE
        )
    return newest, [event["message"] for event in found["events"]]


def _discovered(logs: Any, source: LogGroup, newest: int) -> list[str]:  # noqa: ANN401
    """The names of fields that CloudWatch found; none where it may not be asked: they only add candidates."""
    try:
        with aws.translated(doing=f"ask which fields {source.label} has"):
            found = logs.get_log_group_fields(**{source.parameter: source.name}, time=newest // 1000)
    except AwsError:
        return []
    return [item["name"] for item in found["logGroupFields"] if not item["name"].startswith("@")]


def tested(logs: Any, pattern: str, messages: list[str]) -> list[int]:  # noqa: ANN401
    """Which of at most 50 messages AWS itself says the pattern matches, as indexes: TestMetricFilter, which costs nothing.

    AwsError with AWS's own words where it refuses the pattern; DeniedError where it may not be asked.
    """
    with aws.translated(doing="test the pattern"):
        found = logs.test_metric_filter(filterPattern=pattern, logEventMessages=messages[:SAMPLE])
    return [int(match["eventNumber"]) - 1 for match in found["matches"]]
