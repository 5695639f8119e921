"""Applying: it stops when the plan is no longer true, waits for a new role, ends at an explicit deny, writes down every call."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import boto3
import pytest

from flowinsight.errors import AwsError
from flowinsight.provision.account import Account
from flowinsight.provision.apply import PlanChangedError, Progress, StepFailedError, apply
from flowinsight.provision.leftovers import read_everything
from flowinsight.provision.permissions import provisioner
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.policies import trust
from flowinsight.provision.read import read
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.steps import LeftAlone
from flowinsight.provision.teardown import teardown
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import Wanted
from flowinsight.sandbox.running import Running
from flowinsight.sandbox.settings import Settings


@pytest.fixture
def settings(sandbox: Running) -> Iterator[Callable[..., Any]]:
    """Change settings of the sandbox for one test."""
    yield lambda **changes: sandbox.control("settings", changes)
    sandbox.control("settings", asdict(Settings()))
    sandbox.control("faults", method="DELETE")


def test_a_plan_that_is_no_longer_true_is_shown_anew_and_nothing_is_changed(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting, client: Callable[[str], Any]
) -> None:
    shown = planned(wanted)
    client("logs").create_log_group(logGroupName=shown.todo[0].after.name)  # type: ignore[union-attr]
    with pytest.raises(PlanChangedError) as caught:
        apply(shown, lambda: planned(wanted), account, waiting=waiting)
    assert caught.value.current == planned(wanted)
    assert isinstance(caught.value.current.steps[0], LeftAlone)
    assert not [entry for entry in account.audit.entries() if entry["outcome"] == "sent"]


def test_a_plan_with_something_in_its_way_is_not_applied(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting
) -> None:
    nowhere = replace(wanted, resources=("vpc-00000000000000000",))
    shown = planned(nowhere)
    with pytest.raises(SetupError, match="There is no vpc-00000000000000000 in eu-central-1"):
        apply(shown, lambda: planned(nowhere), account, waiting=waiting)
    assert not [entry for entry in account.audit.entries() if entry["outcome"] == "sent"]


def test_a_role_that_is_not_known_yet_is_waited_for(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    settings: Callable[..., Any],
) -> None:
    settings(iam_propagation=10)
    said: list[Progress] = []
    apply(planned(wanted), lambda: planned(wanted), account, said.append, waiting)
    waits = [progress for progress in said if progress.state == "waiting"]
    assert len(waits) == 4
    assert "does not know the new role everywhere yet" in waits[0].text
    assert planned(wanted).empty


def test_a_role_that_never_becomes_known_ends_with_its_likely_cause(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    settings: Callable[..., Any],
) -> None:
    settings(iam_propagation=100_000)
    began = waiting.now()
    with pytest.raises(StepFailedError, match=r"its trust policy must let vpc-flow-logs\.amazonaws\.com assume it"):
        apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    assert waiting.now() - began <= waiting.propagation


def test_an_explicit_deny_is_final_and_named(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    sandbox: Running,
    settings: Callable[..., Any],
) -> None:
    settings()
    words = "Unable to assume given IAM role, with an explicit deny in a service control policy"
    fault = {
        "kind": "error",
        "service": "ec2",
        "action": "CreateFlowLogs",
        "code": "UnauthorizedOperation",
        "status": 403,
    }
    sandbox.control("faults", {**fault, "message": words})
    with pytest.raises(StepFailedError, match="explicit deny in a service control policy: trying again does not help"):
        apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    attempts = [entry for entry in account.audit.entries("create_flow_logs") if entry["outcome"] == "sent"]
    assert len(attempts) == 1


def test_a_bare_refusal_of_the_flow_log_names_the_two_permissions_aws_hides(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    sandbox: Running,
    settings: Callable[..., Any],
) -> None:
    settings()
    sandbox.control("faults", {"kind": "denied", "service": "ec2", "action": "CreateFlowLogs"})
    with pytest.raises(StepFailedError, match=r"iam:PassRole .* or logs:CreateLogDelivery"):
        apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)


def test_throttling_is_ridden_out_without_a_word(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    sandbox: Running,
    settings: Callable[..., Any],
) -> None:
    settings()
    shown = planned(wanted)
    sandbox.control("faults", {"kind": "throttling", "service": "logs", "action": "CreateLogGroup", "times": 1})
    apply(shown, lambda: planned(wanted), account, waiting=waiting)
    assert planned(wanted).empty


def test_a_flow_log_that_aws_calls_unsuccessful_is_a_failed_step(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting, client: Callable[[str], Any]
) -> None:
    """HTTP 200 can carry failures: a bucket that vanishes between its step and the flow log's."""
    to_s3 = replace(wanted, destination="s3")

    def remove(progress: Progress) -> None:
        if progress.state == "started" and progress.number == 2:
            name = progress.step.after.destination.partition("/")[0]  # type: ignore[union-attr]
            client("s3").delete_bucket(Bucket=name)

    with pytest.raises(StepFailedError, match="does not exist"):
        apply(planned(to_s3), lambda: planned(to_s3), account, remove, waiting)


def test_every_step_is_reported_with_its_number(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting
) -> None:
    said: list[Progress] = []
    shown = planned(wanted)
    apply(shown, lambda: planned(wanted), account, said.append, waiting)
    assert [(item.number, item.total, item.state) for item in said] == [
        (number, 3, state) for number in (1, 2, 3) for state in ("started", "done")
    ]


def test_the_audit_file_has_every_change_before_and_after_it_and_no_credential(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting
) -> None:
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    entries = list(account.audit.entries())
    changes = [
        (entry["operation"], entry["outcome"]) for entry in entries if entry["operation"].startswith(("create", "put"))
    ]
    assert changes == [
        (operation, outcome)
        for operation in (
            "create_log_group",
            "put_retention_policy",
            "create_role",
            "put_role_policy",
            "create_flow_logs",
        )
        for outcome in ("sent", "done")
    ]
    text = account.audit.path.read_text()
    assert "AKIA" not in text
    assert all(entry["setup"] == account.setup and entry["time"] for entry in entries)


def test_an_audit_line_that_a_crash_cut_off_is_left_out(account: Account) -> None:
    account.audit.write({"operation": "create_role"})
    with account.audit.path.open("a") as file:
        file.write('{"operation": "create_bu')
    assert [entry["operation"] for entry in account.audit.entries()] == ["create_role"]


SERVICES = ("ec2", "iam", "logs", "s3", "resourcegroupstaggingapi")


def test_the_provisioners_policy_is_enough_to_plan_apply_and_tear_down(
    wanted: Wanted,
    account: Account,
    waiting: Waiting,
    client: Callable[[str], Any],
    sandbox: Running,
    settings: Callable[..., Any],
) -> None:
    both = replace(wanted, destination="both")
    iam = client("iam")
    iam.create_user(UserName=wanted.name)
    iam.put_user_policy(UserName=wanted.name, PolicyName="p", PolicyDocument=provisioner(both, account.place))
    key = iam.create_access_key(UserName=wanted.name)["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    session = boto3.Session(region_name="eu-central-1", **keys)
    made = {name: session.client(name, endpoint_url=sandbox.url) for name in SERVICES}
    limited = replace(account, clients=made.__getitem__)

    def replan() -> Plan:
        return plan(both, read(both, limited))

    def down() -> Plan:
        return teardown(both.name, read_everything(both, limited), data=True, confirmed=both.name)

    iam.create_role(RoleName=f"theirs-{wanted.name}", AssumeRolePolicyDocument=trust(account.place))
    settings(enforce_permissions=True)
    apply(replan(), replan, limited, waiting=waiting)
    assert replan().empty
    apply(down(), down, limited, waiting=waiting)
    assert down().empty
    assert any(f"theirs-{wanted.name}" in warning for warning in down().warnings)
    with pytest.raises(AwsError):
        limited.call("iam", "create_user", "create a user", UserName="nobody")


def test_who_may_not_delete_flow_logs_is_told_before_creating_one(
    wanted: Wanted, planned: Callable[[Wanted], Plan], sandbox: Running, settings: Callable[..., Any]
) -> None:
    settings()
    sandbox.control("faults", {"kind": "denied", "service": "ec2", "action": "DeleteFlowLogs", "times": 1})
    told = "You may not delete flow logs"
    assert any(told in warning for warning in planned(wanted).warnings)
    assert not any(told in warning for warning in planned(wanted).warnings)
