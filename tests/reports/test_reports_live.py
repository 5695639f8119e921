"""`report` of every kind of source, as a timer would run it: an account's log group and bucket, a store, a snapshot."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowinsight.cli import main
from flowinsight.examples import EXAMPLES
from flowinsight.sandbox.running import Running
from flowinsight.snapshots import open_snapshot
from tests.snapshots.account import GROUP, HOUR, NOON, S3, opened

Told = dict[str, Any]
LAST = ("--to", str(NOON + HOUR - 900), "--last", "20m")
DAY = ("--no-cache", "--files", str(EXAMPLES[0].source.paths[0]))
MORNING = ("--from", "2026-11-02T06:00", "--to", "2026-11-02T07:00")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with opened() as running:
        yield running


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def words(*given: object) -> tuple[int, str, str]:
        status = main([str(one) for one in given])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return words


@pytest.fixture
def told(run: Callable[..., tuple[int, str, str]]) -> Callable[..., Told]:
    def words(*given: object) -> Told:
        status, out, err = run("report", "--json", *given)
        assert (status, err) == (0, "")
        found: Told = json.loads(out)
        return found

    return words


def test_log_group_and_bucket_lead_alike_with_the_change_since_the_period_before(
    told: Callable[..., Told], sandbox: Running
) -> None:
    by_group, by_bucket = (
        told(":443", "--by", "address", *LAST, *source, "--endpoint-url", sandbox.url)["leading"]
        for source in (GROUP, S3)
    )

    shop = {row["name"]: row for row in by_bucket["rows"]}
    assert shop
    assert by_bucket["compared"] == by_group["compared"]
    assert {row["change"] for row in by_bucket["rows"]} <= {"new", "grew", "same", "shrank"}
    of_group = {row["name"]: row for row in by_group["rows"]}
    assert {name: of_group[name]["change"] for name in shop} == {name: row["change"] for name, row in shop.items()}


def test_logs_insights_brings_both_periods_in_one_reading_and_a_timer_gets_no_letter_about_its_price(
    run: Callable[..., tuple[int, str, str]], told: Callable[..., Told], sandbox: Running, tmp_path: Path
) -> None:
    asked = (":443", "--by", "port", *LAST, *GROUP, "--endpoint-url", sandbox.url)
    status, out, err = run("report", "--json", *asked, "--way", "insights")

    assert status == 0, err
    assert json.loads(out)["leading"] == told(*asked)["leading"]
    assert " to read: " in err
    assert run("report", *asked, "--way", "insights", "--quiet", "--out", tmp_path / "top.md") == (0, "", "")


def test_names_of_the_account_stand_in_the_report_with_who_asked(
    run: Callable[..., tuple[int, str, str]], sandbox: Running, tmp_path: Path
) -> None:
    page, ticket = tmp_path / "top.html", tmp_path / "top.md"
    for out in (page, ticket):
        words = (":443", "--by", "address", *LAST, *GROUP, "--endpoint-url", sandbox.url, "--out", out, "--quiet")
        assert run("report", *words) == (0, "", "")

    html, text = page.read_text(), ticket.read_text()
    assert "arn:aws:iam::111122223333:user/operator" in html
    assert "<h2>Names of addresses</h2>" in html
    assert "## Names of addresses" in text
    listed = text.split("## Names of addresses")
    names = re.findall(r"^\| (\d[\d.]+) \| (.+?) \|", listed[1].split("##")[0], re.MULTILINE)
    assert names
    for address, name in names:
        assert f"{address} {name}" in listed[0]


def test_what_cannot_be_asked_is_one_sentence_on_standard_error_and_leaves_no_file(
    run: Callable[..., tuple[int, str, str]], sandbox: Running, tmp_path: Path
) -> None:
    out = tmp_path / "top.html"
    where = ("--log-group", "/no/such/group", "--endpoint-url", sandbox.url)
    status, printed, err = run("report", *LAST, *where, "--out", out, "--quiet")

    assert (status, printed) == (2, "")
    assert err.count("\n") == 1
    assert not out.exists()


def test_a_store_leads_as_the_files_it_was_filled_from(
    run: Callable[..., tuple[int, str, str]], told: Callable[..., Told], tmp_path: Path
) -> None:
    assert run("ingest", EXAMPLES[0].source.paths[0], "--store", tmp_path / "store")[0] == 0
    asked = ("--by", "network", *MORNING)

    assert told(*asked, "--store", tmp_path / "store")["leading"] == told(*asked, *DAY)["leading"]


def test_a_snapshot_leads_and_says_nothing_of_a_time_that_it_does_not_hold(
    run: Callable[..., tuple[int, str, str]], told: Callable[..., Told], tmp_path: Path
) -> None:
    saved = tmp_path / "a.flowsnap"
    assert run("snapshot", "save", *MORNING, "--out", saved, *DAY)[0] == 0

    whole = told("--snapshot", saved)["leading"]
    assert [row["value"] for row in whole["rows"]] == [row["value"] for row in told(*MORNING, *DAY)["leading"]["rows"]]
    assert whole["compared"] is None
    assert whole["why_not"] == "Records of the period before are not here: nothing can be said of a change."
    half = told("--snapshot", saved, "--last", "30m")["leading"]
    assert half["compared"] == [whole_start(saved), whole_start(saved) + 1800]
    assert {row["change"] for row in half["rows"]} - {None}
    _, text, _ = run("report", "--snapshot", saved)
    assert f"**Source:** {saved}".replace("_", "\\_") in text
    assert f"**Snapshot id:** `{open_snapshot(saved).id}`" in text


def whole_start(saved: Path) -> int:
    start = open_snapshot(saved).question.time.start
    assert start
    return start
