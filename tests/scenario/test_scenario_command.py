"""The command line, and the example that ships with the product."""

import gzip
import json
from pathlib import Path

import pytest

from flowinsight.scenario.__main__ import main
from tests.scenario.delivered import Run

EXAMPLE = Path(__file__).parents[2] / "examples" / "company_day"


def test_the_command_writes_logs_truth_and_inventory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        [str(tmp_path), "--seed", "9", "--scale", "0.05", "--format", "v2", "--start", "2026-10-01", "--files", "day"]
    )
    truth = json.loads((tmp_path / "truth.json").read_text())

    assert code == 0
    assert truth["range"] == [1_790_812_800, 1_790_899_200]
    assert f"{truth['totals']['records']:,} records" in capsys.readouterr().out
    assert (tmp_path / "inventory.json").exists()
    assert len(list(tmp_path.rglob("*20261001T0000Z*.log.gz"))) == 3


def test_the_command_says_what_is_wrong_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--days", "0"]) == 2
    assert capsys.readouterr().err == "A run needs at least one day, not 0.\n"


def test_the_shipped_example_is_what_the_generator_makes(day: Run) -> None:
    assert day.files
    assert [p.relative_to(day.folder) for p in day.files] == sorted(
        p.relative_to(EXAMPLE) for p in EXAMPLE.rglob("*.log.gz")
    )
    for path in day.files:
        shipped = EXAMPLE / path.relative_to(day.folder)
        assert gzip.decompress(shipped.read_bytes()) == gzip.decompress(path.read_bytes())
    for name in ("truth.json", "inventory.json"):
        assert (EXAMPLE / name).read_text() == (day.folder / name).read_text()


def test_the_shipped_example_is_small() -> None:
    size = sum(path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file())

    assert size < 2_000_000
