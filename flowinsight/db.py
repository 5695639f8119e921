"""The only import of duckdb: connections, and the view through which every query sees records."""

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from flowinsight import fields

Connection = duckdb.DuckDBPyConnection
Error = duckdb.Error
Interrupted = duckdb.InterruptException
Missing = duckdb.CatalogException

_TYPES = {"address": "UHUGEINT", "epoch": "BIGINT", "text": "VARCHAR"}

ROWS = "rows"
"""The view of everything a source holds: every field by name, absent ones as NULL, an address as one number and as its halves."""
RECORDS = "records"
"""The view of the rows that are records, without the status rows."""


def connect(path: str = ":memory:", *, read_only: bool = False) -> Connection:
    """A connection with the settings that keep DuckDB 2.0.0 honest.

    `type_pushdown` is off because with it TRY_CAST over read_csv loses rows that cannot be cast (duckdb issue 23818).
    Several threads may not share a connection: each takes its own `cursor()`.
    """
    connection = duckdb.connect(path, read_only=read_only)
    connection.execute("SET disabled_optimizers = 'type_pushdown'")
    connection.execute("SET TimeZone = 'UTC'")
    if one(connection, "SELECT current_setting('enable_progress_bar') AS shown")[
        "shown"
    ]:  # a notebook may refuse the setting
        connection.execute("SET enable_progress_bar = false")
    return connection


def sql_type(field: fields.Field) -> str:
    return "INTEGER" if field.kind == "number" and field.bits == 32 else _TYPES.get(field.kind, "BIGINT")


def define_views(connection: Connection, physical: str, columns: Iterable[str], also: Iterable[str] = ()) -> None:
    """Create the views ROWS and RECORDS over a relation that has these physical columns (see `records.schema`).

    `also` are more columns of it that the views keep as they are.
    """
    present = set(columns)
    logical = [_logical(field, present) for field in fields.FIELDS]
    logical += [
        _or_null(f"{field.name}_{half}", "UBIGINT", present) for field in fields.ADDRESSES for half in ("hi", "lo")
    ]
    logical += [_or_null(name, kind, present) for name, kind in (("extra", "VARCHAR"), ("status_row", "BOOLEAN"))]
    logical += [f'"{name}"' for name in also]
    connection.execute(f"CREATE OR REPLACE VIEW {ROWS} AS SELECT {', '.join(logical)} FROM {physical}")
    connection.execute(f"CREATE OR REPLACE VIEW {RECORDS} AS SELECT * FROM {ROWS} WHERE NOT status_row")


def _logical(field: fields.Field, present: set[str]) -> str:
    if field.kind == "address" and f"{field.name}_lo" in present:
        return f'({field.name}_hi::UHUGEINT << 64) | {field.name}_lo::UHUGEINT AS "{field.name}"'
    return _or_null(field.name, sql_type(field), present)


def _or_null(name: str, kind: str, present: set[str]) -> str:
    return f'"{name}"' if name in present else f'NULL::{kind} AS "{name}"'


def rows(connection: Connection, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries of Python values."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one(connection: Connection, sql: str, parameters: Sequence[object] = ()) -> dict[str, Any]:
    """The one row of a query that has exactly one."""
    (row,) = rows(connection, sql, parameters)
    return row


def said(error: OSError) -> Error:
    """What DuckDB said, of which Arrow made its own error while it was reading a result."""
    return (Interrupted if "INTERRUPT" in str(error) else Error)(str(error))


def made(connection: Connection, sql: str, parameters: Sequence[object] = ()) -> int:
    """Create a table from a query, and return how many rows it has."""
    (count,) = connection.execute(sql, list(parameters)).fetchall()[0]
    return int(count)
