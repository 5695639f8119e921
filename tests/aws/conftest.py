"""One sandbox for the tests of what speaks to AWS, its clock standing still until a test turns it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flowinsight import aws
from flowinsight.sandbox.running import Running, start

NOON = 1_795_176_000  # 2026-11-20, a Friday: the same traffic in every run


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    with start(speed=0, at=NOON) as running:
        yield running


@pytest.fixture(scope="session")
def identity(sandbox: Running) -> aws.Identity:
    return aws.sandbox(sandbox.url)


@pytest.fixture
def fault(sandbox: Running) -> Iterator[Callable[..., Any]]:
    """Order a fault for one test."""
    yield lambda **rule: sandbox.control("faults", rule)
    sandbox.control("faults", method="DELETE")
