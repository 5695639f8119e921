"""The difference between what is wanted and what AWS has, as a value: steps to take, warnings, and what stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flowinsight.provision import desired
from flowinsight.provision.deployed import FAILED, Deployed, FlowLog, belongs, owner, role_belongs
from flowinsight.provision.overlap import groups_of, leaving_of, narrowed
from flowinsight.provision.own import blockers, bucket_step, key_steps
from flowinsight.provision.settings import (
    Difference,
    FlowLogSettings,
    GroupSettings,
    Place,
    RoleSettings,
    Settings,
    differences,
)
from flowinsight.provision.steps import Change, Create, Delete, LeftAlone, Replace, Step, Unchanged
from flowinsight.provision.wanted import Wanted
from flowinsight.provision.warnings import warnings


@dataclass(frozen=True)
class Plan:
    """Steps in the order they are taken. A plan with `blockers` cannot be applied; each is a sentence that says why."""

    setup: str
    place: Place
    steps: tuple[Step, ...]
    warnings: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()

    @property
    def todo(self) -> tuple[Create | Change | Replace | Delete, ...]:
        """The steps that change something."""
        return tuple(step for step in self.steps if isinstance(step, Create | Change | Replace | Delete))

    @property
    def empty(self) -> bool:
        return not self.todo


def plan(wanted: Wanted, deployed: Deployed) -> Plan:
    """What to do so that AWS has what is wanted. Only what carries the setup's tag is ever changed or deleted."""
    flow_log_steps = [*_flow_log_steps(wanted, deployed)]
    leaving = tuple(leaving_of(flow_log_steps))
    steps = [*_resource_steps(wanted, deployed, leaving), *flow_log_steps, *_leftovers(wanted, deployed)]
    order = {Create: 0, Change: 0, Unchanged: 0, LeftAlone: 0, Replace: 1, Delete: 2}
    ordered = sorted(steps, key=lambda step: (order[type(step)], isinstance(step, Delete) and step.rank))
    ordered += narrowed(ordered, wanted, deployed.place, leaving)
    warned = tuple(warnings(wanted, deployed, tuple(ordered)))
    return Plan(wanted.name, deployed.place, tuple(ordered), warned, tuple(blockers(wanted, deployed)))


def wanted_flow_logs(wanted: Wanted, deployed: Deployed) -> tuple[FlowLogSettings, ...]:
    """One flow log for each destination and recorded resource, instances and groups taken apart into interfaces."""
    pairs = [(asked, recorded) for asked in wanted.resources for recorded in deployed.recorded(asked)]
    return desired.flow_logs(wanted, deployed.place, pairs)


def _resource_steps(wanted: Wanted, deployed: Deployed, leaving: tuple[FlowLogSettings, ...]) -> Iterator[Step]:
    yield from key_steps(wanted, deployed.place)
    if wanted.to_cloudwatch:
        yield _group_step(wanted, deployed)
        yield _role_step(wanted, deployed, leaving)
    if wanted.to_s3:
        yield bucket_step(wanted, deployed, leaving)


def _group_step(wanted: Wanted, deployed: Deployed) -> Step:
    after = desired.group(wanted)
    before = deployed.group(after.name)
    if before is not None and not belongs(before, wanted.name):
        return LeftAlone(before, f"It belongs to {owner(before)}. Records are written to it; it is not changed.")
    return _towards(before, replace(after, log_class=before.log_class) if before else after)


def _role_step(wanted: Wanted, deployed: Deployed, leaving: tuple[FlowLogSettings, ...]) -> Step:
    after = desired.role(wanted, deployed.place, groups_of(leaving, desired.role_arn(wanted, deployed.place)))
    before = deployed.role(after.name)
    if wanted.role.arn or (before is not None and not role_belongs(before, wanted.name, deployed.place)):
        whose = owner(before) if before is not None else "another account, or does not exist"
        why = (
            f"It belongs to {whose}. It is used as it is; its owner sees to it that it has this trust and this policy."
        )
        return LeftAlone(before or after, why, (after.trust, after.policy))
    return _towards(before, after)


def _towards(before: GroupSettings | RoleSettings | None, after: GroupSettings | RoleSettings) -> Step:
    if before is None:
        return Create(after)
    found = differences(before, after)
    return Change(before, after, found) if found else Unchanged(before)


def _flow_log_steps(wanted: Wanted, deployed: Deployed) -> Iterator[Step]:
    mine = _mine(wanted, deployed)
    used: set[str] = set()
    for after in wanted_flow_logs(wanted, deployed):
        step = _flow_log_step(wanted.name, after, deployed, [item for item in mine if item.id not in used])
        used |= {step.before.id} if isinstance(step, Replace) else set()
        used |= {step.flow_log_id} if isinstance(step, Unchanged | Change) and step.flow_log_id else set()
        yield step
    yield from (_superseded(item, wanted, deployed) for item in mine if item.id not in used)


def _mine(wanted: Wanted, deployed: Deployed) -> list[FlowLog]:
    return [item for item in deployed.flow_logs if belongs(item.settings, wanted.name)]


def _flow_log_step(setup: str, after: FlowLogSettings, deployed: Deployed, mine: list[FlowLog]) -> Step:
    for item in mine:
        found = differences(item.settings, after)
        if any(difference.field != "tags" for difference in found):
            continue
        if item.delivery == FAILED and item.error in {"Access error", ""}:
            why = "AWS does not take up a delivery that failed for lack of access, even after its cause is repaired."
            return Replace(item, after, why, overlap=False)
        return Change(item.settings, after, found, item.id) if found else Unchanged(item.settings, item.id)
    return _foreign_twin(setup, after, deployed) or _replacement(after, mine) or Create(after)


def _foreign_twin(setup: str, after: FlowLogSettings, deployed: Deployed) -> LeftAlone | None:
    """A flow log of somebody else that records exactly what is wanted: AWS refuses a second one."""
    for item in deployed.flow_logs:
        if belongs(item.settings, setup):
            continue
        if all(difference.field in {"tags", "role"} for difference in differences(item.settings, after)):
            return LeftAlone(item.settings, f"{item.id} records this already and belongs to {owner(item.settings)}.")
    return None


def _replacement(after: FlowLogSettings, mine: list[FlowLog]) -> Replace | None:
    """A flow log cannot be changed: the setup's own one for the same resource and kind of destination is replaced."""
    for item in mine:
        same = (item.settings.resource, item.settings.destination_type) == (after.resource, after.destination_type)
        if not same:
            continue
        changed = [difference for difference in differences(item.settings, after) if difference.field != "tags"]
        overlap = item.settings.place_taken != after.place_taken
        return Replace(item, after, _replaced_because(changed, overlap=overlap), overlap=overlap)
    return None


def _replaced_because(changed: list[Difference], *, overlap: bool) -> str:
    what = ", ".join(difference.field.replace("_", " ") for difference in changed)
    start = f"A flow log cannot be changed ({what}): "
    if overlap:
        return start + "the new one is created, its first record awaited, then the old one deleted. Records overlap."
    return start + (
        "AWS allows only one for this resource, destination and traffic, so the old one is deleted first. "
        "What passes in between is not recorded."
    )


def _superseded(item: FlowLog, wanted: Wanted, deployed: Deployed) -> Delete:
    settings = item.settings
    for after in wanted_flow_logs(wanted, deployed):
        if (settings.resource, settings.destination_type) == (after.resource, after.destination_type):
            return Delete(settings, "Another flow log of the setup replaces it.", item.id, waits_for=after)
    return Delete(settings, "The setup no longer wants it.", item.id)


def _leftovers(wanted: Wanted, deployed: Deployed) -> Iterator[Step]:
    """What the setup made and needs no longer. Groups and buckets hold records: those stay until they are torn down."""
    names: set[tuple[type[Settings], str]] = set()
    if wanted.to_cloudwatch:
        names = {
            (GroupSettings, desired.group_name(wanted)),
            (RoleSettings, desired.role_name(wanted, deployed.place)),
        }
    for role in deployed.roles:
        if role_belongs(role, wanted.name, deployed.place) and (RoleSettings, role.name) not in names:
            yield Delete(role, "No flow log of the setup uses it any longer.")
    kept = "It holds records of the setup's former wishes. Tearing down with its data deletes it."
    for group in deployed.groups:
        if belongs(group, wanted.name) and (GroupSettings, group.name) not in names:
            yield LeftAlone(group, kept)
    for bucket in deployed.buckets:
        wanted_here = wanted.to_s3 and bucket.name == desired.bucket_name(wanted, deployed.place)
        if bucket.settings is not None and belongs(bucket.settings, wanted.name) and not wanted_here:
            yield LeftAlone(bucket.settings, kept)
