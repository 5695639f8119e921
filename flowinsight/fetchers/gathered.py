"""Batches of records, wherever they were fetched from, brought together for the duck engine."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyarrow as pa

from flowinsight import db, fields
from flowinsight.loaded import Loaded
from flowinsight.records import careful
from flowinsight.records.tally import Batch, Tally, total
from flowinsight.store.counts import WINDOWS, windows_of
from flowinsight.store.views import make_windows

_DELIVERED = "delivered"

_AT_ONCE = 50_000
"""Rows whose windows are counted together, while the next are being read."""
_SMALL = 10_000
"""Rows of a piece on average below which the pieces are joined: each is scanned by itself."""


def gather(batches: Iterable[Batch], formats: Iterable[Sequence[str]] = (), problems: Sequence[str] = ()) -> Loaded:
    """The records of all batches in one table. `formats` are known to be in use even if nothing arrived in them; `problems`
    are sentences about what could not be fetched.
    """
    tables = [careful.read_lines([], fields.DEFAULT_FORMAT).table]
    windows: list[pa.Table] = []
    counted = 0
    tallies, counts = [Tally(problems=tuple(problems))], Counter({" ".join(tokens): 0 for tokens in formats})
    for batch in batches:
        tallies.append(batch.tally)
        if batch.table.num_rows:
            tables.append(batch.table)
            counts[" ".join(batch.tokens)] += batch.table.num_rows
        if sum(table.num_rows for table in tables[counted:]) >= _AT_ONCE:
            windows.append(_windows_of(tables[counted:]))
            counted = len(tables)
    windows.append(_windows_of(tables[counted:]))
    return _loaded(tables, windows, total(tallies), dict(counts))


def together(first: Loaded, second: Loaded) -> Loaded:
    """The records of both, no record of which is in the other; what else is known is known of the first."""
    tables = [_encoded(one.connection.cursor().sql(f"FROM {_DELIVERED}").to_arrow_table()) for one in (first, second)]
    formats = {
        name: first.formats.get(name, 0) + second.formats.get(name, 0) for name in first.formats | second.formats
    }
    both = _loaded(tables, [_windows_of(tables)], first.tally + second.tally, formats)
    return replace(first, connection=both.connection, tally=both.tally, formats=both.formats)


def _windows_of(tables: Sequence[pa.Table]) -> pa.Table:
    return windows_of(pa.concat_tables(tables, promote_options="default")) if tables else WINDOWS.empty_table()


def _loaded(tables: Sequence[pa.Table], windows: Sequence[pa.Table], tally: Tally, formats: dict[str, int]) -> Loaded:
    joined = pa.concat_tables(tables, promote_options="default")
    if max(column.num_chunks for column in joined.columns) * _SMALL > joined.num_rows:
        joined = joined.combine_chunks()
    connection = db.connect()
    connection.from_arrow(joined).create_view(_DELIVERED)  # every cursor sees a view; it lies in Arrow's own memory
    db.define_views(connection, _DELIVERED, joined.column_names)
    make_windows(connection, pa.concat_tables(windows))
    return Loaded(connection, tally, formats)


def _encoded(table: pa.Table) -> pa.Table:
    """The table with each text kept once: the same few interfaces, actions and states stand in millions of rows."""
    for place, column in enumerate(table.columns):
        if pa.types.is_string(column.type):
            table = table.set_column(place, table.column_names[place], column.dictionary_encode())
    return table
