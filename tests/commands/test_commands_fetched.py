"""The command line asks an account as it asks files: a log group by filter patterns, a bucket by its objects."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowinsight import aws, cli
from flowinsight.sandbox.running import Running, start
from flowinsight.ui import first_flow_log

NOON = 1_795_176_000  # 2026-11-20, a Friday: the same traffic in every run
HOUR = 3600
BUCKET = "larkfield-logs"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """An account whose VPCs are logged to a log group and to a bucket, an hour long."""
    with start(speed=0, at=NOON) as running:
        running.control("settings", {"late": 0, "repeated": 0})
        identity = aws.sandbox(running.url)
        first_flow_log.create(identity)
        aws.client(identity, "s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        vpcs = running.control("company")["vpcs"]
        aws.client(identity, "ec2").create_flow_logs(
            ResourceType="VPC", ResourceIds=[vpcs["shop"], vpcs["staging"]], TrafficType="ALL",
            LogDestinationType="s3", LogDestination=f"arn:aws:s3:::{BUCKET}/logs/", LogFormat=first_flow_log.FORMAT,
        )  # fmt: skip
        running.control("clock", {"advance": HOUR + 600})
        yield running


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        try:
            status = cli.main(["ask", *words])
        except SystemExit as error:
            status = int(error.code or 0)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def answered(ask: Run, *words: str) -> dict[str, Any]:
    status, out, err = ask(*words, "--json")
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


TIME = ("--from", str(NOON + 900), "--to", str(NOON + HOUR - 900))


def test_a_log_group_and_a_bucket_give_the_same_rows(sandbox: Running, ask: Run) -> None:
    by_pattern = answered(
        ask, "--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME, ":443", "--by", "client,server"
    )
    by_object = answered(
        ask, "--s3", f"s3://{BUCKET}/logs/", "--endpoint-url", sandbox.url, *TIME, ":443", "--by", "client,server"
    )

    assert by_pattern["rows"]
    assert by_pattern["rows"] == by_object["rows"]


def test_without_a_time_the_last_hour_of_the_account_is_asked_for(sandbox: Running, ask: Run) -> None:
    words = ("--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, ":443", "--view", "records")
    starts = [row["start"] for row in answered(ask, *words)["rows"]]

    assert starts
    assert min(starts) >= NOON + 600
    assert max(starts) < NOON + HOUR + 600


def test_every_view_works_on_a_log_group(sandbox: Running, ask: Run) -> None:
    words = ("--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME, ":22")
    for view in ("rows", "records", "conversations", "coverage"):
        assert answered(ask, *words, "--view", view)["rows"], view
    status, out, _ = ask(*words, "--view", "summary")
    assert (status, "records" in out) == (0, True)


def test_a_format_that_is_given_is_the_one_the_events_are_read_in(sandbox: Running, ask: Run) -> None:
    words = ("--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME, ":443")

    assert answered(ask, *words, "--format", first_flow_log.FORMAT)["coverage"]["formats"] == [
        first_flow_log.FORMAT.replace("${", "").replace("}", "")
    ]
    assert not answered(ask, *words, "--format", "${start} ${end} ${srcaddr}")["rows"]


def test_a_term_gives_the_same_rows_and_tells_its_false_matches(sandbox: Running, ask: Run) -> None:
    words = ("--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME, "10.20.1.12", "--json")
    by_pattern = json.loads(ask(*words)[1])

    status, out, err = ask(*words, "--way", "term")

    assert status == 0
    assert json.loads(out)["rows"] == by_pattern["rows"]
    assert "the question is not about: false matches, left out of the answer" in err


def test_a_typed_pattern_is_finished_here_and_forbids_a_no(sandbox: Running, ask: Run) -> None:
    words = ("--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME, "10.20.1.12", "--json")

    status, out, _ = ask(*words, "--pattern", '"no such word"', "--pattern", "[..., status = NODATA]")

    assert status == 0
    assert json.loads(out)["rows"] == []
    assert json.loads(out)["coverage"]["verdict"] == "cannot be seen in these logs"
    assert "Only what the typed pattern lets through was read" in json.loads(out)["coverage"]["reasons"][0]


def test_a_pattern_that_aws_would_refuse_is_marked_where_it_is_wrong(ask: Run) -> None:
    status, _, err = ask("--log-group", "/a", "--pattern", "[a, b = ]")

    assert status == 2
    assert err.splitlines()[-2:] == ["[a, b = ]", "        ^"]


def test_a_log_group_that_does_not_exist_is_a_sentence(sandbox: Running, ask: Run) -> None:
    status, out, err = ask("--log-group", "/no/such", "--endpoint-url", sandbox.url, ":22")

    assert (status, out) == (2, "")
    assert "Could not look for recent events of /no/such" in err


def test_agreeing_to_pay_reads_a_bucket_as_without(sandbox: Running, ask: Run) -> None:
    words = ("--s3", f"s3://{BUCKET}/logs/", "--endpoint-url", sandbox.url, *TIME, ":443")

    assert answered(ask, *words, "--requester-pays")["rows"] == answered(ask, *words)["rows"]


def test_a_bucket_without_flow_logs_is_a_sentence(sandbox: Running, ask: Run) -> None:
    status, _, err = ask("--s3", f"s3://{BUCKET}/elsewhere/", "--endpoint-url", sandbox.url, ":22")

    assert status == 2
    assert "There are no flow logs under s3://larkfield-logs/elsewhere/" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--log-group", "/a", "--s3", "s3://abc/"), "not allowed with argument --log-group"),
        (("--log-group", "/a", "--files", "somewhere"), "not allowed with argument"),
        (("--s3", "bucket/prefix"), "bucket/prefix is not the place of objects in S3, such as s3://bucket/prefix/"),
        (("--log-group", "two words"), "two words is not the name of a log group, nor its ARN"),
        (("--files", "examples", "--profile", "audit"), "--profile is about AWS: say --log-group or --s3 as well"),
        (("--files", "examples", "--way", "term"), "--way is about AWS: say --log-group or --s3 as well"),
        (("--log-group", "/a", "--requester-pays"), "--requester-pays is about a bucket: say --s3 as well"),
        (("--s3", "s3://abc/", "--pattern", "a"), "--pattern is about a log group: say --log-group as well"),
        (("--log-group", "/a", "--way", "term", "--pattern", "a"), "A pattern of your own is a way by itself"),
        (("--log-group", "/a", "--role", "administrator"), "administrator is not the ARN of a role"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(ask: Run, words: tuple[str, ...], said: str) -> None:
    status, _, err = ask(*words)

    assert status == 2
    assert said in err


def test_the_sandbox_is_not_asked_with_somebodys_profile(sandbox: Running, ask: Run) -> None:
    status, _, err = ask("--log-group", "/a", "--endpoint-url", sandbox.url, "--profile", "production")

    assert status == 2
    assert "The sandbox has neither profiles nor roles to assume" in err


def _visited(sandbox: Running) -> tuple[str, dict[str, Any]]:
    """The load balancer: it has a public address, and everyone on the internet asks it."""
    company = sandbox.control("company")["interfaces"]
    return next((name, item) for name, item in company.items() if item["public"] and item["role"] == "load_balancer")


def test_an_own_public_address_finds_what_its_private_one_finds_and_says_so(sandbox: Running, ask: Run) -> None:
    _, item = _visited(sandbox)
    where = (
        "--log-group",
        first_flow_log.GROUP,
        "--endpoint-url",
        sandbox.url,
        *TIME,
        "--view",
        "conversations",
        "--json",
    )

    status, out, err = ask(f"{item['public']}:443", *where)
    private = answered(ask, f"{item['address']}:443", *where[:-1])

    assert status == 0
    assert f"{item['public']} is the public address of {item['address']}" in err
    assert json.loads(out)["rows"] == private["rows"] != []


def test_a_name_of_the_account_can_be_asked_for(sandbox: Running, ask: Run) -> None:
    company = sandbox.control("company")["interfaces"]
    name, item = next(
        (name, item)
        for name, item in company.items()
        if item["role"] == "instance" and item["account"] == "111122223333"
    )
    where = ("--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME, "--view", "conversations")

    status, out, err = ask(f"name={name}", *where, "--json")
    assert (status, err.count("\n")) == (0, 1)
    assert err.startswith(f"{name} is {item['address']}")
    assert json.loads(out)["rows"] == answered(ask, item["address"], *where)["rows"] != []
    status, _, err = ask("name=nobody", *where)
    assert (status, "is called nobody" in err) == (2, True)


def test_a_missing_permission_for_names_is_told_and_the_question_is_answered(sandbox: Running, ask: Run) -> None:
    sandbox.control("faults", {"kind": "denied", "action": "DescribeNetworkInterfaces"})
    try:
        status, _, err = ask("198.51.100.7", "--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME)
    finally:
        sandbox.control("faults", method="DELETE")
    assert status == 0
    assert "ec2:DescribeNetworkInterfaces" in err
