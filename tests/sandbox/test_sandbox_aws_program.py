"""The AWS command line drives the sandbox as it drives AWS: an endpoint, a region and a key, and nothing else."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AWS = Path(sys.executable).with_name("aws")


@pytest.fixture
def program(sandbox: Any, tmp_path: Path) -> Callable[..., Any]:
    """Run `aws` with its words and return what it prints, as JSON where it is."""
    keys = sandbox.credentials()
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_ENDPOINT_URL": sandbox.url,
        "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": keys["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["aws_secret_access_key"], "AWS_MAX_ATTEMPTS": "1",
    }  # fmt: skip

    def run(*words: str) -> Any:
        done = subprocess.run([AWS, *words], env=environment, check=False, capture_output=True, text=True, timeout=120)
        told = done.stdout if done.returncode == 0 else done.stderr
        return json.loads(told) if told.startswith("{") else told

    return run


def test_a_flow_log_is_created_filled_asked_and_deleted_by_the_aws_program(
    program: Callable[..., Any],
    company: dict[str, Any],
    role: str,
    unique: Callable[[str], str],
    turn: Callable[[float], int],
) -> None:
    group, pattern = unique("/aws/program"), "[version, account, eni, ..., action = REJECT, status]"
    made = program(
        "ec2", "create-flow-logs", "--resource-type", "VPC", "--resource-ids", company["vpcs"]["shop"],
        "--traffic-type", "ALL", "--log-group-name", group, "--deliver-logs-permission-arn", role,
    )  # fmt: skip
    assert made["Unsuccessful"] == []
    assert turn(600) > 0

    found = program("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", pattern)
    assert found["events"]
    assert {event["message"].split()[12] for event in found["events"]} == {"REJECT"}
    assert program("ec2", "delete-flow-logs", "--flow-log-ids", *made["FlowLogIds"])["Unsuccessful"] == []
    assert "InvalidFlowLogId.NotFound" in program("ec2", "describe-flow-logs", "--flow-log-ids", *made["FlowLogIds"])


def test_objects_are_copied_and_listed_by_the_aws_program(
    program: Callable[..., Any], bucket: str, tmp_path: Path
) -> None:
    (tmp_path / "here").write_text("1234")

    assert "upload" in program("s3", "cp", str(tmp_path / "here"), f"s3://{bucket}/folder/there")
    assert program("s3", "ls", f"s3://{bucket}/folder/").split()[-2:] == ["4", "there"]
