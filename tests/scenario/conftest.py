"""Runs written once and read by many tests."""

from collections.abc import Callable
from typing import Any

import pytest

from flowinsight.scenario import FULL, Config, write
from tests.scenario.delivered import Run


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    def make(config: Config, **options: Any) -> Run:
        folder = tmp_path_factory.mktemp("scenario")
        write(config, folder, **options)
        return Run(folder)

    return make


@pytest.fixture(scope="session")
def day(written: Callable[..., Run]) -> Run:
    """The default day in the full format."""
    return written(Config(), tokens=FULL, span="day")
