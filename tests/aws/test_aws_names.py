"""Who an address is, as the account says, and which interfaces should have written."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flowinsight import aws, grammar
from flowinsight.errors import DeniedError, QuestionError
from flowinsight.filters import Filter, value_text
from flowinsight.names.expected import expected
from flowinsight.names.flow_logs import FlowLog, flow_logs
from flowinsight.names.inventory import Inventory, inventory
from flowinsight.names.translated import Translated, addresses_named, needed, translated
from flowinsight.question import Question
from flowinsight.sandbox.running import Running
from tests.aws.conftest import GROUP, NOON, Delivered


@pytest.fixture(scope="module")
def known(identity: aws.Identity) -> Inventory:
    return inventory(identity, at=NOON)


@pytest.fixture(scope="module")
def company(sandbox: Running) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.control("company")["interfaces"]
    return {name: item for name, item in found.items() if item["account"] == "111122223333"}


def test_an_instance_is_called_by_its_name_tag(known: Inventory, company: dict[str, Any]) -> None:
    instances = {name: item for name, item in company.items() if item["role"] == "instance"}
    assert instances
    for name, item in instances.items():
        (interface,) = [one for one in known.interfaces if one.id == item["id"]]
        assert (interface.label, interface.instance) == (name, item["owner"])
        assert interface.addresses[0] == item["address"]


def test_what_aws_runs_is_called_by_what_it_is(known: Inventory, company: dict[str, Any]) -> None:
    labels = {item["role"]: one.label for item in company.values() for one in known.interfaces if one.id == item["id"]}
    assert labels["load_balancer"].startswith("load balancer ")
    assert labels["nat_gateway"].startswith("NAT gateway nat-")
    assert labels["database"] == "database"


def test_an_address_used_in_two_vpcs_is_nobody_until_its_vpc_is_said(known: Inventory) -> None:
    by_address: dict[str, set[str]] = {}
    for interface in known.interfaces:
        by_address.setdefault(interface.addresses[0], set()).add(interface.vpc)
    twice = next(address for address, vpcs in by_address.items() if len(vpcs) > 1)
    assert known.name(twice) is None
    for vpc in by_address[twice]:
        assert known.name(twice, vpc) == known.at(twice, vpc)[0].label
    assert known.name("203.0.113.250") is None


def _public(company: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return next((name, item) for name, item in company.items() if item["public"] and item["role"] == "instance")


def test_a_question_about_an_own_public_address_asks_for_the_private_one_too(
    known: Inventory, company: dict[str, Any]
) -> None:
    name, item = _public(company)
    asked = Question(filters=grammar.parse(f"{item['public']} :443"))

    found = translated(asked, known)

    assert needed(asked)
    assert [value_text(value) for value in found.question.filters[0].values] == [item["address"], item["public"]]
    assert found.question.filters[-1] == asked.filters[1]
    (said,) = found.said
    assert said.startswith(f"{item['public']} is the public address of {item['address']} ({name}) as of 20")


def test_an_endpoint_at_an_own_public_address_keeps_its_port(known: Inventory, company: dict[str, Any]) -> None:
    _, item = _public(company)

    found = translated(Question(filters=grammar.parse(f"to {item['public']}:22")), known)

    assert grammar.unparse(found.question.filters[:1]) == f"to {item['address']}:22,{item['public']}:22"


def test_a_private_or_a_strangers_address_stays_as_it_is(known: Inventory) -> None:
    private, stranger = (Question(filters=grammar.parse(text)) for text in ("10.20.1.12", "203.0.113.250"))

    assert not needed(private)
    assert translated(private, known) == Translated(private, ())
    assert needed(stranger)
    assert translated(stranger, known) == Translated(stranger, ())


def test_an_instance_is_asked_for_by_its_addresses_where_records_do_not_name_it(
    known: Inventory, company: dict[str, Any]
) -> None:
    name, item = _public(company)
    asked = Question(filters=grammar.parse(item["owner"]))

    found = translated(asked, known, frozenset({"srcaddr", "dstaddr"}))

    assert grammar.unparse(found.question.filters).split(",")[0] == item["address"]
    assert f"({name}) as of 20" in found.said[0]
    assert not needed(asked, frozenset({"srcaddr", "dstaddr", "instance-id"}))


def test_an_instance_that_nobody_knows_is_an_error_that_says_so(known: Inventory) -> None:
    with pytest.raises(QuestionError, match="i-0123456789abcdef0 is not in this account and region as of 20"):
        translated(Question(filters=grammar.parse("i-0123456789abcdef0")), known)


def test_where_two_networks_use_the_private_address_the_interface_is_asked_for(known: Inventory) -> None:
    twice = next(one for one in known.interfaces if len(known.at(one.addresses[0])) > 1)
    public = replace(twice, public=((twice.addresses[0], "198.51.100.99"),))
    changed = replace(known, interfaces=tuple(public if one is twice else one for one in known.interfaces))

    found = translated(Question(filters=grammar.parse("198.51.100.99")), changed)

    assert found.question.filters[-1] == Filter("interface-id", (twice.id,))
    assert f"only records of {twice.id} are asked for" in found.said[0]


def test_a_name_in_the_box_becomes_the_addresses_of_what_is_called_so(
    known: Inventory, company: dict[str, Any]
) -> None:
    name, item = _public(company)

    def names(word: str) -> tuple[str, ...]:
        return addresses_named(word, known)

    assert grammar.unparse(grammar.parse(f"to {name} rejected", names)).startswith(f"to {item['address']},")
    assert grammar.parse(f"name={name.upper()}", names) == grammar.parse(name, names)
    with pytest.raises(QuestionError, match="Nothing in this account and region is called nobody"):
        grammar.parse("name=nobody", names)
    with pytest.raises(QuestionError, match="only an AWS account can say"):
        grammar.parse("name=web")


def test_without_the_permission_for_names_there_are_interfaces_without_names(
    identity: aws.Identity, fault: Callable[..., Any]
) -> None:
    fault(kind="denied", action="DescribeInstances")
    fault(kind="denied", action="DescribeAddresses")
    found = inventory(identity)
    assert found.interfaces
    assert [note.partition("permission ")[2] for note in found.notes] == [
        "ec2:DescribeInstances is missing.",
        "ec2:DescribeAddresses is missing.",
    ]
    fault(kind="denied", action="DescribeNetworkInterfaces")
    with pytest.raises(DeniedError, match="ec2:DescribeNetworkInterfaces is missing"):
        inventory(identity)


def test_the_interfaces_that_should_write_are_those_a_flow_log_covers(
    identity: aws.Identity, known: Inventory, delivered: Delivered, company: dict[str, Any]
) -> None:
    found = expected(known, flow_logs(identity), destination=GROUP)
    assert {one.interface.id for one in found} == {item["id"] for item in company.values() if item["vpc"] == "shop"}
    assert {one.flow_logs for one in found} == {(delivered.flow_logs[0],)}
    assert all(one.traffic_types == {"ALL"} for one in found)
    everywhere = expected(known, flow_logs(identity))
    assert {one.interface.id for one in everywhere} == {one.interface.id for one in found}
    assert len(everywhere[0].flow_logs) == 3


def test_an_interface_is_expected_only_from_when_it_and_a_flow_log_were_there(known: Inventory) -> None:
    old, new = (replace(known.interfaces[number], since=since) for number, since in ((0, None), (1, NOON + 1200)))
    logs = tuple(
        FlowLog(f"fl-{number}", one.id, "s3", "bucket", "ALL", None, 600, NOON + 600, None)
        for number, one in enumerate((old, new))
    )
    found = expected(Inventory((old, new), NOON), logs)
    assert [one.since for one in found] == [NOON + 600, NOON + 1200]
    assert expected(known, logs, destination="elsewhere") == ()
