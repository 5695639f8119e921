"""What a Logs Insights query costs is known before, entered afterwards, and never more than a person may spend."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.engines import insights_price, insights_query
from flowinsight.engines.insights_price import Estimate, Group, Tariff, estimated
from flowinsight.engines.insights_query import InsightsQuery, run
from flowinsight.engines.insights_query_errors import QueryCancelledError
from flowinsight.engines.insights_query_paid import Payer, purse
from flowinsight.errors import ExpiredError
from flowinsight.sources import LogGroup
from flowinsight.spending import Ledger, Limits, SpendingError
from tests.aws.conftest import Delivered

ROOT = Path(__file__).parents[2]
TARIFF = Tariff(0.005, "list price us-east-1, 2026-11, a test")
DEAR = Tariff(1e6, "list price nowhere, 2026-11, a test")


@pytest.fixture(autouse=True)
def quickly(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.control("settings", {"query_seconds": 0.1, "query_before_group": True})
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.03)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "spending.sqlite")


def _query(delivered: Delivered, text: str = "stats count(*) by srcAddr") -> InsightsQuery:
    return InsightsQuery(text, (LogGroup(delivered.group),), delivered.start, delivered.end - 1)


def test_cloudwatch_own_estimate_is_what_the_query_then_reads(identity: aws.Identity, delivered: Delivered) -> None:
    query = _query(delivered, "stats count(*) by srcAddr # by source")

    found = estimated(query, identity, delivered.end)

    assert found.how == "CloudWatch's own estimate, which is free"
    assert found.bytes == run(query, identity, told=lambda _: None, cancelled=lambda: False).bytes_scanned


def test_the_price_is_said_with_bytes_dollars_rate_date_and_source() -> None:
    said = Estimate(3 * insights_price.GIGABYTE, "CloudWatch's own estimate").said(TARIFF)

    assert said == (
        "About 3.0 GB to read: 0.0150 USD at 0.005 USD a GB (list price us-east-1, 2026-11, a test). "
        "Estimated from CloudWatch's own estimate."
    )


def test_without_an_estimate_the_price_is_the_share_of_what_is_stored(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="error", action="StartQuery", code="MalformedQueryException", status=400, times=1)

    found = estimated(_query(delivered), identity, delivered.end + 3600)

    assert found.how == "what the log groups store, by share of time"
    assert found.bytes is not None


@pytest.mark.parametrize(
    ("start", "end", "share"),
    [(0, 99, 0.0), (100, 199, 1.0), (150, 199, 0.5), (100, 124, 0.25), (190, 900, 0.1), (0, 900, 1.0)],
)
def test_the_share_is_of_the_time_in_which_the_group_has_events(start: int, end: int, share: float) -> None:
    query = InsightsQuery("fields @message", (LogGroup("/flow"),), start, end)
    group = Group("/flow", 1000, 100, "STANDARD")

    assert insights_price.from_stored(query, [group], 200).bytes == round(1000 * share)


def test_a_group_of_unknown_size_leaves_the_price_unknown() -> None:
    query = InsightsQuery("fields @message", (LogGroup("/flow"), LogGroup("/other")), 0, 100)

    found = insights_price.from_stored(query, [Group("/flow", 1000, 0, "STANDARD")], 200)

    assert found.bytes is None
    assert "not known before it runs" in found.said(TARIFF)


def test_expired_credentials_are_told_and_not_taken_for_an_unknown_price(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="expired-token", action="StartQuery", times=1)

    with pytest.raises(ExpiredError):
        estimated(_query(delivered), identity, delivered.end)


def test_a_permission_that_is_missing_to_look_the_group_up_is_a_note(
    identity: aws.Identity, delivered: Delivered, fault: Callable[..., Any]
) -> None:
    fault(kind="denied", action="DescribeLogGroups", times=1)

    found = estimated(_query(delivered), identity, delivered.end)

    assert "logs:DescribeLogGroups" in found.notes[0]
    assert found.bytes is not None


def test_commands_that_infrequent_access_lacks_are_named_before_they_are_paid(identity: aws.Identity) -> None:
    aws.client(identity, "logs").create_log_group(logGroupName="/rare", logGroupClass="INFREQUENT_ACCESS")
    query = InsightsQuery("fields @message | diff", (LogGroup("/rare"),), 0, 100)

    assert estimated(query, identity, 200).notes == (
        "/rare is of the Infrequent Access class, which does not have diff.",
    )
    assert estimated(replace(query, text="fields @message | limit 1"), identity, 200).notes == ()


def test_what_was_read_is_entered_and_adds_up(identity: aws.Identity, delivered: Delivered, ledger: Ledger) -> None:
    estimate = estimated(_query(delivered), identity, delivered.end)

    for number in (1, 2):
        with purse(Payer(ledger, "ada", TARIFF), estimate, "a question") as opened:
            found = opened.run(_query(delivered), identity, told=lambda _: None, cancelled=lambda: False)
        assert ledger.spent("ada") == pytest.approx(number * TARIFF.of(found.bytes_scanned))

    assert ledger.spent("bob") == 0


def test_what_would_pass_the_limit_is_not_run(identity: aws.Identity, ledger: Ledger) -> None:
    ran = len(aws.client(identity, "logs").describe_queries()["queries"])
    estimate = Estimate(insights_price.GIGABYTE, "a guess")

    with (
        pytest.raises(SpendingError, match=r"Of your limit of 5\.00 USD a day"),
        purse(Payer(ledger, "ada", DEAR), estimate, ""),
    ):
        raise AssertionError

    assert len(aws.client(identity, "logs").describe_queries()["queries"]) == ran
    assert ledger.spent("ada") == 0


def test_a_query_that_reads_more_than_is_left_is_stopped_at_aws(
    identity: aws.Identity, delivered: Delivered, ledger: Ledger, sandbox: Any
) -> None:
    sandbox.control("settings", {"query_seconds": 20})

    with (
        pytest.raises(SpendingError, match="Stopped at AWS"),
        purse(Payer(ledger, "ada", DEAR), Estimate(None, "nobody knows"), "") as opened,
    ):
        opened.run(_query(delivered), identity, told=lambda _: None, cancelled=lambda: False)

    states = {one["status"] for one in aws.client(identity, "logs").describe_queries()["queries"]}
    assert states <= {"Complete", "Cancelled", "Failed"}
    assert ledger.spent("ada") > 5


def test_a_cancelled_query_costs_what_it_has_read(
    identity: aws.Identity, delivered: Delivered, ledger: Ledger, sandbox: Any
) -> None:
    sandbox.control("settings", {"query_seconds": 20})
    read: list[int] = []

    with pytest.raises(QueryCancelledError), purse(Payer(ledger, "ada", TARIFF), Estimate(0, ""), "") as opened:
        opened.run(
            _query(delivered),
            identity,
            told=lambda it: read.append(it.bytes_scanned),
            cancelled=lambda: bool(read and read[-1]),
        )

    assert ledger.spent("ada") == pytest.approx(TARIFF.of(read[-1])) != 0


def test_a_new_day_begins_with_nothing_spent(tmp_path: Path) -> None:
    now = [86_400.0 * 20_000]
    ledger = Ledger(tmp_path / "spending.sqlite", clock=lambda: now[0])
    ledger.set_aside("ada", 3.0, "")
    now[0] += 86_400

    assert ledger.spent("ada") == 0


def test_a_person_chooses_limits_within_what_the_operator_allows(tmp_path: Path) -> None:
    path = tmp_path / "spending.sqlite"
    Ledger(path).choose("ada", Limits(day=50, alone=2))

    assert Ledger(path).limits("ada") == Limits(50, 2)
    assert Ledger(path, most=1).limits("ada") == Limits(1, 1)
    assert Ledger(path).limits("bob") == Limits()


@pytest.mark.parametrize("amount", [-1, float("inf"), float("nan")])
def test_a_limit_is_an_amount(amount: float) -> None:
    with pytest.raises(SpendingError):
        Limits(day=amount)


_SPENDING = """
import sys
from pathlib import Path
from flowinsight.spending import Ledger, SpendingError
accepted = 0
for _ in range(20):
    try:
        Ledger(Path(sys.argv[1])).set_aside("ada", 0.125, "")
        accepted += 1
    except SpendingError:
        pass
print(accepted)
"""


def test_processes_that_spend_at_the_same_time_pass_the_limit_together_never(tmp_path: Path) -> None:
    path = tmp_path / "spending.sqlite"

    ran = [
        subprocess.Popen([sys.executable, "-c", _SPENDING, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    assert sum(int(one.communicate(timeout=60)[0]) for one in ran) == 40
    assert Ledger(path).spent("ada") == 5.0
