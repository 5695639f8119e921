"""A question that matches only what a NAT gateway sent for others is answered as from all records, as the account tells."""

from collections.abc import Callable
from typing import Any

import pytest

from flowinsight import aws, db, grammar
from flowinsight.fetchers import denominator, insights, live, log_events
from flowinsight.fetchers.gateways import UNKNOWN
from flowinsight.investigation import Investigation, investigate
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import Running
from flowinsight.sources import LogGroup
from tests.aws.conftest import Delivered

pytestmark = pytest.mark.usefixtures("in_one_slice")


@pytest.fixture(scope="module", autouse=True)
def quickly(sandbox: Running) -> None:
    sandbox.control("settings", {"query_seconds": 0.05, "query_before_group": True})


@pytest.fixture(scope="module")
def source(identity: aws.Identity, delivered: Delivered) -> LogGroup:
    return live.settled(LogGroup(delivered.group, formats=()), identity)


_PORTS = """
WITH inside AS (SELECT * FROM records WHERE pkt_dstaddr <> dstaddr OR pkt_srcaddr <> srcaddr)
SELECT o.srcport AS port, count(*) AS n FROM records o
WHERE pkt_srcaddr = srcaddr AND EXISTS (FROM inside i WHERE i.dstaddr = o.srcaddr AND i.pkt_dstaddr = o.dstaddr)
  AND NOT EXISTS (FROM inside i WHERE o.srcport IN (i.srcport, i.dstport))
GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1
"""


@pytest.fixture
def outside(identity: aws.Identity, delivered: Delivered, source: LogGroup) -> Question:
    """About the port from which a gateway sent: on its inside legs somebody else's stands."""
    whole = Question(TimeRange(delivered.start, delivered.end))
    loaded = log_events.load(whole, source, identity).loaded
    return Question(whole.time, tuple(grammar.parse(f":{db.one(loaded.connection, _PORTS)['port']}")))


def _answered(question: Question, source: LogGroup, identity: aws.Identity, grain: Any) -> Investigation:
    loaded = insights.load(question, [source], identity, grain=grain).loaded
    return investigate(question, denominator.joined(loaded, denominator.of_groups([source], identity)))


@pytest.mark.parametrize("grain", ["records", "binned", "apart"])
def test_what_left_a_gateway_is_nobodys_conversation_and_it_is_said_what_to_ask_for(
    identity: aws.Identity, source: LogGroup, outside: Question, grain: Any
) -> None:
    whole = log_events.load(Question(outside.time), source, identity).loaded
    expected, found = investigate(outside, whole), _answered(outside, source, identity, grain)

    assert expected.reconciliation["nat_outside_legs"] > 0
    assert found.reconciliation["nat_outside_legs"] == expected.reconciliation["nat_outside_legs"]
    assert [row["client"] for row in found.conversations] == [row["client"] for row in expected.conversations]
    assert [leg.gateway for leg in found.untold] == [leg.gateway for leg in expected.untold]
    assert all(leg.told_elsewhere for leg in found.untold)
    assert UNKNOWN not in found.problems


def test_where_the_account_may_not_be_asked_the_answer_says_what_it_cannot_know(
    identity: aws.Identity, source: LogGroup, outside: Question, fault: Callable[..., Any]
) -> None:
    fault(kind="denied", service="ec2", action="DescribeNetworkInterfaces")
    found = _answered(outside, source, identity, "records")

    assert UNKNOWN in found.problems
    assert found.reconciliation["nat_outside_legs"] == 0
