"""Batches of records, wherever they were fetched from, brought together for the duck engine."""

from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from flowinsight import db, fields
from flowinsight.loaded import Loaded
from flowinsight.records import careful
from flowinsight.records.tally import Batch, Tally, total


def gather(batches: Iterable[Batch], formats: Iterable[Sequence[str]] = (), problems: Sequence[str] = ()) -> Loaded:
    """The records of all batches in one table. `formats` are known to be in use even if nothing arrived in them; `problems`
    are sentences about what could not be fetched.
    """
    tables: list[pa.Table] = [careful.read_lines([], fields.DEFAULT_FORMAT).table]
    tallies, counts = [Tally(problems=tuple(problems))], Counter({" ".join(tokens): 0 for tokens in formats})
    for batch in batches:
        tallies.append(batch.tally)
        if batch.table.num_rows:
            tables.append(batch.table)
            counts[" ".join(batch.tokens)] += batch.table.num_rows
    together = pa.concat_tables(tables, promote_options="default")
    connection = db.connect()
    connection.register("arrived", together)
    connection.execute(
        "CREATE TABLE delivered AS FROM arrived"
    )  # a table is seen by every cursor, an Arrow table by one
    connection.unregister("arrived")
    db.define_views(connection, "delivered", together.column_names)
    return Loaded(connection, total(tallies), dict(counts))
