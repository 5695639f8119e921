"""Create the company's resources through the sandbox's own API, with the ids its traffic speaks of."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config as ClientConfig
from moto.ec2.models import (
    ec2_backends,
    elastic_network_interfaces,
    instances,
    nat_gateways,
    security_groups,
    subnets,
    vpcs,
)
from moto.iam.models import iam_backends

from flowinsight.sandbox.moto_pin import HookError
from flowinsight.sandbox.running import SECRET_KEY, key_of
from flowinsight.scenario.network import Group, Interface, Network, Rule, Subnet, Vpc

ID_MAKERS = (
    (vpcs, "random_vpc_id"),
    (subnets, "random_subnet_id"),
    (security_groups, "random_security_group_id"),
    (elastic_network_interfaces, "random_eni_id"),
    (instances, "random_instance_id"),
    (nat_gateways, "random_nat_gateway_id"),
    (nat_gateways, "random_private_ip"),
)
"""Moto's modules and the function each makes its ids with; `hooks` checks that they are there."""


_ADMINISTRATOR = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
_DESCRIPTIONS = {
    "database": "RDSNetworkInterface",
    "nat_gateway": "Interface for NAT Gateway {owner}",
}


@contextmanager
def giving(module: Any, maker: str, wanted: str) -> Iterator[None]:  # noqa: ANN401 - a module
    """Let moto's next id of one kind be `wanted`, so that resources carry the ids the traffic speaks of."""
    original = getattr(module, maker)
    setattr(module, maker, lambda *_args, **_kwargs: wanted)
    try:
        yield
    finally:
        setattr(module, maker, original)


def open_accounts(network: Network) -> tuple[str, ...]:
    """Give every account of the company an administrator called operator with a known key; return the accounts."""
    accounts = tuple(dict.fromkeys(vpc.account for vpc in network.vpcs))
    for account in accounts:
        backend = iam_backends[account]["aws"]
        user = backend.create_user("us-east-1", "operator")
        user.put_policy("administrator", _ADMINISTRATOR)
        key = backend.create_access_key("operator")
        backend.access_keys.pop(key.physical_resource_id)
        key.access_key_id, key.secret_access_key = key_of(account), SECRET_KEY
        backend.access_keys[key.access_key_id] = key
    return accounts


def build(network: Network, url: str, since: datetime) -> None:
    """Create VPCs, subnets, security groups, interfaces and what owns them, as if there `since` (UTC, without a zone)."""
    accounts = {vpc.account: _client(url, vpc) for vpc in network.vpcs}
    for ec2 in accounts.values():
        # The first call to a region makes moto create its default VPC, which must not get the company's ids.
        ec2.describe_vpcs()
    for vpc in network.vpcs:
        with giving(vpcs, "random_vpc_id", vpc.id):
            accounts[vpc.account].create_vpc(CidrBlock=vpc.cidr, TagSpecifications=_named("vpc", vpc.name))
    for subnet in network.subnets:
        _build_subnet(accounts[subnet.vpc.account], subnet)
    groups = {group.name: group.id for group in network.groups}
    for group in network.groups:
        _build_group(accounts[group.vpc.account], group)
    for interface in network.interfaces.values():
        _build_interface(accounts[interface.vpc.account], interface, groups)
        if interface.role == "instance":
            _found(interface).attach_time = since
        _build_owner(url, interface, groups)
    _confirm(network, accounts)


def retire(network: Network, now: float) -> None:
    """Terminate the instances whose interface the company gave up by `now` (Unix seconds); the interface goes with them."""
    for interface in network.interfaces.values():
        backend = ec2_backends[interface.vpc.account][interface.vpc.region]
        if interface.gone is not None and interface.gone <= now and interface.id in backend.enis:
            backend.terminate_instances([interface.owner])
            backend.enis.pop(interface.id, None)


def _confirm(network: Network, accounts: dict[str, Any]) -> None:
    """Raise HookError unless every interface stands in its account under the id and address its traffic carries."""
    for account, ec2 in accounts.items():
        found = {
            (item["NetworkInterfaceId"], item["PrivateIpAddress"])
            for item in ec2.describe_network_interfaces()["NetworkInterfaces"]
        }
        wanted = {(item.id, item.address) for item in network.interfaces.values() if item.vpc.account == account}
        if found != wanted:
            raise HookError(f"moto did not create the company of account {account} with the ids it was given.")


def _build_owner(url: str, interface: Interface, groups: dict[str, str]) -> None:
    """Create the load balancer or the database that an interface belongs to."""
    if interface.role == "load_balancer":
        made = _client(url, interface.vpc, "elbv2").create_load_balancer(
            Name=interface.owner,
            Subnets=[interface.subnet.id],
            SecurityGroups=[groups[interface.group]] if interface.group else [],
        )
        arn = str(made["LoadBalancers"][0]["LoadBalancerArn"])
        _found(interface).description = f"ELB {arn.partition('loadbalancer/')[2]}"
    if interface.role == "database":
        _client(url, interface.vpc, "rds").create_db_instance(
            DBInstanceIdentifier=interface.name,
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=100,
            MasterUsername="larkfield",
            MasterUserPassword=SECRET_KEY,
        )


@lru_cache
def _client(url: str, vpc: Vpc, service: str = "ec2") -> Any:  # noqa: ANN401 - boto3 has no types
    keys = {"aws_access_key_id": key_of(vpc.account), "aws_secret_access_key": SECRET_KEY}
    config = ClientConfig(retries={"max_attempts": 1}, read_timeout=30)
    return boto3.client(service, region_name=vpc.region, endpoint_url=url, config=config, **keys)


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def _build_subnet(ec2: Any, subnet: Subnet) -> None:  # noqa: ANN401
    zone = subnet.vpc.region + ("b" if subnet.name.endswith(("-data", "-old")) else "a")
    with giving(subnets, "random_subnet_id", subnet.id):
        ec2.create_subnet(
            VpcId=subnet.vpc.id,
            CidrBlock=subnet.cidr,
            AvailabilityZone=zone,
            TagSpecifications=_named("subnet", subnet.name),
        )


def _build_group(ec2: Any, group: Group) -> None:  # noqa: ANN401
    with giving(security_groups, "random_security_group_id", group.id):
        ec2.create_security_group(GroupName=group.name, Description=group.name, VpcId=group.vpc.id)
    ec2.authorize_security_group_ingress(GroupId=group.id, IpPermissions=[_permission(rule) for rule in group.rules])


def _permission(rule: Rule) -> dict[str, Any]:
    six = ":" in rule.source
    ranges = {"Ipv6Ranges": [{"CidrIpv6": rule.source}]} if six else {"IpRanges": [{"CidrIp": rule.source}]}
    return {"IpProtocol": rule.protocol, "FromPort": rule.first_port, "ToPort": rule.last_port, **ranges}


def _build_interface(ec2: Any, interface: Interface, groups: dict[str, str]) -> None:  # noqa: ANN401
    if interface.role == "nat_gateway":
        _build_nat_gateway(ec2, interface)
        return
    extra: dict[str, Any] = {"Groups": [groups[interface.group]]} if interface.group else {}
    if interface.address6:
        extra["Ipv6Addresses"] = [{"Ipv6Address": interface.address6}]
    with giving(elastic_network_interfaces, "random_eni_id", interface.id):
        ec2.create_network_interface(
            SubnetId=interface.subnet.id,
            PrivateIpAddress=interface.address,
            Description=_DESCRIPTIONS.get(interface.role, "").format(owner=interface.owner),
            **extra,
        )
    if interface.role == "instance":
        _build_instance(ec2, interface)
    else:
        _managed_by_aws(interface)
    if interface.public:
        address = ec2.allocate_address(Domain="vpc", Address=interface.public)
        ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=interface.id)


def _build_instance(ec2: Any, interface: Interface) -> None:  # noqa: ANN401
    with giving(instances, "random_instance_id", interface.owner):
        ec2.run_instances(
            ImageId="ami-0larkfield000000",
            InstanceType="t3.medium",
            MinCount=1,
            MaxCount=1,
            NetworkInterfaces=[{"DeviceIndex": 0, "NetworkInterfaceId": interface.id}],
            TagSpecifications=_named("instance", interface.name),
        )


def _build_nat_gateway(ec2: Any, interface: Interface) -> None:  # noqa: ANN401
    address = ec2.allocate_address(Domain="vpc", Address=interface.public)
    with (
        giving(elastic_network_interfaces, "random_eni_id", interface.id),
        giving(nat_gateways, "random_nat_gateway_id", interface.owner),
        giving(nat_gateways, "random_private_ip", interface.address),
    ):
        ec2.create_nat_gateway(
            SubnetId=interface.subnet.id,
            AllocationId=address["AllocationId"],
            TagSpecifications=_named("natgateway", interface.name),
        )
    _managed_by_aws(interface)


def _managed_by_aws(interface: Interface) -> None:
    """Mark an interface as one that an AWS service made; no API of a customer can."""
    found = _found(interface)
    found.requester_managed = True
    found.status = "in-use"
    found.description = _DESCRIPTIONS.get(interface.role, "").format(owner=interface.owner)
    if interface.role == "nat_gateway":
        found.interface_type = "nat_gateway"
        found._group_set = []  # noqa: SLF001 - AWS gives a NAT gateway's interface no security group


def _found(interface: Interface) -> Any:  # noqa: ANN401 - moto's mixins have no one type
    return ec2_backends[interface.vpc.account][interface.vpc.region].get_network_interface(interface.id)
