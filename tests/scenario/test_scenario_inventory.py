"""The inventory names everything the records show, and can be built from."""

from ipaddress import ip_address, ip_network
from itertools import chain

from flowinsight.scenario import Company, Config, inventory
from tests.scenario.delivered import Run

ROWS = inventory(Company(Config()).network)


def test_ids_are_shaped_like_awss_and_unique() -> None:
    ids = [str(row["id"]) for name, rows in ROWS.items() if name != "elastic_addresses" for row in rows]
    shaped = [one for one in ids if not one.startswith("larkfield-")]

    assert len(set(ids)) == len(ids)
    assert all(len(one.rsplit("-", 1)[1]) == 17 for one in shaped)


def test_every_reference_leads_somewhere() -> None:
    known = {str(row["id"]) for rows in ROWS.values() for row in rows if "id" in row}
    known |= {str(row["name"]) for row in ROWS["security_groups"]}
    links = (
        "vpc_id",
        "subnet_id",
        "flow_log_id",
        "interface_id",
        "instance_id",
        "resource_id",
        "security_group",
        "owner",
    )
    named = {row[link] for row in chain.from_iterable(ROWS.values()) for link in links if row.get(link)}

    assert named <= known


def test_interfaces_lie_inside_their_subnets_and_networks() -> None:
    cidrs = {row["id"]: row["cidr"] for row in ROWS["subnets"]} | {row["id"]: row["cidr_ipv6"] for row in ROWS["vpcs"]}
    for row in ROWS["interfaces"]:
        assert ip_address(str(row["address"])) in ip_network(str(cidrs[row["subnet_id"]]))
        if row["address_ipv6"]:
            assert ip_address(str(row["address_ipv6"])) in ip_network(str(cidrs[row["vpc_id"]]))


def test_public_addresses_map_to_private_ones() -> None:
    private = {row["public"]: row["private"] for row in ROWS["elastic_addresses"]}

    assert private["203.0.113.20"] == "10.20.0.30"
    assert len(private) == 6


def test_the_inventory_knows_every_interface_in_the_records_and_one_more(day: Run) -> None:
    logged = {row["id"] for row in day.interfaces.values() if row["logged"]}

    assert {line["interface-id"] for line in day.lines} == logged
    assert [row["name"] for row in day.interfaces.values() if not row["logged"]] == ["legacy-1"]
