"""Applying: it stops when the plan is no longer true, waits for a new role, ends at an explicit deny, writes down every call."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import boto3
import pytest

from flowinsight.errors import AwsError
from flowinsight.provision.account import Account
from flowinsight.provision.apply import PlanChangedError, Progress, StepFailedError, apply
from flowinsight.provision.permissions import provisioner
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.read import read
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.settings import TAG
from flowinsight.provision.steps import Create, LeftAlone
from flowinsight.provision.teardown import teardown
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted
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


def test_an_untagged_bucket_that_this_machine_did_not_make_is_never_taken_over(
    wanted: Wanted, planned: Callable[[Wanted], Plan], client: Callable[[str], Any]
) -> None:
    to_s3 = replace(wanted, destination="s3")
    (bucket, _) = planned(to_s3).todo
    assert isinstance(bucket, Create)
    client("s3").create_bucket(
        Bucket=bucket.after.name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    left = planned(to_s3).steps[0]
    assert isinstance(left, LeftAlone)
    assert planned(to_s3).blockers


def test_bring_your_own_is_used_and_stays_as_it_was(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    foreign: dict[str, str],
    inventory: Callable[[str], dict[str, Any]],
) -> None:
    before = inventory(wanted.name)
    own = replace(
        wanted,
        destination="cloudwatch",
        group=GroupWanted(foreign["group"]),
        role=RoleWanted(arn=f"arn:aws:iam::111122223333:role/{foreign['role']}"),
    )
    shown = planned(own)
    assert any("INFREQUENT_ACCESS" in warning for warning in shown.warnings)
    apply(shown, lambda: planned(own), account, waiting=waiting)
    assert planned(own).empty

    def down() -> Plan:
        return teardown(own.name, read(own, account), data=True, confirmed=own.name)

    assert len(down().todo) == 1
    apply(down(), down, account, waiting=waiting)
    assert inventory(wanted.name) == before


def test_a_bucket_of_ones_own_gets_no_policy_from_anybody_but_its_owner(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    client: Callable[[str], Any],
) -> None:
    name = f"{wanted.name}-theirs"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    own = replace(wanted, destination="s3", bucket=BucketWanted(name))
    blocked = planned(own)
    with pytest.raises(SetupError, match="Its owner applies the policy shown"):
        apply(blocked, lambda: planned(own), account, waiting=waiting)
    (left,) = (step for step in blocked.steps if isinstance(step, LeftAlone))
    client("s3").put_bucket_policy(Bucket=name, Policy=left.statements[0])
    apply(planned(own), lambda: planned(own), account, waiting=waiting)
    assert planned(own).empty
    kept = json.loads(client("s3").get_bucket_policy(Bucket=name)["Policy"])
    assert kept == json.loads(left.statements[0])


def test_a_setups_own_bucket_keeps_the_statements_and_rules_others_added(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    client: Callable[[str], Any],
) -> None:
    to_s3 = replace(wanted, destination="s3")
    shown = planned(to_s3)
    apply(shown, lambda: planned(to_s3), account, waiting=waiting)
    name = shown.todo[0].after.name  # type: ignore[union-attr]
    s3 = client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    theirs = {
        "Sid": "Backup",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    policy["Statement"] = [theirs, *policy["Statement"][1:]]
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    rule = {"ID": "other", "Status": "Enabled", "Filter": {"Prefix": "other/"}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    repaired = planned(to_s3)
    assert len(repaired.todo) == 1
    apply(repaired, lambda: planned(to_s3), account, waiting=waiting)
    assert planned(to_s3).empty
    sids = {item["Sid"] for item in json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]}
    assert sids == {"Backup", "AWSLogDeliveryWrite", "AWSLogDeliveryAclCheck", "FlowInsightTlsOnly"}
    rules = {item["ID"] for item in s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]}
    assert rules == {"other", f"flowinsight-expire {wanted.name}/"}


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
    made = {name: session.client(name, endpoint_url=sandbox.url) for name in ("ec2", "iam", "logs", "s3")}
    limited = replace(account, clients=made.__getitem__)

    def replan() -> Plan:
        return plan(both, read(both, limited))

    def down() -> Plan:
        return teardown(both.name, read(both, limited), data=True, confirmed=both.name)

    settings(enforce_permissions=True)
    apply(replan(), replan, limited, waiting=waiting)
    assert replan().empty
    apply(down(), down, limited, waiting=waiting)
    assert down().empty
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


def test_two_setups_on_one_vpc_leave_each_other_alone(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    as_setup: Callable[[str], Account],
) -> None:
    other = replace(wanted, name=f"{wanted.name}-b", traffic="REJECT")
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    there = as_setup(other.name)
    shown = planned(other)
    assert any(f"of the setup {wanted.name} already records" in warning for warning in shown.warnings)
    apply(shown, lambda: planned(other), there, waiting=waiting)

    def down() -> Plan:
        return teardown(other.name, read(other, there), data=True, confirmed=other.name)

    assert all(dict(step.before.tags)[TAG] == other.name for step in down().todo)  # type: ignore[union-attr]
    apply(down(), down, there, waiting=waiting)
    assert planned(wanted).empty
