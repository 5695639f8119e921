"""The resources a wanted setup consists of in one place: names and settings, before anything is read from AWS."""

import hashlib
from collections.abc import Iterable

from flowinsight.provision import documents, policies
from flowinsight.provision.formats import ordered
from flowinsight.provision.settings import (
    BucketSettings,
    FlowLogSettings,
    GroupSettings,
    KeySettings,
    Layout,
    Place,
    RoleSettings,
)
from flowinsight.provision.wanted import Wanted, kind_of

_RESOURCE_TYPES = {
    "VPC": "VPC",
    "subnet": "Subnet",
    "interface": "NetworkInterface",
    "instance": "NetworkInterface",
    "security group": "NetworkInterface",
    "transit gateway": "TransitGateway",
    "transit gateway attachment": "TransitGatewayAttachment",
}


def _mark(*parts: object) -> str:
    """Six letters that tell formats apart in names: records of two formats never share a group or a folder."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:6]


def group_name(wanted: Wanted) -> str:
    return wanted.group.name or f"{_groups(wanted)}{_mark(wanted.log_format, *ordered(wanted.tag_fields))}"


def _groups(wanted: Wanted) -> str:
    return f"/flowinsight/{wanted.name}/"


def every_group(wanted: Wanted) -> str:
    """The setup's groups as policies name them: of those FlowInsight names, the ones of former formats too."""
    return wanted.group.name or f"{_groups(wanted)}*"


def role_name(wanted: Wanted, place: Place) -> str:
    """A role belongs to the account, its trust to one region: the region is part of the usual name."""
    if wanted.role.arn:
        return wanted.role.arn.rpartition("/")[2]
    return wanted.role.name or f"flowinsight-{wanted.name}-{place.region}"


def role_arn(wanted: Wanted, place: Place) -> str:
    return wanted.role.arn or place.role_arn(wanted.role.path, role_name(wanted, place))


def bucket_name(wanted: Wanted, place: Place) -> str:
    """Buckets share one world-wide list of at most 63 characters a name."""
    usual = f"flowinsight-{wanted.name}-{place.account}-{place.region}"
    if len(usual) > 63:
        usual = f"fi-{wanted.name}-{_mark(place.account, place.region)}"
    return wanted.bucket.name or usual


def prefix(wanted: Wanted) -> str:
    """The folder objects are written below; an empty text is the bucket itself."""
    options = (wanted.bucket.file_format, wanted.bucket.hive, wanted.bucket.hourly, *ordered(wanted.tag_fields))
    if wanted.bucket.prefix is not None:
        return wanted.bucket.prefix
    return f"{wanted.name}/{_mark(wanted.log_format, *options)}"


def every_prefix(wanted: Wanted) -> str:
    """The folders of a bucket that the setup's objects lie in: of those FlowInsight names, the ones of former formats too."""
    return wanted.name if wanted.bucket.prefix is None else wanted.bucket.prefix


def group(wanted: Wanted) -> GroupSettings:
    return GroupSettings(group_name(wanted), wanted.group.retention_days, wanted.group.key, wanted.all_tags)


def role(wanted: Wanted, place: Place, also: Iterable[str] = ()) -> RoleSettings:
    """The role; `also` are groups that flow logs to be replaced still write to."""
    return RoleSettings(
        role_name(wanted, place),
        wanted.role.path,
        wanted.role.boundary,
        policies.trust(place),
        policies.delivery(place, *dict.fromkeys((group_name(wanted), *also))),
        wanted.all_tags,
    )


def bucket(
    wanted: Wanted, place: Place, existing: BucketSettings | None = None, also: Iterable[str] = ()
) -> BucketSettings:
    """The bucket as it shall be; statements and lifecycle rules that an existing one has besides are kept.

    `also` are resources that flow logs to be replaced still write.
    """
    name = bucket_name(wanted, place)
    statements = delivery_statements(wanted, place, also, enforced=True)
    before = existing.policy if existing else ""
    rules = existing.lifecycle if existing else ""
    return BucketSettings(
        name,
        public_access_blocked=True,
        ownership="BucketOwnerEnforced",
        key=wanted.bucket.key,
        policy=documents.merged(before, [*statements, policies.tls_only(place, name)]),
        lifecycle=policies.expiry(rules, _expiring(wanted), wanted.bucket.expire_days),
        tags=wanted.all_tags,
    )


def _expiring(wanted: Wanted) -> str:
    """The folder that the lifecycle rule is for."""
    if wanted.bucket.prefix is None:
        return f"{every_prefix(wanted)}/"
    return f"{wanted.bucket.prefix}/AWSLogs/" if wanted.bucket.prefix else "AWSLogs/"


def delivery_statements(
    wanted: Wanted, place: Place, also: Iterable[str] = (), *, enforced: bool
) -> list[policies.Statement]:
    resources = dict.fromkeys((written(wanted, place), *also))
    return policies.bucket_statements(place, bucket_name(wanted, place), resources, enforced=enforced)


def written(wanted: Wanted, place: Place) -> str:
    """The objects that the setup's flow logs write."""
    return policies.write_resource(place, bucket_name(wanted, place), prefix(wanted), hive=wanted.bucket.hive)


def keys(wanted: Wanted, place: Place) -> tuple[KeySettings, ...]:
    """Keys the setup uses, each with the statement its policy must hold. FlowInsight never changes a key."""
    found = []
    if wanted.to_cloudwatch and wanted.group.key:
        statement = policies.key_for_group(place, group_name(wanted))
        found.append(KeySettings(wanted.group.key, documents.text(statement)))
    if wanted.to_s3 and wanted.bucket.key:
        found.append(KeySettings(wanted.bucket.key, documents.text(policies.key_for_delivery(place))))
    return tuple(found)


def flow_logs(wanted: Wanted, place: Place, resources: Iterable[tuple[str, str]]) -> tuple[FlowLogSettings, ...]:
    """One flow log for each resource and destination. `resources` are pairs of what was asked for and what is recorded."""
    chosen = dict.fromkeys((recorded, _RESOURCE_TYPES[kind_of(asked)]) for asked, recorded in resources)
    found = []
    for resource, resource_type in chosen:
        if wanted.to_cloudwatch:
            found.append(_to_group(wanted, place, resource, resource_type))
        if wanted.to_s3:
            found.append(_to_bucket(wanted, place, resource, resource_type))
    return tuple(found)


def _to_group(wanted: Wanted, place: Place, resource: str, resource_type: str) -> FlowLogSettings:
    return FlowLogSettings(
        resource,
        resource_type,
        "cloud-watch-logs",
        group_name(wanted),
        wanted.log_format,
        wanted.interval,
        None if wanted.transit else wanted.traffic,
        role_arn(wanted, place),
        None,
        wanted.all_tags,
        ordered(wanted.tag_fields),
    )


def _to_bucket(wanted: Wanted, place: Place, resource: str, resource_type: str) -> FlowLogSettings:
    path = f"{bucket_name(wanted, place)}/{prefix(wanted)}".rstrip("/")
    options = Layout(wanted.bucket.file_format, wanted.bucket.hive, wanted.bucket.hourly)
    return FlowLogSettings(
        resource,
        resource_type,
        "s3",
        path,
        wanted.log_format,
        wanted.interval,
        None if wanted.transit else wanted.traffic,
        None,
        options,
        wanted.all_tags,
        ordered(wanted.tag_fields),
    )
