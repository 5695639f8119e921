"""Delivery: every flow log gets the records of the interfaces it covers, when they are due.

A record is due once its `end` lies `delay` seconds back. What a span holds depends on the seed alone, so nothing is kept
but how far each flow log has got and what was held back to arrive late.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, cast

from moto.ec2.models import ec2_backends
from moto.logs.models import logs_backends

from flowinsight.sandbox.company import CompanyInAccount
from flowinsight.sandbox.destinations import Delivered, Destination, destination_of
from flowinsight.sandbox.flow_log_request import format_tokens
from flowinsight.sandbox.flow_logs import SandboxEC2, SandboxFlowLog
from flowinsight.sandbox.founding import retire
from flowinsight.sandbox.lines import Writer
from flowinsight.sandbox.objects import SLOT
from flowinsight.sandbox.windows import TEN_MINUTES, joined
from flowinsight.sandbox.world import World
from flowinsight.scenario.network import Interface
from flowinsight.scenario.record import Record

if TYPE_CHECKING:
    from flowinsight.sandbox.log_groups import SandboxLogs

_STEPS = {"cloud-watch-logs": 5, "s3": 30}
"""Seconds of records gathered before a delivery, by destination type; other types deliver nothing."""

_LATE_BY = (600, 3600)


@dataclass(frozen=True)
class Held:
    due: float
    flow_log: SandboxFlowLog
    chunk: Delivered


class Delivery:
    """The delivery loop of one sandbox; `tick` does everything that is due and returns the number of records."""

    def __init__(self, world: World, company: CompanyInAccount) -> None:
        self._world, self._company = world, company
        self._done: dict[tuple[str, bool], int] = {}
        self._held: list[Held] = []
        self._lock = threading.Lock()

    def tick(self) -> int:
        with self._lock:
            now = self._world.clock.now()
            with self._world.lock:
                retire(self._company.company.network, now)
                flow_logs = list(_all_flow_logs())
                _expire_all()
            delivered = sum(self._serve(backend, flow_log, now) for backend, flow_log in flow_logs)
            return delivered + self._release(now, {flow_log.id for _, flow_log in flow_logs})

    def _serve(self, backend: SandboxEC2, flow_log: SandboxFlowLog, now: float) -> int:
        step = _STEPS.get(flow_log.log_destination_type)
        if step is None or flow_log.traffic_type is None:
            return 0
        covered = self._company.covered(backend.account_id, flow_log.resource_id)
        ten = flow_log.max_aggregation_interval == TEN_MINUTES and not self._world.settings.minute_windows
        slow = tuple(i for i in covered if ten and i.role != "instance")
        quick = tuple(i for i in covered if i not in slow)
        to = self._destination(backend, flow_log)
        return self._deliver(flow_log, to, quick, now, step) + self._deliver(flow_log, to, slow, now, TEN_MINUTES)

    def _destination(self, backend: SandboxEC2, flow_log: SandboxFlowLog) -> Destination:
        with self._world.lock:
            zones = _zones(backend)
        return destination_of(backend, flow_log, Writer(format_tokens(flow_log.log_format), zones))

    def _deliver(
        self, flow_log: SandboxFlowLog, to: Destination, interfaces: tuple[Interface, ...], now: float, step: int
    ) -> int:
        settings = self._world.settings
        delay = settings.s3_delay if flow_log.log_destination_type == "s3" else settings.cloudwatch_delay
        created = flow_log.captures_from
        place = (flow_log.id, step == TEN_MINUTES)
        done = self._done.setdefault(place, created // step * step)
        due = int(now - delay) // step * step
        count = 0
        for start, end in _spans(done, due, max(step, SLOT)) if interfaces else ():
            records = self._records(flow_log, interfaces, start, end, created)
            for slot in sorted({record.end // SLOT * SLOT for record in records}):
                part = tuple(record for record in records if record.end // SLOT * SLOT == slot)
                count += self._hand_over(flow_log, to, Delivered(slot, end + delay, part))
        self._done[place] = max(done, due)
        return count

    def _records(
        self, flow_log: SandboxFlowLog, interfaces: tuple[Interface, ...], start: int, end: int, created: int
    ) -> tuple[Record, ...]:
        """Return the records of a span; capture begins when the flow log was created, so no record starts before."""
        found = [
            record._replace(start=max(record.start, created))
            for record in self._company.records(start, end, interfaces)
            if record.end >= created
            and (flow_log.traffic_type == "ALL" or record.action in (flow_log.traffic_type, None))
        ]
        return tuple(joined(found) if end - start == TEN_MINUTES else found)

    def _hand_over(self, flow_log: SandboxFlowLog, to: Destination, chunk: Delivered) -> int:
        """Deliver a chunk; by seeded chance one interface's part arrives late, or everything arrives twice."""
        dice = Random(f"{self._world.seed}/{flow_log.id}/{chunk.slot}")  # noqa: S311 - repeatable, not secret
        late, again, wait = dice.random(), dice.random(), dice.randint(*_LATE_BY)
        if late < self._world.settings.late:
            names = sorted({record.interface.id for record in chunk.records})
            slow = names[dice.randrange(len(names))]
            kept = tuple(record for record in chunk.records if record.interface.id == slow)
            self._held.append(Held(chunk.at + wait, flow_log, Delivered(chunk.slot, chunk.at + wait, kept)))
            chunk = Delivered(chunk.slot, chunk.at, tuple(r for r in chunk.records if r.interface.id != slow))
        times = 2 if again < self._world.settings.repeated else 1
        with self._world.lock:
            return sum(to.accept(chunk, self._world) for _ in range(times if chunk.records else 0))

    def _release(self, now: float, existing: set[str]) -> int:
        """Deliver what was held back and is due; what belongs to a deleted flow log is forgotten."""
        due = [held for held in self._held if held.due <= now and held.flow_log.id in existing]
        self._held = [held for held in self._held if held.due > now and held.flow_log.id in existing]
        count = 0
        for held in due:
            backend = cast("SandboxEC2", held.flow_log.ec2_backend)
            to = self._destination(backend, held.flow_log)
            with self._world.lock:
                count += to.accept(held.chunk, self._world)
        return count


def _spans(start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut [start, end) at multiples of `longest`."""
    while start < end:
        cut = min(end, (start // longest + 1) * longest)
        yield start, cut
        start = cut


def _all_flow_logs() -> Iterator[tuple[SandboxEC2, SandboxFlowLog]]:
    for regions in list(ec2_backends.values()):
        for backend in list(regions.values()):
            ours = cast("SandboxEC2", backend)
            for flow_log in list(ours.flow_logs.values()):
                yield ours, cast("SandboxFlowLog", flow_log)


def _expire_all() -> None:
    for regions in list(logs_backends.values()):
        for backend in list(regions.values()):
            cast("SandboxLogs", backend).expire()


def _zones(backend: Any) -> dict[str, str]:  # noqa: ANN401 - moto's mixin has no one type
    return {subnet.id: subnet.availability_zone_id for zone in backend.subnets.values() for subnet in zone.values()}
