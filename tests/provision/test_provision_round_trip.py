"""Read, plan, apply, read, plan: the second plan is empty, whatever was wanted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flowinsight.provision import desired
from flowinsight.provision.account import Account
from flowinsight.provision.apply import apply
from flowinsight.provision.plan import Plan
from flowinsight.provision.settings import TAG
from flowinsight.provision.steps import Change, Create, Replace
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted

CUSTOM = "${interface-id} ${srcaddr} ${dstaddr} ${dstport} ${start} ${end} ${log-status}"
CLOUDWATCH: dict[str, dict[str, Any]] = {
    "the default format": {"format": "default"},
    "a custom format": {"format": CUSTOM, "interval": 600, "traffic": "REJECT"},
    "records kept for ever": {"group": GroupWanted(retention_days=None)},
    "a role with path and boundary": {
        "role": RoleWanted(path="/flow/", boundary="arn:aws:iam::111122223333:policy/limit")
    },
    "tags": {"tags": (("team", "network"), ("cost centre", "17/a"))},
    "fields up to version 11": {"format": "newest"},
    "values of tags": {
        "format": "${interface-id} ${start} ${end} ${interface-tag} ${instance-tag} ${instance-tag-2}",
        "tag_fields": (("interface-tag", "Name"), ("instance-tag-2", "b"), ("instance-tag", "a")),
    },
}
S3: dict[str, dict[str, Any]] = {
    "text": {"bucket": BucketWanted(file_format="plain-text", hourly=False)},
    "Parquet by the hour": {"bucket": BucketWanted(file_format="parquet", hourly=True)},
    "Hive folders": {"bucket": BucketWanted(hive=True, hourly=False)},
    "Hive folders by the hour, text": {"bucket": BucketWanted(file_format="plain-text", hive=True, hourly=True)},
    "the bucket itself, kept for ever": {"bucket": BucketWanted(prefix="", expire_days=None)},
    "the default format": {"format": "default"},
}
CASES = [
    *(
        pytest.param({"destination": "cloudwatch", **more}, id=f"CloudWatch, {name}")
        for name, more in CLOUDWATCH.items()
    ),
    *(pytest.param({"destination": "s3", **more}, id=f"S3, {name}") for name, more in S3.items()),
    pytest.param({"destination": "both"}, id="both"),
]


def changes_in(account: Account) -> int:
    return sum(1 for entry in account.audit.entries() if entry["outcome"] == "sent")


@pytest.mark.parametrize("how", CASES)
def test_the_plan_after_applying_is_empty_and_a_second_apply_changes_nothing(
    how: dict[str, Any],
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
) -> None:
    wanted = replace(wanted, **how)
    first = planned(wanted)
    assert all(isinstance(step, Create) for step in first.steps)
    apply(first, lambda: planned(wanted), account, waiting=waiting)
    second = planned(wanted)
    assert second.empty, second.todo
    assert len(second.steps) == len(first.steps)
    before = changes_in(account)
    apply(second, lambda: planned(wanted), account, waiting=waiting)
    assert changes_in(account) == before


@pytest.mark.parametrize(
    "scope", ["subnet", "interface", "instance", "security group", "two subnets", "transit gateway"]
)
def test_every_scope_can_be_recorded(
    scope: str,
    wanted: Wanted,
    company: dict[str, Any],
    client: Callable[[str], Any],
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
) -> None:
    wanted = replace(wanted, destination="both", **_scope(scope, company, client))
    first = planned(wanted)
    assert not first.blockers
    apply(first, lambda: planned(wanted), account, waiting=waiting)
    assert planned(wanted).empty


def _scope(scope: str, company: dict[str, Any], client: Callable[[str], Any]) -> dict[str, Any]:
    one = next(item for item in company["interfaces"].values() if item["role"] == "instance" and item["vpc"] == "shop")
    match scope:
        case "subnet":
            return {"resources": (company["subnets"]["shop-app"],)}
        case "two subnets":
            return {"resources": (company["subnets"]["shop-app"], company["subnets"]["shop-data"])}
        case "interface":
            return {"resources": (one["id"],)}
        case "instance":
            return {"resources": (one["owner"],)}
        case "security group":
            found = client("ec2").describe_network_interfaces(NetworkInterfaceIds=[one["id"]])
            return {"resources": (found["NetworkInterfaces"][0]["Groups"][0]["GroupId"],)}
        case _:
            made = client("ec2").create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
            return {"resources": (made,), "format": "transit-gateway"}


def test_a_new_format_takes_the_old_ones_place_after_its_first_record(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting, client: Callable[[str], Any]
) -> None:
    wanted = replace(wanted, destination="both", format="default")
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    changed = replace(wanted, format="investigate")
    shown = planned(changed)
    assert [step.overlap for step in shown.steps if isinstance(step, Replace)] == [True, True]
    texts: list[str] = []
    apply(shown, lambda: planned(changed), account, lambda progress: texts.append(progress.text), waiting)
    assert any("Waiting for the first record" in text for text in texts)
    marked = [text for text in texts if ". Both recorded from 2026-11-" in text]
    assert len(marked) == 2
    assert all(text.endswith(" UTC: what passed then is in both places") for text in marked)
    noted = [*account.audit.entries("overlap")]
    assert [entry["resource"] for entry in noted] == [wanted.resources[0]] * 2
    assert all(entry["began"] <= entry["ended"] and entry["old"] != entry["new"] for entry in noted)
    after = planned(changed)
    assert after.empty, after.todo
    mine = client("ec2").describe_flow_logs(Filters=[{"Name": "tag:flowinsight:setup", "Values": [wanted.name]}])
    assert {item["LogFormat"] for item in mine["FlowLogs"]} == {changed.log_format}


def test_a_change_that_allows_no_overlap_says_so_and_deletes_first(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting
) -> None:
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    changed = replace(wanted, interval=600)
    shown = planned(changed)
    (step,) = (step for step in shown.steps if isinstance(step, Replace))
    assert not step.overlap
    assert "is not recorded" in step.why
    apply(shown, lambda: planned(changed), account, waiting=waiting)
    assert planned(changed).empty


def test_where_both_write_the_same_streams_the_usual_time_is_waited(
    wanted: Wanted, account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting
) -> None:
    wanted = replace(wanted, traffic="REJECT")
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    waiting.sleep(300)
    changed = replace(wanted, traffic="ACCEPT")
    shown = planned(changed)
    (step,) = shown.todo
    assert isinstance(step, Replace)
    assert step.overlap
    began = waiting.now()
    apply(shown, lambda: planned(changed), account, waiting=replace(waiting, step=20.0))
    assert 20 * 60 <= waiting.now() - began < 25 * 60
    assert planned(changed).empty


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"group": GroupWanted(retention_days=None)}, "log group"),
        ({"role": RoleWanted(boundary="arn:aws:iam::111122223333:policy/limit")}, "role"),
        ({"bucket": BucketWanted(expire_days=7)}, "bucket"),
        ({"bucket": BucketWanted(expire_days=None)}, "bucket"),
    ],
)
def test_one_changed_wish_changes_one_resource(
    how: dict[str, Any],
    kind: str,
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
) -> None:
    wanted = replace(wanted, destination="both")
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    changed = replace(wanted, **how)
    shown = planned(changed)
    assert [(type(step), step.after.label) for step in shown.todo if isinstance(step, Change)] == [(Change, kind)]
    assert len(shown.todo) == 1
    apply(shown, lambda: planned(changed), account, waiting=waiting)
    assert planned(changed).empty


def test_new_tags_reach_every_resource_and_leave_those_of_others(
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    client: Callable[[str], Any],
) -> None:
    wanted = replace(wanted, destination="both")
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    bucket = desired.bucket_name(wanted, account.place)
    theirs = [{"Key": TAG, "Value": wanted.name}, {"Key": "backup", "Value": "yes"}]
    client("s3").put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": theirs})
    assert planned(wanted).empty
    changed = replace(wanted, tags=(("team", "network"),))
    shown = planned(changed)
    assert [step.after.label for step in shown.todo if isinstance(step, Change)] == [
        "log group",
        "role",
        "bucket",
        "flow log",
        "flow log",
    ]
    apply(shown, lambda: planned(changed), account, waiting=waiting)
    assert planned(changed).empty
    tags = client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]
    assert {tag["Key"] for tag in tags} == {TAG, "backup", "team"}
