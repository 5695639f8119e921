"""Files hold what a page shows."""

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from flowinsight import exports

ROWS: list[dict[str, Any]] = [
    {"client": "10.0.0.5", "bytes": 1200, "port": 22, "seen": ["eni-1", "eni-2"]},
    {"client": "Other", "bytes": -3, "port": "Other", "seen": []},
]
COLUMNS = ["client", "bytes", "port", "seen"]


def test_csv_holds_the_same_rows_in_the_same_order() -> None:
    text = exports.to_csv(ROWS, COLUMNS).decode("utf-8-sig")

    assert list(csv.reader(io.StringIO(text))) == [
        COLUMNS,
        ["10.0.0.5", "1200", "22", "eni-1 eni-2"],
        ["Other", "-3", "Other", ""],
    ]


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_text_that_a_spreadsheet_would_run_is_quoted(hostile: str) -> None:
    text = exports.to_csv([{hostile: hostile}], [hostile]).decode("utf-8-sig")

    assert list(csv.reader(io.StringIO(text, newline=""))) == [[f"'{hostile}"], [f"'{hostile}"]]


def test_negative_numbers_stay_numbers() -> None:
    assert exports.harmless(-5) == -5


def test_json_keeps_types() -> None:
    assert json.loads(exports.to_json(ROWS, COLUMNS)) == ROWS


def test_parquet_reads_back_with_one_type_a_column() -> None:
    table = parquet.read_table(pa.BufferReader(exports.to_parquet(ROWS, COLUMNS)))

    assert table.column("bytes").to_pylist() == [1200, -3]
    assert table.column("port").to_pylist() == ["22", "Other"]
    assert table.column("seen").to_pylist() == [["eni-1", "eni-2"], []]


def test_a_column_without_any_value_is_written() -> None:
    table = parquet.read_table(pa.BufferReader(exports.to_parquet([{"a": None}], ["a"])))

    assert table.column("a").to_pylist() == [None]
