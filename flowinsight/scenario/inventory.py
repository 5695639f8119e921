"""The inventory, as one would read it from the account: what exists, under which names, since when."""

from flowinsight.scenario.network import FlowLog, Group, Interface, Network, Subnet, Vpc

Row = dict[str, object]
DESCRIPTIONS = {
    "instance": "",
    "load_balancer": "ELB app/{owner}",
    "database": "RDSNetworkInterface",
    "nat_gateway": "Interface for NAT Gateway {owner}",
}


def inventory(network: Network) -> dict[str, list[Row]]:
    """Plain JSON values. Times are Unix seconds, None where something has always been or still is.

    `interfaces` carries everything needed to create the network in an account; the other lists refer to it by id.
    """
    interfaces = list(network.interfaces.values())
    return {
        "vpcs": [_vpc(vpc) for vpc in network.vpcs],
        "subnets": [_subnet(subnet) for subnet in network.subnets],
        "flow_logs": [_flow_log(flow_log) for flow_log in network.flow_logs],
        "security_groups": [_group(group) for group in network.groups],
        "interfaces": [_interface(interface) for interface in interfaces],
        "instances": [_owner(i) | {"terminated": i.gone} for i in interfaces if i.role == "instance"],
        "nat_gateways": [_owner(i) | {"subnet_id": i.subnet.id} for i in interfaces if i.role == "nat_gateway"],
        "load_balancers": [_owner(i) | {"scheme": "internet-facing"} for i in interfaces if i.role == "load_balancer"],
        "databases": [_owner(i) for i in interfaces if i.role == "database"],
        "elastic_addresses": [
            {"public": i.public, "private": i.address, "interface_id": i.id, "account": i.vpc.account}
            for i in interfaces
            if i.public
        ],
    }


def _vpc(vpc: Vpc) -> Row:
    cidrs = {"cidr": vpc.cidr, "cidr_ipv6": vpc.cidr6}
    return {"id": vpc.id, "name": vpc.name, "account": vpc.account, "region": vpc.region, **cidrs}


def _subnet(subnet: Subnet) -> Row:
    flow_log = subnet.flow_log.id if subnet.flow_log else None
    place = {"vpc_id": subnet.vpc.id, "cidr": subnet.cidr}
    return {"id": subnet.id, "name": subnet.name, **place, "flow_log_id": flow_log}


def _flow_log(flow_log: FlowLog) -> Row:
    vpc = flow_log.vpc
    place = {"account": vpc.account, "region": vpc.region, "resource_id": flow_log.resource}
    return {"id": flow_log.id, **place, "traffic_type": "ALL", "max_aggregation_interval": 60}


def _group(group: Group) -> Row:
    rules = [
        {
            "protocol": rule.protocol,
            "ports": [rule.first_port, rule.last_port],
            "source": rule.source,
            "removed_at": rule.removed_at,
        }
        for rule in group.rules
    ]
    return {"id": group.id, "name": group.name, "vpc_id": group.vpc.id, "ingress": rules}


def _interface(interface: Interface) -> Row:
    return {
        "id": interface.id,
        "name": interface.name,
        "account": interface.vpc.account,
        "region": interface.vpc.region,
        "vpc_id": interface.vpc.id,
        "subnet_id": interface.subnet.id,
        "address": interface.address,
        "address_ipv6": interface.address6,
        "public_address": interface.public,
        "role": interface.role,
        "owner": interface.owner,
        "description": DESCRIPTIONS[interface.role].format(owner=interface.owner),
        "instance_id": interface.instance,
        "security_group": interface.group,
        "logged": interface.logged,
        "created": interface.born,
        "deleted": interface.gone,
    }


def _owner(interface: Interface) -> Row:
    place = {"account": interface.vpc.account, "vpc_id": interface.vpc.id}
    return {"id": interface.owner, "name": interface.name, "interface_id": interface.id, **place}
