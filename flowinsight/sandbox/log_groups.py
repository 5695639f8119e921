"""CloudWatch log groups and streams: moto keeps the groups, the event store keeps the events."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from moto.core.utils import unix_time_millis
from moto.ec2.models import ec2_backends
from moto.logs.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend

from flowinsight.sandbox import refusals
from flowinsight.sandbox.flow_log_request import format_tokens
from flowinsight.sandbox.keys import may_encrypt_group
from flowinsight.sandbox.world import World

if TYPE_CHECKING:
    from collections import deque

    from flowinsight.sandbox.insights_jobs import Job

CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
DAY = 86_400_000
_NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
_MISSING_STREAM = "The specified log stream does not exist."


@dataclass
class GroupFacts:
    """What moto does not keep of a group: its handle in the event store, its class, its streams' handles."""

    handle: int
    log_class: str
    streams: dict[str, int] = field(default_factory=dict)
    stream_names: dict[int, str] = field(default_factory=dict)

    def chosen(self, names: list[str] | None, prefix: str | None) -> tuple[int, ...] | None:
        """Return the handles of the named streams, or of those with the prefix; None means all streams."""
        if names is not None:
            missing = [name for name in names if name not in self.streams]
            if missing:
                raise refusals.logs("filter-stream-missing", _MISSING_STREAM)
            return tuple(self.streams[name] for name in names)
        if prefix is not None:
            return tuple(handle for name, handle in self.streams.items() if name.startswith(prefix))
        return None


class SandboxLogs(LogsBackend):
    """One account and region of CloudWatch Logs."""

    world: ClassVar[World]
    __module__ = "moto.logs.models"  # moto finds a backend's URLs through its module's name

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.facts: dict[str, GroupFacts] = {}
        self.jobs: dict[str, Job] = {}
        self.called: dict[str, deque[float]] = {}

    def create_log_group(self, log_group_name: str, tags: dict[str, str], **kwargs: Any) -> LogGroup:  # noqa: ANN401
        if not _NAME.fullmatch(log_group_name) or log_group_name.startswith("aws/"):
            constraint = "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
            raise refusals.logs("group-name", refusals.invalid_value(log_group_name, "logGroupName", constraint))
        log_class = kwargs.pop("logGroupClass", None) or "STANDARD"
        if log_class not in CLASSES:
            constraint = f"Member must satisfy enum value set: [{', '.join(CLASSES)}]"
            raise refusals.logs("group-class", refusals.invalid_value(log_class, "logGroupClass", constraint))
        if len(tags or {}) > 50:
            raise refusals.logs("group-tags", "A log group can have at most 50 tags.")
        if kwargs.get("kmsKeyId"):
            self._check_key(kwargs["kmsKeyId"], log_group_name)
        group = super().create_log_group(log_group_name, tags or {}, **kwargs)
        group.creation_time = self.world.clock.utc()
        self.facts[log_group_name] = GroupFacts(self.world.events.new_handle(), log_class)
        return group

    def arn_of(self, log_group_name: str) -> str:
        return f"arn:{self.partition}:logs:{self.region_name}:{self.account_id}:log-group:{log_group_name}"

    def _check_key(self, key: str, log_group_name: str) -> None:
        arn = self.arn_of(log_group_name)
        if not may_encrypt_group(key, arn):
            raise refusals.logs(
                "group-key", f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
            )

    def set_key(self, log_group_name: str, key: str | None) -> None:
        """Encrypt what comes with this key, or with CloudWatch's own."""
        self.group_facts(log_group_name)
        if key:
            self._check_key(key, log_group_name)
        self.groups[log_group_name].kms_key_id = key

    def takes_events(self, log_group_name: str) -> bool:
        """Whether flow logs can be delivered: the class DELIVERY only hands on, and a key must be usable."""
        key = self.groups[log_group_name].kms_key_id
        usable = not key or may_encrypt_group(key, self.arn_of(log_group_name))
        return usable and self.facts[log_group_name].log_class != "DELIVERY"

    def ensure_log_group(self, log_group_name: str, at: float | None = None) -> None:
        """Create the group where it is missing, as of a delivery at `at`, Unix seconds: the clock may have gone far beyond."""
        if log_group_name not in self.groups:
            self.create_log_group(log_group_name, {})
            at = self.world.clock.now() if at is None else at
            self.groups[log_group_name].creation_time = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)

    def delete_log_group(self, log_group_name: str) -> None:
        super().delete_log_group(log_group_name)
        self.world.events.drop_group(self.facts.pop(log_group_name).handle)

    def create_log_stream(self, log_group_name: str, log_stream_name: str) -> None:
        facts = self.group_facts(log_group_name)
        if not 1 <= len(log_stream_name) <= 512 or set(log_stream_name) & set(":*"):
            constraint = "Member must satisfy regular expression pattern: [^:*]*"
            raise refusals.logs("group-name", refusals.invalid_value(log_stream_name, "logStreamName", constraint))
        if log_stream_name in facts.streams:
            error = ResourceAlreadyExistsException()
            raise error
        super().create_log_stream(log_group_name, log_stream_name)
        self.groups[log_group_name].streams[log_stream_name].creation_time = self.world.clock.utc()
        handle = self.world.events.new_handle()
        facts.streams[log_stream_name] = handle
        facts.stream_names[handle] = log_stream_name

    def delete_log_stream(self, log_group_name: str, log_stream_name: str) -> None:
        super().delete_log_stream(log_group_name, log_stream_name)
        handle = self.facts[log_group_name].streams.pop(log_stream_name)
        self.facts[log_group_name].stream_names.pop(handle)
        self.world.events.drop_stream(handle)

    def put_retention_policy(self, log_group_name: str, retention_in_days: Any) -> None:  # noqa: ANN401
        if retention_in_days not in RETENTION_DAYS:
            constraint = f"Member must satisfy enum value set: {list(RETENTION_DAYS)}"
            message = refusals.invalid_value(retention_in_days, "retentionInDays", constraint)
            raise refusals.logs("retention-days", message)
        super().put_retention_policy(log_group_name, retention_in_days)
        self.expire()

    def expire(self) -> None:
        """Delete what is older than each group's retention; AWS does so within about 72 hours."""
        now = self.world.clock.milliseconds()
        for name, group in self.groups.items():
            if group.retention_in_days:
                self.world.events.expire(self.facts[name].handle, now - int(group.retention_in_days) * DAY)

    def group_facts(self, log_group_name: str) -> GroupFacts:
        if log_group_name not in self.facts:
            raise ResourceNotFoundException
        return self.facts[log_group_name]

    def stream_handle(self, log_group_name: str, log_stream_name: str) -> int:
        handle = self.group_facts(log_group_name).streams.get(log_stream_name)
        if handle is None:
            raise ResourceNotFoundException(_MISSING_STREAM)
        return handle

    def name_of(self, identifier: str) -> str:
        """Return the group's name for a name or an ARN of this account and region, without `:*`."""
        if not re.fullmatch(r"[\w#+=/:,.@-]+", identifier):
            constraint = "Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*"
            raise refusals.logs("filter-group", refusals.invalid_value(identifier, "logGroupIdentifier", constraint))
        return identifier.removeprefix(self.arn_of(""))

    def formats_of(self, group: str) -> tuple[tuple[str, ...], ...]:
        """Return the LogFormats, as tokens, of the flow logs of this account and region that write to a group."""
        arn = self.arn_of(group)
        found = ec2_backends[self.account_id][self.region_name].flow_logs.values()
        writing = [
            log for log in found if log.log_group_name == group or str(log.log_destination).removesuffix(":*") == arn
        ]
        return tuple(format_tokens(log.log_format) for log in writing)

    def created_ms(self, group: str) -> int:
        return int(unix_time_millis(self.groups[group].creation_time))

    def group_of_stream(self, handle: int) -> str | None:
        return next((name for name, facts in self.facts.items() if handle in facts.stream_names), None)

    def described(self, group: LogGroup) -> dict[str, Any]:
        facts = self.facts[group.name]
        filters = self.filters.get_matching_filters(log_group_name=group.name)
        sizes = {"storedBytes": self.world.events.stored_bytes(facts.handle), "metricFilterCount": len(filters)}
        return {**group.to_describe_dict(), **sizes, "logGroupClass": facts.log_class}

    def described_streams(self, log_group_name: str) -> list[dict[str, Any]]:
        facts = self.group_facts(log_group_name)
        times = self.world.events.stream_times(facts.handle)
        return [
            _described_stream(stream.to_describe_dict(), times.get(facts.streams[name]))
            for name, stream in sorted(self.groups[log_group_name].streams.items())
        ]


def _described_stream(described: dict[str, Any], times: Any) -> dict[str, Any]:  # noqa: ANN401
    if times is None:
        return described
    seen = {"firstEventTimestamp": times.first, "lastEventTimestamp": times.last, "lastIngestionTime": times.ingested}
    return {**described, **seen, "uploadSequenceToken": f"{times.ingested:056d}"}
