"""What AWS has, as a value: the flow logs of a region, its interfaces, and the resources a setup is concerned with."""

import re
from dataclasses import dataclass
from datetime import datetime

from flowinsight.provision.settings import (
    TAG,
    BucketSettings,
    FlowLogSettings,
    GroupSettings,
    Place,
    RoleSettings,
    Settings,
    Tags,
)

FAILED = "FAILED"


@dataclass(frozen=True)
class Interface:
    """A network interface and what it belongs to; `instance` is None for interfaces of AWS services."""

    id: str
    vpc: str
    subnet: str
    groups: tuple[str, ...]
    instance: str | None

    def within(self, resource: str) -> bool:
        """Whether a flow log on the resource, or what it stands for, sees this interface."""
        return resource in (self.id, self.subnet, self.vpc, self.instance, *self.groups)


@dataclass(frozen=True)
class FlowLog:
    """A flow log that exists. `delivery` is SUCCESS, FAILED or empty; `error` is AWS's word for why it failed."""

    id: str
    settings: FlowLogSettings
    created: datetime
    delivery: str = ""
    error: str = ""


@dataclass(frozen=True)
class Bucket:
    """A bucket that exists; `settings` is None when another account owns it and does not let us look."""

    name: str
    settings: BucketSettings | None
    claimed: bool = False
    """This machine's audit file says that the setup created it; AWS was not told the tag yet."""


@dataclass(frozen=True)
class Deployed:
    """Everything a plan is made from.

    `groups`, `roles` and `buckets` are those wanted, those the setup's flow logs use, and those it is known to have made.
    """

    place: Place
    interfaces: tuple[Interface, ...] = ()
    flow_logs: tuple[FlowLog, ...] = ()
    groups: tuple[GroupSettings, ...] = ()
    roles: tuple[RoleSettings, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    missing: tuple[str, ...] = ()
    """Wanted resources that do not exist in this region."""
    deletable: bool = True
    """Whether AWS would let this identity delete a flow log again, as a dry run says."""
    unsearched: tuple[str, ...] = ()
    """Sentences about what this identity may not search for."""

    def group(self, name: str) -> GroupSettings | None:
        return next((group for group in self.groups if group.name == name), None)

    def role(self, name: str) -> RoleSettings | None:
        return next((role for role in self.roles if role.name == name), None)

    def bucket(self, name: str) -> Bucket | None:
        return next((bucket for bucket in self.buckets if bucket.name == name), None)

    def recorded(self, asked: str) -> tuple[str, ...]:
        """What is recorded for a resource: itself, or the interfaces of an instance or a security group."""
        if not asked.startswith(("i-", "sg-")):
            return (asked,)
        return tuple(sorted(interface.id for interface in self.interfaces if interface.within(asked)))

    def seen_by(self, flow_log: FlowLogSettings) -> frozenset[str]:
        return frozenset(interface.id for interface in self.interfaces if interface.within(flow_log.resource))


def tag_value(tags: Tags, key: str = TAG) -> str | None:
    return dict(tags).get(key)


def belongs(existing: Settings, setup: str) -> bool:
    """Whether a resource carries the setup's tag. Nothing else is ever changed."""
    return tag_value(getattr(existing, "tags", ())) == setup


def role_belongs(role: RoleSettings, setup: str, place: Place) -> bool:
    """Whether a role is the setup's own in this region: one of its name in another region may use it there."""
    regions = set(re.findall(r"arn:[^:]+:ec2:([a-z0-9-]+):\d*:vpc-flow-log/", role.trust))
    return belongs(role, setup) and (not regions or place.region in regions)


def owner(existing: Settings) -> str:
    """Whose a resource is, for a person."""
    value = tag_value(getattr(existing, "tags", ()))
    return f"the setup {value}" if value else "somebody else: it has no FlowInsight tag"
