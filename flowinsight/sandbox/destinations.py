"""The two places records go: log streams and bucket objects, each asked for permission at every delivery."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast

from moto.logs.models import logs_backends
from moto.s3.models import FakeBucket, s3_backends

from flowinsight.sandbox import deliverable
from flowinsight.sandbox.events import Batch
from flowinsight.sandbox.flow_logs import SandboxEC2, SandboxFlowLog
from flowinsight.sandbox.lines import Writer
from flowinsight.sandbox.objects import layout
from flowinsight.sandbox.world import World
from flowinsight.scenario.record import Record

if TYPE_CHECKING:
    from flowinsight.sandbox.log_groups import SandboxLogs

ACCESS_ERROR = "Access error"


@dataclass(frozen=True)
class Delivered:
    """Records whose ends lie in one five-minute slot, and when they arrive (Unix seconds)."""

    slot: int
    at: float
    records: tuple[Record, ...]


class Destination(Protocol):
    def accept(self, chunk: Delivered, world: World) -> int:
        """Store a chunk and return how many records; 0, and the flow log fails, where that is not allowed."""
        ...


def destination_of(backend: SandboxEC2, flow_log: SandboxFlowLog, writer: Writer) -> Destination:
    kind = LogStreams if flow_log.log_destination_type == "cloud-watch-logs" else BucketObjects
    return kind(backend, flow_log, writer)


def _permitted(flow_log: SandboxFlowLog, world: World, allowed: Callable[[], bool]) -> bool:
    """Ask for permission; once failed, a flow log stays failed (reported) unless the settings let it heal."""
    if flow_log.deliver_logs_status == "FAILED" and not world.settings.heal_delivery:
        return False
    if not allowed():
        flow_log.fail(ACCESS_ERROR)
        return False
    flow_log.deliver_logs_status, flow_log.deliver_logs_error_message = "SUCCESS", None
    return True


@dataclass(frozen=True)
class LogStreams:
    """A log group: one stream per interface, which several flow logs of one group share."""

    backend: SandboxEC2
    flow_log: SandboxFlowLog
    writer: Writer

    @property
    def group(self) -> str:
        arn = self.flow_log.log_destination or ""
        return self.flow_log.log_group_name or arn.partition(":log-group:")[2].removesuffix(":*")

    @property
    def logs(self) -> "SandboxLogs":
        return cast("SandboxLogs", logs_backends[self.backend.account_id][self.backend.region_name])

    def accept(self, chunk: Delivered, world: World) -> int:
        logs = self.logs
        if not _permitted(self.flow_log, world, lambda: self._allowed(creating=self.group not in logs.groups)):
            return 0
        logs.ensure_log_group(self.group, chunk.at)
        facts = logs.facts[self.group]
        streams = []
        for record in chunk.records:
            name = f"{record.interface.id}-all"
            if name not in facts.streams:
                logs.create_log_stream(self.group, name)
            streams.append(facts.streams[name])
        times = [record.start * 1000 for record in chunk.records]
        messages = [self.writer.line(record) for record in chunk.records]
        return world.events.append(facts.handle, Batch(int(chunk.at * 1000), streams, times, messages))

    def _allowed(self, *, creating: bool) -> bool:
        place = self.backend.place
        role = deliverable.find_role(self.flow_log.deliver_logs_permission_arn, place)
        if role is None or not deliverable.may_assume(role, place, self.flow_log.id):
            return False
        allowed = deliverable.may_write_group(role, place, self.group, creating=creating)
        return allowed and (creating or self.logs.takes_events(self.group))


@dataclass(frozen=True)
class BucketObjects:
    """A bucket: one object per delivery, holding every interface's records."""

    backend: SandboxEC2
    flow_log: SandboxFlowLog
    writer: Writer

    def accept(self, chunk: Delivered, world: World) -> int:
        path = deliverable.bucket_path(self.flow_log.log_destination, self.flow_log.destination_options)
        bucket = deliverable.find_bucket(path.bucket)
        if not _permitted(self.flow_log, world, lambda: self._allowed(bucket, path)):
            return 0
        assert bucket is not None, "permission is only given for a bucket that exists"
        where = layout(self.backend.place, self.flow_log.id, path, self.flow_log.destination_options)
        key = where.key(chunk.slot, f"{chunk.at}/{len(bucket.keys)}")
        store = s3_backends[bucket.account_id][bucket.partition]
        made = store.put_object(bucket.name, key, where.content(self.writer, chunk.records))
        made.last_modified = datetime.fromtimestamp(chunk.at, UTC).replace(tzinfo=None)
        return len(chunk.records)

    def _allowed(self, bucket: FakeBucket | None, path: deliverable.BucketPath) -> bool:
        place = self.backend.place
        if bucket is None or not deliverable.may_write_bucket(bucket, path, place):
            return False
        key = deliverable.encryption_key(bucket)
        return key is None or (key.startswith("arn:") and deliverable.may_use_key(key, place))
