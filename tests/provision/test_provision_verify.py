"""Proof that a setup works: records arrive, or the cause is named and the repair is a plan."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from flowinsight.provision.account import Account
from flowinsight.provision.apply import apply
from flowinsight.provision.health import survey
from flowinsight.provision.plan import Plan
from flowinsight.provision.readback import answers, read_back
from flowinsight.provision.shown import verification_json, verification_text
from flowinsight.provision.steps import LeftAlone
from flowinsight.provision.verify import Verification, verify
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, Wanted
from flowinsight.sandbox.running import Running


@pytest.fixture
def applied(account: Account, planned: Callable[[Wanted], Plan], waiting: Waiting) -> Callable[[Wanted], Verification]:
    """Apply a setup, let `minutes` pass, and verify it."""

    def make(wanted: Wanted, minutes: int = 15) -> Verification:
        apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
        waiting.sleep(minutes * 60)
        return verify(wanted, account, waiting.now())

    return make


def test_a_setup_works_when_every_flow_log_has_delivered(wanted: Wanted, applied: Callable[..., Verification]) -> None:
    found = applied(replace(wanted, destination="both"))
    assert found.proven, found
    assert found.sentence == "The setup works: records arrive from every flow log."
    to_group, to_bucket = sorted(found.healths, key=lambda health: health.flow_log.settings.destination_type)
    assert to_group.arrived is not None
    assert to_bucket.arrived is not None
    assert to_group.arrived.streams > 3
    assert to_bucket.arrived.objects >= 1
    assert to_group.age is not None
    assert to_group.age < 300
    assert "the newest record is" in to_bucket.sentence


@pytest.mark.parametrize("bucket", [BucketWanted(hive=True, hourly=False), BucketWanted(file_format="plain-text")])
def test_objects_are_found_in_every_layout(
    bucket: BucketWanted, wanted: Wanted, applied: Callable[..., Verification]
) -> None:
    assert applied(replace(wanted, destination="s3", bucket=bucket)).proven


def test_before_the_first_record_it_says_what_is_normal(wanted: Wanted, applied: Callable[..., Verification]) -> None:
    found = applied(wanted, 0)
    (health,) = found.healths
    assert health.state == "waiting"
    assert "Nothing has arrived in 0 minutes" in health.sentence
    assert "10 to 20 minutes are normal" in found.sentence
    assert not found.proven


def test_a_delivery_that_fails_is_named_and_its_repair_is_a_plan(
    wanted: Wanted,
    account: Account,
    applied: Callable[..., Verification],
    planned: Callable[[Wanted], Plan],
    client: Callable[[str], Any],
    waiting: Waiting,
) -> None:
    assert applied(wanted).proven
    role = f"flowinsight-{wanted.name}-eu-central-1"
    client("iam").delete_role_policy(RoleName=role, PolicyName="deliver-flow-logs")
    waiting.sleep(600)
    found = verify(wanted, account, waiting.now())
    (health,) = found.healths
    assert health.state == "failed"
    assert "Access error" in health.sentence
    assert [type(step).__name__ for step in found.repair.todo] == ["Change", "Replace"]
    assert "A delivery has failed" in verification_text(found, {})
    apply(found.repair, lambda: planned(wanted), account, waiting=waiting)
    waiting.sleep(600)
    assert verify(wanted, account, waiting.now()).proven


def test_a_setup_that_is_not_there_is_a_plan_to_make_it(wanted: Wanted, account: Account, waiting: Waiting) -> None:
    found = verify(wanted, account, waiting.now())
    assert not found.proven
    assert found.sentence.startswith("AWS does not have all that is wanted.")
    told = verification_json(found, {})
    assert told["proven"] is False
    assert len(told["repair"]["steps"]) == 3
    assert json.dumps(told)


def test_a_survey_lists_every_flow_log_with_its_health_and_the_interfaces_nobody_records(
    wanted: Wanted,
    account: Account,
    applied: Callable[..., Verification],
    foreign: dict[str, str],
    company: dict[str, Any],
    waiting: Waiting,
) -> None:
    assert applied(replace(wanted, resources=(company["subnets"]["shop-app"],))).proven
    found = survey(account, waiting.now())
    states = {health.flow_log.id: health.state for health in found.healths}
    assert states[foreign["flow_log"]] == "failed"
    assert "delivering" in states.values()
    inside = {item["id"] for item in company["interfaces"].values() if item["subnet"] == "shop-app"}
    assert inside
    assert not inside & set(found.uncovered)
    outside = {item["id"] for item in company["interfaces"].values() if item["vpc"] == "staging"}
    assert outside & set(found.uncovered)


def test_what_arrived_is_read_back_and_answered(
    wanted: Wanted, account: Account, applied: Callable[..., Verification], waiting: Waiting
) -> None:
    (health,) = applied(wanted).healths
    found = read_back(health.flow_log, account, waiting.now())
    assert found is not None
    assert found.records > 100
    assert found.interfaces > 3
    assert found.clients
    assert f"{found.records:,} records of" in found.sentence


@pytest.mark.parametrize("file_format", ["plain-text", "parquet"])
def test_objects_are_read_back_too(
    file_format: Any,
    wanted: Wanted,
    account: Account,
    applied: Callable[..., Verification],
    planned: Callable[[Wanted], Plan],
    client: Callable[[str], Any],
    waiting: Waiting,
) -> None:
    """From a bucket of one's own, whose policy is as its owner made it."""
    name = f"{wanted.name}-{file_format}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    own = replace(wanted, destination="s3", bucket=BucketWanted(name, file_format=file_format))
    (left, _) = planned(own).steps
    assert isinstance(left, LeftAlone)
    client("s3").put_bucket_policy(Bucket=name, Policy=left.statements[0])
    (health,) = applied(own).healths
    found = read_back(health.flow_log, account, waiting.now())
    assert found is not None
    assert found.records > 100
    assert found.clients


def test_every_place_that_delivered_is_answered_from_and_a_missing_permission_is_named(
    wanted: Wanted,
    account: Account,
    applied: Callable[..., Verification],
    sandbox: Running,
    waiting: Waiting,
) -> None:
    """A log group and a bucket that lets nobody in without TLS, both made by the setup."""
    found = applied(replace(wanted, destination="both"))
    told = answers(found.healths, account, waiting.now())
    assert len(told) == 2
    for answer in told.values():
        assert answer.startswith("The newest hour was read back: ")
        assert "Most was sent by " in answer
    sandbox.control("faults", {"kind": "denied", "service": "s3", "action": "GetObject"})
    try:
        denied = answers(found.healths, account, waiting.now())
    finally:
        sandbox.control("faults", method="DELETE")
    (refused,) = [answer for place, answer in denied.items() if answer != told[place]]
    assert refused.startswith("The newest hour cannot be read back.")
    assert "s3:GetObject" in refused


def test_nothing_is_read_back_where_nothing_arrived(
    wanted: Wanted, account: Account, applied: Callable[..., Verification], waiting: Waiting
) -> None:
    (health,) = applied(wanted, 0).healths
    assert read_back(health.flow_log, account, waiting.now()) is None
