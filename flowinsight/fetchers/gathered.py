"""Batches of records, wherever they were fetched from, brought together for the duck engine."""

from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from flowinsight import db, fields
from flowinsight.loaded import Loaded
from flowinsight.records import careful
from flowinsight.records.tally import Batch, Tally, total

_SMALL = 10_000
"""Rows of a piece on average below which the pieces are joined: each is scanned by itself."""


def gather(batches: Iterable[Batch], formats: Iterable[Sequence[str]] = (), problems: Sequence[str] = ()) -> Loaded:
    """The records of all batches in one table. `formats` are known to be in use even if nothing arrived in them; `problems`
    are sentences about what could not be fetched.
    """
    tables: list[pa.Table] = [_encoded(careful.read_lines([], fields.DEFAULT_FORMAT).table)]
    tallies, counts = [Tally(problems=tuple(problems))], Counter({" ".join(tokens): 0 for tokens in formats})
    for batch in batches:
        tallies.append(batch.tally)
        if batch.table.num_rows:
            tables.append(_encoded(batch.table))
            counts[" ".join(batch.tokens)] += batch.table.num_rows
    together = pa.concat_tables(tables, promote_options="default")
    if max(column.num_chunks for column in together.columns) * _SMALL > together.num_rows:
        together = together.combine_chunks()
    connection = db.connect()
    connection.from_arrow(together).create_view("delivered")  # every cursor sees a view; it lies in Arrow's own memory
    db.define_views(connection, "delivered", together.column_names)
    return Loaded(connection, total(tallies), dict(counts))


def _encoded(table: pa.Table) -> pa.Table:
    """The table with each text kept once: the same few interfaces, actions and states stand in millions of rows."""
    for place, column in enumerate(table.columns):
        if pa.types.is_string(column.type):
            table = table.set_column(place, table.column_names[place], column.dictionary_encode())
    return table
