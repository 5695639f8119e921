"""Everything a setup made in a region, whatever it was named: found by its tag.

Sources: Resource Groups Tagging API reference, GetResources (all kinds of resources but IAM users and roles); IAM API reference,
ListRoles (names and trust, no tags).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flowinsight.errors import DeniedError
from flowinsight.provision.account import Account
from flowinsight.provision.deployed import Bucket, Deployed
from flowinsight.provision.policies import FLOW_LOGS
from flowinsight.provision.read import read, read_group, read_role
from flowinsight.provision.read_bucket import read_bucket
from flowinsight.provision.settings import TAG, GroupSettings, RoleSettings
from flowinsight.provision.wanted import Wanted


@dataclass(frozen=True)
class Tagged:
    """A log group (its name) or a bucket (its name) that carries the tag of a setup."""

    kind: str
    name: str
    setup: str


def read_everything(wanted: Wanted | None, account: Account) -> Deployed:
    """What `read` finds, and whatever else carries the setup's tag; without a wish, that of the account's setup.

    Where a search is not allowed, `unsearched` of the answer says what may have been missed.
    """
    deployed, setup = read(wanted, account), wanted.name if wanted else account.setup
    unsearched: list[str] = []
    groups = {group.name: group for group in deployed.groups}
    buckets = {bucket.name: bucket for bucket in deployed.buckets}
    roles = {role.name: role for role in deployed.roles}
    try:
        mine = [one for one in tagged(account) if one.setup == setup]
        groups |= {one.name: one for one in _groups(mine, groups, account)}
        buckets |= {one.name: one for one in _buckets(mine, buckets, account)}
    except DeniedError as error:
        unsearched.append(f"{error} A log group or a bucket of a name of its own may be missing here.")
    try:
        roles |= {one.name: one for one in _roles(setup, roles, account, unsearched)}
    except DeniedError as error:
        unsearched.append(f"{error} A role of a name of its own may be missing here.")
    return replace(
        deployed,
        groups=tuple(groups.values()),
        roles=tuple(roles.values()),
        buckets=tuple(buckets.values()),
        unsearched=tuple(unsearched),
    )


def tagged(account: Account) -> Iterator[Tagged]:
    """Log groups and buckets of the region that carry the tag of any setup; AwsError when they may not be searched."""
    pages = account.pages(
        "resourcegroupstaggingapi",
        "get_resources",
        f"look for what carries the tag {TAG}",
        "PaginationToken",
        TagFilters=[{"Key": TAG}],
    )
    for page in pages:
        for item in page["ResourceTagMappingList"]:
            setup = next((tag["Value"] for tag in item.get("Tags", []) if tag["Key"] == TAG), "")
            kind, name = _named(item["ResourceARN"])
            if kind:
                yield Tagged(kind, name, setup)


def _named(arn: str) -> tuple[str, str]:
    """What an ARN names; empty for what is neither a log group nor a bucket."""
    service, resource = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service == "logs" and resource.startswith("log-group:"):
        return "group", resource.removeprefix("log-group:").removesuffix(":*")
    return ("bucket", resource) if service == "s3" and "/" not in resource else ("", "")


def _groups(mine: list[Tagged], known: dict[str, GroupSettings], account: Account) -> Iterator[GroupSettings]:
    for one in mine:
        group = read_group(account, one.name) if one.kind == "group" and one.name not in known else None
        if group is not None:
            yield group


def _buckets(mine: list[Tagged], known: dict[str, Bucket], account: Account) -> Iterator[Bucket]:
    for one in mine:
        bucket = read_bucket(account, one.name) if one.kind == "bucket" and one.name not in known else None
        if bucket is not None:
            yield bucket


def _roles(
    setup: str, known: dict[str, RoleSettings], account: Account, unsearched: list[str]
) -> Iterator[RoleSettings]:
    """The setup's roles, of those that the flow logs service may assume: only these are asked for their tags.

    One that may not be read is told of in `unsearched`, and the others are read.
    """
    for page in account.pages("iam", "list_roles", "look for roles of flow logs", "Marker"):
        for item in page["Roles"]:
            if item["RoleName"] in known or FLOW_LOGS not in str(item.get("AssumeRolePolicyDocument", "")):
                continue
            try:
                if not _is_of(item["RoleName"], setup, account):
                    continue
                role = read_role(account, item["RoleName"])
            except DeniedError as error:
                unsearched.append(f"{error} Whose that role is, is not known here.")
                continue
            if role is not None:
                yield role


def _is_of(role: str, setup: str, account: Account) -> bool:
    tags = account.call("iam", "get_role", f"read the tags of the role {role}", RoleName=role)["Role"].get("Tags", [])
    return {"Key": TAG, "Value": setup} in tags
