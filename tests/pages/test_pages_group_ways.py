"""How a log group is read, on the page: the choice of a way, and patterns that are edited, tested and run as they are."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import aws
from flowinsight.sandbox.running import Running
from tests.pages.live_pages import RANGE, Opened, answered, keys, text_of, until

LINK = {"source": "Sandbox AWS account", "path": "/vpc/flow-logs", "t": RANGE}
pytestmark = pytest.mark.usefixtures("sandbox")


def draft(page: AppTest) -> str:
    return str(page.text_area[0].value)


def test_a_question_about_an_address_offers_the_term_and_its_false_matches_are_counted(opened: Opened) -> None:
    page = until(opened(q="10.20.1.1", **LINK), answered)
    assert page.radio(key="way_chosen").options == [
        "Filter pattern",
        "Address as a term",
        "Logs Insights",
        "What leads",
    ]
    assert "false matches" not in text_of(page)

    page.radio(key="way_chosen").set_value("term").run()
    page = until(page, answered)

    assert page.query_params["way"] in ("term", ["term"])
    (counted,) = [one.label for one in page.expander if "false matches" in one.label]
    assert "records were brought that the question is not about" in counted
    assert "Imprecise, like a search in AWS's console" in text_of(page)
    assert "Fetched at" in text_of(page)


def test_a_question_about_a_port_cannot_be_a_term(opened: Opened) -> None:
    page = until(opened(q=":443", way="term", **LINK), answered)

    assert page.radio(key="way_chosen").options == ["Filter pattern", "Logs Insights", "What leads"]
    assert "Port 443 of" in text_of(page)


def test_the_pattern_is_shown_as_it_is_sent_and_checked_when_it_changes(opened: Opened) -> None:
    page = until(opened(q="10.20.1.12", **LINK), answered)
    lines = draft(page).splitlines()
    assert lines[0].startswith("[version, accountid, interfaceid, srcaddr = 10.20.1.12,")
    assert "logstatus = NODATA" in lines[-1]
    assert page.button(key="pattern_run").disabled, "it is what runs already"

    page.text_area[0].set_value("[..., action = REJECT, status").run()

    assert "A comma or the closing ] belongs here" in text_of(page)
    assert page.button(key="pattern_run").disabled
    assert "Fetched at" in text_of(page), "a draft changes nothing but itself"


def test_a_typed_pattern_is_run_as_it_is_and_forbids_a_no(opened: Opened) -> None:
    page = until(opened(q="10.20.1.12", **LINK), answered)
    page.text_area[0].set_value('"no such word"').run()

    page.button(key="pattern_run").click().run()
    page = until(page, answered)

    assert '"no such word"' in [one.value for one in page.code]
    assert "[version, accountid" not in text_of(page)
    assert "Only what the typed pattern lets through was read" in text_of(page)
    assert "cannot be seen in these logs" in text_of(page).lower()
    assert "pattern_own" in keys(page)


def test_a_typed_pattern_is_for_the_question_it_was_typed_for(opened: Opened) -> None:
    page = until(opened(q="10.20.1.12", pattern="[..., action = REJECT, status]", **LINK), answered)
    assert "Only what the typed pattern" in text_of(page)

    page.text_input(key="q").set_value("10.20.1.10").run()
    page = until(page, answered)

    assert "Only what the typed pattern" not in text_of(page)
    assert "srcaddr = 10.20.1.10" in draft(page)
    assert "pattern" not in page.query_params


def test_aws_is_asked_what_recent_events_a_pattern_matches(opened: Opened, faults: Callable[..., None]) -> None:
    page = until(opened(q=":22", **LINK), answered)
    page.text_area[0].set_value('" "').run()

    page.button(key="pattern_test").click().run()
    assert "50 of the 50 latest events match" in text_of(page)

    faults(kind="denied", service="logs", action="TestMetricFilter", times=1)
    page.text_area[0].set_value("ACCEPT").run()
    page.button(key="pattern_test").click().run()
    assert "logs:TestMetricFilter is missing" in text_of(page)


def test_a_log_group_without_filter_patterns_is_asked_by_logs_insights_and_it_is_said(
    opened: Opened, sandbox: Running
) -> None:
    logs = aws.client(aws.sandbox(sandbox.url), "logs")
    logs.create_log_group(logGroupName="/rare", logGroupClass="INFREQUENT_ACCESS")
    page = until(opened(q=":22", **{**LINK, "path": "/rare"}), lambda it: "way_chosen" in {one.key for one in it.radio})
    logs.delete_log_group(logGroupName="/rare")

    assert page.radio(key="way_chosen").options == ["Logs Insights", "What leads"]
    assert "/rare is of the class INFREQUENT_ACCESS, which has no filter patterns." in text_of(page)
    assert page.text_area(key="also_asked").value == ""
