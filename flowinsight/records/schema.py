"""The one physical shape of records, whatever they were delivered as: in memory, in Arrow, in Parquet.

Each field of `fields.FIELDS` is a column of its own name. An address is a 128-bit number in two unsigned 64-bit columns
(`srcaddr_hi`, `srcaddr_lo`), because Parquet has no wider integer. What a format lacks is absent or NULL.
"""

from collections.abc import Sequence

import pyarrow as pa

from flowinsight import fields

STATUS_ROW = "status_row"
"""True for a line that only says NODATA or SKIPDATA about an interface and a window, and carries no traffic."""
EXTRA = "extra"
"""Fields that FlowInsight does not know yet, as a JSON object of texts; NULL when there are none."""
MILLISECONDS_FROM = 100_000_000_000
"""A time at or above this is in milliseconds: as seconds it would lie beyond the year 5000."""


def arrow_type(field: fields.Field) -> pa.DataType:
    match field.kind:
        case "address":
            return pa.uint64()
        case "number":
            return pa.int32() if field.bits == 32 else pa.int64()
        case "epoch":
            return pa.int64()
        case "text":
            return pa.string()


ENCODED = pa.dictionary(pa.int32(), pa.string())
"""How text lies in memory: each distinct text once, and a number of it in every row."""


def encoded(tokens: Sequence[str]) -> pa.Schema:
    """As `columns`, with the text of fields ENCODED: the shape in which readers hand over what they read."""
    return pa.schema(
        [
            field.with_type(ENCODED) if field.type == pa.string() and field.name != EXTRA else field
            for field in columns(tokens)
        ]
    )


def plain(table: pa.Table) -> pa.Table:
    """The table with ENCODED columns as texts, which is how they lie in files."""
    shape = [field.with_type(pa.string()) if field.type == ENCODED else field for field in table.schema]
    return table.cast(pa.schema(shape))


def columns(tokens: Sequence[str]) -> pa.Schema:
    """The Arrow schema of records that carry these tokens (unknown tokens go to `extra`)."""
    found: list[pa.Field] = []
    for token in tokens:
        field = fields.BY_TOKEN.get(token)
        if field is None:
            continue
        if field.kind == "address":
            found += [pa.field(f"{field.name}_hi", pa.uint64()), pa.field(f"{field.name}_lo", pa.uint64())]
        else:
            found.append(pa.field(field.name, arrow_type(field)))
    return pa.schema([*found, pa.field(EXTRA, pa.string()), pa.field(STATUS_ROW, pa.bool_())])
