"""What a page shows, as a file: CSV, JSON or Parquet, the same rows and columns in the same order, times in UTC."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import parquet

Row = Mapping[str, Any]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet runs a cell that starts so. Source: OWASP, CSV Injection."""


def to_csv(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """CSV (RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read it); text that would run as a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([[harmless(_flat(row[column])) for column in columns] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(cell: object) -> object:
    """The cell with an apostrophe before it where a spreadsheet would take its text for a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_STARTS) else cell


def to_json(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """A JSON array of objects."""
    return json.dumps([{column: row[column] for column in columns} for row in rows], indent=1).encode()


def to_parquet(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """Parquet, each column of one type; a column without any value is text."""
    arrays = [_array([row[column] for row in rows]) for column in columns]
    out = io.BytesIO()
    parquet.write_table(pa.table(dict(zip(columns, arrays, strict=True))), out, compression="zstd")
    return out.getvalue()


def _array(values: list[Any]) -> pa.Array:
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return pa.array(values, pa.string())
    if len(kinds) > 1:  # a port beside the word Other
        return pa.array([None if value is None else str(_flat(value)) for value in values], pa.string())
    if dict in kinds:
        return pa.array([None if value is None else json.dumps(value) for value in values], pa.string())
    return pa.array(values)


def _flat(value: object) -> object:
    """Lists and maps as text in one cell."""
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else value
