"""DuckDB 2.0.0 loses rows where TRY_CAST over read_csv fails (duckdb issue 23818). Ours is not to."""

from pathlib import Path

import pytest

from flowinsight import db

LINES = "10 a\n- b\n30 c\nx d\n"
CAST = """SELECT TRY_CAST(c0 AS INTEGER) AS number, c1 FROM read_csv(?, auto_detect = false, header = false, delim = ' ',
    columns = {'c0': 'VARCHAR', 'c1': 'VARCHAR'}, ignore_errors = true)"""


@pytest.fixture
def lines(tmp_path: Path) -> str:
    path = tmp_path / "records.log"
    path.write_text(LINES)
    return str(path)


def test_rows_whose_value_cannot_be_cast_are_kept_with_null(lines: str) -> None:
    found = db.rows(db.connect(), CAST, [lines])
    assert [(row["number"], row["c1"]) for row in found] == [(10, "a"), (None, "b"), (30, "c"), (None, "d")]


def test_the_setting_holds_for_every_cursor(lines: str) -> None:
    cursor = db.connect().cursor()
    assert len(db.rows(cursor, CAST, [lines])) == 4


def test_a_filter_on_the_cast_value_keeps_the_nulls(lines: str) -> None:
    found = db.rows(db.connect(), f"SELECT * FROM ({CAST}) WHERE number IS NULL", [lines])
    assert [row["c1"] for row in found] == ["b", "d"]
