"""Bring your own: what others made is used and stays as it was."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.provision.account import Account
from flowinsight.provision.apply import StepFailedError, apply
from flowinsight.provision.plan import Plan
from flowinsight.provision.read import read
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.settings import TAG
from flowinsight.provision.steps import Create, LeftAlone
from flowinsight.provision.teardown import teardown
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted


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


def test_who_can_help_is_said_where_a_bucket_or_a_key_of_somebody_elses_refuses(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting, identity: aws.Identity
) -> None:
    name = f"{wanted.name}-elsewhere"
    elsewhere = aws.client(replace(identity, sandbox_account="012345678910"), "s3")
    elsewhere.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    key = aws.client(identity, "kms").create_key()["KeyMetadata"]["Arn"]
    for own, said in (
        (
            replace(wanted, destination="s3", bucket=BucketWanted(name)),
            "Please check LogDestination permission. Its owner",
        ),
        (replace(wanted, group=GroupWanted(key=key)), "its policy holds the statement that the plan shows. Then plan"),
    ):
        shown = planned(own)
        assert any(isinstance(step, LeftAlone) and step.statements for step in shown.steps)
        with pytest.raises(StepFailedError, match=said):
            apply(shown, lambda own=own: planned(own), account, waiting=waiting)  # type: ignore[misc]


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
