"""A bucket read into a store from the command line: priced, each object once, and asked without AWS from then on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowinsight.cli import main
from flowinsight.sandbox.running import Running
from tests.aws.conftest import NOON

pytestmark = pytest.mark.usefixtures("delivered")
BUCKET = "s3://larkfield-central/"
TIME = ("--from", str(NOON + 1500), "--to", str(NOON + 2100))


@pytest.fixture
def ingest(sandbox: Running, tmp_path: Path) -> Callable[..., int]:
    return lambda *words: main(
        [
            "ingest",
            "--s3",
            BUCKET,
            *TIME,
            "--endpoint-url",
            sandbox.url,
            "--store",
            str(tmp_path / "store"),
            "--json",
            *words,
        ]
    )


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main(["ask", *words, *TIME, "--view", "conversations", "--limit", "10000", "--json", ":443"]) == 0
    return json.loads(capsys.readouterr().out)["rows"]


def reads(sandbox: Running) -> list[str]:
    return [call["path"] for call in sandbox.control("calls") if call["action"] == "GetObject"]


def test_a_store_of_a_central_bucket_answers_as_the_bucket_does(
    ingest: Callable[..., int], sandbox: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest() == 0
    told = capsys.readouterr()
    assert "are not here yet: at most" in told.err
    assert json.loads(told.out)["added"] > 10

    live = asked(capsys, "--s3", BUCKET, "--endpoint-url", sandbox.url)
    assert live
    assert asked(capsys, "--store", str(tmp_path / "store")) == live


def test_what_is_here_is_not_fetched_again(
    ingest: Callable[..., int], sandbox: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest() == 0
    before = len(reads(sandbox))
    capsys.readouterr()

    assert ingest("--up-to", "0.001") == 0, "what is here costs nothing any more"

    told = capsys.readouterr()
    assert told.err.startswith("0 of ")
    assert json.loads(told.out)["added"] == 0
    assert len(reads(sandbox)) == before


def test_nothing_is_read_that_may_cost_more_than_allowed(
    ingest: Callable[..., int], sandbox: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(reads(sandbox))

    assert ingest("--up-to", "0.0000001") == 2

    assert "allow it with --up-to, or name less time" in capsys.readouterr().err
    assert len(reads(sandbox)) == before
    assert not (tmp_path / "store").exists()


def test_an_object_that_is_denied_is_told_and_the_others_are_read(
    ingest: Callable[..., int], fault: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    fault(kind="denied", action="GetObject", times=1)

    assert ingest() == 2

    told = capsys.readouterr()
    assert "Objects that may not be read by this identity: s3:GetObject is missing (1)." in told.err
    assert json.loads(told.out)["added"] > 10
    assert ingest() == 0, "what was missing comes with the next run"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ingest"], "either files and folders, or a bucket with --s3"),
        (["ingest", "here", "--s3", BUCKET], "either files and folders, or a bucket with --s3"),
        (["ingest", "here", "--from", "2026-11-20"], "--from is about a bucket: say --s3 as well"),
        (["ingest", "here", "--up-to", "1"], "--up-to is about a bucket"),
        (["ingest", "here", "--requester-pays"], "--requester-pays is about a bucket"),
        (["ingest", "--s3", BUCKET, "--watch"], "--watch looks at files"),
    ],
)
def test_what_does_not_fit_together_is_said(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert sentence in capsys.readouterr().err
