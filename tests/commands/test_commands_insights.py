"""`ask --way insights`: the same answer as by filter patterns, its price told before, and nothing asked that is not allowed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws, cli, paths
from flowinsight.engines import insights_price, insights_query
from flowinsight.engines.insights_price import Estimate
from flowinsight.engines.insights_query import InsightsQuery
from flowinsight.engines.insights_query_calls import UNFINISHED
from flowinsight.fetchers import insights_ladder
from flowinsight.sandbox.running import Running, start
from flowinsight.spending import Ledger, Limits
from flowinsight.ui import first_flow_log

NOON, HOUR = 1_795_176_000, 3600
TIME = ("--from", str(NOON + 900), "--to", str(NOON + HOUR - 900))

PERSON = "arn:aws:iam::111122223333:user/operator"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with start(speed=0, at=NOON) as running:
        running.control("settings", {"late": 0, "repeated": 0, "query_seconds": 0.1, "query_before_group": True})
        first_flow_log.create(aws.sandbox(running.url))
        running.control("clock", {"advance": HOUR + 600})
        yield running


@pytest.fixture(autouse=True)
def own_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.03)


def _ledger() -> Ledger:
    return Ledger(paths.spending_file(sandbox=True))


@pytest.fixture
def ask(sandbox: Running, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        status = cli.main(["ask", *words, "--log-group", first_flow_log.GROUP, "--endpoint-url", sandbox.url, *TIME])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def _found(ask: Run, *words: str) -> dict[str, Any]:
    status, out, err = ask(*words, "--json")
    assert status == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize("grain", ["records", "binned", "apart"])
def test_it_says_what_filter_patterns_say_however_finely_records_are_told_apart(ask: Run, grain: str) -> None:
    by_pattern = _found(ask, ":443", "--view", "conversations")
    by_query = _found(ask, ":443", "--view", "conversations", "--way", "insights", "--grain", grain)
    assert by_query["rows"] == by_pattern["rows"]
    assert by_query["rows"]
    assert by_query["coverage"]["verdict"] == by_pattern["coverage"]["verdict"] == "seen, covered"
    assert by_query["coverage"]["expected"] == by_pattern["coverage"]["expected"] > 0


def test_its_price_is_told_before_and_what_was_read_afterwards(ask: Run) -> None:
    status, out, err = ask("rejected :22", "--way", "insights")
    assert status == 0
    asked, before, after = err.splitlines()
    assert asked == "Asking account 111122223333 of the sandbox as operator, eu-central-1."
    assert " to read: less than 0.0001 USD at " in before
    assert "1 query read " in after
    assert after.endswith("at list price: every record.")
    assert out


def test_the_query_is_shown_as_it_is_sent(ask: Run) -> None:
    _, _, err = ask("rejected :22", "--way", "insights", "--show-query")
    assert "\n| stats count(*) as n, " in err


def test_nothing_is_asked_that_would_cost_more_than_is_allowed(ask: Run) -> None:
    status, _, err = ask(":443", "--way", "insights", "--up-to", "0")
    assert status != 0
    assert "Nothing was asked: it may cost more than 0 USD. Allow it with --up-to." in err


def test_records_of_a_rollup_are_refused_with_a_sentence(ask: Run) -> None:
    status, _, err = ask(":443", "--way", "insights", "--grain", "binned", "--view", "records")
    assert status != 0
    assert "This answer is a rollup" in err
    assert "Records were added up before they came" in err


@pytest.mark.parametrize("words", [("--way", "insights", "--pattern", "a"), ("--grain", "binned")])
def test_options_that_do_not_fit_together_are_refused(ask: Run, words: tuple[str, ...]) -> None:
    status, _, err = ask(":443", *words)
    assert status != 0
    assert "way" in err


def test_the_statement_of_the_answer_is_the_query_that_was_sent(ask: Run) -> None:
    for view in ("rows", "conversations", "records"):
        sent = _found(ask, ":443", "--way", "insights", "--view", view)["statement"]
        assert (sent["engine"], sent["language"], sent["parameters"]) == ("insights", "Logs Insights QL", [])
        assert sent["text"].endswith("| limit 100000")


def test_what_it_costs_is_entered_for_the_person_that_aws_names(ask: Run) -> None:
    ask(":443", "--way", "insights")
    once = _ledger().spent(PERSON)
    ask(":443", "--way", "insights")

    assert 0 < once < 0.0001
    assert _ledger().spent(PERSON) == pytest.approx(2 * once)


@pytest.mark.parametrize("way", ["insights", "leading"])
def test_the_limit_of_the_day_holds_on_the_command_line_too(ask: Run, way: str) -> None:
    _ledger().choose(PERSON, Limits(day=0, alone=0))
    status, _, err = ask(":443", "--way", way)

    assert status != 0
    assert "Of your limit of 0.00 USD a day" in err
    assert _ledger().spent(PERSON) == 0


def test_what_leads_is_priced_by_its_scans_and_listed_with_all_others(ask: Run) -> None:
    status, out, err = ask(":443", "--way", "leading")

    assert status == 0, err
    assert err.splitlines()[1].startswith("6 scans of the same records: less than 0.0001 USD together. Each: About ")
    assert "6 queries read " in err
    assert [block.split()[0] for block in out.split("\n\n")[:-1]] == [
        "protocol", "action", "interface-id", "srcaddr", "dstaddr", "service",
    ]  # fmt: skip
    assert "Records are counted as they were logged" in out
    lists = _found(ask, ":443", "--way", "leading")["lists"]
    totals = {name: sum(row["bytes"] for row in rows) for name, rows in lists.items()}
    assert len(set(totals.values())) == 1


def test_scans_that_would_cost_more_than_is_allowed_are_not_begun(ask: Run) -> None:
    status, out, err = ask(":443", "--way", "leading", "--up-to", "0")

    assert status != 0
    assert not out
    assert "Nothing was asked: it may cost more than 0 USD." in err


def test_a_question_too_wide_for_its_records_is_refused_with_both_ways_on(
    ask: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights_ladder, "TARGET", 1)
    status, _, err = ask("", "--way", "insights")

    assert status != 0
    assert "Too much matches: even added up by day it would come in about" in err
    assert "--grain apart asks all the same. --way leading lists what leads." in err


def test_what_leads_has_no_records_to_view(ask: Run) -> None:
    status, _, err = ask(":443", "--way", "leading", "--view", "records")

    assert status != 0
    assert "What leads is lists and no records" in err


def test_where_an_index_makes_matching_records_cheaper_they_can_be_asked_for_alone(
    ask: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def estimated(query: InsightsQuery, *_: object) -> Estimate:
        return Estimate(10**6 if query.text.startswith("filter ") else 10**9, "CloudWatch's own estimate")

    monkeypatch.setattr(insights_price, "estimated", estimated)
    _, _, err = ask(":443", "--way", "insights")
    assert "The matching records alone cost less than 0.0001 USD" in err
    assert "--without-coverage asks for those alone." in err

    alone = _found(ask, ":443", "--way", "insights", "--without-coverage", "--view", "conversations")
    assert alone["rows"] == _found(ask, ":443", "--way", "insights", "--view", "conversations")["rows"]
    assert alone["statement"]["text"].startswith("filter (srcPort = 443 or dstPort = 443)")
    assert alone["coverage"]["verdict"] == "seen, coverage unknown"


def test_a_group_without_filter_patterns_is_asked_by_logs_insights_unless_another_way_is_named(
    sandbox: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = aws.client(aws.sandbox(sandbox.url), "logs")
    logs.create_log_group(logGroupName="/rare", logGroupClass="INFREQUENT_ACCESS")
    logs.create_log_stream(logGroupName="/rare", logStreamName="eni-1-all")
    at = NOON + 1200
    line = f"2 111122223333 eni-1 10.0.0.5 10.0.1.1 40000 443 6 5 500 {at} {at + 50} ACCEPT OK"
    logs.put_log_events(
        logGroupName="/rare", logStreamName="eni-1-all", logEvents=[{"timestamp": at * 1000, "message": line}]
    )
    words = ["ask", ":443", "--log-group", "/rare", "--endpoint-url", sandbox.url, *TIME, "--json"]

    assert cli.main([*words, "--view", "conversations"]) == 0
    printed = capsys.readouterr()
    logs.delete_log_group(logGroupName="/rare")

    assert (
        "/rare is of the class INFREQUENT_ACCESS, which has no filter patterns: Logs Insights is asked." in printed.err
    )
    assert [row["client"] for row in json.loads(printed.out)["rows"]] == ["10.0.0.5"]


def test_other_groups_are_asked_together_with_it(ask: Run, sandbox: Running) -> None:
    logs = aws.client(aws.sandbox(sandbox.url), "logs")
    logs.create_log_group(logGroupName="/second")
    logs.create_log_stream(logGroupName="/second", logStreamName="eni-1-all")
    at = NOON + 1200
    line = f"2 111122223333 eni-1 10.9.9.9 10.0.1.1 40000 8443 6 5 500 {at} {at + 50} ACCEPT OK"
    events = [{"timestamp": at * 1000, "message": line}]
    logs.put_log_events(logGroupName="/second", logStreamName="eni-1-all", logEvents=events)

    found = _found(ask, ":8443", "--way", "insights", "--also", "/second", "--view", "conversations")
    logs.delete_log_group(logGroupName="/second")

    assert "10.9.9.9" in [row["client"] for row in found["rows"]]


_HEEDS_INTERRUPTS = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("flowinsight", run_name="__main__", alter_sys=True)
"""
"""Where tests run in the background they ignore Ctrl-C, and so would what they start."""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_ended_half_way_stops_its_query_at_aws(sandbox: Running, how: signal.Signals) -> None:
    words = [
        "ask",
        "--way",
        "insights",
        "--log-group",
        first_flow_log.GROUP,
        "--endpoint-url",
        sandbox.url,
        *TIME,
        ":443",
    ]
    command = [sys.executable, "-c", _HEEDS_INTERRUPTS, *words]
    late = {"kind": "latency", "service": "logs", "action": "StartQuery", "seconds": 2}
    sandbox.control("faults", late)  # so that there is time to slow down the query that follows its price
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        assert "Asking account 111122223333 of the sandbox" in process.stderr.readline()
        assert " to read: " in process.stderr.readline()
        sandbox.control("settings", {"query_seconds": 60})
        try:
            running = _wait_for_one_under_way(sandbox)
            process.send_signal(how)
            assert process.stderr.read() == "Stopped.\n"
            assert process.wait(10) == 130
        finally:
            sandbox.control("settings", {"query_seconds": 0.1})
            sandbox.control("faults", method="DELETE")
    assert running not in _under_way(sandbox)


def _wait_for_one_under_way(sandbox: Running) -> str:
    until = time.monotonic() + 30
    while not (found := _under_way(sandbox)):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found[0]


def _under_way(sandbox: Running) -> list[str]:
    """The ids of the questions that run at AWS; estimates are none."""
    queries = aws.client(aws.sandbox(sandbox.url), "logs").describe_queries()["queries"]
    return [
        one["queryId"]
        for one in queries
        if one["status"] in UNFINISHED and not one["queryString"].endswith("| estimate")
    ]
