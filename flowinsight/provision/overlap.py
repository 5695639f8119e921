"""While a flow log and its successor both deliver, the role and the bucket must let both; afterwards only the new one."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from flowinsight.provision import desired, documents, policies
from flowinsight.provision.settings import BucketSettings, FlowLogSettings, Place, RoleSettings, differences
from flowinsight.provision.steps import Change, Create, Delete, Replace, Step, Unchanged, about
from flowinsight.provision.wanted import Wanted


def leaving_of(steps: Iterable[Step]) -> Iterator[FlowLogSettings]:
    """The flow logs that deliver on until their successors have."""
    for step in steps:
        if isinstance(step, Replace) and step.overlap:
            yield step.before.settings
        elif isinstance(step, Delete) and step.waits_for is not None and isinstance(step.before, FlowLogSettings):
            yield step.before


def groups_of(leaving: Iterable[FlowLogSettings], role_arn: str) -> tuple[str, ...]:
    """The log groups that a role must let be written a little longer."""
    return tuple(sorted({item.destination for item in leaving if item.role == role_arn}))


def written_by(leaving: Iterable[FlowLogSettings], place: Place, bucket: str) -> tuple[str, ...]:
    """The resources of a bucket that its policy must let be written a little longer."""
    found = set()
    for item in leaving:
        name, _, prefix = item.destination.partition("/")
        if item.layout is not None and name == bucket:
            found.add(policies.write_resource(place, name, prefix, hive=item.layout.hive))
    return tuple(sorted(found))


def narrowed(steps: Iterable[Step], wanted: Wanted, place: Place, leaving: tuple[FlowLogSettings, ...]) -> list[Change]:
    """The last steps of a plan: take back what only flow logs that are gone by then needed."""
    found = []
    groups = set(groups_of(leaving, desired.role_arn(wanted, place))) - {desired.group_name(wanted)}
    for settings in (about(step) for step in steps if isinstance(step, Create | Change | Unchanged)):
        match settings:
            case RoleSettings() as role if groups:
                found.append(_change(role, desired.role(wanted, place)))
            case BucketSettings() as bucket if set(written_by(leaving, place, bucket.name)) - {
                desired.written(wanted, place)
            }:
                statements = [*desired.delivery_statements(wanted, place, enforced=True)]
                policy = documents.merged(bucket.policy, statements)
                found.append(_change(bucket, replace(bucket, policy=policy)))
    return found


def _change(before: RoleSettings | BucketSettings, after: RoleSettings | BucketSettings) -> Change:
    return Change(before, after, differences(before, after))
