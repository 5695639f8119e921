"""Views over Parquet files whose names are never part of a query's text."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from flowinsight import db


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
