"""Read what AWS has. Every call here only reads; what does not exist is None, what may not be seen is an AwsError."""

from collections.abc import Iterable, Iterator
from typing import Any

from flowinsight.errors import AwsError, DeniedError
from flowinsight.provision import desired, documents
from flowinsight.provision.account import Account
from flowinsight.provision.deployed import Bucket, Deployed, FlowLog, Interface, belongs
from flowinsight.provision.formats import tag_fields_of
from flowinsight.provision.policies import POLICY_NAME
from flowinsight.provision.read_bucket import read_bucket
from flowinsight.provision.settings import FlowLogSettings, GroupSettings, Layout, RoleSettings, Tags
from flowinsight.provision.wanted import Wanted

_RESOURCE_TYPES = {
    "vpc": "VPC",
    "subnet": "Subnet",
    "eni": "NetworkInterface",
    "tgw-attach": "TransitGatewayAttachment",
    "tgw": "TransitGateway",
}


def read(wanted: Wanted | None, account: Account) -> Deployed:
    """Everything a plan for the setup is made from; AwsError names the permission that is missing.

    Without a wish, what flow logs and this machine's audit file tell of the account's setup.
    """
    found = tuple(flow_logs(account))
    setup = wanted.name if wanted else account.setup
    mine = [flow_log for flow_log in found if belongs(flow_log.settings, setup)]
    seen = tuple(interfaces(account))
    return Deployed(
        account.place,
        seen,
        found,
        tuple(_groups(wanted, account, mine)),
        tuple(_roles(wanted, account, mine)),
        tuple(_buckets(wanted, account, mine)),
        tuple(_missing(wanted.resources if wanted else (), account, seen)),
        _may_delete(account),
    )


def _may_delete(account: Account) -> bool:
    """Ask with a dry run, which deletes nothing: its success is the error DryRunOperation."""
    try:
        account.call(
            "ec2",
            "delete_flow_logs",
            "ask whether flow logs may be deleted",
            FlowLogIds=["fl-00000000000000000"],
            DryRun=True,
        )
    except DeniedError:
        return False
    except AwsError as error:
        if error.code not in {"DryRunOperation", "InvalidFlowLogId.NotFound"}:
            raise
    return True


def flow_logs(account: Account) -> Iterator[FlowLog]:
    """Every flow log of the region, whoever made it."""
    pages = account.pages("ec2", "describe_flow_logs", "list the flow logs", "NextToken")
    return (_flow_log(item) for page in pages for item in page["FlowLogs"])


def _flow_log(item: dict[str, Any]) -> FlowLog:
    settings = FlowLogSettings(
        item["ResourceId"],
        _RESOURCE_TYPES.get(item["ResourceId"].rpartition("-")[0], "other"),
        item.get("LogDestinationType", "cloud-watch-logs"),
        _destination(item),
        item.get("LogFormat", ""),
        item.get("MaxAggregationInterval", 600),
        item.get("TrafficType"),
        item.get("DeliverLogsPermissionArn") or None,
        _layout(item),
        tags_of(item.get("Tags", [])),
        tag_fields_of(item.get("TagFieldSpecifications") or []),
    )
    status, error = item.get("DeliverLogsStatus", ""), item.get("DeliverLogsErrorMessage") or ""
    return FlowLog(item["FlowLogId"], settings, item["CreationTime"], status, error)


def _destination(item: dict[str, Any]) -> str:
    arn = item.get("LogDestination") or ""
    if item.get("LogDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        return item.get("LogGroupName") or arn.partition(":log-group:")[2].removesuffix(":*")
    return arn.partition(":::")[2].strip("/") or arn


def _layout(item: dict[str, Any]) -> Layout | None:
    if item.get("LogDestinationType") != "s3":
        return None
    options = item.get("DestinationOptions") or {}
    hive, hourly = options.get("HiveCompatiblePartitions", False), options.get("PerHourPartition", False)
    return Layout(options.get("FileFormat", "plain-text"), _true(hive), _true(hourly))


def _true(value: object) -> bool:
    return value is True or str(value).lower() == "true"


def tags_of(items: Iterable[dict[str, str]]) -> Tags:
    return tuple(sorted((item["Key"], item["Value"]) for item in items))


def interfaces(account: Account) -> Iterator[Interface]:
    """Every network interface of the region."""
    pages = account.pages("ec2", "describe_network_interfaces", "list the network interfaces", "NextToken")
    for page in pages:
        for item in page["NetworkInterfaces"]:
            groups = tuple(group["GroupId"] for group in item.get("Groups", []))
            instance = item.get("Attachment", {}).get("InstanceId")
            yield Interface(
                item["NetworkInterfaceId"], item.get("VpcId", ""), item.get("SubnetId", ""), groups, instance
            )


_ASK = {
    "vpc": ("describe_vpcs", "VpcIds"),
    "subnet": ("describe_subnets", "SubnetIds"),
    "sg": ("describe_security_groups", "GroupIds"),
    "tgw": ("describe_transit_gateways", "TransitGatewayIds"),
    "tgw-attach": ("describe_transit_gateway_attachments", "TransitGatewayAttachmentIds"),
}


def _missing(wanted: tuple[str, ...], account: Account, seen: tuple[Interface, ...]) -> Iterator[str]:
    """Wanted resources that are not there; an interface shows that its VPC, subnet, groups and instance are."""
    for resource in wanted:
        if any(interface.within(resource) for interface in seen):
            continue
        ask = _ASK.get(resource.rpartition("-")[0])
        if ask is None or not _exists(account, resource, *ask):
            yield resource


def _exists(account: Account, resource: str, operation: str, parameter: str) -> bool:
    try:
        account.call("ec2", operation, f"look for {resource}", **{parameter: [resource]})
    except AwsError as error:
        if "NotFound" in error.code or "Malformed" in error.code:
            return False
        raise
    return True


def _groups(wanted: Wanted | None, account: Account, mine: list[FlowLog]) -> Iterator[GroupSettings]:
    names = {item.settings.destination for item in mine if item.settings.destination_type == "cloud-watch-logs"}
    names |= account.remembered("create_log_group", "delete_log_group", "logGroupName")
    if wanted and wanted.to_cloudwatch:
        names.add(desired.group_name(wanted))
    for name in sorted(names):
        group = read_group(account, name)
        if group is not None:
            yield group


def read_group(account: Account, name: str) -> GroupSettings | None:
    """The log group of exactly this name, None where there is none."""
    doing = f"look for the log group {name}"
    for page in account.pages("logs", "describe_log_groups", doing, "nextToken", logGroupNamePrefix=name):
        for item in page["logGroups"]:
            if item["logGroupName"] == name:
                return _group(account, item)
    return None


def _group(account: Account, item: dict[str, Any]) -> GroupSettings:
    arn = item.get("logGroupArn") or item["arn"].removesuffix(":*")
    doing = f"read the tags of the log group {item['logGroupName']}"
    tags = account.call("logs", "list_tags_for_resource", doing, resourceArn=arn).get("tags", {})
    return GroupSettings(
        item["logGroupName"],
        item.get("retentionInDays"),
        item.get("kmsKeyId"),
        tuple(sorted(tags.items())),
        item.get("logGroupClass", "STANDARD"),
    )


def _roles(wanted: Wanted | None, account: Account, mine: list[FlowLog]) -> Iterator[RoleSettings]:
    home = account.place.role_arn("/", "")
    names = {str(item.settings.role).rpartition("/")[2] for item in mine if (item.settings.role or "").startswith(home)}
    names |= account.remembered("create_role", "delete_role", "RoleName")
    if wanted and wanted.to_cloudwatch and (wanted.role.arn or home).startswith(home):
        names.add(desired.role_name(wanted, account.place))
    for name in sorted(names):
        role = read_role(account, name)
        if role is not None:
            yield role


def read_role(account: Account, name: str) -> RoleSettings | None:
    """The role of this name in the account, None where there is none."""
    try:
        item = account.call("iam", "get_role", f"read the role {name}", RoleName=name)["Role"]
    except AwsError as error:
        if error.code in _NO_ENTITY:
            return None
        raise
    return RoleSettings(
        name,
        item["Path"],
        item.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        documents.text(item["AssumeRolePolicyDocument"]),
        _role_policy(account, name),
        tags_of(item.get("Tags", [])),
    )


_NO_ENTITY = {"NoSuchEntity", "NoSuchEntityException"}


def _role_policy(account: Account, role: str) -> str:
    try:
        found = account.call(
            "iam", "get_role_policy", f"read the policy of the role {role}", RoleName=role, PolicyName=POLICY_NAME
        )
    except AwsError as error:
        if error.code in _NO_ENTITY:
            return ""
        raise
    return documents.text(found["PolicyDocument"])


def _buckets(wanted: Wanted | None, account: Account, mine: list[FlowLog]) -> Iterator[Bucket]:
    names = {item.settings.destination.partition("/")[0] for item in mine if item.settings.destination_type == "s3"}
    names |= account.remembered("create_bucket", "delete_bucket", "Bucket")
    if wanted and wanted.to_s3:
        names.add(desired.bucket_name(wanted, account.place))
    for name in sorted(names):
        bucket = read_bucket(account, name)
        if bucket is not None:
            yield bucket
