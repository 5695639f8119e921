"""`ask --way insights`: the same answer as by filter patterns, its price told before, and nothing asked that is not allowed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowinsight import aws, cli
from flowinsight.sandbox.running import Running, start
from flowinsight.ui import first_flow_log

NOON, HOUR = 1_795_176_000, 3600
TIME = ("--from", str(NOON + 900), "--to", str(NOON + HOUR - 900))

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with start(speed=0, at=NOON) as running:
        running.control("settings", {"late": 0, "repeated": 0, "query_seconds": 0.1, "query_before_group": True})
        first_flow_log.create(aws.sandbox(running.url))
        running.control("clock", {"advance": HOUR + 600})
        yield running


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
    before, after = err.splitlines()
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
