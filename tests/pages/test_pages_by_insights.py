"""A question asked by Logs Insights on the Investigate page: priced, agreed to, seen coming, stopped at AWS."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import aws, paths
from flowinsight.engines import insights_price, insights_query
from flowinsight.engines.insights_price import Estimate
from flowinsight.engines.insights_query import InsightsQuery
from flowinsight.fetchers import insights, insights_ladder, insights_priced, insights_slices
from flowinsight.fetchers.insights_ladder import Rung
from flowinsight.sandbox.running import Running
from flowinsight.spending import Ledger, Limits
from flowinsight.ui import leased
from tests.pages.live_pages import NOON, RANGE, Opened, answered, keys, text_of, until

PERSON = "arn:aws:iam::111122223333:user/operator"
LINK = {"source": "Sandbox AWS account", "path": "/vpc/flow-logs", "t": RANGE, "way": "insights"}


@pytest.fixture(autouse=True)
def own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.05)


@pytest.fixture
def slowly(sandbox: Running) -> Iterator[Callable[[float], None]]:
    """Let queries take this long; estimates too."""
    yield lambda seconds: sandbox.control("settings", {"query_seconds": seconds})
    sandbox.control("settings", {"query_seconds": 0.1})


def _ledger() -> Ledger:
    return Ledger(paths.spending_file(sandbox=True))


def _asked(sandbox: Running) -> list[dict[str, Any]]:
    """The queries the sandbox was asked, without the estimates, newest first."""
    found = aws.client(aws.sandbox(sandbox.url), "logs").describe_queries()["queries"]
    return [one for one in found if not one["queryString"].endswith("estimate")]


def test_it_gives_the_same_answer_as_filter_patterns_and_says_what_was_paid(opened: Opened, sandbox: Running) -> None:
    ran = len(_asked(sandbox))
    by_pattern = until(opened(q=":443", **{**LINK, "way": "pattern"}), answered)
    by_insights = until(opened(q=":443", **LINK), answered)

    assert "Port 443 of" in text_of(by_insights)
    assert [one.value for one in by_pattern.metric] == [one.value for one in by_insights.metric]
    assert by_pattern.dataframe[0].value.equals(by_insights.dataframe[0].value)
    assert "read: less than 0.0001 USD at 0.005 USD a GB (list price us-east-1" in text_of(by_insights)
    assert "for every record" in text_of(by_insights)
    assert len(_asked(sandbox)) > ran


def test_a_link_waits_for_agreement_above_the_persons_own_limit(opened: Opened, sandbox: Running) -> None:
    _choose(Limits(day=5, alone=0))
    ran = len(_asked(sandbox))
    page = until(opened(q=":445", **LINK), lambda it: "fetch_agree" in keys(it))

    assert "This costs money" in text_of(page)
    assert page.button(key="fetch_agree").label == "Run for less than 0\\.0001 USD"
    assert len(_asked(sandbox)) == ran

    page.button(key="fetch_agree").click().run()
    until(page, answered)
    assert len(_asked(sandbox)) > ran


def _choose(limits: Limits) -> None:
    """For the only person there is."""
    _ledger().choose(PERSON, limits)


def test_what_was_answered_is_kept_and_not_paid_again(opened: Opened, sandbox: Running) -> None:
    until(opened(q=":446", **LINK), answered)
    ran, spent = len(_asked(sandbox)), _ledger().spent(PERSON)
    _choose(Limits(day=5, alone=0))

    until(opened(q=":446", **LINK), answered)

    assert len(_asked(sandbox)) == ran
    assert _ledger().spent(PERSON) == spent > 0


def test_cancel_stops_the_query_at_aws_and_going_on_asks_the_rest(
    opened: Opened, sandbox: Running, slowly: Callable[[float], None]
) -> None:
    page = _running(opened, ":447", slowly)

    page.button(key="fetch_cancel").click().run()
    page = until(page, lambda it: "fetch_on" in keys(it))

    assert _asked(sandbox)[0]["status"] == "Cancelled"
    slowly(0.05)
    page.button(key="fetch_on").click().run()
    until(page, answered)


def _running(opened: Opened, q: str, slowly: Callable[[float], None]) -> AppTest:
    """A page whose query has been priced and runs for a minute."""
    _choose(Limits(day=5, alone=0))
    page = until(opened(q=q, **LINK), lambda it: "fetch_agree" in keys(it))
    slowly(60)
    page.button(key="fetch_agree").click().run()
    return until(page, lambda it: "fetch_cancel" in keys(it) and page.session_state["fetch_job"].by_insights.running)


def test_another_question_stops_the_query_at_aws(
    opened: Opened, sandbox: Running, slowly: Callable[[float], None]
) -> None:
    page = _running(opened, ":448", slowly)

    page.text_input(key="q").set_value(":449").run()

    until(page, lambda _: _asked(sandbox)[0]["status"] == "Cancelled")


def test_leaving_the_page_stops_the_query_at_aws(
    opened: Opened, sandbox: Running, slowly: Callable[[float], None]
) -> None:
    page = _running(opened, ":450", slowly)
    job = page.session_state["fetch_job"]

    page.switch_page("pages/setup.py").run()
    job.thread.join(20)

    assert _asked(sandbox)[0]["status"] == "Cancelled"


def test_a_page_that_nobody_looks_at_stops_its_query(
    opened: Opened, sandbox: Running, slowly: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _running(opened, ":451", slowly)
    monkeypatch.setattr(leased, "LEASE", 0.2)

    page.session_state["fetch_job"].thread.join(20)

    assert _asked(sandbox)[0]["status"] == "Cancelled"


def test_slices_are_drawn_as_they_come_and_marked_partial(
    opened: Opened, sandbox: Running, slowly: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights, "rung", lambda *_: Rung("records", 6))
    monkeypatch.setattr(insights_slices, "FASTEST", 1)
    slowly(0.5)
    page = until(opened(q=":443 udp", **LINK), lambda it: "Partial" in text_of(it))

    assert "What follows is 2026-11-20" in text_of(page)
    assert "has not been read" in text_of(page)
    assert "step_0" not in keys(page)
    page = until(page, answered)
    assert "Partial" not in text_of(page)
    assert "step_0" in keys(page)
    assert len(_asked(sandbox)) >= 6


def test_the_days_limit_refuses_before_anything_is_asked(opened: Opened, sandbox: Running) -> None:
    _choose(Limits(day=0, alone=0))
    ran = len(_asked(sandbox))
    page = until(opened(q=":452", **LINK), lambda it: "fetch_agree" in keys(it))

    page.button(key="fetch_agree").click().run()
    page = until(page, lambda it: "fetch_on" in keys(it))

    assert "Of your limit of 0.00 USD a day" in text_of(page)
    assert len(_asked(sandbox)) == ran


@pytest.mark.usefixtures("sandbox")
def test_a_missing_permission_is_named_and_trying_again_goes_on(opened: Opened, faults: Callable[..., None]) -> None:
    faults(kind="denied", service="logs", action="GetQueryResults", times=3)
    page = until(opened(q=":453", **LINK), lambda it: "fetch_again" in keys(it))
    assert "the permission logs:GetQueryResults is missing" in text_of(page)

    page.button(key="fetch_again").click().run()

    until(page, answered)


def test_where_an_index_makes_matching_records_cheaper_both_prices_are_told_and_either_is_run(
    opened: Opened, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def estimated(query: InsightsQuery, *_: object) -> Estimate:
        return Estimate(10**6 if query.text.startswith("filter ") else 10**9, "CloudWatch's own estimate")

    monkeypatch.setattr(insights_price, "estimated", estimated)
    _choose(Limits(day=5, alone=0))
    page = until(opened(q=":454", **LINK), lambda it: "fetch_agree" in keys(it))

    assert "The matching records alone cost less than 0.0001 USD, by an index" in text_of(page)
    assert page.button(key="fetch_agree").label == "Run for 0\\.0047 USD"
    page.button(key="fetch_matching").click().run()
    page = until(page, answered)
    assert _asked(sandbox)[0]["queryString"].startswith("filter (srcPort = 454 or dstPort = 454)")
    assert "None seen" not in text_of(page)


def test_where_records_are_not_taken_twice_it_is_said_and_two_scans_are_priced_before_they_run(
    opened: Opened, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights_ladder, "TARGET", 12)
    monkeypatch.setattr(insights_priced, "_TAKEN_ONCE", set())
    monkeypatch.setattr(insights_slices, "_taken_twice", lambda _: False)
    page = until(opened(q="tcp", **LINK), lambda it: "fetch_again" in keys(it))
    assert "Asked again it takes two scans, at twice the price." in text_of(page)

    _choose(Limits(day=5, alone=0))
    page.button(key="fetch_again").click().run()
    page = until(page, lambda it: "fetch_agree" in keys(it))
    assert "That is 2 scans" in text_of(page)
    ran = len(_asked(sandbox))
    page.button(key="fetch_agree").click().run()
    until(page, answered)
    assert {"fields 1 as part", "fields 2 as part"} == {
        line.lstrip("| ") for one in _asked(sandbox)[: len(_asked(sandbox)) - ran]
        for line in one["queryString"].splitlines() if line.endswith(" as part")
    }  # fmt: skip


def test_another_log_group_of_the_link_is_asked_together_with_it(opened: Opened, sandbox: Running) -> None:
    logs, at = aws.client(aws.sandbox(sandbox.url), "logs"), NOON + 1200
    logs.create_log_group(logGroupName="/second")
    logs.create_log_stream(logGroupName="/second", logStreamName="eni-1-all")
    line = f"2 111122223333 eni-1 10.9.9.9 10.0.1.1 40000 455 6 5 500 {at} {at + 50} ACCEPT OK"
    events = [{"timestamp": at * 1000, "message": line}]
    logs.put_log_events(logGroupName="/second", logStreamName="eni-1-all", logEvents=events)
    sandbox.control("settings", {"query_before_group": True})
    page = until(opened(q=":455", also="/second", **LINK), answered)
    sandbox.control("settings", {"query_before_group": False})
    logs.delete_log_group(logGroupName="/second")

    assert "10.9.9.9" in text_of(page)
    assert page.text_area(key="also_asked").value == "/second"
    assert "also=%2Fsecond" in text_of(page)
