"""Parquet, as AWS delivers it and as others write it: columns by their names, numbers also as text."""

from collections.abc import Iterator, Sequence
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from flowinsight import fields
from flowinsight.records import careful, schema
from flowinsight.records.cells import read_rows
from flowinsight.records.events import as_cell
from flowinsight.records.headers import as_header
from flowinsight.records.tally import Batch, unparsable
from flowinsight.records.typed import read_table

MAGIC = b"PAR1"

_AT_ONCE = 1 << 17
_WHOLE = "^[0-9]{1,19}$"
_PYTHON_NULL = "None"
"""What Python programs that keep numbers as text write for NULL."""


def read_parquet(stream: IO[bytes]) -> Iterator[Batch]:
    """Batches of the rows of a Parquet file; ArrowInvalid or OSError where it is damaged."""
    file = parquet.ParquetFile(stream)
    names = file.schema_arrow.names
    tokens = as_header(names)
    if tokens is None:
        rows = file.metadata.num_rows
        why = "a Parquet file whose columns are not those of a flow log"
        yield careful.empty(None, unparsable(why, ", ".join(names), rows))
        return
    for delivered in file.iter_batches(batch_size=_AT_ONCE):
        yield from _read(pa.Table.from_batches([delivered]).rename_columns(list(tokens)), tokens)


def _read(delivered: pa.Table, tokens: Sequence[str]) -> Iterator[Batch]:
    try:
        yield read_table(_prepared(delivered, tokens), tokens)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
        columns = [_texts(delivered.column(token), token) for token in tokens]
        yield from read_rows(list(zip(*columns, strict=True)), tokens)


def _prepared(delivered: pa.Table, tokens: Sequence[str]) -> pa.Table:
    """Each column by the type `typed.read_table` wants. ValueError or ArrowInvalid when that would change a value."""
    columns = [_column(delivered.column(token), token) for token in tokens]
    return pa.table(dict(zip(tokens, columns, strict=True)))


def _column(column: pa.ChunkedArray, token: str) -> pa.ChunkedArray:
    field = fields.BY_TOKEN.get(token)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_integer(column.type) and field is not None and field.kind != "text":
        return column.cast(schema.arrow_type(field))
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_null(column.type)):
        raise ValueError(f"{token} is neither text nor a whole number")
    return _from_text(column.cast(pa.string()), field)


def _from_text(column: pa.ChunkedArray, field: fields.Field | None) -> pa.ChunkedArray:
    if field is None or field.kind in {"text", "address"}:
        missing = pc.is_in(column, pa.array(["-", ""]))
    else:
        missing = pc.is_in(column, pa.array(["-", "", _PYTHON_NULL]))
    present = pc.if_else(missing, pa.scalar(None, pa.string()), column)
    if field is None:
        return present
    if field.kind in {"address", "text"}:
        return present.dictionary_encode()
    if not pc.all(pc.match_substring_regex(present, _WHOLE)).as_py() and present.null_count < len(present):
        raise ValueError(f"{field.token} is not a whole number")
    return present.cast(schema.arrow_type(field))


def _texts(column: pa.ChunkedArray, token: str) -> list[str]:
    """The values as cells. Account ids have twelve digits: one kept as a number has lost its leading zeros."""
    texts = [as_cell(value) for value in column.to_pylist()]
    field = fields.BY_TOKEN.get(token)
    if field is not None and field.kind in {"number", "epoch"}:
        return ["" if text == _PYTHON_NULL else text for text in texts]
    if token == "account-id" and pa.types.is_integer(column.type):
        return [text and text.zfill(12) for text in texts]
    return texts
