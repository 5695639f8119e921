"""Files on disk: every record is read into memory, and the duck engine answers from there."""

from collections import Counter
from collections.abc import Callable

import pyarrow as pa

from flowinsight import db, fields
from flowinsight.loaded import Loaded
from flowinsight.records import careful
from flowinsight.records.files import found, read_file
from flowinsight.records.tally import Tally
from flowinsight.sources import Files


def load(source: Files, progress: Callable[[int, int], None] | None = None) -> Loaded:
    """Everything the files hold. `progress` is told how many of how many files are read."""
    files = found(source.paths)
    tables: list[pa.Table] = [careful.read_lines([], fields.DEFAULT_FORMAT).table]
    tally, formats = Tally(), Counter[str]()
    for number, path in enumerate(files):
        if progress:
            progress(number, len(files))
        for batch in read_file(path, source.tokens):
            tally += batch.tally
            if batch.table.num_rows:
                tables.append(batch.table)
                formats[" ".join(batch.tokens)] += batch.table.num_rows
    together = pa.concat_tables(tables, promote_options="default")
    connection = db.connect()
    connection.register("arrived", together)
    connection.execute("CREATE TABLE delivered AS FROM arrived")  # a table is seen by every cursor, an Arrow table by one
    connection.unregister("arrived")
    db.define_views(connection, "delivered", together.column_names)
    return Loaded(connection, tally, dict(formats))
