"""The page with an account as its source: the sandbox, or AWS by profile and role. No browser, and no other AWS."""

import json
import re
from collections.abc import Callable

import pytest

from flowinsight import aws
from flowinsight.fetchers import s3_listing
from flowinsight.fetchers.live import Live
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import MISSING_MOTO, Running, SandboxError
from flowinsight.sources import LogGroup, S3Objects
from flowinsight.ui import fetch_job, first_flow_log, leased, sandbox_process
from flowinsight.ui.fetch_job import FetchJob
from tests.pages.live_pages import HOUR, NOON, RANGE, Opened, answered, keys, text_of, until

MEMBER = "012345678910"


@pytest.mark.usefixtures("sandbox")
def test_the_sandbox_is_asked_and_its_account_is_in_sight(opened: Opened) -> None:
    page = until(opened(source="Sandbox AWS account", q=":443", t=RANGE), answered)

    assert "SANDBOX] **Account 111122223333** as operator · eu-central-1 · /vpc/flow-logs" in text_of(page)
    assert "Port 443 of" in text_of(page)
    assert page.query_params["path"] in ("/vpc/flow-logs", ["/vpc/flow-logs"])


@pytest.mark.usefixtures("sandbox")
def test_how_it_was_asked_shows_the_patterns_their_price_and_where_the_format_is_from(opened: Opened) -> None:
    text = text_of(until(opened(source="Sandbox AWS account", q="10.20.1.12", t=RANGE), answered))

    assert "[version, accountid, interfaceid, srcaddr = 10.20.1.12, dstaddr," in text
    assert "No charge: FilterLogEvents costs nothing" in text
    assert "Format: LogFormat of fl-" in text


@pytest.mark.usefixtures("sandbox")
def test_nothing_seen_in_an_account_offers_more_of_its_time_and_says_it_has_to_be_fetched(opened: Opened) -> None:
    page = until(opened(source="Sandbox AWS account", q=":4444", t=RANGE), answered)

    assert "None seen, covered" in text_of(page)
    assert "next_time" not in keys(page)
    assert page.button(key="next_21600").label == "The 6 hours up to its end: 9 times as much to fetch"
    page.button(key="next_21600").click().run()
    assert page.query_params["t"] in ("2026-11-20T06:50Z/2026-11-20T12:50Z", ["2026-11-20T06:50Z/2026-11-20T12:50Z"])
    until(page, answered)


@pytest.mark.usefixtures("sandbox")
def test_a_time_with_open_sides_becomes_the_last_hour_to_the_minute(opened: Opened) -> None:
    page = until(opened(source="Sandbox AWS account", q=":22"), answered)

    assert page.text_input(key="t").value == "2026-11-20T12:00Z/2026-11-20T13:00Z"
    assert "Records from 12:45 on may still arrive: ask again in a quarter of an hour." in text_of(page)


@pytest.mark.usefixtures("sandbox")
def test_another_account_is_not_given_the_answer_of_the_first(opened: Opened) -> None:
    page = until(opened(source="Sandbox AWS account", q=":443", t=RANGE), answered)

    page.selectbox(key="sandbox_account").set_value(MEMBER).run()

    assert "No flow log in this account yet" in text_of(page)
    assert "Port 443 of" not in text_of(page)


@pytest.mark.usefixtures("sandbox")
def test_a_missing_permission_is_named_and_trying_again_goes_on(opened: Opened, faults: Callable[..., None]) -> None:
    faults(kind="denied", service="logs", action="FilterLogEvents", times=1)
    page = until(opened(source="Sandbox AWS account", q=":8443", t=RANGE), lambda it: "fetch_again" in keys(it))
    assert "the permission logs:FilterLogEvents is missing" in text_of(page)

    page.button(key="fetch_again").click().run()

    until(page, answered)


@pytest.mark.usefixtures("sandbox")
def test_a_cancelled_fetch_says_so_and_goes_on_when_told_to(opened: Opened, faults: Callable[..., None]) -> None:
    faults(kind="latency", service="logs", action="FilterLogEvents", seconds=1.5, times=3)
    page = until(opened(source="Sandbox AWS account", q=":53", t=RANGE), lambda it: "fetch_cancel" in keys(it))

    page.button(key="fetch_cancel").click().run()
    until(page, lambda it: "fetch_on" in keys(it))
    assert "Not everything is here" in text_of(page)
    page.button(key="fetch_on").click().run()

    until(page, answered)


def test_a_bucket_is_asked_with_its_price_shown(opened: Opened, sandbox: Running) -> None:
    identity = aws.sandbox(sandbox.url)
    aws.client(identity, "s3").create_bucket(
        Bucket="larkfield-page", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws.client(identity, "ec2").create_flow_logs(
        ResourceType="VPC", ResourceIds=[sandbox.control("company")["vpcs"]["shop"]], TrafficType="ALL",
        LogDestinationType="s3", LogDestination="arn:aws:s3:::larkfield-page",
    )  # fmt: skip
    now = int(sandbox.control("clock", {"advance": 900})["now"])
    page = opened(source="Sandbox AWS account", path="s3://larkfield-page/", q=":443", t=f"{now - 600}/{now - 60}")

    text = text_of(until(page, answered))

    assert "Port 443 of" in text
    assert "USD for the requests" in text
    assert re.search(
        r"conversations, [\d,]+ records · [\d.]+ s · [\d.,]+ (bytes|kB|MB) read from AWS, less than 0.000", text
    )


def test_a_price_above_a_cent_is_agreed_to_before_anything_is_fetched(
    opened: Opened, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_job, "ASKS_FROM", 0.0)
    before = sandbox.control("calls")[-1]["number"]
    now = int(sandbox.control()["now"])
    link = {"path": "s3://larkfield-page/", "q": ":443", "t": f"{now - 500}/{now - 60}"}
    page = until(opened(source="Sandbox AWS account", **link), lambda it: "fetch_agree" in keys(it))
    assert "This costs money" in text_of(page)
    assert "GetObject" not in {call["action"] for call in sandbox.control(f"calls?after={before}")}

    page.button(key="fetch_agree").click().run()

    until(page, answered)
    assert "GetObject" in {call["action"] for call in sandbox.control(f"calls?after={before}")}


@pytest.mark.parametrize(
    ("error", "said", "earlier"),
    [
        (s3_listing.ReaderPaysError("Whoever reads this pays."), "You would pay for this", 400),
        (s3_listing.ReaderMayPayError("It is denied, or its reader pays."), "It is denied, or its reader pays.", 410),
    ],
)
def test_a_bucket_whose_reader_pays_is_read_only_after_agreeing_to_pay_and_to_the_price(
    opened: Opened, sandbox: Running, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str, earlier: int
) -> None:
    discover = s3_listing.discover

    def paid(source: S3Objects, s3: object) -> object:
        if not source.requester_pays:
            raise error
        return discover(source, s3)

    monkeypatch.setattr(s3_listing, "discover", paid)
    now = int(sandbox.control()["now"])
    link = {"path": "s3://larkfield-page/", "q": ":443", "t": f"{now - earlier}/{now - 60}"}
    page = until(opened(source="Sandbox AWS account", **link), lambda it: "fetch_pay" in keys(it))
    assert said in text_of(page)

    page.button(key="fetch_pay").click().run()
    until(page, lambda it: "fetch_agree" in keys(it))
    assert "You pay for both: the bucket's owner does not." in text_of(page)
    page.button(key="fetch_agree").click().run()

    until(page, answered)


def test_a_fetch_that_nobody_looks_at_stops_and_keeps_what_is_complete(
    sandbox: Running, faults: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leased, "LEASE", 0.3)
    faults(kind="latency", service="logs", action="FilterLogEvents", seconds=0.15)
    group = LogGroup(first_flow_log.GROUP, formats=(), origin="not known yet")
    question = Question(TimeRange(NOON, NOON + HOUR))
    job = FetchJob(question, Live(aws.sandbox(sandbox.url), group), "key")

    job.start()
    assert job.thread is not None
    job.thread.join(30)

    assert job.state == "cut"
    assert job.brought is None or job.brought.covered != question.time


@pytest.mark.usefixtures("sandbox")
def test_a_place_that_is_none_is_said(opened: Opened) -> None:
    page = opened(source="Sandbox AWS account", path="two words", t=RANGE)

    assert "two words is not the name of a log group" in text_of(page)


def test_a_sandbox_that_was_stopped_is_started_by_a_button_only(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(sandbox_process.Host, "ask_to_start", lambda _: begun.append("start"))
    page = opened(source="Sandbox AWS account")
    assert begun

    begun.clear()
    page.session_state["sandbox_stopped"] = True
    page.run()
    assert "The sandbox is stopped" in text_of(page)
    assert not begun


def test_without_its_packages_the_page_says_how_to_get_them(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_moto() -> Running:
        raise SandboxError(MISSING_MOTO)

    monkeypatch.setattr(sandbox_process, "start", without_moto)
    sandbox_process.host().stop()

    page = until(opened(source="Sandbox AWS account"), lambda it: "sandbox_start" in keys(it))

    assert "pip install -r requirements-sandbox.txt" in text_of(page)
    sandbox_process.host().stop()


def test_an_aws_account_is_asked_only_after_connecting(opened: Opened, sandbox: Running) -> None:
    before = len(sandbox.control("calls"))
    page = opened(source="AWS account", q=":443", t=RANGE)
    assert "Which AWS account?" in text_of(page)
    assert len(sandbox.control("calls")) == before

    page.text_input(key="account_endpoint").set_value(sandbox.url)
    page.button(key="account_connect").click().run()

    assert "SANDBOX] **Account 111122223333**" in text_of(until(page, answered))


def test_a_role_that_is_none_is_said_where_it_is_typed(opened: Opened) -> None:
    page = opened(source="AWS account")

    page.text_input(key="account_role").set_value("administrator")
    page.button(key="account_connect").click().run()

    assert "administrator is not the ARN of a role" in text_of(page)
    assert json.dumps(dict(page.query_params)).count("administrator") == 0
