"""The command line sets flow logs up in the sandbox account as a person would in AWS."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowinsight import cli
from flowinsight.provision import price_list
from flowinsight.sandbox.running import Running, start
from flowinsight.switches import PROVISIONING
from tests.provision.price_server import serving

Setup = Callable[..., tuple[int, str, str]]
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with start() as running:
        yield running


@pytest.fixture
def wanted(sandbox: Running, tmp_path: Path) -> Path:
    """A file that wants one VPC recorded, under a name no other test uses."""
    name = f"test-{next(_NUMBERS)}"
    file = tmp_path / "wanted.toml"
    file.write_text(f'name = "{name}"\nresources = ["{sandbox.control("company")["vpcs"]["shop"]}"]\n')
    return file


@pytest.fixture
def setup(sandbox: Running, tmp_path: Path, wanted: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Setup]:
    """Run `setup …` and give its exit status and what it wrote; nothing of it stays in the account."""

    def run(what: str, *more: str) -> tuple[int, str, str]:
        where = ["--file", str(wanted), "--endpoint-url", sandbox.url, "--audit", str(tmp_path / "audit.jsonl")]
        status = cli.main(["setup", what, *where, *more])
        written = capsys.readouterr()
        return status, written.out, written.err

    yield run
    name = wanted.read_text().split('"')[1]
    run("destroy", "--data", "--confirm", name)


def told(answer: tuple[int, str, str]) -> Any:
    status, out, err = answer
    assert status == 0, err
    return json.loads(out)


def test_after_plan_and_apply_the_plan_is_empty(setup: Setup) -> None:
    first = told(setup("plan", "--json"))
    assert [step["action"] for step in first["steps"]] == ["create", "create", "create"]

    applied = told(setup("apply", "--json"))
    assert applied["applied"] == first
    assert applied["now"]["empty"]

    assert told(setup("plan", "--json"))["empty"]
    assert "Nothing to do." in setup("plan")[1]


def test_apply_says_each_step_as_it_is_taken(setup: Setup) -> None:
    status, out, err = setup("apply")

    assert status == 0
    assert "[1/3] started: Create log group" in err
    assert "[3/3] done: Create flow log" in err
    assert out.rstrip().endswith("Done.")


def test_verify_says_what_is_normal_and_then_that_records_arrive(setup: Setup, sandbox: Running) -> None:
    setup("apply")
    assert "10 to 20 minutes are normal" in setup("verify")[1]

    sandbox.control("clock", {"advance": 600})

    assert told(setup("verify", "--json"))["proven"]


def test_destroy_keeps_the_records_unless_their_deletion_is_confirmed(setup: Setup) -> None:
    setup("apply")

    kept = told(setup("destroy", "--json"))["now"]["steps"]
    assert [(step["action"], step["kind"]) for step in kept] == [("left alone", "log group")]

    status, _, err = setup("destroy", "--data")
    assert status == 2
    assert "once more" in err


@pytest.mark.parametrize("said", ["off", "No", "disabled"])
def test_nothing_is_changed_where_changing_is_switched_off(
    said: str, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROVISIONING, said)

    status, _, err = setup("apply")

    assert status == 2
    assert "switched off" in err
    monkeypatch.delenv(PROVISIONING)
    assert not told(setup("plan", "--json"))["empty"]


@pytest.mark.parametrize(
    ("form", "beginning"),
    [("cli", "aws logs create-log-group"), ("cloudformation-yaml", "Resources:"), ("terraform", 'resource "aws_')],
)
def test_the_plan_can_be_had_in_a_form_for_other_tools(setup: Setup, form: str, beginning: str) -> None:
    status, out, _ = setup("plan", "--export", form)

    assert status == 0
    assert beginning in out


def test_a_file_that_is_not_there_is_one_sentence(sandbox: Running, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["setup", "plan", "--file", "nowhere.toml", "--endpoint-url", sandbox.url])

    assert status == 2
    assert capsys.readouterr().err.startswith("The file nowhere.toml cannot be read")


def test_prices_are_read_from_the_public_list_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with serving() as server:
        monkeypatch.setattr(price_list, "HOME", server.url)
        assert cli.main(["setup", "prices", "--region", "eu-central-1"]) == 0
        out = capsys.readouterr().out
        assert "to CloudWatch: 0.63, 0.31 above 10,240, 0.13 above 30,720, 0.06 above 51,200 USD/GB (list price" in out
        assert out.rstrip().endswith("9 prices of eu-central-1 were read from AWS's price list.")
        server.files.clear()
        assert cli.main(["setup", "prices", "--region", "eu-central-1"]) == 2
    assert "The prices shown stay as they are." in capsys.readouterr().err
    assert json.loads((tmp_path / "flowinsight" / "prices.json").read_text())[0]["region"] == "eu-central-1"


@pytest.mark.parametrize(("what", "needed"), [("prices", "--region"), ("plan", "--file")])
def test_what_a_command_needs_is_said(what: str, needed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["setup", what]) == 2
    assert needed in capsys.readouterr().err
