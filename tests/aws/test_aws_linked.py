"""Log groups of linked accounts, and of the Infrequent Access class, are found, recognised and asked together with others."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowinsight import aws, grammar, views
from flowinsight.errors import SourceError
from flowinsight.fetchers import denominator, insights, insights_priced, live, log_groups
from flowinsight.fetchers.group_ways import offered
from flowinsight.fetchers.insights_priced import Asking
from flowinsight.fetchers.insights_slices import Collected
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import Running
from flowinsight.sources import LogGroup
from tests.aws.conftest import ANYONE, FORMAT, MEMBER, Delivered

HOME = f"arn:aws:logs:eu-central-1:{MEMBER}:log-group:"


@pytest.fixture(scope="module", autouse=True)
def quickly(sandbox: Running) -> None:
    sandbox.control("settings", {"query_seconds": 0.05, "query_before_group": True})


@pytest.fixture(scope="module")
def member(sandbox: Running, identity: aws.Identity, delivered: Delivered) -> Iterator[str]:
    """The ARN of a log group of the member account, of the class Infrequent Access, to which its own flow log delivers; the
    records in it are the shop's.
    """
    theirs = aws.sandbox(sandbox.url, MEMBER)
    logs, ec2 = aws.client(theirs, "logs"), aws.client(theirs, "ec2")
    logs.create_log_group(logGroupName="/flow/member", logGroupClass="INFREQUENT_ACCESS")
    logs.create_log_stream(logGroupName="/flow/member", logStreamName="eni-1-all")
    vpc = sandbox.control("company")["vpcs"]["research"]
    role = aws.client(theirs, "iam").create_role(RoleName="theirs", AssumeRolePolicyDocument=json.dumps(ANYONE))
    made = ec2.create_flow_logs(
        ResourceType="VPC", ResourceIds=[vpc], TrafficType="ALL", LogGroupName="/flow/member", LogFormat=FORMAT,
        DeliverLogsPermissionArn=role["Role"]["Arn"],
    )["FlowLogIds"]  # fmt: skip
    found = aws.client(identity, "logs").filter_log_events(logGroupName=delivered.group, limit=2000)["events"]
    events = [{"timestamp": one["timestamp"], "message": one["message"]} for one in found]
    logs.put_log_events(logGroupName="/flow/member", logStreamName="eni-1-all", logEvents=events)
    yield f"{HOME}/flow/member"
    ec2.delete_flow_logs(FlowLogIds=made)
    logs.delete_log_group(logGroupName="/flow/member")


def test_groups_of_linked_accounts_are_listed_by_arn_beside_those_of_the_monitoring_account(
    sandbox: Running, identity: aws.Identity, delivered: Delivered, member: str
) -> None:
    found, notes = log_groups.discover(identity)
    names = {one.source.name: one.source for one in found}

    assert notes == ()
    assert (names[member].log_class, names[delivered.group].log_class) == ("INFREQUENT_ACCESS", "STANDARD")
    assert names[member].region == "eu-central-1"
    assert {one.source.name for one in log_groups.discover(aws.sandbox(sandbox.url, MEMBER))[0]} == {"/flow/member"}


def test_the_class_is_recognised_and_the_ways_are_those_that_it_has(
    identity: aws.Identity, delivered: Delivered, member: str
) -> None:
    question = Question(filters=tuple(grammar.parse("10.0.0.5")))
    standard = log_groups.classed(LogGroup(delivered.group), identity)
    infrequent = log_groups.classed(LogGroup(member), identity)

    assert (standard.log_class, infrequent.log_class) == ("STANDARD", "INFREQUENT_ACCESS")
    assert [one.way for one in offered(question, standard)] == ["pattern", "term", "insights", "leading"]
    assert [one.way for one in offered(question, infrequent)] == ["insights", "leading"]


def test_a_class_that_may_not_be_asked_for_is_taken_for_the_usual_one(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="denied", service="logs", action="DescribeLogGroups")
    assert log_groups.classed(LogGroup(delivered.group), identity).has_patterns


def test_the_fields_of_an_infrequent_group_are_those_that_cloudwatch_discovered_and_are_never_parsed(
    identity: aws.Identity, member: str, delivered: Delivered
) -> None:
    group = live.settled(LogGroup(member, formats=()), identity)

    assert not group.ordered
    assert {"srcaddr", "dstport", "log-status"} <= set(group.formats[0])
    question = Question(TimeRange(delivered.start, delivered.end), tuple(grammar.parse(":443")))
    assert "parse @message" not in insights.plan(question, [group], identity).statements[0].text
    with pytest.raises(SourceError, match="the order of the fields is not known"):
        insights.planned(question, [group], ())
    assert insights.load(question, [group], identity).loaded.tally.lines == 2000


def test_groups_of_two_accounts_are_asked_together_and_read_by_one_query(
    identity: aws.Identity, member: str, delivered: Delivered
) -> None:
    question = Question(TimeRange(delivered.start, delivered.end), tuple(grammar.parse(":443")), limit=10_000)
    groups = live.together(LogGroup(delivered.group, formats=()), [member], identity)
    found = insights_priced.priced(question, groups, identity, delivered.end, Asking("records"))
    (query,) = found.plan.queries(found.plan.span)
    assert query.request()["logGroupIdentifiers"] == [delivered.group, member]

    collected = Collected()
    insights.fetch(found.plan, identity, collected)
    both = insights.read(found.plan, collected).loaded
    alone = insights.load(question, groups[:1], identity, grain="records").loaded
    theirs = insights.load(question, groups[1:], identity, grain="records").loaded
    assert both.tally.lines == alone.tally.lines + theirs.tally.lines
    assert theirs.tally.lines == 2000
    rows = [views.conversations(prepare(question, one)).rows for one in (both, alone)]
    assert rows[0] == rows[1], "the same records twice are each one record"
    unknown = denominator.of_groups(groups, identity)
    assert (unknown.due, unknown.why.partition(": ")[0]) == (None, groups[1].label), (
        "of which group it is not known is said"
    )


def test_groups_of_two_regions_are_asked_in_each(identity: aws.Identity, delivered: Delivered) -> None:
    other = aws.client(identity, "logs", "eu-west-1")
    other.create_log_group(logGroupName="/flow/west")
    other.create_log_stream(logGroupName="/flow/west", logStreamName="eni-1-all")
    found = aws.client(identity, "logs").filter_log_events(logGroupName=delivered.group, limit=500)["events"]
    events = [{"timestamp": one["timestamp"], "message": one["message"]} for one in found]
    other.put_log_events(logGroupName="/flow/west", logStreamName="eni-1-all", logEvents=events)
    arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/flow/west"

    question = Question(TimeRange(delivered.start, delivered.end), tuple(grammar.parse(":443")))
    home = live.settled(LogGroup(delivered.group, formats=()), identity)
    west = LogGroup(arn, formats=home.formats)
    assert west.region == "eu-west-1"
    priced = insights_priced.priced(question, [home, west], identity, delivered.end, Asking("records"))
    assert [query.region for query in priced.plan.queries(priced.plan.span)] == [home.region, "eu-west-1"]
    collected = Collected()
    insights.fetch(priced.plan, identity, collected)
    both = insights.read(priced.plan, collected)
    alone = insights.load(question, [home], identity, grain="records")

    assert both.loaded.tally.lines == alone.loaded.tally.lines + 500
    assert priced.estimate.bytes == both.bytes_scanned
    other.delete_log_group(logGroupName="/flow/west")
