"""What a plan warns of, and what stands in its way. No AWS here."""

from dataclasses import replace

import pytest

from flowinsight.provision import desired, documents
from flowinsight.provision.deployed import Bucket, Deployed, FlowLog
from flowinsight.provision.plan import plan
from flowinsight.provision.settings import BucketSettings, GroupSettings
from flowinsight.provision.steps import Change, LeftAlone
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted
from tests.provision.deployments import EMPTY, ENI, GROUP, PLACE, SUBNET, THEN, VPC, WANTED, made, theirs


def test_a_bucket_without_the_statements_stands_in_the_way_and_its_owner_gets_the_exact_policy() -> None:
    wanted = Wanted("one", (VPC,), "s3", bucket=BucketWanted("theirs", "flow"))
    existing = documents.policy(
        {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "*"}
    )
    settings = BucketSettings(
        "theirs",
        public_access_blocked=True,
        ownership="ObjectWriter",
        key=None,
        policy=existing,
        lifecycle="[]",
        tags=(),
    )
    found = plan(wanted, replace(EMPTY, buckets=(Bucket("theirs", settings),)))
    assert "AWS would write a policy of its own over it" in found.blockers[0]
    (left,) = (step for step in found.steps if isinstance(step, LeftAlone))
    sids = [statement["Sid"] for statement in documents.statements(left.statements[0])]
    assert sids == ["Theirs", "AWSLogDeliveryWrite", "AWSLogDeliveryAclCheck"]
    granted = replace(settings, policy=left.statements[0])
    assert plan(wanted, replace(EMPTY, buckets=(Bucket("theirs", granted),))).blockers == ()


@pytest.mark.parametrize(
    ("deployed", "sentence"),
    [
        (replace(EMPTY, flow_logs=(theirs(),)), "already records 2 interfaces of"),
        (replace(EMPTY, flow_logs=(theirs(resource=SUBNET),)), "already records 1 interface of"),
        (
            replace(EMPTY, groups=(GroupSettings("/mine", 30, None, (), "INFREQUENT_ACCESS"),)),
            "filter patterns do not work",
        ),
        (replace(EMPTY, groups=(GroupSettings("/mine", None, None, ()),)), "keeps its records for ever"),
        (
            replace(EMPTY, flow_logs=(theirs(destination="/mine", log_format="${srcaddr}", resource="vpc-other"),)),
            "lines of two formats in one group",
        ),
    ],
)
def test_a_careful_person_is_warned(deployed: Deployed, sentence: str) -> None:
    found = plan(replace(WANTED, group=GroupWanted("/mine")), deployed)
    assert any(sentence in warning for warning in found.warnings), found.warnings


def test_a_role_of_ones_own_is_one_of_the_account_and_is_missed_where_it_is_not_there() -> None:
    theirs = replace(desired.role(WANTED, PLACE), name="theirs", path="/flow/", tags=())
    there = replace(EMPTY, roles=(theirs,))
    right = replace(WANTED, role=RoleWanted(arn="arn:aws:iam::111122223333:role/flow/theirs"))
    assert not plan(right, there).blockers
    assert not any("There is no role" in warning for warning in plan(right, there).warnings)
    pathless = replace(WANTED, role=RoleWanted(arn="arn:aws:iam::111122223333:role/theirs"))
    for wanted, deployed in ((right, EMPTY), (pathless, there)):
        assert any(f"There is no role {wanted.role.arn}" in warning for warning in plan(wanted, deployed).warnings)
    for arn in ("arn:aws:iam::999988887777:role/theirs", "arn:aws-cn:iam::111122223333:role/theirs"):
        (blocker,) = plan(replace(WANTED, role=RoleWanted(arn=arn)), there).blockers
        assert f"{arn} is no role of account 111122223333" in blocker


def test_a_flow_log_for_other_traffic_is_no_second_one() -> None:
    rejects = replace(EMPTY, flow_logs=(theirs(traffic="REJECT"),))
    assert plan(replace(WANTED, traffic="ACCEPT"), rejects).warnings == ()
    assert plan(WANTED, rejects).warnings != ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "default"}, "who opened a connection can then only be guessed"),
        ({"format": "${srcaddr} ${tcp-flags} ${log-status}"}, "the simplest question cannot be answered"),
        ({"format": "${srcaddr} ${dstaddr} ${tcp-flags}"}, "no traffic and lost records will look the same"),
        ({"format": "${srcaddr} ${ecs-task-id}"}, "ECS fields need at least one ECS cluster"),
        ({"format": "newest"}, "The next hop is empty for internet gateways"),
        (
            {"format": "${asg-tag}", "tag_fields": (("asg-tag", "k"),)},
            "Values of tags are missing or old for about an hour",
        ),
        ({"format": "${asg-tag}", "tag_fields": (("asg-tag", "k"),)}, "need a CloudTrail trail that is switched on"),
        ({"resources": (ENI,)}, "new instances will not be logged"),
        ({"resources": ("i-0c8eab7aff7cff031",)}, "new instances will not be logged"),
        ({"resources": (GROUP,)}, "new instances will not be logged"),
        ({"resources": (VPC, SUBNET)}, "see the same interfaces"),
        ({"interval": 600}, "per minute whatever interval"),
    ],
)
def test_a_wish_with_a_catch_is_warned_of(change: dict[str, object], sentence: str) -> None:
    found = plan(replace(WANTED, **change), EMPTY)  # type: ignore[arg-type]
    assert any(sentence in warning for warning in found.warnings), found.warnings


def test_a_statement_of_the_same_name_that_says_something_else_is_warned_of_before_it_is_overwritten() -> None:
    wanted = replace(WANTED, destination="s3")
    deployed = made(wanted)
    settings = deployed.buckets[0].settings
    assert settings is not None
    edited = replace(settings, policy=settings.policy.replace("s3:PutObject", "s3:*"))
    found = plan(wanted, replace(deployed, buckets=(Bucket(settings.name, edited),)))
    assert "AWSLogDeliveryWrite" in found.warnings[0]
    (step,) = found.todo
    assert isinstance(step, Change)
    assert [difference.field for difference in step.differences] == ["policy"]


def test_what_cannot_be_torn_down_again_is_said_before_it_is_created() -> None:
    locked = replace(EMPTY, deletable=False)
    assert "You may not delete flow logs (ec2:DeleteFlowLogs)" in plan(WANTED, locked).warnings[0]
    assert plan(WANTED, replace(made(WANTED), deletable=False)).warnings == ()
    to_s3 = replace(WANTED, destination="s3")
    settings = made(to_s3).buckets[0].settings
    assert settings is not None
    deny = {"Sid": "Keep", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": "*"}
    kept = replace(settings, policy=documents.merged(settings.policy, [deny]))
    found = plan(to_s3, replace(made(to_s3), buckets=(Bucket(settings.name, kept),)))
    assert found.empty
    assert found.warnings == (
        f"The policy of the bucket {settings.name} denies s3:DeleteBucket: tearing down with data will fail.",
    )


def test_a_resource_that_is_not_there_stands_in_the_way() -> None:
    found = plan(WANTED, replace(EMPTY, missing=(VPC,)))
    assert found.blockers == (f"There is no {VPC} in eu-central-1. Correct its id, or choose its region.",)


def test_a_security_group_without_interfaces_has_nothing_to_record() -> None:
    found = plan(replace(WANTED, resources=("sg-00000000000000000",)), EMPTY)
    assert "has no network interface" in found.blockers[0]


def test_a_place_that_others_have_taken_with_another_format_stands_in_the_way() -> None:
    log = replace(desired.flow_logs(WANTED, PLACE, [(VPC, VPC)])[0], tags=(), log_format="${srcaddr}")
    found = plan(WANTED, replace(EMPTY, flow_logs=(FlowLog("fl-9", log, THEN),)))
    assert "with another log format" in found.blockers[0]
