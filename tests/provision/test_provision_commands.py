"""The commands of a terminal: plan, apply, verify and destroy for a file, as text and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flowinsight import aws
from flowinsight.provision.account import Account
from flowinsight.provision.commands import progress_line, setup, setup_export
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import Wanted
from flowinsight.provision.wanted_file import to_toml

if TYPE_CHECKING:
    from flowinsight.provision.apply import Progress


@pytest.fixture
def run(
    wanted: Wanted, account: Account, identity: aws.Identity, tmp_path: Path, waiting: Waiting
) -> Callable[..., str]:
    """Run a command for the setup's file."""
    file = tmp_path / "wanted.toml"
    file.write_text(to_toml(wanted))

    def command(name: Any, **options: Any) -> str:
        return setup(name, file, identity, account.audit.path, waiting=waiting, **options)

    return command


def test_a_setup_lives_from_plan_to_destroy(run: Callable[..., str], wanted: Wanted, waiting: Waiting) -> None:
    assert f"Setup {wanted.name} in account 111122223333 of the sandbox, eu-central-1" in run("plan")
    assert "3 steps to take." in run("plan")
    assert json.loads(run("plan", as_json=True))["sandbox"] is True
    said: list[Progress] = []
    assert run("apply", report=said.append).endswith("Done.")
    assert progress_line(said[0]).startswith("[1/3] started: Create log group /flowinsight/")
    assert json.loads(run("plan", as_json=True))["empty"] is True
    waiting.sleep(900)
    assert "of the sandbox, eu-central-1\n\nThe setup works" in run("verify")
    assert ": The newest hour was read back: " in run("verify")
    verified = json.loads(run("verify", as_json=True))
    assert verified["flow_logs"][0]["state"] == "delivering"
    assert [*verified["answers"]] == [verified["flow_logs"][0]["destination"]]
    told = json.loads(run("destroy", as_json=True))
    assert [step["action"] for step in told["applied"]["steps"]] == ["delete", "delete", "left alone"]
    with pytest.raises(SetupError, match="once more"):
        run("destroy", data=True)
    assert "- Delete log group" in run("destroy", data=True, confirmed=wanted.name)
    assert json.loads(run("destroy", as_json=True))["applied"]["steps"] == []


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_where_changing_is_switched_off_nothing_changes_and_exports_are_offered(
    command: str, run: Callable[..., str]
) -> None:
    with pytest.raises(SetupError, match="Export the plan as commands, CloudFormation or Terraform"):
        run(command, allowed=False)
    assert "3 steps to take." in run("plan", allowed=False)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("cli", "aws ec2 create-flow-logs"),
        ("cloudformation-json", '"AWS::EC2::FlowLog"'),
        ("cloudformation-yaml", "AWS::EC2::FlowLog"),
        ("terraform", 'resource "aws_flow_log"'),
        ("policy-to-provision", '"iam:PassedToService": "vpc-flow-logs.amazonaws.com"'),
        ("policy-to-ask", '"logs:FilterLogEvents"'),
        ("policy-to-ask-with-names", '"ec2:DescribeAddresses"'),
    ],
)
def test_a_file_is_exported_in_every_form(
    kind: Any, word: str, wanted: Wanted, identity: aws.Identity, tmp_path: Path
) -> None:
    file = tmp_path / "wanted.toml"
    file.write_text(to_toml(wanted))
    assert word in setup_export(kind, file, identity, tmp_path / "audit.jsonl")


def test_a_file_that_is_not_there_gets_a_sentence(identity: aws.Identity, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read"):
        setup("plan", tmp_path / "none.toml", identity, tmp_path / "audit.jsonl")
