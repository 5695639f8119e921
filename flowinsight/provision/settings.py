"""The resources a setup consists of, as values: what is wanted and what AWS has are told in the same words."""

from dataclasses import dataclass, fields

from flowinsight.provision import documents
from flowinsight.provision.formats import TagFields

TAG = "flowinsight:setup"
"""The tag that says a resource belongs to a setup; its value is the setup's name. Without it nothing is ever changed."""

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """Where a setup stands: a twelve-digit account, a region, the partition of its ARNs (aws, aws-us-gov, aws-cn), and
    whether it is the account on this machine.
    """

    account: str
    region: str
    partition: str = "aws"
    sandbox: bool = False

    @property
    def words(self) -> str:
        return f"account {self.account}{' of the sandbox' if self.sandbox else ''}, {self.region}"

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        region = self.region if regional else ""
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"

    @property
    def domain(self) -> str:
        """What the names of regional services end in. Source: Terraform AWS provider, aws_service_principal."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def group_arn(self, group: str) -> str:
        return self.arn("logs", f"log-group:{group}")

    def role_arn(self, path: str, name: str) -> str:
        return self.arn("iam", f"role{path}{name}", regional=False)

    def bucket_arn(self, bucket: str) -> str:
        return f"arn:{self.partition}:s3:::{bucket}"


@dataclass(frozen=True)
class GroupSettings:
    """A CloudWatch log group. `retention_days` None keeps records for ever; `key` is a KMS key's ARN."""

    name: str
    retention_days: int | None
    key: str | None
    tags: Tags
    log_class: str = "STANDARD"

    label = "log group"


@dataclass(frozen=True)
class RoleSettings:
    """The role the flow logs service assumes to write a log group. `trust` and `policy` are JSON documents."""

    name: str
    path: str
    boundary: str | None
    trust: str
    policy: str
    tags: Tags

    label = "role"


@dataclass(frozen=True)
class BucketSettings:
    """A bucket for flow logs. `key` None encrypts with SSE-S3; `lifecycle` is the JSON of all its rules."""

    name: str
    public_access_blocked: bool
    ownership: str
    key: str | None
    policy: str
    lifecycle: str
    tags: Tags

    label = "bucket"


@dataclass(frozen=True)
class KeySettings:
    """A KMS key somebody else owns; `statement` is what its policy must hold."""

    name: str
    statement: str

    label = "key"


@dataclass(frozen=True)
class Layout:
    """How objects are written to a bucket (DestinationOptions)."""

    file_format: str
    hive: bool
    hourly: bool


@dataclass(frozen=True)
class FlowLogSettings:
    """A flow log. `destination` is a log group's name, or a bucket with its prefix (`bucket/prefix`, no slash at the end).

    `log_format` is AWS's text of `${field}` tokens. `traffic`, and for S3 the `role`, are None where AWS takes none.
    """

    resource: str
    resource_type: str
    destination_type: str
    destination: str
    log_format: str
    interval: int
    traffic: str | None
    role: str | None
    layout: Layout | None
    tags: Tags
    tag_fields: TagFields = ()

    label = "flow log"

    @property
    def name(self) -> str:
        return f"{self.resource} to {self.destination}"

    @property
    def place_taken(self) -> tuple[str, str, str | None]:
        """What AWS allows only once (FlowLogAlreadyExists), whatever the format."""
        return self.resource, self.destination, self.traffic


Settings = GroupSettings | RoleSettings | BucketSettings | KeySettings | FlowLogSettings

_DOCUMENTS = {"trust", "policy", "lifecycle", "statement"}


@dataclass(frozen=True)
class Difference:
    field: str
    before: str
    after: str


def differences(before: Settings, after: Settings) -> tuple[Difference, ...]:
    """What would have to change. Tags that only AWS has, and the order or spelling of equal documents, do not count."""
    return tuple(
        Difference(item.name, _shown(getattr(before, item.name)), _shown(getattr(after, item.name)))
        for item in fields(after)
        if not _equal(item.name, getattr(before, item.name), getattr(after, item.name))
    )


def _equal(field: str, before: object, after: object) -> bool:
    if field == "tags" and isinstance(before, tuple) and isinstance(after, tuple):
        return set(after) <= set(before)
    if field == "traffic" and after is None:
        return True  # what AWS tells of a transit gateway's traffic type is its own business
    if field in _DOCUMENTS:
        return documents.same(str(before), str(after))
    return before == after


def _shown(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"{key}={text}" for key, text in value)
    return str(value)
