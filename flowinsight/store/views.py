"""Views over Parquet files whose names are never part of a query's text."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from flowinsight import db
from flowinsight.store import counts
from flowinsight.survey import EARLIEST, PLACE_COLUMNS, WIDTH, WINDOWS

KEPT = "kept_windows"
"""The view of the counts by writer, bin and status of the files that are opened, in the columns of `counts.WINDOWS`."""


def parquet_view(connection: db.Connection, name: str, files: Mapping[Path, tuple[str, ...]], empty: pa.Schema) -> None:
    """Define a view over files with these columns, absent ones NULL; an empty table of a schema where there are no files.

    Every cursor of the connection sees it.
    """
    if not files:
        connection.register("nothing", empty.empty_table())
        connection.execute(f"CREATE TABLE {name} AS FROM nothing")
        connection.unregister("nothing")
        return
    unlike = len(set(files.values())) > 1
    relation = connection.read_parquet([str(path) for path in files], union_by_name=unlike, hive_partitioning=False)
    relation.create_view(name)


def define_windows(connection: db.Connection, files: Iterable[Path]) -> None:
    """Define KEPT and make `survey.WINDOWS` from files of counts in the columns of `counts.WINDOWS`."""
    counted = dict.fromkeys(files, tuple(counts.WINDOWS.names))
    parquet_view(connection, _COUNTED, counted, counts.WINDOWS)
    connection.execute(_KEPT)
    connection.execute(_WINDOWS)


def make_windows(connection: db.Connection, counted: pa.Table) -> None:
    """Make `survey.WINDOWS` from counts in the columns of `counts.WINDOWS`."""
    connection.register(_COUNTED, counted)
    connection.execute(_WINDOWS.replace(PLACE_COLUMNS, ", ".join(_said_or_null(counted, name) for name in _PLACES)))
    connection.unregister(_COUNTED)


def _said_or_null(counted: pa.Table, name: str) -> str:
    """The column, or NULL where no row has a value: to group by a column of nothing takes as long as by any other."""
    return name if counted.column(name).null_count < counted.num_rows else f"NULL::VARCHAR AS {name}"


_PLACES = PLACE_COLUMNS.split(", ")


_COUNTED = "windows_by_file"


_WRITERS = ", ".join(counts.WRITERS)
_KEPT = f"""
CREATE OR REPLACE VIEW {KEPT} AS SELECT {_WRITERS}, bin, log_status, sum(started)::BIGINT AS started, sum(rows)::BIGINT AS rows,
  sum(accepted)::BIGINT AS accepted, sum(rejected)::BIGINT AS rejected, min(first_start) AS first_start,
  max(last_start) AS last_start, max(last_end) AS last_end FROM {_COUNTED} GROUP BY ALL
"""

# What a survey of the records would find, from the counts that were kept: nothing of the records has to be read for it.
_WINDOWS = f"""
CREATE TABLE {WINDOWS} AS
SELECT coalesce(interface_id, resource_id, tgw_attachment_id, '-') AS interface, {PLACE_COLUMNS}, bin, {WIDTH} AS width,
  coalesce(sum(rows) FILTER (log_status = 'OK'), 0)::BIGINT AS records,
  coalesce(sum(rows) FILTER (log_status = 'NODATA'), 0)::BIGINT AS nodata,
  coalesce(sum(rows) FILTER (log_status = 'SKIPDATA'), 0)::BIGINT AS skipdata,
  sum(accepted)::BIGINT AS accepted, sum(rejected)::BIGINT AS rejected,
  min(first_start) AS first, max(last_start) AS newest, max(last_end) AS last
FROM {_COUNTED} WHERE first_start >= {EARLIEST} GROUP BY ALL
"""
