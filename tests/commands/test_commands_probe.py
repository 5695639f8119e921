"""What is kept of the sandbox's answers is what it answers, and an account that answers otherwise is told apart."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws, cli, data, paths
from flowinsight.commands import probe
from flowinsight.engines import insights_query
from flowinsight.engines.insights_query_probe import MISSING, Facts, differences
from flowinsight.fields import BY_TOKEN
from flowinsight.sandbox.running import Running, start
from flowinsight.spending import Ledger, Limits
from flowinsight.ui import first_flow_log

NOON = 1_795_176_000  # 2026-11-20, a Friday: the same traffic in every run
GROUP = first_flow_log.GROUP


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with start(speed=0, at=NOON) as running:
        running.control("settings", {"late": 0, "repeated": 0, "query_seconds": 0.05})
        first_flow_log.create(aws.sandbox(running.url))
        running.control("clock", {"advance": 3600})
        yield running


@pytest.fixture(autouse=True)
def quickly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(insights_query, "FIRST_LOOK", 0.03)


@pytest.fixture
def go(sandbox: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, str, str]]:
    def run() -> tuple[int, str, str]:
        words = ["probe", "--log-group", GROUP, "--endpoint-url", sandbox.url, "--to", str(tmp_path / "found.json")]
        code = cli.main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_the_sandbox_answers_what_is_kept_of_it(go: Callable[[], tuple[int, str, str]], tmp_path: Path) -> None:
    code, out, _ = go()

    assert code == 0
    assert "Everything is as in the sandbox." in out
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["facts"] == probe.sandbox_facts(), "Keep it as flowinsight/data/probe-sandbox.json where it is right."
    assert found["refused"] == {}
    assert found["sandbox"] is True


def test_no_address_account_or_interface_is_written(go: Callable[[], tuple[int, str, str]], tmp_path: Path) -> None:
    go()

    written = (tmp_path / "found.json").read_text()

    assert not [word for word in ("10.", "eni-", "vpc-0", "111122223333", GROUP) if word in written]


def test_every_field_of_a_format_is_looked_for_by_its_discovered_name() -> None:
    names = probe.sandbox_facts()["names"]

    assert names == {token: BY_TOKEN[token].insights for token in names}
    assert MISSING not in names.values()


def test_what_an_account_answers_otherwise_is_said() -> None:
    kept: dict[str, Facts] = {"mask": {"masked": "''", "rows": 1}, "estimate": {"columns": ["estimatedBytesScanned"]}}
    found: dict[str, Facts] = {
        "mask": {"masked": MISSING, "rows": 1},
        "estimate": {"columns": ["bytes"]},
        "new": {"a": True},
    }

    assert list(differences(kept, found)) == [
        "mask: masked is (absent), and in the sandbox ''.",
        "estimate: columns is bytes, and in the sandbox estimatedBytesScanned.",
    ]


PROBED = [
    *Path(data.__path__[0]).glob("probe-*.json"),
    *map(Path, filter(None, [os.environ.get("FLOWINSIGHT_PROBED")])),
]
"""What was really answered: by the sandbox, by accounts whose file is kept beside its own, and by one that is named."""

RESTS_ON: dict[str, dict[str, Any]] = {
    "mask": {"rows": 1},
    "quoted numbers": {"a quoted number is the same number": True},
    "second": {"second": "whole number"},
    "ends": {"a range from a second to itself has its records": True, "the next second has none of them": True},
}
"""What every query takes for granted. Where a record is not taken twice, or no estimate is given, there is another way."""


@pytest.mark.parametrize("file", PROBED, ids=lambda file: file.stem)
def test_what_every_query_takes_for_granted_is_so_wherever_it_was_asked(file: Path) -> None:
    facts = json.loads(file.read_text(encoding="utf-8"))["facts"]

    assert {name: {fact: facts[name][fact] for fact in found} for name, found in RESTS_ON.items()} == RESTS_ON
    assert {"srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action"} <= set(facts["names"])


def test_a_probe_that_is_refused_is_told_and_the_others_are_asked(
    go: Callable[[], tuple[int, str, str]], sandbox: Running, tmp_path: Path
) -> None:
    sandbox.control("faults", {"kind": "denied", "service": "logs", "action": "GetLogRecord"})

    code, out, _ = go()
    sandbox.control("faults", method="DELETE")

    assert code == 0
    assert "logs:GetLogRecord" in out
    assert set(json.loads((tmp_path / "found.json").read_text())["refused"]) == {"names"}


def test_what_would_cost_more_than_a_cent_is_not_asked(
    go: Callable[[], tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(probe, "MOST_DOLLARS", 1e-12)

    code, _, err = go()

    assert code == 2
    assert "would cost more than a cent" in err
    assert not (tmp_path / "found.json").exists()


PERSON = "arn:aws:iam::111122223333:user/operator"


def test_what_it_costs_is_entered_and_the_limit_of_the_day_holds(
    go: Callable[[], tuple[int, str, str]], tmp_path: Path
) -> None:
    ledger = Ledger(paths.spending_file(sandbox=True))
    assert go()[0] == 0
    assert 0 < ledger.spent(PERSON) < 0.01

    (tmp_path / "found.json").unlink()
    ledger.choose(PERSON, Limits(day=0, alone=0))
    code, _, err = go()

    assert code == 2
    assert "Of your limit of 0.00 USD a day" in err
    assert not (tmp_path / "found.json").exists()
