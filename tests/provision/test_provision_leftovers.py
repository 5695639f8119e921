"""Tearing down finds everything of a setup by its tag, whatever it was named and wherever it was made, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowinsight.provision.account import Account
from flowinsight.provision.apply import apply
from flowinsight.provision.audit import Audit
from flowinsight.provision.leftovers import read_everything, tagged
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.read import read
from flowinsight.provision.steps import about
from flowinsight.provision.teardown import teardown
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted
from flowinsight.sandbox.running import Running


@pytest.fixture
def named(wanted: Wanted) -> Wanted:
    """A setup of which everything has a name of its own."""
    return replace(
        wanted,
        destination="both",
        group=GroupWanted(f"/own/{wanted.name}"),
        role=RoleWanted(f"own-{wanted.name}", path="/own/"),
        bucket=BucketWanted(f"own-{wanted.name}-bucket"),
    )


@pytest.fixture
def elsewhere(account: Account, tmp_path: Path) -> Account:
    """The same account on a machine that has no audit file."""
    return replace(account, audit=Audit(tmp_path / "elsewhere" / "audit.jsonl"))


@pytest.fixture
def orphaned(
    named: Wanted,
    account: Account,
    client: Callable[[str], Any],
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
) -> list[tuple[str, str]]:
    """What is left of that setup when somebody deleted its flow logs by hand."""
    apply(planned(named), lambda: planned(named), account, waiting=waiting)
    mine = client("ec2").describe_flow_logs(Filters=[{"Name": "tag:flowinsight:setup", "Values": [named.name]}])
    client("ec2").delete_flow_logs(FlowLogIds=[item["FlowLogId"] for item in mine["FlowLogs"]])
    assert named.role.name
    assert named.group.name
    assert named.bucket.name
    return [("role", named.role.name), ("log group", named.group.name), ("bucket", named.bucket.name)]


def names(found: Plan) -> list[tuple[str, str]]:
    return [(about(step).label, about(step).name) for step in found.todo]


@pytest.mark.parametrize("known", [False, True])
def test_what_was_orphaned_under_names_of_its_own_is_found_by_its_tag(
    known: bool,  # noqa: FBT001 whether the wish is known, under other names by now
    orphaned: list[tuple[str, str]],
    named: Wanted,
    wanted: Wanted,
    elsewhere: Account,
    waiting: Waiting,
    foreign: dict[str, str],
    inventory: Callable[[str], dict[str, Any]],
) -> None:
    def replan() -> Plan:
        found = read_everything(wanted if known else None, elsewhere)
        return teardown(named.name, found, data=True, confirmed=named.name)

    shown = replan()
    assert names(shown) == orphaned
    assert shown.warnings == ()
    others = inventory("nobody")
    apply(shown, replan, elsewhere, waiting=waiting)
    assert replan().steps == ()
    assert inventory("nobody") == others
    assert foreign["group"] in others["groups"]


def test_by_names_alone_they_would_not_be_found(
    orphaned: list[tuple[str, str]], named: Wanted, wanted: Wanted, elsewhere: Account
) -> None:
    assert orphaned
    assert teardown(named.name, read(wanted, elsewhere), data=True, confirmed=named.name).steps == ()


def test_a_setup_takes_nothing_of_another_one_down(
    orphaned: list[tuple[str, str]], named: Wanted, elsewhere: Account
) -> None:
    assert {one.name for one in tagged(elsewhere)} >= {name for kind, name in orphaned if kind != "role"}
    other = replace(elsewhere, setup=f"{named.name}-other")
    assert teardown(other.setup, read_everything(None, other), data=True, confirmed=other.setup).steps == ()


@pytest.mark.parametrize(
    ("service", "action", "missed"),
    [
        ("tagging", "GetResources", "A log group or a bucket of a name"),
        ("iam", "ListRoles", "A role of a name of its own"),
    ],
)
def test_who_may_not_search_is_told_what_may_be_missing(
    service: str, action: str, missed: str, named: Wanted, elsewhere: Account, sandbox: Running
) -> None:
    sandbox.control("faults", {"kind": "denied", "service": service, "action": action})
    try:
        (warning,) = teardown(named.name, read_everything(None, elsewhere)).warnings
    finally:
        sandbox.control("faults", method="DELETE")
    assert missed in warning


def test_a_plan_for_names_of_ones_own_is_empty_once_it_is_applied(
    named: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting
) -> None:
    apply(planned(named), lambda: planned(named), account, waiting=waiting)
    assert plan(named, read_everything(named, account)).empty
