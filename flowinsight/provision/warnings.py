"""What a careful person would want to know before a plan is applied. No warning stops it."""

from collections.abc import Iterator

from flowinsight.provision import desired, documents, presets
from flowinsight.provision.deployed import Deployed, FlowLog, belongs, owner
from flowinsight.provision.formats import TAG_FIELDS
from flowinsight.provision.overlap import written_by
from flowinsight.provision.own import owned
from flowinsight.provision.settings import FlowLogSettings
from flowinsight.provision.steps import Create, Replace, Step
from flowinsight.provision.wanted import FIXED, Wanted, kind_of


def warnings(wanted: Wanted, deployed: Deployed, steps: tuple[Step, ...]) -> Iterator[str]:
    """Sentences, the costly ones first."""
    yield from _recorded_twice(wanted, deployed, steps)
    yield from _group(wanted, deployed)
    yield from _role(wanted, deployed)
    yield from _policy(wanted, deployed)
    yield from _cannot_be_undone(wanted, deployed, steps)
    yield from _format(wanted)
    yield from _scope(wanted)


def _recorded_twice(wanted: Wanted, deployed: Deployed, steps: tuple[Step, ...]) -> Iterator[str]:
    new = [step.after for step in steps if isinstance(step, Create | Replace)]
    others = [item for item in deployed.flow_logs if not belongs(item.settings, wanted.name)]
    for after in new:
        if isinstance(after, FlowLogSettings):
            yield from (text for other in others for text in _overlap(after, other, deployed))
    yield from _overlap_within(wanted, deployed)


def _overlap(after: FlowLogSettings, other: FlowLog, deployed: Deployed) -> Iterator[str]:
    shared = deployed.seen_by(after) & deployed.seen_by(other.settings)
    same = after.resource == other.settings.resource
    if (not shared and not same) or not _traffic_meets(after, other.settings):
        return
    count = f"{len(shared)} interface{'' if len(shared) == 1 else 's'} of " if shared else ""
    where = " to the same place" if after.destination == other.settings.destination else ""
    yield (
        f"{other.id} of {owner(other.settings)} already records {count}{after.resource}{where}: "
        "what both record is paid for twice, and answers must leave out the copies."
    )


def _traffic_meets(one: FlowLogSettings, other: FlowLogSettings) -> bool:
    return one.traffic == other.traffic or "ALL" in (one.traffic, other.traffic)


def _overlap_within(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    """Two resources of one setup that see the same interface: a VPC and its subnet."""
    chosen = wanted.resources
    for index, one in enumerate(chosen):
        for other in chosen[index + 1 :]:
            if any(interface.within(one) and interface.within(other) for interface in deployed.interfaces):
                if {kind_of(one), kind_of(other)} <= {"instance", "security group", "interface"}:
                    continue
                yield f"{one} and {other} see the same interfaces: what both record is paid for twice."


def _group(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    if not wanted.to_cloudwatch:
        return
    name = desired.group_name(wanted)
    group = deployed.group(name)
    if group is not None and group.log_class != "STANDARD":
        yield (
            f"The log group {name} is of the class {group.log_class}: filter patterns do not work there, and its class "
            "can never be changed."
        )
    if group is not None and not belongs(group, wanted.name) and group.retention_days != wanted.group.retention_days:
        kept = "for ever" if group.retention_days is None else f"for {group.retention_days} days"
        yield f"The log group {name} is not the setup's own and keeps its records {kept}, whatever is wanted here."
    for item in deployed.flow_logs:
        settings = item.settings
        if settings.destination == name and settings.log_format != wanted.log_format:
            yield (
                f"{item.id} writes another format to the log group {name}: lines of two formats in one group cannot be "
                "told apart safely. Leave the group's name out, and each format gets a group of its own."
            )


def _role(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    """A role of one's own, as its ARN names it, that is not there: AWS takes the flow log and never delivers."""
    place, arn = deployed.place, wanted.role.arn
    if not wanted.to_cloudwatch or not arn or not arn.startswith(place.role_arn("/", "")):
        return
    found = deployed.role(desired.role_name(wanted, place))
    if found is None or place.role_arn(found.path, found.name) != arn:
        yield f"There is no role {arn}: nothing is delivered, and the flow log has to be replaced once it is there."


def _policy(wanted: Wanted, deployed: Deployed) -> Iterator[str]:
    bucket = deployed.bucket(desired.bucket_name(wanted, deployed.place)) if wanted.to_s3 else None
    if bucket is None or bucket.settings is None or not owned(bucket, wanted.name):
        return
    statements = desired.delivery_statements(wanted, deployed.place, enforced=True)
    mine = [item.settings for item in deployed.flow_logs if belongs(item.settings, wanted.name)]
    known = written_by(mine, deployed.place, bucket.name)
    for sid in documents.overwritten(bucket.settings.policy, statements, known):
        yield f"The statement {sid} in the policy of the bucket {bucket.name} says something else and is overwritten."


def _cannot_be_undone(wanted: Wanted, deployed: Deployed, steps: tuple[Step, ...]) -> Iterator[str]:
    """Said before anything is created: what could not be torn down again."""
    if not deployed.deletable and any(isinstance(step, Create | Replace) for step in steps):
        yield "You may not delete flow logs (ec2:DeleteFlowLogs): what is created here, somebody else must tear down."
    bucket = deployed.bucket(desired.bucket_name(wanted, deployed.place)) if wanted.to_s3 else None
    if bucket is None or bucket.settings is None or not owned(bucket, wanted.name):
        return
    for action in ("s3:DeleteBucket", "s3:DeleteObject"):
        if documents.denies(bucket.settings.policy, action):
            yield f"The policy of the bucket {bucket.name} denies {action}: tearing down with data will fail."


def _format(wanted: Wanted) -> Iterator[str]:
    tokens = set(wanted.tokens)
    if "tcp-flags" not in tokens:
        yield (
            "The format has no tcp-flags: who opened a connection can then only be guessed from ports. "
            "AWS cannot add a field later."
        )
    lost = [question for question in presets.unanswerable(wanted.tokens) if question == presets.QUESTIONS[0][0]]
    if lost:
        yield "The format lacks an address, a port or the protocol: the simplest question cannot be answered from it."
    if "log-status" not in tokens:
        yield "The format has no log-status: no traffic and lost records will look the same."
    if any(token.startswith("ecs-") for token in tokens):
        yield "ECS fields need at least one ECS cluster in the account; without one AWS refuses the flow log."
    yield from _newest(tokens)


def _newest(tokens: set[str]) -> Iterator[str]:
    """What fields of version 11 bring with them. Source: VPC User Guide, "Flow log limitations" and "Service-linked role"."""
    if tokens & set(TAG_FIELDS):
        yield (
            "Values of tags are missing or old for about an hour after the flow log is created. For them AWS makes the role "
            "AWSServiceRoleForVPCFlowLogs and rules of EventBridge in the account, which stay until an hour after the last "
            "such flow log is gone."
        )
    if tokens & {"asg-tag", "asg-tag-2"}:
        yield "Tags of Auto Scaling groups need a CloudTrail trail that is switched on."
    if any(token.startswith("next-hop-") for token in tokens):
        yield (
            "The next hop is empty for internet gateways, for other regions, and where it belongs to another account; with a "
            "middlebox it is the middlebox."
        )


def _scope(wanted: Wanted) -> Iterator[str]:
    for resource in wanted.resources:
        kind = kind_of(resource)
        if kind in FIXED:
            extra = "" if kind == "interface" else " as it is now"
            yield f"{resource} is a fixed list of interfaces{extra}: new instances will not be logged."
    if wanted.interval == 600:
        yield "Interfaces of Nitro instances are recorded per minute whatever interval is asked for."
