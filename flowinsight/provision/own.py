"""Bring your own: buckets and keys of others, what their owners must see to, and what stands in a plan's way."""

from collections.abc import Iterator

from flowinsight.provision import desired, documents, policies
from flowinsight.provision.deployed import Bucket, Deployed, belongs, owner, role_belongs, tag_value
from flowinsight.provision.overlap import written_by
from flowinsight.provision.settings import BucketSettings, FlowLogSettings, Place, differences
from flowinsight.provision.steps import Change, Create, LeftAlone, Step, Unchanged
from flowinsight.provision.wanted import Wanted

_TAG_ONLY = "Its policy must hold this statement. A key is never changed by FlowInsight."


def key_steps(wanted: Wanted, place: Place) -> Iterator[LeftAlone]:
    return (LeftAlone(key, _TAG_ONLY, (key.statement,)) for key in desired.keys(wanted, place))


def owned(bucket: Bucket, setup: str) -> bool:
    """Whether a bucket is the setup's: by its tag, or made by it a moment ago and not tagged yet."""
    settings = bucket.settings
    if settings is None:
        return False
    return belongs(settings, setup) or (bucket.claimed and tag_value(settings.tags) is None and not settings.tags)


def bucket_step(wanted: Wanted, deployed: Deployed, leaving: tuple[FlowLogSettings, ...]) -> Step:
    place = deployed.place
    bucket = deployed.bucket(desired.bucket_name(wanted, place))
    if bucket is None:
        return Create(desired.bucket(wanted, place))
    if bucket.settings is None:
        unseen = BucketSettings(bucket.name, False, "unknown", None, "", "", ())  # noqa: FBT003 nothing is known
        why = "It belongs to another account, or you may not look at it. Its owner adds these statements to its policy."
        return LeftAlone(unseen, why, _statements(wanted, place, enforced=False))
    if not owned(bucket, wanted.name):
        return _own_bucket(wanted, place, bucket.settings)
    after = desired.bucket(wanted, place, bucket.settings, written_by(leaving, place, bucket.name))
    found = differences(bucket.settings, after)
    return Change(bucket.settings, after, found) if found else Unchanged(bucket.settings)


def _statements(wanted: Wanted, place: Place, *, enforced: bool) -> tuple[str, ...]:
    return tuple(map(documents.text, desired.delivery_statements(wanted, place, enforced=enforced)))


def _own_bucket(wanted: Wanted, place: Place, settings: BucketSettings) -> LeftAlone:
    start = f"It belongs to {owner(settings)}. Objects are written to it; it is not changed."
    if lets_deliver(wanted, place, settings):
        return LeftAlone(settings, start)
    statements = desired.delivery_statements(wanted, place, enforced=settings.ownership == "BucketOwnerEnforced")
    why = f"{start} Its owner gives it this policy, which is its own one and the statements that are missing."
    return LeftAlone(settings, why, (documents.merged(settings.policy, statements),))


def lets_deliver(wanted: Wanted, place: Place, settings: BucketSettings) -> bool:
    """Whether the bucket's policy lets flow logs be written where they are wanted. Conditions are not judged."""
    write = policies.write_resource(place, settings.name, desired.prefix(wanted), hive=wanted.bucket.hive)
    asks = (("s3:PutObject", write), ("s3:GetBucketAcl", place.bucket_arn(settings.name)))
    return all(documents.allows(settings.policy, policies.DELIVERY, *ask) for ask in asks)


def blockers(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    """Why the plan cannot be applied, and what to do about it."""
    for resource in deployed.missing:
        yield f"There is no {resource} in {deployed.place.region}. Correct its id, or choose its region."
    for asked in wanted.resources:
        if asked not in deployed.missing and not deployed.recorded(asked):
            yield f"{asked} has no network interface, so there is nothing to record."
    yield from _taken(wanted, deployed)
    yield from _role_path(wanted, deployed)
    yield from _role_elsewhere(wanted, deployed)
    bucket = deployed.bucket(desired.bucket_name(wanted, deployed.place)) if wanted.to_s3 else None
    if bucket is None or bucket.settings is None or owned(bucket, wanted.name):
        return
    if not lets_deliver(wanted, deployed.place, bucket.settings):
        yield (
            f"The policy of the bucket {bucket.name} does not let flow logs be delivered, and AWS would write a policy of "
            "its own over it. Its owner applies the policy shown with it first; then plan again."
        )


def _taken(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    """AWS allows one flow log for a resource, destination and traffic type, whatever its format."""
    pairs = [(asked, recorded) for asked in wanted.resources for recorded in deployed.recorded(asked)]
    for after in desired.flow_logs(wanted, deployed.place, pairs):
        for item in deployed.flow_logs:
            if belongs(item.settings, wanted.name) or item.settings.place_taken != after.place_taken:
                continue
            changed = {found.field for found in differences(item.settings, after)} - {"tags", "role"}
            if changed:
                yield (
                    f"{item.id} of {owner(item.settings)} sends the same traffic of {after.resource} to the same place, "
                    f"with another {' and '.join(sorted(changed)).replace('_', ' ')}. Choose another destination."
                )


def _role_elsewhere(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    """Source: VPC User Guide, IAM role for publishing flow logs: the role must be in your own account."""
    place = deployed.place
    if wanted.to_cloudwatch and wanted.role.arn and not wanted.role.arn.startswith(place.role_arn("/", "")):
        yield f"{wanted.role.arn} is no role of account {place.account}, whose flow logs can use no other: name one of its own."


def _role_path(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    after = desired.role(wanted, deployed.place)
    before = deployed.role(after.name) if wanted.to_cloudwatch and not wanted.role.arn else None
    if before is not None and role_belongs(before, wanted.name, deployed.place) and before.path != after.path:
        yield (
            f"The role {after.name} has the path {before.path}, and AWS cannot move a role: choose another name for it, "
            f"or the path it has."
        )
