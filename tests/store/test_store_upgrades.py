"""The version of a store's schema: older ones are brought up, newer and damaged ones refused."""

from pathlib import Path

import pytest

from flowinsight.store import StoreError, open_store, upgrades


def test_an_older_schema_is_upgraded_step_by_step_and_a_newer_one_refused(tmp_path: Path) -> None:
    steps = {
        1: lambda old, _: {**old, "sources": [*old["sources"], "two"]},
        2: lambda old, _: {**old, "sources": [*old["sources"], "three"]},
    }
    found = upgrades.upgraded({"version": 1, "sources": ["one"]}, tmp_path, steps, newest=3)
    assert found == {"version": 3, "sources": ["one", "two", "three"]}
    with pytest.raises(StoreError, match="newer FlowInsight"):
        upgrades.upgraded({"version": 4}, tmp_path, steps, newest=3)


def test_every_version_before_this_one_has_its_step() -> None:
    assert set(upgrades.STEPS) == set(range(1, upgrades.VERSION))


def test_a_damaged_manifest_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        open_store(tmp_path)
