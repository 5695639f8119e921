"""How finely a question is asked is chosen before money is spent, from its bytes and from what it asks for."""

from typing import Any

import pytest

from flowinsight import grammar
from flowinsight.fetchers.insights_ladder import MOST_SLICES, rung
from flowinsight.fields import DEFAULT_FORMAT
from flowinsight.question import Question

MEGABYTE, GIGABYTE = 1_000_000, 1_000_000_000


@pytest.mark.parametrize(
    ("query", "size", "grain"),
    [
        ("", 10 * MEGABYTE, "records"),
        ("", 200 * MEGABYTE, "binned"),
        ("", 800 * MEGABYTE, "apart"),
        (":22", GIGABYTE, "records"),
        (":22", 3 * GIGABYTE, "binned"),
        ("10.0.3.7", 5 * GIGABYTE, "records"),
        ("10.0.3.7:5432", 5 * GIGABYTE, "records"),
        ("10.0.0.0/8", GIGABYTE, "apart"),
        ("10.0.0.0/8", 300 * MEGABYTE, "records"),
    ],
)
def test_narrow_questions_bring_records_and_wide_ones_their_rollup(query: str, size: int, grain: Any) -> None:
    found = rung(Question(filters=tuple(grammar.parse(query))), (DEFAULT_FORMAT,), size)
    assert found.grain == grain
    assert found.scans == 1
    assert found.slices >= 1
    assert grain == "apart" or found.slices <= MOST_SLICES


def test_of_unknown_size_every_record_is_tried_and_slices_adapt() -> None:
    assert rung(Question(), (DEFAULT_FORMAT,), None).grain == "records"
