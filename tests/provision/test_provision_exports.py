"""The plan as commands, CloudFormation and Terraform, each read by a program that knows the language better than we do."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml  # type: ignore[import-untyped]
from cfnlint.api import lint_all  # type: ignore[import-untyped]

from flowinsight.provision import desired, exports
from flowinsight.provision.account import Account
from flowinsight.provision.apply import apply
from flowinsight.provision.deployed import Deployed
from flowinsight.provision.exports import export
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.settings import FlowLogSettings, Place
from flowinsight.provision.steps import Create, Replace, Unchanged
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted
from flowinsight.sandbox.running import Running

KEY = "arn:aws:kms:eu-central-1:111122223333:key/0c8eab7a-0000-4000-8000-7aff7cff0311"
WISHES = {
    "both": Wanted("both", ("vpc-0c8eab7aff7cff031",), "both", tags=(("team", "network"),)),
    "a subnet and an interface, text": Wanted(
        "text",
        ("subnet-0f637c4caf7840f4a", "eni-064d6aa203d3c4d59"),
        "s3",
        "default",
        bucket=BucketWanted(file_format="plain-text", hive=True, expire_days=None, prefix=""),
    ),
    "keys, a boundary, for ever": Wanted(
        "keys",
        ("vpc-0c8eab7aff7cff031",),
        "both",
        group=GroupWanted(retention_days=None, key=KEY),
        role=RoleWanted(path="/flow/", boundary="arn:aws:iam::111122223333:policy/limit"),
        bucket=BucketWanted(key=KEY),
    ),
    "values of tags": Wanted(
        "tagged",
        ("vpc-0c8eab7aff7cff031",),
        "both",
        "${srcaddr} ${dstaddr} ${instance-tag} ${instance-tag-2} ${interface-tag}",
        tag_fields=(("instance-tag", "Name"), ("instance-tag-2", "cost centre"), ("interface-tag", "Name")),
    ),
    "a transit gateway and a role of one's own": Wanted(
        "tgw",
        ("tgw-0c8eab7aff7cff031",),
        format="transit-gateway",
        role=RoleWanted(arn="arn:aws:iam::111122223333:role/r"),
    ),
}


def from_nothing(wanted: Wanted) -> Plan:
    return plan(wanted, Deployed(Place("111122223333", "eu-central-1")))


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES.keys())
def test_the_cloudformation_template_has_no_finding(wish: Wanted) -> None:
    text = export(from_nothing(wish), "cloudformation-json")
    findings = [str(found) for found in lint_all(text) if found.rule.severity != "informational"]
    assert not findings


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES.keys())
def test_the_yaml_template_is_the_json_template(wish: Wanted) -> None:
    found = from_nothing(wish)
    assert yaml.safe_load(export(found, "cloudformation-yaml")) == json.loads(export(found, "cloudformation-json"))


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES.keys())
def test_terraform_reads_every_resource_of_the_plan(wish: Wanted) -> None:
    text = export(from_nothing(wish), "terraform")
    parsed = hcl2.load(StringIO(text))
    kinds = {kind.strip('"') for block in parsed["resource"] for kind in block}
    expected = {"aws_flow_log"}
    if wish.to_cloudwatch:
        expected |= {"aws_cloudwatch_log_group"}
    if wish.to_cloudwatch and not wish.role.arn:
        expected |= {"aws_iam_role", "aws_iam_role_policy"}
    if wish.to_s3:
        expected |= {
            "aws_s3_bucket",
            "aws_s3_bucket_policy",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_server_side_encryption_configuration",
        }
    assert kinds - {"aws_s3_bucket_lifecycle_configuration"} == expected
    assert wish.log_format.replace("${", "$${") in text


def test_terraform_writes_policies_as_expressions_with_the_same_meaning() -> None:
    wish = WISHES["both"]
    parsed = hcl2.load(StringIO(export(from_nothing(wish), "terraform")))
    (role,) = (
        body for block in parsed["resource"] for kind, body in block.items() if kind.strip('"') == "aws_iam_role"
    )
    policy = str(next(iter(role.values()))["assume_role_policy"])
    assert policy.startswith("${jsonencode(")
    assert "vpc-flow-logs.amazonaws.com" in policy


def test_the_commands_are_quoted_so_that_a_shell_gives_back_every_value() -> None:
    wish = replace(WISHES["both"], tags=(("note", "a + b = c"),))
    lines = export(from_nothing(wish), "cli").splitlines()
    words = [shlex.split(line) for line in lines if line.startswith("aws ")]
    (request,) = (line for line in words if "create-flow-logs" in line and "s3" in line)
    assert request[request.index("--log-format") + 1] == wish.log_format
    tags = json.loads(request[request.index("--tag-specifications") + 1])
    assert {"Key": "note", "Value": "a + b = c"} in tags[0]["Tags"]


AWS_PROGRAM = """
import json, sys
from awscli.clidriver import create_clidriver
driver = create_clidriver()
for words in json.load(sys.stdin):
    if driver.main(words):
        sys.exit(" ".join(words))
"""
"""What the `aws` program does, for one command after the other: starting it for each takes a second."""


def run_commands(text: str, sandbox: Running, home: Path) -> None:
    """Run every command with the real AWS CLI; the waits between them are not needed here."""
    keys = sandbox.credentials()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ENDPOINT_URL": str(keys["endpoint_url"]),
        "AWS_DEFAULT_REGION": str(keys["region_name"]),
        "AWS_ACCESS_KEY_ID": str(keys["aws_access_key_id"]),
        "AWS_SECRET_ACCESS_KEY": str(keys["aws_secret_access_key"]),
        "AWS_PAGER": "",
    }
    sent = [shlex.split(line)[1:] for line in text.splitlines() if line.startswith("aws ")]
    words = [sys.executable, "-c", AWS_PROGRAM]
    done = subprocess.run(words, input=json.dumps(sent), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_real_aws_program_runs_the_commands_and_the_plan_afterwards_is_empty(
    wanted: Wanted, planned: Callable[[Wanted], Plan], sandbox: Running, tmp_path: Path
) -> None:
    wanted = replace(
        wanted,
        destination="both",
        format="${interface-id} ${srcaddr} ${dstaddr} ${start} ${end} ${instance-tag}",
        tags=(("note", "it is ours"),),
        tag_fields=(("instance-tag", "it is theirs"),),
    )
    run_commands(export(planned(wanted), "cli"), sandbox, tmp_path)
    after = planned(wanted)
    assert after.empty, after.todo


def test_the_commands_of_a_change_change_and_replace(
    wanted: Wanted,
    planned: Callable[[Wanted], Plan],
    account: Account,
    waiting: Waiting,
    sandbox: Running,
    tmp_path: Path,
) -> None:
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    changed = replace(wanted, interval=600, group=GroupWanted(retention_days=7))
    run_commands(export(planned(changed), "cli"), sandbox, tmp_path)
    assert planned(changed).empty


def test_what_is_there_already_is_imported_and_what_goes_is_named(
    wanted: Wanted, planned: Callable[[Wanted], Plan], account: Account, waiting: Waiting
) -> None:
    both = replace(wanted, destination="both")
    apply(planned(both), lambda: planned(both), account, waiting=waiting)
    changed = planned(replace(both, format="default"))
    bucket = f"flowinsight-{wanted.name}-111122223333-eu-central-1"
    old = sorted(step.before.id for step in changed.todo if isinstance(step, Replace))

    text = export(changed, "terraform")
    imports = hcl2.load(StringIO(text))["import"]
    assert {str(one["id"]).strip('"') for one in imports} == {f"flowinsight-{wanted.name}-eu-central-1", bucket}
    assert all(f"# {one} is not described here: delete it yourself" in text for one in old)
    assert len(old) == 2

    template = json.loads(export(changed, "cloudformation-json"))
    first, *others = template["Metadata"]["BeforeDeploying"]
    assert bucket in first
    assert sorted(other.partition(" ")[0] for other in others) == old
    assert not [found for found in lint_all(json.dumps(template)) if found.rule.severity != "informational"]
    assert "import {" not in export(from_nothing(both), "terraform")

    flow_logs = {step.flow_log_id for step in planned(both).steps if isinstance(step, Unchanged) and step.flow_log_id}
    assert all(f'id = "{one}"' in export(planned(both), "terraform") for one in flow_logs)


def test_what_is_somebody_elses_is_made_by_no_export_of_the_whole_setup(
    wanted: Wanted, planned: Callable[[Wanted], Plan], foreign: dict[str, str], company: dict[str, Any]
) -> None:
    arn = f"arn:aws:iam::111122223333:role/{foreign['role']}"
    own = replace(
        wanted,
        resources=(company["subnets"]["shop-data"],),
        destination="both",
        group=GroupWanted(foreign["group"]),
        role=RoleWanted(arn=arn),
        bucket=BucketWanted(foreign["bucket"]),
    )
    whole = exports.from_nothing(own, Place("111122223333", "eu-central-1"), (), planned(own))
    assert {type(step.after) for step in whole.todo if isinstance(step, Create)} == {FlowLogSettings}
    assert 'resource "aws_s3_bucket"' not in export(whole, "terraform")


def test_the_script_deletes_the_old_flow_log_only_after_somebody_said_that_the_new_one_delivers(
    wanted: Wanted, planned: Callable[[Wanted], Plan], account: Account, waiting: Waiting
) -> None:
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    lines = export(planned(replace(wanted, format="default")), "cli").splitlines()
    waits = next(number for number, line in enumerate(lines) if line.endswith("read -r _"))
    made = next(number for number, line in enumerate(lines) if line.startswith("aws ec2 create-flow-logs"))
    gone = next(number for number, line in enumerate(lines) if line.startswith("aws ec2 delete-flow-logs"))
    assert made < waits < gone


def test_every_form_carries_the_keys_of_tags(wanted: Wanted) -> None:
    found = from_nothing(WISHES["values of tags"])
    given = [
        {"ResourceType": "instance", "TagKeys": ["Name", "cost centre"]},
        {"ResourceType": "network-interface", "TagKeys": ["Name"]},
    ]
    resources = json.loads(export(found, "cloudformation-json"))["Resources"].values()
    logs = [one["Properties"] for one in resources if one["Type"] == "AWS::EC2::FlowLog"]
    assert [one["TagFieldSpecifications"] for one in logs] == [given, given]
    terraform = export(found, "terraform")
    assert terraform.startswith("# tag_field_specification needs a provider of July 2026 or later.")
    (first, *_) = (
        next(iter(body.values()))
        for block in hcl2.load(StringIO(terraform))["resource"]
        for kind, body in block.items()
        if kind.strip('"') == "aws_flow_log"
    )
    assert len(first["tag_field_specification"]) == 2
    assert "tag_field_specification" not in export(from_nothing(wanted), "terraform")


def test_every_name_in_the_template_is_the_plans_own(place: Place) -> None:
    wish = WISHES["both"]
    template: dict[str, Any] = json.loads(export(from_nothing(wish), "cloudformation-json"))
    resources = template["Resources"]
    assert resources["Group"]["Properties"]["LogGroupName"] == desired.group_name(wish)
    assert resources["Role"]["Properties"]["RoleName"] == desired.role_name(wish, place)
    assert resources["Bucket"]["DeletionPolicy"] == "Retain"
