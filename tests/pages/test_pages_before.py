"""Comparing with the time before, where an account is asked: it is read when somebody asks for it, and priced before."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flowinsight import aws
from flowinsight.fetchers.files import load
from flowinsight.moments import around
from flowinsight.question import Question
from flowinsight.sandbox.running import Running
from flowinsight.sources import Files
from tests.pages.live_pages import HOUR, NOON, Opened, answered, keys, text_of, until

LINK = {"source": "Sandbox AWS account", "q": ":443", "t": "2026-11-20T12:40Z/2026-11-20T12:50Z", "view": "New"}
GROUP = LINK | {"path": "/vpc/flow-logs"}


@pytest.mark.usefixtures("sandbox")
def test_nothing_is_called_new_before_the_time_before_was_read_and_then_as_everywhere(opened: Opened) -> None:
    page = until(opened(**GROUP), answered)
    text = text_of(page)
    assert "To tell who is new, the time before has to be read too." in text
    assert "from 2026-11-20 12:30:00 to 2026-11-20 12:40:00" in text
    assert "on each of the 7 days before, the first from 2026-11-13 12:40:00" in text
    assert "No charge: FilterLogEvents costs nothing. At least" in text
    assert "new in these logs" not in text
    assert "Port 443 of" in text

    page.button(key="before_read").click().run()
    text = text_of(until(page, lambda it: "clients are new" in text_of(it)))

    assert "clients are new in these logs." in text
    assert "of those 8 periods these logs cover 1 without a gap" in text
    assert "Port 443 of" in text
    page.segmented_control(key="view").set_value("Clients").run()
    assert "New" in page.dataframe[0].value.columns


@pytest.mark.usefixtures("sandbox")
def test_what_is_missing_is_said_and_trying_again_goes_on(opened: Opened, faults: Callable[..., None]) -> None:
    page = until(opened(**GROUP | {"q": ":22"}), answered)
    faults(kind="denied", service="logs", action="FilterLogEvents", times=1)

    page.button(key="before_read").click().run()
    until(page, lambda it: "before_again" in keys(it))
    assert "the permission logs:FilterLogEvents is missing" in text_of(page)
    page.button(key="before_again").click().run()

    until(page, lambda it: "clients are new" in text_of(it))


def test_objects_of_the_time_before_are_priced_before_they_are_read(opened: Opened, sandbox: Running) -> None:
    identity = aws.sandbox(sandbox.url)
    aws.client(identity, "s3").create_bucket(
        Bucket="larkfield-before", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws.client(identity, "ec2").create_flow_logs(
        ResourceType="VPC", ResourceIds=[sandbox.control("company")["vpcs"]["shop"]], TrafficType="ALL",
        LogDestinationType="s3", LogDestination="arn:aws:s3:::larkfield-before",
    )  # fmt: skip
    now = int(sandbox.control("clock", {"advance": 1800})["now"])
    page = until(opened(**LINK | {"path": "s3://larkfield-before/", "t": f"{now - 600}/{now - 300}"}), answered)
    before = sandbox.control("calls")[-1]["number"]

    page.button(key="before_read").click().run()
    until(page, lambda it: "before_agree" in keys(it))
    assert "What the time before costs" in text_of(page)
    assert "USD for the requests" in text_of(page)
    made = {call["action"] for call in sandbox.control(f"calls?after={before}")}
    assert "ListObjectsV2" in made
    assert "GetObject" not in made
    page.button(key="before_agree").click().run()

    until(page, lambda it: "clients are new" in text_of(it))


@pytest.mark.usefixtures("sandbox")
def test_a_moment_is_compared_only_where_the_account_was_asked_for_both_sides(opened: Opened) -> None:
    link = GROUP | {"view": "Around a moment", "at": "2026-11-20T12:45Z", "half": "15 minutes"}
    page = until(opened(**link), answered)
    assert "The account was not asked for all of the time around this moment." in text_of(page)
    assert "asked about 2026-11-20 12:30:00 to 2026-11-20 13:00:00" in text_of(page)

    page.button(key="around_read").click().run()
    text = text_of(until(page, lambda it: "The time before it is" in text_of(it)))

    assert "The time before it is covered, the time after it" in text
    assert page.text_input(key="t").value == "2026-11-20T12:30Z/2026-11-20T13:00Z"


def test_a_comparison_says_how_far_the_logs_cover_each_side(tmp_path: Path) -> None:
    line = "2 111122223333 eni-0a1b2c3d 10.0.0.5 10.0.3.7 40000 22 6 10 8400 {} {} ACCEPT OK"
    starts = range(NOON, NOON + HOUR, 600)
    (tmp_path / "flows.log").write_text("\n".join(line.format(start, start + 60) for start in starts))
    loaded = load(Files((tmp_path,)))

    assert around(Question(), loaded, NOON + 1800, 1800).covered == ("coverage unknown", "coverage unknown")
    assert around(Question(), loaded, NOON + HOUR, 1800).covered == ("coverage unknown", "not covered")
