"""The Logs Insights page: a query as typed, priced before, seen running, stopped at AWS, answered."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import aws
from flowinsight.sandbox.running import Running
from flowinsight.sandbox.settings import Settings
from flowinsight.ui import insights, leased
from tests.pages.live_pages import RANGE, Opened, keys, text_of, until


@pytest.fixture(autouse=True)
def own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@pytest.fixture
def page(opened: Opened, sandbox: Running) -> Iterator[AppTest]:
    """The page in a sandbox with an hour of flow logs, its query priced."""
    shown = opened().switch_page("pages/insights.py").run()
    shown.text_input(key="insights_time").set_value(RANGE).run()
    yield until(shown, priced)
    sandbox.control("settings", {"query_seconds": Settings().query_seconds})


def priced(page: AppTest) -> bool:
    return "insights_start" in keys(page)


def answered(page: AppTest) -> bool:
    return "#### " in text_of(page) and "Query id" in text_of(page)


def _logs(sandbox: Running) -> Any:
    return aws.client(aws.sandbox(sandbox.url), "logs")


def _queries(sandbox: Running) -> list[dict[str, Any]]:
    """What was asked of the sandbox, without the estimates, newest first."""
    found = _logs(sandbox).describe_queries()["queries"]
    return [one for one in found if not one["queryString"].endswith("estimate")]


def _ask(page: AppTest, text: str) -> AppTest:
    page.text_area(key="insights_text").set_value(text).run()
    return until(page, priced)


def test_the_price_stands_beside_the_button_before_anything_runs(page: AppTest, sandbox: Running) -> None:
    assert "to read: less than 0.0001 USD" in text_of(page)
    assert "USD a GB (list price us-east-1, 2026-11" in text_of(page)
    assert "CloudWatch's own estimate, which is free" in text_of(page)
    assert page.button(key="insights_start").label == "Run for less than 0.0001 USD"
    assert _queries(sandbox) == []


def test_without_a_log_group_the_page_says_how_to_have_one(page: AppTest, sandbox: Running) -> None:
    page.multiselect(key="insights_groups").set_value([])
    page.text_input(key="insights_region").set_value("sa-east-1").run()
    until(page, lambda shown: "No log group is chosen" in text_of(shown))

    assert not priced(page)
    assert not page.error
    assert _queries(sandbox) == []


def test_a_query_runs_as_typed_and_is_answered_with_a_chart_and_exports(page: AppTest, sandbox: Running) -> None:
    typed = "stats count(*) as records by action   # exactly this"
    _ask(page, typed).button(key="insights_start").click().run()

    until(page, answered)

    assert _queries(sandbox)[0]["queryString"] == typed
    assert {"action", "records"} == set(page.dataframe[0].value.columns)
    assert page.dataframe[0].value["records"].sum() > 0
    assert {one.proto.label for one in page.get("download_button")} == {"CSV", "Parquet", "JSON"}
    assert "USD today" in text_of(page)


def test_an_answer_is_shown_again_without_another_query(page: AppTest, opened: Opened, sandbox: Running) -> None:
    _ask(page, "stats sum(bytes) by dstPort").button(key="insights_start").click().run()
    until(page, answered)
    ran = len(_queries(sandbox))

    again = opened().switch_page("pages/insights.py")
    again.query_params["query"], again.query_params["t"] = "stats sum(bytes) by dstPort", RANGE
    until(again.run(), answered)

    assert len(_queries(sandbox)) == ran


def test_a_link_is_filled_in_and_priced_and_waits(opened: Opened, sandbox: Running) -> None:
    ran = len(_queries(sandbox))
    page = opened().switch_page("pages/insights.py")
    page.query_params["query"], page.query_params["t"] = "stats max(bytes) by srcAddr", RANGE

    until(page.run(), priced)

    assert page.text_area(key="insights_text").value == "stats max(bytes) by srcAddr"
    assert len(_queries(sandbox)) == ran


def test_cancel_stops_the_query_at_aws(page: AppTest, sandbox: Running) -> None:
    sandbox.control("settings", {"query_seconds": 60})
    _start_slowly(page)

    page.button(key="insights_cancel").click().run()

    until(page, lambda it: "Cancelled. The query was stopped at AWS" in text_of(it))
    assert _queries(sandbox)[0]["status"] == "Cancelled"


def _start_slowly(page: AppTest) -> None:
    """The estimate is known by now, so that only the query itself is slow."""
    page.button(key="insights_start").click().run()
    until(page, lambda it: "Running" in text_of(it) or "Scheduled" in text_of(it))


def test_another_question_stops_the_one_that_runs(page: AppTest, sandbox: Running) -> None:
    sandbox.control("settings", {"query_seconds": 60})
    _start_slowly(page)

    sandbox.control("settings", {"query_seconds": 0.1})
    _ask(page, "stats count(*) by dstAddr")

    until(page, lambda _: _queries(sandbox)[0]["status"] == "Cancelled")


def test_a_page_that_nobody_looks_at_stops_its_query_when_the_lease_lapses(
    page: AppTest, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.control("settings", {"query_seconds": 60})
    _start_slowly(page)
    monkeypatch.setattr(leased, "LEASE", 0.3)

    job = page.session_state["insights_job"]
    job.thread.join(20)

    assert job.state == "cancelled"
    assert _queries(sandbox)[0]["status"] == "Cancelled"


def test_leaving_for_another_page_stops_the_query(page: AppTest, sandbox: Running) -> None:
    sandbox.control("settings", {"query_seconds": 60})
    _start_slowly(page)
    job = page.session_state["insights_job"]

    page.switch_page("pages/setup.py").run()
    job.thread.join(20)

    assert job.state == "cancelled"
    assert _queries(sandbox)[0]["status"] == "Cancelled"


def test_a_query_that_cannot_be_read_is_marked_at_its_place_and_not_offered(page: AppTest) -> None:
    page.text_area(key="insights_text").set_value("fields srcAddr\n| frobnicate 5").run()

    until(page, lambda it: "cannot read this query" in text_of(it))

    assert "| frobnicate 5\n  ^^" in text_of(page)
    assert "insights_start" not in keys(page)


def test_what_costs_more_than_is_left_today_is_refused_before_it_runs(page: AppTest, sandbox: Running) -> None:
    ran = len(_queries(sandbox))
    page.number_input(key="insights_limit_day").set_value(0.0).run()
    page.button(key="insights_limits_use").click().run()
    until(page, priced).button(key="insights_start").click().run()

    until(page, lambda it: "Of your limit of 0.00 USD a day" in text_of(it))

    assert len(_queries(sandbox)) == ran


def test_a_missing_permission_is_named(page: AppTest, faults: Callable[..., None]) -> None:
    faults(kind="denied", service="logs", action="GetQueryResults", times=1)
    page.button(key="insights_start").click().run()

    until(page, lambda it: "logs:GetQueryResults" in text_of(it))


def test_the_range_is_sent_with_both_ends_inclusive(page: AppTest) -> None:
    """The record of the last second belongs to it, and that of the next does not."""
    _ask(page, "stats count(*) as n, min(@timestamp) as first, max(@timestamp) as last")
    page.button(key="insights_start").click().run()
    until(page, answered)

    shown = page.dataframe[0].value.iloc[0]
    assert shown["first"] >= "2026-11-20 12:10:00"
    assert shown["last"] < "2026-11-20 12:50:00"


def test_groups_of_a_linked_account_are_offered_by_name_account_and_class(opened: Opened, sandbox: Running) -> None:
    theirs = aws.sandbox(sandbox.url, "012345678910")
    logs, ec2 = aws.client(theirs, "logs"), aws.client(theirs, "ec2")
    logs.create_log_group(logGroupName="/theirs", logGroupClass="INFREQUENT_ACCESS")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    role = aws.client(theirs, "iam").create_role(RoleName="theirs", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    ec2.create_flow_logs(
        ResourceType="VPC", ResourceIds=[sandbox.control("company")["vpcs"]["research"]], TrafficType="ALL",
        LogGroupName="/theirs", DeliverLogsPermissionArn=role["Arn"],
    )  # fmt: skip
    page = opened().switch_page("pages/insights.py")
    page.query_params["t"], page.query_params["groups"] = RANGE, "/vpc/flow-logs"
    insights._asked_before.clear()
    page = until(page.run(), priced)
    arn = "arn:aws:logs:eu-central-1:012345678910:log-group:/theirs"

    assert page.multiselect(key="insights_groups").options == [
        "/vpc/flow-logs", "/theirs · 012345678910 · Infrequent access",
    ]  # fmt: skip
    page.multiselect(key="insights_groups").set_value(["/vpc/flow-logs", arn]).run()
    page = until(page, priced)
    page.button(key="insights_start").click().run()
    until(page, answered)
    assert page.session_state["insights_groups"] == ["/vpc/flow-logs", arn]
