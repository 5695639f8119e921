"""What an account's inventory and flow logs add to an answer: which interfaces should have written, and whether they did."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from flowinsight import answerable, aws, grammar
from flowinsight.fetchers import at_work, denominator, group_ways, live, log_events, s3_listing
from flowinsight.fetchers.group_ways import EXACT, Reading
from flowinsight.fetchers.live import Live
from flowinsight.fetchers.log_events import Collected
from flowinsight.fetchers.pace import Pace
from flowinsight.loaded import Loaded
from flowinsight.prepared import Prepared, prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import Running
from flowinsight.sources import LogGroup, S3Objects
from tests.aws.conftest import FORMAT, GROUP, NOON, TOKENS, Delivered

SOURCE = LogGroup(GROUP, formats=(TOKENS,))
SPAN = TimeRange(NOON + 1200, NOON + 2400)
NOBODY = Question(SPAN, tuple(grammar.parse("203.0.113.250")))
OWN = S3Objects("larkfield-central", "AWSLogs/111122223333/")


@pytest.fixture(scope="module")
def shop(sandbox: Running, delivered: Delivered) -> set[str]:
    assert delivered.group == GROUP
    return {item["id"] for item in sandbox.control("company")["interfaces"].values() if item["vpc"] == "shop"}


def load(identity: aws.Identity, source: LogGroup | S3Objects, reading: Reading = EXACT) -> Loaded:
    return live.bring(NOBODY, Live(identity, source, reading), lambda _: None)[0]


def asked(loaded: Loaded) -> Prepared:
    return prepare(NOBODY, loaded)


@pytest.mark.usefixtures("in_one_slice")
@pytest.mark.parametrize("source", [SOURCE, OWN], ids=["log group", "bucket"])
def test_a_no_is_covered_where_every_interface_that_should_write_did(
    identity: aws.Identity, shop: set[str], source: LogGroup | S3Objects
) -> None:
    loaded = load(identity, source)
    prepared = asked(loaded)

    assert {one.interface_id for one in loaded.due or ()} == shop
    assert prepared.coverage.expected == prepared.coverage.interfaces == len(shop)
    assert (prepared.verdict, prepared.coverage.traffic_type) == ("none seen, covered", "ALL")


@pytest.mark.usefixtures("in_one_slice", "shop")
def test_without_a_look_a_pattern_leaves_open_whether_interfaces_were_at_work(
    identity: aws.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_events, "GLIMPSE", 10)
    monkeypatch.setattr(at_work, "MOST_LOOKS", 0)
    narrow = load(identity, SOURCE)
    unlooked = asked(narrow)
    assert unlooked.coverage.absent
    assert unlooked.verdict == "none seen, coverage unknown"
    said = " ".join(answerable.cautions(NOBODY, narrow, unlooked.coverage))
    assert f"{unlooked.coverage.absent} times 10 minutes of an interface show no sign that it was at work" in said
    assert "A shorter time can be looked into" in said

    monkeypatch.setattr(at_work, "MOST_LOOKS", 60)
    looked = load(identity, SOURCE)
    assert asked(looked).verdict == "none seen, covered"
    assert "no sign" not in " ".join(answerable.cautions(NOBODY, looked, asked(looked).coverage))


@pytest.mark.usefixtures("in_one_slice", "shop")
def test_a_typed_pattern_is_not_added_to_by_a_look(identity: aws.Identity) -> None:
    loaded = load(identity, SOURCE, Reading(patterns=('"no such word"',)))

    assert loaded.tally.records == 0
    assert asked(loaded).verdict == "cannot be seen in these logs"


@pytest.mark.usefixtures("in_one_slice")
def test_an_interface_that_is_due_and_silent_is_a_gap(identity: aws.Identity, shop: set[str]) -> None:
    plan, collected = group_ways.plan(NOBODY, SOURCE, EXACT), Collected()
    log_events.bring(plan, identity, collected)
    found = denominator.of_group(SOURCE, identity)
    assert found.due is not None
    silent = replace(found.due[0], interface_id="eni-00000000000000000")
    logs, pace = aws.client(identity, "logs"), Pace(1000, sleep=lambda _: None)

    assert at_work.look(plan, (*found.due, silent), logs, collected, pace=pace)
    requests = collected.requests
    assert at_work.look(plan, (*found.due, silent), logs, collected, pace=pace)
    assert collected.requests == requests, "what was looked at is not looked at again"

    loaded = replace(log_events.read(plan, collected).loaded, due=(*found.due, silent), narrowed=False)
    prepared = asked(loaded)
    assert prepared.verdict == "none seen, partly covered"
    assert (prepared.coverage.absent, prepared.coverage.expected) == (2, len(shop) + 1)


@pytest.mark.usefixtures("in_one_slice", "shop")
@pytest.mark.parametrize("action", ["DescribeNetworkInterfaces", "DescribeFlowLogs"])
def test_without_the_permission_it_stays_unknown_and_says_which_is_missing(
    identity: aws.Identity, fault: Callable[..., Any], action: str
) -> None:
    fault(kind="denied", service="ec2", action=action)

    loaded = load(identity, SOURCE)

    assert loaded.due is None
    assert f"ec2:{action} is missing" in loaded.tally.problems[-1]
    assert asked(loaded).verdict == "none seen, coverage unknown"


@pytest.mark.usefixtures("shop")
def test_a_bucket_to_which_others_deliver_too_has_no_known_denominator(identity: aws.Identity) -> None:
    loaded = load(identity, S3Objects("larkfield-central"))

    assert loaded.due is None
    assert "Other accounts deliver to s3://larkfield-central/ too" in loaded.tally.problems[-1]


@pytest.mark.usefixtures("shop")
def test_a_folder_no_flow_log_delivers_to_has_no_known_denominator(identity: aws.Identity) -> None:
    s3 = aws.client(identity, "s3")
    locations = s3_listing.discover(OWN, s3)[0]

    found = denominator.of_bucket(replace(OWN, prefix="elsewhere/"), locations, identity)

    assert (found.due, "No interface of this account" in found.why) == (None, True)


def test_records_of_another_account_make_the_denominator_unknown(identity: aws.Identity, shop: set[str]) -> None:
    assert shop
    found = denominator.of_group(SOURCE, identity)
    loaded = log_events.read(group_ways.plan(NOBODY, SOURCE, EXACT), Collected()).loaded
    assert denominator.joined(loaded, found).due == found.due

    stranger = Collected(
        {"1": ("2 999999999999 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 60 1795176000 1795176060 ACCEPT OK", 0)}
    )
    by_default = group_ways.plan(NOBODY, LogGroup(GROUP), EXACT)
    assert denominator.joined(log_events.read(by_default, stranger).loaded, found).due is None


@pytest.fixture(scope="module")
def one_sided(sandbox: Running, identity: aws.Identity, shop: set[str]) -> Iterator[TimeRange]:
    """The time of records in a log group to which flow logs deliver what was accepted, and in another what was rejected."""
    assert shop
    ec2, logs, roles = (
        aws.client(identity, "ec2"),
        aws.client(identity, "logs"),
        aws.client(identity, "iam").list_roles(),
    )
    made: list[str] = []
    for traffic in ("ACCEPT", "REJECT"):
        group = f"/flow/{traffic}"
        made += ec2.create_flow_logs(
            ResourceType="VPC", ResourceIds=[sandbox.control("company")["vpcs"]["shop"]], TrafficType=traffic,
            LogGroupName=group, LogFormat=FORMAT,
            DeliverLogsPermissionArn=next(one["Arn"] for one in roles["Roles"] if one["RoleName"] == "delivery"),
        )["FlowLogIds"]  # fmt: skip
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="copied")
        found = logs.filter_log_events(logGroupName=GROUP, filterPattern=traffic, limit=1000)["events"]
        copied = [{"timestamp": one["timestamp"], "message": one["message"]} for one in found]
        logs.put_log_events(logGroupName=group, logStreamName="copied", logEvents=copied)
    yield TimeRange(NOON + 300, NOON + 900)
    ec2.delete_flow_logs(FlowLogIds=made)
    for traffic in ("ACCEPT", "REJECT"):
        logs.delete_log_group(logGroupName=f"/flow/{traffic}")


def of_one_side(identity: aws.Identity, question: Question, recorded: str) -> Loaded:
    return live.bring(question, Live(identity, LogGroup(f"/flow/{recorded}", formats=())), lambda _: None)[0]


ACCEPTED_ONLY = "The flow logs here record accepted traffic only: they cannot show rejected traffic."
REJECTED_ONLY = "The flow logs here record rejected traffic only: they cannot show accepted traffic."


@pytest.mark.usefixtures("in_one_slice")
@pytest.mark.parametrize(
    ("recorded", "query", "sentence"),
    [
        ("ACCEPT", "rejected", ACCEPTED_ONLY),
        ("ACCEPT", "not accepted", ACCEPTED_ONLY),
        ("REJECT", "accepted", REJECTED_ONLY),
        ("REJECT", "203.0.113.250", REJECTED_ONLY),
    ],
)
def test_what_the_flow_logs_do_not_record_cannot_be_seen(
    identity: aws.Identity, one_sided: TimeRange, recorded: str, query: str, sentence: str
) -> None:
    question = Question(one_sided, tuple(grammar.parse(query)))

    prepared = prepare(question, of_one_side(identity, question, recorded))

    assert prepared.coverage.traffic_type == recorded
    assert prepared.verdict == "cannot be seen in these logs"
    assert sentence in prepared.reasons


@pytest.mark.usefixtures("in_one_slice")
def test_a_no_of_logs_with_accepted_traffic_only_says_what_it_leaves_open(
    identity: aws.Identity, one_sided: TimeRange
) -> None:
    question = replace(NOBODY, time=one_sided)
    loaded = of_one_side(identity, question, "ACCEPT")
    prepared = prepare(question, loaded)

    assert not prepared.reasons
    assert prepared.verdict.startswith("none seen")
    assert "they cannot show rejected traffic" in " ".join(answerable.cautions(question, loaded, prepared.coverage))


def test_where_flow_logs_differ_the_interfaces_are_counted(identity: aws.Identity, shop: set[str]) -> None:
    loaded = load(identity, SOURCE)
    assert loaded.due is not None
    some = (replace(loaded.due[0], traffic="ACCEPT"), *loaded.due[1:])
    prepared = prepare(
        replace(NOBODY, filters=tuple(grammar.parse("rejected 203.0.113.250"))), replace(loaded, due=some)
    )

    said = (
        f"The flow logs of 1 of {len(shop)} interfaces record accepted traffic only: they cannot show rejected traffic."
    )
    assert said in prepared.reasons
    assert prepared.verdict == "cannot be seen in these logs"
