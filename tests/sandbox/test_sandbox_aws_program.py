"""The AWS command line drives the sandbox as it drives AWS: an endpoint, a region and a key, and nothing else."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowinsight.sandbox.documentation import PAGE

AWS = Path(sys.executable).with_name("aws")


@pytest.fixture
def program(sandbox: Any, tmp_path: Path) -> Callable[[str], str]:
    """Run a script of the shell and return what it prints. It finds `aws`, and a `curl` that can do what the page asks of it."""
    keys = sandbox.credentials()
    environment = {
        "PATH": f"{AWS.parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "AWS_ENDPOINT_URL": sandbox.url,
        "AWS_DEFAULT_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": keys["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["aws_secret_access_key"], "AWS_MAX_ATTEMPTS": "1",
    }  # fmt: skip
    opened = "import sys, urllib.request as u; print(u.urlopen(sys.argv[2], sys.argv[1].encode()).read().decode())"
    curl = f'curl() {{ "{sys.executable}" -c "{opened}" "$2" "$3"; }}'

    def run(script: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", f"{curl}\n{script}"],
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_commands_of_the_page_bring_records(program: Callable[[str], str], client: Callable[..., Any]) -> None:
    page = PAGE.read_text(encoding="utf-8").partition("### From nothing to records")[2].partition("From Python")[0]
    script = textwrap.dedent("\n".join(line for line in page.splitlines() if line.startswith("    ")))
    assert script.count("aws ") == 5

    told = program(script)

    assert '"Unsuccessful": []' in told
    assert '"delivered": ' in told
    assert " REJECT OK" in told
    assert " ACCEPT OK" not in told
    made = client("ec2").describe_flow_logs(Filters=[{"Name": "log-group-name", "Values": ["/vpc/shop"]}])["FlowLogs"]
    client("ec2").delete_flow_logs(FlowLogIds=[one["FlowLogId"] for one in made])


def test_objects_are_copied_and_listed_by_the_aws_program(
    program: Callable[[str], str], bucket: str, tmp_path: Path
) -> None:
    (tmp_path / "here").write_text("1234")

    told = program(f"aws s3 cp {tmp_path}/here s3://{bucket}/folder/there\naws s3 ls s3://{bucket}/folder/")

    assert told.split()[-2:] == ["4", "there"]
