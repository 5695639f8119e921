"""The sandbox as a program: who it answers, what it refuses to pretend, how it starts and stops."""

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from flowinsight.sandbox import __main__ as sandbox_main
from flowinsight.sandbox import running
from flowinsight.sandbox.hooks import check
from flowinsight.sandbox.moto_pin import HookError, check_version
from flowinsight.sandbox.running import SandboxError, start


def ask(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_another_hosts_name_and_a_web_page_are_turned_away(sandbox: Any) -> None:
    assert ask(f"{sandbox.url}/_sandbox", Host="evil.example")[0] == 421
    status, sentence = ask(f"{sandbox.url}/_sandbox", Origin="https://evil.example")
    assert (status, "web pages" in sentence) == (421, True)
    assert ask(f"{sandbox.url}/_sandbox", Host="localhost:1")[0] == 200


def test_it_listens_on_this_machine_only(sandbox: Any) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening


def test_answers_carry_no_cross_origin_headers(client: Callable[..., Any], bucket: str) -> None:
    for answer in (client("ec2").describe_vpcs(), client("s3").list_objects_v2(Bucket=bucket)):
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        assert not [name for name in headers if name.startswith("access-control-")]


NOT_OFFERED: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("logs", "put_subscription_filter",
     {"logGroupName": "/x", "filterName": "f", "filterPattern": "", "destinationArn": "arn:x"}, "UnknownOperationException"),
    ("logs", "put_query_definition", {"name": "q", "queryString": "fields @message"}, "UnknownOperationException"),
    ("athena", "list_work_groups", {}, "UnknownOperationException"),
    ("glue", "get_databases", {}, "UnknownOperationException"),
    ("ec2", "get_flow_logs_integration_template",
     {"FlowLogId": "fl-1", "ConfigDeliveryS3DestinationArn": "arn:aws:s3:::b", "IntegrateServices": {}}, "InvalidAction"),
    ("iam", "simulate_custom_policy", {"PolicyInputList": ["{}"], "ActionNames": ["s3:Get*"]}, "InvalidAction"),
    ("cloudformation", "list_stacks", {}, "InvalidAction"),
)  # fmt: skip


@pytest.mark.parametrize(("service", "method", "given", "code"), NOT_OFFERED, ids=[row[1] for row in NOT_OFFERED])
def test_what_is_not_offered_is_an_error_and_never_an_empty_success(
    service: str, method: str, given: dict[str, Any], code: str, client: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    error = refused(code, getattr(client(service), method), **given)
    assert "does not offer" in error["Message"]


def test_motos_own_controls_cannot_be_reached(sandbox: Any) -> None:
    for path in ("/moto-api/reset", "/moto-api/", "/latest/meta-data/iam/security-credentials/"):
        assert ask(f"{sandbox.url}{path}")[0] == 404


def test_a_bucket_can_be_named_in_the_host(client: Callable[..., Any], sandbox: Any, bucket: str) -> None:
    client("s3").put_object(Bucket=bucket, Key="folder/key", Body=b"value")
    signed = client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "folder/key"})
    port = sandbox.url.rpartition(":")[2]
    assert ask(signed.replace(f"/{bucket}/", "/"), Host=f"{bucket}.localhost:{port}") == (200, "value")


def test_every_call_is_in_the_call_log(sandbox: Any, client: Callable[..., Any], refused: Callable[..., Any]) -> None:
    after = max((entry["number"] for entry in sandbox.control("calls")), default=0)
    client("ec2").describe_vpcs()
    client("s3").list_buckets()
    refused("ResourceNotFoundException", client("logs").filter_log_events, logGroupName="/none")
    entries = [
        (entry["service"], entry["action"], entry["status"], entry["error"])
        for entry in sandbox.control(f"calls?after={after}")
    ]
    assert entries == [
        ("ec2", "DescribeVpcs", 200, None),
        ("s3", "ListBuckets", 200, None),
        ("logs", "FilterLogEvents", 400, "ResourceNotFoundException"),
    ]


def test_the_control_endpoint_answers_wrong_requests_with_a_sentence(sandbox: Any) -> None:
    for path, given, words in (
        ("clock", {"turn": 1}, "The clock takes"),
        ("clock", {"advance": "soon"}, "soon"),
        ("clock", {"advance": 1e18}, "from the year 2000 to 2100"),
        ("clock", {"advance": 32 * 86_400}, "at most 31 days at once"),
        ("clock", {"set": 1}, "from the year 2000 to 2100"),
        ("clock", {"speed": -1}, "A speed lies between 0"),
        ("settings", {"latency": 1}, "There is no setting 'latency'"),
        ("settings", {"late": "often"}, "takes a non-negative float"),
        ("settings", {"late": 2}, "at most 1, not 2"),
        ("settings", {"scan_events_per_page": 0}, "one event at least"),
        ("settings", cast("Any", ["late"]), "Settings are a JSON object"),
        ("faults", cast("Any", ["throttling"]), "A fault is a JSON object"),
        ("weather", {}, "There is no POST /_sandbox/weather"),
    ):
        with pytest.raises(SandboxError, match=words):
            sandbox.control(path, given)


def test_the_clock_can_be_set_advanced_and_sped_up(sandbox: Any, now: int) -> None:
    assert sandbox.control("clock", {"set": now + 1000})["now"] == now + 1000
    assert sandbox.control("clock", {"advance": 500})["now"] == now + 1500
    assert sandbox.control("clock", {"speed": 1000})["speed"] == 1000
    assert sandbox.control()["now"] > now + 1500
    sandbox.control("clock", {"speed": 0, "set": now})
    assert sandbox.control()["now"] == now


def test_its_process_gets_no_aws_credentials(sandbox: Any) -> None:
    seen = Path(f"/proc/{sandbox.process.pid}/environ").read_bytes().decode()
    names = {entry.partition("=")[0] for entry in seen.split("\0")}
    assert "AKIAREAL" not in seen
    assert not names & {"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"}


def test_stopping_ends_the_process() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    running.Running("http://127.0.0.1:0", process, tempfile.TemporaryFile("w+")).stop()  # noqa: SIM115 - stop closes it
    assert process.poll() is not None


def test_a_port_in_use_stops_the_start_with_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SandboxError, match=r"did not start: .*in use"):
            start(port=taken.getsockname()[1])


def test_a_sandbox_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(SandboxError, match="did not start"):
        start(patience=0.05)


def test_without_moto_both_ways_of_starting_say_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SandboxError, match=r"pip install -r requirements-sandbox\.txt"):
        start()
    program = "import importlib.util as u; u.find_spec = lambda _: None; import runpy; runpy.run_module('flowinsight.sandbox')"
    code = f"{program.rpartition(';')[0]}; from flowinsight.sandbox.__main__ import main; raise SystemExit(main([]))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert done.returncode == 1
    assert done.stderr == f"{running.MISSING_MOTO}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--port 99999", "A port is a number from 0"),
        ("--speed nan", "A speed lies between 0"),
        ("--speed -1", "A speed lies between 0"),
        ("--at 1e12", "A time is in Unix seconds"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        sandbox_main.main(words.split())
    assert said in capsys.readouterr().err


def test_another_moto_stops_the_start_and_names_the_version() -> None:
    check()
    with pytest.raises(HookError, match=r"moto 5\.2\.5, but moto 5\.3\.0 is installed"):
        check_version("5.3.0")


def test_a_moto_that_moved_stops_the_start_and_names_what_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.ec2.models import vpcs  # noqa: PLC0415
    from moto.logs.models import LogsBackend  # noqa: PLC0415

    with monkeypatch.context() as change:
        change.delattr(LogsBackend, "create_log_stream")
        with pytest.raises(HookError, match=r"LogsBackend\.create_log_stream is gone"):
            check()
    monkeypatch.delattr(vpcs, "random_vpc_id")
    with pytest.raises(HookError, match="random_vpc_id is gone"):
        check()


def test_the_company_stands_in_both_accounts(client: Callable[..., Any], sandbox: Any, company: dict[str, Any]) -> None:
    ec2 = client("ec2")
    vpcs = {vpc["VpcId"]: vpc for vpc in ec2.describe_vpcs()["Vpcs"]}
    shop, staging = (vpcs[company["vpcs"][name]] for name in ("shop", "staging"))
    assert shop["CidrBlock"] == staging["CidrBlock"]
    interfaces = {item["NetworkInterfaceId"]: item for item in ec2.describe_network_interfaces()["NetworkInterfaces"]}
    for item in company["interfaces"].values():
        if item["account"] == "111122223333":
            found = interfaces[item["id"]]
            assert found["PrivateIpAddress"] == item["address"]
            assert found.get("Association", {}).get("PublicIp") == item["public"]
    names = {
        tag["Value"]
        for page in ec2.describe_instances()["Reservations"]
        for instance in page["Instances"]
        for tag in instance["Tags"]
    }
    assert {"web-1", "app-1", "bastion-1"} <= names
    assert len(ec2.describe_nat_gateways()["NatGateways"]) == 1
    balancer = client("elbv2").describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    described = interfaces[company["interfaces"]["alb"]["id"]]["Description"]
    assert described == f"ELB {balancer.partition('loadbalancer/')[2]}"
    databases = client("rds").describe_db_instances()["DBInstances"]
    assert {database["DBInstanceIdentifier"] for database in databases} == {"db-1", "db-2", "staging-db-1"}
    research = client("ec2", **sandbox.credentials("012345678910")).describe_vpcs(VpcIds=[company["vpcs"]["research"]])
    assert research["Vpcs"][0]["OwnerId"] == "012345678910"


def test_equal_seeds_give_equal_ids_and_a_sandbox_ends_with_the_program_that_started_it(
    company: dict[str, Any],
) -> None:
    with start(speed=0, at=1_795_176_000) as twin:
        assert twin.control("company") == company
        assert twin.process.stdin is not None
        twin.process.stdin.close()
        assert twin.process.wait(20) == 0
