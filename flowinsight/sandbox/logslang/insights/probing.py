"""Asking DuckDB whether it can read a piece of a query, before the query runs."""

from functools import lru_cache

import duckdb

REGEX = "SELECT regexp_matches('', $value)"
TIME_FORMAT = "SELECT strftime(TIMESTAMP '2000-01-01', $value)"
DATE_PATTERN = "SELECT try_strptime('', $value)"
REPLACEMENT = "SELECT regexp_replace('x', $pattern, $value)"


@lru_cache(1024)
def complaint(statement: str, value: str, pattern: str | None = None) -> str | None:
    """Return what DuckDB has against a value, None when it accepts it."""
    values = {"value": value} if pattern is None else {"value": value, "pattern": pattern}
    try:
        with duckdb.connect() as connection:
            connection.execute(statement, values)
    except duckdb.Error as error:
        return str(error).splitlines()[0].split(": ", 1)[-1].rstrip(".")
    return None
