"""What leads, on the Investigate page: its scans priced and agreed to, its lists as they come, adding up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from flowinsight import aws
from flowinsight.engines import insights_query
from flowinsight.fetchers import insights_ladder
from flowinsight.sandbox.running import Running
from tests.pages.live_pages import RANGE, Opened, answered, keys, text_of, until

LINK = {"source": "Sandbox AWS account", "path": "/vpc/flow-logs", "t": RANGE, "way": "leading"}


@pytest.fixture(autouse=True)
def own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Running) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.05)
    sandbox.control("settings", {"query_seconds": 0.1})
    yield
    sandbox.control("settings", {"query_seconds": 0.1})


def _asked(sandbox: Running) -> list[dict[str, Any]]:
    """The queries the sandbox was asked, without the estimates, newest first."""
    found = aws.client(aws.sandbox(sandbox.url), "logs").describe_queries()["queries"]
    return [one for one in found if not one["queryString"].endswith("estimate")]


def _priced(page: AppTest) -> AppTest:
    return until(page, lambda it: "leading_agree" in keys(it))


def test_the_scans_are_counted_and_priced_and_wait_for_agreement(opened: Opened, sandbox: Running) -> None:
    ran = len(_asked(sandbox))
    page = _priced(opened(q=":443", **LINK))

    assert "6 scans of the same records: less than 0.0001 USD together" in text_of(page)
    assert page.button(key="leading_agree").label == "Run 6 scans for less than 0\\.0001 USD"
    assert len(_asked(sandbox)) == ran


def test_the_lists_add_up_and_are_kept(opened: Opened, sandbox: Running) -> None:
    page = _priced(opened(q=":443", **LINK))
    page.button(key="leading_agree").click().run()
    until(page, lambda it: "leading_anew" in keys(it))
    ran = len(_asked(sandbox))

    frames = [one.value for one in page.dataframe]
    assert [frame.columns[0] for frame in frames] == [
        "protocol", "action", "interface-id", "srcaddr", "dstaddr", "service",
    ]  # fmt: skip
    assert len({frame["Bytes"].sum() for frame in frames}) == 1
    assert "Records are counted as they were logged" in text_of(page)

    until(opened(q=":443", **LINK), lambda it: "leading_anew" in keys(it))
    assert len(_asked(sandbox)) == ran


def test_cancel_stops_the_scan_at_aws_and_going_on_asks_only_the_missing_lists(
    opened: Opened, sandbox: Running
) -> None:
    page = _priced(opened(q=":22", **LINK))
    before = len(_asked(sandbox))
    sandbox.control("settings", {"query_seconds": 60})
    page.button(key="leading_agree").click().run()
    until(page, lambda _: len(_asked(sandbox)) > before)

    page.button(key="leading_cancel").click().run()
    page = until(page, lambda it: "leading_on" in keys(it))
    assert _asked(sandbox)[0]["status"] == "Cancelled"

    sandbox.control("settings", {"query_seconds": 0.1})
    page.button(key="leading_on").click().run()
    until(page, lambda it: "leading_anew" in keys(it))
    assert len(_asked(sandbox)) == before + 7


def test_another_way_of_asking_stops_the_scans(opened: Opened, sandbox: Running) -> None:
    page = _priced(opened(q=":23", **LINK))
    before = len(_asked(sandbox))
    sandbox.control("settings", {"query_seconds": 60})
    page.button(key="leading_agree").click().run()
    until(page, lambda _: len(_asked(sandbox)) > before)

    page.radio(key="way_chosen").set_value("pattern").run()

    until(page, answered)
    until(page, lambda _: _asked(sandbox)[0]["status"] == "Cancelled")


def test_a_question_too_wide_for_its_records_offers_what_leads_or_to_go_on(
    opened: Opened, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights_ladder, "TARGET", 1)
    ran = len(_asked(sandbox))
    page = until(opened(q="tcp", **{**LINK, "way": "insights"}), lambda it: "leading_instead" in keys(it))

    assert "Too much matches: even added up by day" in text_of(page)
    assert len(_asked(sandbox)) == ran
    page.button(key="leading_instead").click().run()
    _priced(page)

    page = until(opened(q="tcp", **{**LINK, "way": "insights"}), lambda it: "fetch_all_the_same" in keys(it))
    monkeypatch.setattr(insights_ladder, "TARGET", 60_000)
    page.button(key="fetch_all_the_same").click().run()
    until(page, answered)
    assert "records added up by day" in text_of(page)


def test_a_missing_permission_is_named_and_trying_again_goes_on(
    opened: Opened, sandbox: Running, faults: Callable[..., None]
) -> None:
    page = _priced(opened(q=":24", **LINK))
    faults(kind="denied", service="logs", action="GetQueryResults", times=1)
    page.button(key="leading_agree").click().run()
    page = until(page, lambda it: "leading_again" in keys(it))

    assert "logs:GetQueryResults" in text_of(page)
    sandbox.control("faults", method="DELETE")
    page.button(key="leading_again").click().run()
    until(page, lambda it: "leading_anew" in keys(it))
