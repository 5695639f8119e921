"""What a person wants: a value that cannot be wrong in itself. Whether AWS can have it is the plan's business."""

import re
from dataclasses import dataclass, field
from typing import Literal

from flowinsight.provision.formats import TagFields, check_format, check_tag_fields
from flowinsight.provision.presets import fields_of, log_format
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.settings import TAG, Tags

Destination = Literal["cloudwatch", "s3", "both"]

RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""Source: CloudWatch Logs API reference, PutRetentionPolicy."""

KINDS = {
    "vpc": "VPC", "subnet": "subnet", "eni": "interface", "i": "instance", "sg": "security group",
    "tgw": "transit gateway", "tgw-attach": "transit gateway attachment",
}  # fmt: skip
FIXED = ("interface", "instance", "security group")
"""Scopes that are a fixed list of interfaces: what is added later is not logged."""

_ID = re.compile(r"(vpc|subnet|eni|i|sg|tgw-attach|tgw)-[0-9a-f]{8,17}")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
_GROUP = re.compile(r"(?!aws/)[.\-_/#A-Za-z0-9]{1,512}")
_ROLE = re.compile(r"[\w+=,.@-]{1,64}")
_PATH = re.compile(r"/(?:[\x21-\x7e]{1,510}/)?")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[\w!.*'()-]+(?:/[\w!.*'()-]+)*")
_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}")
_POLICY_ARN = re.compile(r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]{1,576}")
_TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")


def _check(pattern: re.Pattern[str], value: str | None, rule: str) -> None:
    if value is not None and not pattern.fullmatch(value):
        raise SetupError(f"{value or 'An empty text'} is not {rule}.")


@dataclass(frozen=True)
class GroupWanted:
    """`name` None: FlowInsight names it after setup and format. `retention_days` None: records are kept for ever."""

    name: str | None = None
    retention_days: int | None = 30
    key: str | None = None

    def __post_init__(self) -> None:
        _check(_GROUP, self.name, "a log group's name: 1 to 512 of . - _ / # A-Z a-z 0-9, not beginning with aws/")
        _check(_KEY, self.key, "the ARN of a KMS key")
        if self.retention_days is not None and self.retention_days not in RETENTION_DAYS:
            days = ", ".join(map(str, RETENTION_DAYS))
            raise SetupError(
                f"CloudWatch Logs keeps records for {days} days or for ever, not for {self.retention_days}."
            )


@dataclass(frozen=True)
class RoleWanted:
    """`arn` is a role of your own, used as it is. Otherwise one is made, named `name` or after the setup."""

    name: str | None = None
    arn: str | None = None
    path: str = "/"
    boundary: str | None = None

    def __post_init__(self) -> None:
        _check(_ROLE, self.name, "a role's name: 1 to 64 letters, digits and _+=,.@-")
        _check(_ROLE_ARN, self.arn, "the ARN of a role")
        _check(_PATH, self.path, "a role's path: it begins and ends with /")
        _check(_POLICY_ARN, self.boundary, "the ARN of a policy, as a permissions boundary is")
        if self.arn and (self.name or self.boundary or self.path != "/"):
            raise SetupError("A role given by its ARN is used as it is: leave out its name, path and boundary.")


@dataclass(frozen=True)
class BucketWanted:
    """`name` None: FlowInsight names it after setup, account and region. `expire_days` None: objects are kept for ever."""

    name: str | None = None
    prefix: str | None = None
    file_format: Literal["plain-text", "parquet"] = "parquet"
    hive: bool = False
    hourly: bool = True
    expire_days: int | None = 90
    key: str | None = None

    def __post_init__(self) -> None:
        _check(_BUCKET, self.name, "a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens")
        _check(_PREFIX, self.prefix or None, "a prefix: folders joined by /, none at either end")
        _check(_KEY, self.key, "the ARN of a KMS key; S3 delivery fails when a bucket names its key by id")
        if "AWSLogs" in (self.prefix or "").split("/"):
            raise SetupError("A prefix cannot have a folder AWSLogs: AWS keeps that name for itself.")
        if self.file_format not in {"plain-text", "parquet"}:
            raise SetupError(f"Objects are written as plain-text or parquet, not as {self.file_format}.")
        if self.expire_days is not None and not 1 <= self.expire_days <= 36500:
            raise SetupError("Objects expire after 1 to 36,500 days, or never.")


@dataclass(frozen=True)
class Wanted:
    """A setup. `format` is a preset's name or a LogFormat; `resources` are ids, told apart by their beginnings.

    `tag_fields` are the keys for fields of the format that carry a tag's value.
    """

    name: str
    resources: tuple[str, ...]
    destination: Destination = "cloudwatch"
    format: str = "investigate"
    traffic: Literal["ALL", "ACCEPT", "REJECT"] = "ALL"
    interval: Literal[60, 600] = 60
    group: GroupWanted = field(default_factory=GroupWanted)
    role: RoleWanted = field(default_factory=RoleWanted)
    bucket: BucketWanted = field(default_factory=BucketWanted)
    tags: Tags = ()
    tag_fields: TagFields = ()

    def __post_init__(self) -> None:
        _check(_NAME, self.name, "a setup's name: 1 to 30 lower-case letters, digits and hyphens")
        self._check_choices()
        self._check_resources()
        check_format(self.format, self.tokens, transit=self.transit)
        check_tag_fields(self.tokens, self.tag_fields)
        self._check_tags()

    @property
    def tokens(self) -> tuple[str, ...]:
        return fields_of(self.format)

    @property
    def log_format(self) -> str:
        return log_format(self.tokens)

    @property
    def transit(self) -> bool:
        return kind_of(self.resources[0]).startswith("transit")

    @property
    def all_tags(self) -> Tags:
        """The setup's own tag first, then the person's."""
        return ((TAG, self.name), *self.tags)

    @property
    def to_cloudwatch(self) -> bool:
        return self.destination != "s3"

    @property
    def to_s3(self) -> bool:
        return self.destination != "cloudwatch"

    def _check_choices(self) -> None:
        for what, value, allowed in (
            ("The destination", self.destination, ("cloudwatch", "s3", "both")),
            ("The traffic", self.traffic, ("ALL", "ACCEPT", "REJECT")),
            ("The interval", self.interval, (60, 600)),
        ):
            if value not in allowed:
                raise SetupError(f"{what} is {', '.join(map(str, allowed[:-1]))} or {allowed[-1]}, not {value}.")

    def _check_resources(self) -> None:
        if not self.resources:
            raise SetupError("Name at least one resource: a VPC, a subnet, an interface, or what else is to be logged.")
        for resource in self.resources:
            _check(_ID, resource, "the id of a VPC, subnet, interface, instance, security group or transit gateway")
        if len(set(self.resources)) < len(self.resources):
            raise SetupError("A resource is named twice.")
        if len({kind_of(resource).startswith("transit") for resource in self.resources}) > 1:
            raise SetupError("Transit gateways have records of another kind: give them a setup of their own.")
        if self.transit and (self.interval != 60 or self.traffic != "ALL"):
            raise SetupError("Transit gateways are always recorded per minute and for all traffic.")

    def _check_tags(self) -> None:
        for key, value in self.tags:
            if not 1 <= len(key) <= 127 or len(value) > 255 or key.lower().startswith("aws:"):
                raise SetupError(f"The tag {key} is not allowed: 1 to 127 characters, not beginning with aws:.")
            if key == TAG:
                raise SetupError(f"The tag {TAG} is the setup's own.")
            _check(_TAG_TEXT, key, "a tag's key: letters, digits, spaces and _.:/=+@-")
            _check(_TAG_TEXT, value, "a tag's value: letters, digits, spaces and _.:/=+@-")
        if len({key for key, _ in self.tags}) < len(self.tags) or len(self.tags) > 40:
            raise SetupError("Give at most 40 tags, each key once.")


def kind_of(resource: str) -> str:
    """What a resource id names, in words."""
    return KINDS[resource.rpartition("-")[0]]
