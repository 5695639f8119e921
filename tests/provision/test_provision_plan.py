"""The plan as a value: what is created, changed, replaced, left alone and torn down. No AWS here."""

from dataclasses import replace

import pytest

from flowinsight.provision import desired, documents, policies
from flowinsight.provision.deployed import Bucket, Deployed, FlowLog
from flowinsight.provision.exports import export
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.settings import TAG, BucketSettings, FlowLogSettings, GroupSettings, Place, RoleSettings
from flowinsight.provision.shown import plan_json, plan_text
from flowinsight.provision.steps import Change, Create, Delete, LeftAlone, Replace, Unchanged, described
from flowinsight.provision.teardown import teardown
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted
from tests.provision.deployments import EMPTY, PLACE, SEEN, SUBNET, THEN, VPC, WANTED, made, theirs


def kinds(found: Plan) -> list[str]:
    return [described(step) for step in found.todo]


def test_from_nothing_everything_is_created_in_an_order_that_works() -> None:
    found = plan(replace(WANTED, destination="both"), EMPTY)
    assert [type(step) for step in found.steps] == [Create] * 5
    assert [step.after.label for step in found.steps if isinstance(step, Create)] == [
        "log group",
        "role",
        "bucket",
        "flow log",
        "flow log",
    ]
    assert found.warnings == ()
    assert found.blockers == ()


def test_what_is_as_wanted_is_unchanged_even_with_tags_of_others_on_it() -> None:
    deployed = made(WANTED)
    (group,) = deployed.groups
    tagged = replace(group, tags=(*group.tags, ("backup", "yes")))
    found = plan(WANTED, replace(deployed, groups=(tagged,)))
    assert found.empty
    assert all(isinstance(step, Unchanged) for step in found.steps)


@pytest.mark.parametrize("tags", [(), (("team", "them"),), ((TAG, "another"),)])
def test_nothing_without_the_setups_tag_is_changed_or_deleted(tags: tuple[tuple[str, str], ...]) -> None:
    wanted = Wanted(
        "one", (VPC,), "both", group=GroupWanted("/theirs", 7), role=RoleWanted("theirs"), bucket=BucketWanted("theirs")
    )
    settings = BucketSettings(
        "theirs", public_access_blocked=False, ownership="ObjectWriter", key=None, policy="", lifecycle="[]", tags=tags
    )
    deployed = Deployed(
        PLACE,
        SEEN,
        (theirs(tags=tags, resource=SUBNET),),
        (GroupSettings("/theirs", None, None, tags),),
        (RoleSettings("theirs", "/", None, "{}", "", tags),),
        (Bucket("theirs", settings),),
    )
    found = plan(wanted, deployed)
    touched = [step for step in found.todo if not isinstance(step, Create)]
    assert touched == []
    assert [step.after.label for step in found.todo if isinstance(step, Create)] == ["flow log", "flow log"]
    assert sum(isinstance(step, LeftAlone) for step in found.steps) == 3
    assert teardown("one", deployed, data=True, confirmed="one").steps == ()


def test_a_bucket_of_another_account_is_shown_the_documented_statements_and_does_not_stand_in_the_way() -> None:
    wanted = Wanted("one", (VPC,), "s3", bucket=BucketWanted("theirs", "flow"))
    found = plan(wanted, replace(EMPTY, buckets=(Bucket("theirs", None),)))
    (left,) = (step for step in found.steps if isinstance(step, LeftAlone))
    expected = policies.bucket_statements(
        PLACE, "theirs", ["arn:aws:s3:::theirs/flow/AWSLogs/111122223333/*"], enforced=False
    )
    assert list(left.statements) == [documents.text(statement) for statement in expected]
    assert found.blockers == ()


def test_keys_are_left_alone_and_their_statements_shown() -> None:
    key = "arn:aws:kms:eu-central-1:999988887777:key/1"
    found = plan(replace(WANTED, group=GroupWanted(key=key), bucket=BucketWanted(key=key), destination="both"), EMPTY)
    left = [step for step in found.steps if isinstance(step, LeftAlone)]
    assert [step.before.name for step in left] == [key, key]
    assert "logs.eu-central-1.amazonaws.com" in left[0].statements[0]
    assert "delivery.logs.amazonaws.com" in left[1].statements[0]


def test_a_role_by_its_arn_is_used_and_its_owner_gets_trust_and_policy() -> None:
    wanted = replace(WANTED, role=RoleWanted(arn="arn:aws:iam::111122223333:role/x/theirs"))
    found = plan(wanted, EMPTY)
    (left,) = (step for step in found.steps if isinstance(step, LeftAlone))
    assert left.statements == (policies.trust(PLACE), policies.delivery(PLACE, desired.group_name(wanted)))
    logs = [step.after for step in found.steps if isinstance(step, Create) and isinstance(step.after, FlowLogSettings)]
    assert [log.role for log in logs] == ["arn:aws:iam::111122223333:role/x/theirs"]


def test_a_flow_log_of_others_that_records_the_same_is_not_doubled() -> None:
    log = desired.flow_logs(WANTED, PLACE, [(VPC, VPC)])[0]
    found = plan(WANTED, replace(EMPTY, flow_logs=(FlowLog("fl-9", replace(log, tags=()), THEN),)))
    assert any(isinstance(step, LeftAlone) and "fl-9 records this already" in step.why for step in found.steps)
    assert kinds(found) == [
        f"Create log group {desired.group_name(WANTED)}",
        f"Create role {desired.role_name(WANTED, PLACE)}",
    ]


def test_a_delivery_that_failed_for_lack_of_access_is_made_anew() -> None:
    deployed = made(WANTED)
    failed = replace(deployed.flow_logs[0], delivery="FAILED", error="Access error")
    (step,) = plan(WANTED, replace(deployed, flow_logs=(failed,))).todo
    assert isinstance(step, Replace)
    assert not step.overlap
    limited = replace(failed, error="Rate limited")
    assert plan(WANTED, replace(deployed, flow_logs=(limited,))).empty


def test_what_is_no_longer_wanted_goes_and_records_stay() -> None:
    deployed = made(replace(WANTED, destination="both"))
    found = plan(replace(WANTED, destination="s3"), deployed)
    assert [type(step) for step in found.todo] == [Delete, Delete]
    assert [step.before.label for step in found.todo if isinstance(step, Delete)] == ["flow log", "role"]
    kept = [step for step in found.steps if isinstance(step, LeftAlone)]
    assert [step.before.label for step in kept] == ["log group"]


def test_an_old_flow_log_whose_successor_exists_waits_for_its_first_record() -> None:
    old = made(replace(WANTED, format="default")).flow_logs[0]
    deployed = made(WANTED)
    both = replace(deployed, flow_logs=(*deployed.flow_logs, replace(old, id="fl-old")))
    deletes = [step for step in plan(WANTED, both).todo if isinstance(step, Delete)]
    assert [(step.flow_log_id, step.waits_for) for step in deletes] == [("fl-old", deployed.flow_logs[0].settings)]


def test_while_two_formats_overlap_role_and_bucket_let_both_and_then_only_the_new_one() -> None:
    before = replace(WANTED, destination="both", format="default")
    after = replace(before, format="investigate")
    found = plan(after, made(before))
    changes = [step for step in found.todo if isinstance(step, Change)]
    assert [step.after.label for step in changes] == ["role", "bucket", "role", "bucket"]
    wide, narrow = changes[0].after, changes[2].after
    assert isinstance(wide, RoleSettings)
    assert isinstance(narrow, RoleSettings)
    assert desired.group_name(before) in wide.policy
    assert desired.group_name(before) not in narrow.policy
    assert narrow.policy == desired.role(after, PLACE).policy
    assert found.todo.index(changes[2]) > max(i for i, step in enumerate(found.todo) if isinstance(step, Replace))


def test_data_goes_only_when_it_is_asked_for_twice() -> None:
    deployed = made(replace(WANTED, destination="both"))
    kept = teardown("one", deployed)
    assert [step.before.label for step in kept.todo if isinstance(step, Delete)] == ["flow log", "flow log", "role"]
    for confirmed in ("", "two"):
        with pytest.raises(Exception, match="Confirm it by giving the setup's name, one, once more"):
            teardown("one", deployed, data=True, confirmed=confirmed)
    gone = teardown("one", deployed, data=True, confirmed="one")
    assert [(step.before.label, step.data) for step in gone.todo if isinstance(step, Delete)][-2:] == [
        ("log group", True),
        ("bucket", True),
    ]


def test_the_text_of_a_plan_shows_every_setting_as_a_diff() -> None:
    deployed = made(WANTED)
    text = plan_text(plan(replace(WANTED, group=GroupWanted(retention_days=7)), deployed))
    assert "~ Change log group" in text
    assert "      - 30\n" in text
    assert "      + 7\n" in text
    assert text.endswith("1 step to take.")
    created = plan_text(plan(WANTED, EMPTY))
    assert "aws:SourceArn" in created
    assert "${srcaddr}" in created
    assert plan_text(plan(WANTED, deployed)).endswith("Nothing to do.")


def test_the_json_of_a_plan_tells_each_steps_action() -> None:
    found = plan_json(plan(replace(WANTED, destination="both"), EMPTY))
    assert [step["action"] for step in found["steps"]] == ["create"] * 5
    assert found["steps"][0]["settings"]["retention_days"] == 30
    assert found["empty"] is False


def test_a_role_that_the_same_setup_uses_in_another_region_is_left_alone() -> None:
    wanted = replace(WANTED, role=RoleWanted("shared"))
    elsewhere = desired.role(wanted, Place("111122223333", "us-east-1"))
    deployed = replace(EMPTY, roles=(elsewhere,))
    assert any(isinstance(step, LeftAlone) and step.before == elsewhere for step in plan(wanted, deployed).steps)
    assert teardown("one", deployed).todo == ()
    edited = replace(elsewhere, trust=documents.policy())
    assert isinstance(plan(wanted, replace(deployed, roles=(edited,))).todo[1], Create | Change)
    assert [type(step) for step in teardown("one", replace(deployed, roles=(edited,))).todo] == [Delete]


def test_what_aws_tells_of_a_transit_gateways_traffic_does_not_matter() -> None:
    wanted = Wanted("one", ("tgw-0c8eab7aff7cff031",), format="transit-gateway")
    deployed = made(wanted)
    (log,) = deployed.flow_logs
    told = replace(log, settings=replace(log.settings, traffic="ALL"))
    assert plan(wanted, replace(deployed, flow_logs=(told,))).empty


def test_the_one_region_that_is_not_named_gets_a_bucket_without_its_name() -> None:
    virginia = Place("111122223333", "us-east-1")
    wanted = replace(WANTED, destination="s3")
    (line,) = (
        line
        for line in export(plan(wanted, Deployed(virginia, SEEN)), "cli").splitlines()
        if line.startswith("aws s3api create-bucket")
    )
    assert "LocationConstraint" not in line
    assert '{"Key":"flowinsight:setup","Value":"one"}' in line
