"""The side that serves, as one record tells it, and the rollup of records that travels instead of them."""

import pytest

from tests.reference.rollup import rollup, serving_side
from tests.spec.tables import parsed


@pytest.mark.parametrize(
    ("ports", "action", "flags", "side"),
    [
        ("22 50000", "ACCEPT", 2, "destination"),
        ("50000 22", "ACCEPT", 18, "source"),
        ("22 50000", "REJECT", 0, "destination"),
        ("22 50000", "ACCEPT", 0, "source"),
        ("50000 22", "ACCEPT", 1, "destination"),
        ("123 123", "ACCEPT", 0, "destination"),
        ("- 22", "ACCEPT", "-", "destination"),
    ],
)
def test_the_side_that_serves(ports: str, action: str, flags: object, side: str) -> None:
    (record,) = parsed(f"srcport dstport protocol action tcp-flags\n{ports} 6 {action} {flags}")

    assert serving_side(record) == side


def test_records_of_one_service_are_one_row_with_the_range_of_the_other_ports() -> None:
    records = parsed("""
        srcaddr  srcport dstaddr  dstport protocol packets bytes start    end      tcp-flags
        10.0.0.1 40001   10.0.0.9 443     6        1       160   12:00:00 12:01:00 2
        10.0.0.1 40009   10.0.0.9 443     6        2       -     12:03:00 12:04:00 4
        10.0.0.9 443     10.0.0.1 40001   6        1       60    12:00:00 12:01:00 18
    """)
    there, back = rollup(records)

    assert (there["side"], there["service_port"], there["records"], there["bytes"]) == ("destination", 443, 2, 160)
    assert (there["lowest_other_port"], there["highest_other_port"]) == (40001, 40009)
    assert (there["syn"], there["synack"], there["rst"], there["payload"]) == (1, 0, 1, 100)
    assert (back["side"], back["service_port"], back["synack"]) == ("source", 443, 1)


def test_a_rollup_with_bins_loses_no_record() -> None:
    records = parsed("""
        srcport dstport protocol start
        1       2       6        12:00:00
        1       2       6        12:09:59
        1       2       6        12:10:00
        1       2       6        -
    """)

    assert sorted(row["records"] for row in rollup(records, 600)) == [1, 1, 2]
