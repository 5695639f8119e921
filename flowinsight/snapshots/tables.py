"""The Parquet parts: written plainly, and read only when they are exactly what such a part is.

Columns are not compressed inside Parquet: the zip compresses, so that how much a part unpacks to is known before it is read.
"""

import io
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from flowinsight import fields, rollups
from flowinsight.records import careful, schema
from flowinsight.snapshots import footer
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.survey import PLACE_COLUMNS

FROM_SOURCE, FROM_LINE, IN_FORMAT, ORIGINAL = "from_source", "from_line", "in_format", "original"
ORIGIN = pa.schema(
    [
        (FROM_SOURCE, pa.int32()),
        (FROM_LINE, pa.int64()),
        (IN_FORMAT, pa.int32()),
        (ORIGINAL, pa.binary()),
    ]
)
"""Where each record came from: its source, the line there (from 1), its format, and the bytes of the line. All may be NULL."""

MOST_ROWS = 5_000_000
LARGEST = 2 << 30
"""Bytes of a table as it is held."""
LONGEST_TEXT = 4096
_LONGEST_LINE = careful.LONGEST_LINE

RECORDS = pa.schema([*schema.columns([field.token for field in fields.FIELDS]), *ORIGIN])
"""Every column a record may have here; those of fields that no format carries are absent."""

_MEASURED = (
    ("bin", pa.int64()), ("width", pa.int64()), ("records", pa.int64()), ("nodata", pa.int64()), ("skipdata", pa.int64()),
    ("accepted", pa.int64()), ("rejected", pa.int64()), ("first", pa.int64()), ("newest", pa.int64()), ("last", pa.int64()),
)  # fmt: skip
COVERAGE = pa.schema(
    [*((name, pa.string()) for name in ("interface", *PLACE_COLUMNS.split(", "))), *_MEASURED],
)
"""What wrote records when, in the columns of `survey.WINDOWS`."""
NETWORKS = pa.schema([("interface", pa.string()), ("vpc", pa.string())])
"""As `survey.KNOWN_VPCS`."""


def _halves(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(f"{name}_{half}", pa.uint64()) for name in names for half in ("hi", "lo")]


HOPS = pa.schema([("scope", pa.string()), *_halves("hop", "peer")])
"""As `survey.KNOWN_HOPS`."""
_FLAGS = frozenset({"asked_for", "in_progress"})
ROLLUP = pa.schema(
    [
        *(field for field in schema.columns([field.token for field in fields.FIELDS]) if field.name != schema.EXTRA),
        *(pa.field(name, pa.bool_() if name in _FLAGS else pa.int64()) for name in rollups.ALSO),
    ]
)
"""Records added up, in the columns that `rollups` describes; those that hold nothing are absent."""
ALWAYS = frozenset({schema.STATUS_ROW, *rollups.ALSO})
"""Columns without which a rollup is none."""
_COUNTS = frozenset(rollups.ALSO) - {"payload"}
TIMES = pa.schema([(name, pa.int64()) for name in ("bin", "width", "accepted", "rejected", "other")])
"""As `rollups.TIMES`."""

_UNCOMPRESSED = 0

SHAPES: Mapping[str, pa.Schema] = {
    "records.parquet": RECORDS, "rollup.parquet": ROLLUP, "coverage.parquet": COVERAGE, "networks.parquet": NETWORKS,
    "hops.parquet": HOPS, "times.parquet": TIMES,
}  # fmt: skip
_NEEDED: Mapping[str, frozenset[str]] = {
    "records.parquet": frozenset({schema.STATUS_ROW, *ORIGIN.names}), "rollup.parquet": ALWAYS,
}  # fmt: skip
"""What such a part must have; every other kind has all of its columns."""


def written(table: pa.Table) -> bytes:
    """The table as Parquet: the same bytes for the same rows."""
    out = io.BytesIO()
    parquet.write_table(table.combine_chunks(), out, compression="none", write_page_index=False)
    return out.getvalue()


def read(name: str, content: bytes) -> pa.Table:
    """The part of this name; SnapshotError when it is not what such a part is, or does not fit into memory."""
    try:
        if footer.codecs(content) - {_UNCOMPRESSED}:
            raise SnapshotError(f"{name} is compressed inside, which FlowInsight never does, so it is not opened.")
        columns = parquet.ParquetFile(pa.BufferReader(content)).schema_arrow
        file = parquet.ParquetFile(pa.BufferReader(content), read_dictionary=_texts(columns))
        _check_shape(name, file)
        table = file.read()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise SnapshotError(f"{name} is no whole Parquet file, so the snapshot is not opened.") from error
    _check_values(name, table)
    return table.cast(pa.schema([SHAPES[name].field(column) for column in table.column_names]))


def _texts(shape: pa.Schema) -> list[str]:
    return [field.name for field in shape if pa.types.is_string(field.type)]


def _check_shape(name: str, file: parquet.ParquetFile) -> None:
    """What the file says of itself, before its values are read."""
    meta, shape = file.metadata, SHAPES[name]
    found = [(field.name, _plain_type(field.type)) for field in file.schema_arrow]
    expected = {field.name: field.type for field in shape}
    if any(expected.get(column) != kind for column, kind in found) or len({column for column, _ in found}) < len(found):
        raise SnapshotError(f"{name} has columns that do not belong there, so the snapshot is not opened.")
    if not _NEEDED.get(name, expected.keys()) <= dict(found).keys():
        raise SnapshotError(f"{name} lacks columns, so the snapshot is not opened.")
    if meta.num_rows > MOST_ROWS or meta.num_rows * len(found) * 8 > LARGEST:
        raise SnapshotError(f"{name} says it has {meta.num_rows:,} rows, more than FlowInsight opens.")


def _plain_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _check_values(name: str, table: pa.Table) -> None:
    """Numbers in the range of their field, texts of a length that can be shown, and nothing that grows when it is held."""
    held = 0
    for column, values in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(values.type) or pa.types.is_binary(values.type):
            longest = _LONGEST_LINE if column in {ORIGINAL, schema.EXTRA} else LONGEST_TEXT
            lengths = pc.binary_length(values) if pa.types.is_binary(values.type) else _lengths(values)
            if (pc.max(lengths).as_py() or 0) > longest:
                raise SnapshotError(f"{name} holds a text in {column} that is longer than any value of a flow log.")
            held += pc.sum(lengths.cast(pa.int64())).as_py() or 0
        elif pa.types.is_signed_integer(values.type):
            _check_numbers(name, column, values)
    if held > LARGEST:
        raise SnapshotError(f"{name} unpacks to more than {LARGEST >> 20:,} MiB, so the snapshot is not opened.")
    if name in _NEEDED and table.column(schema.STATUS_ROW).null_count:
        raise SnapshotError(f"{name} does not say of every row whether it is a record.")
    if name == "rollup.parquet" and any(table.column(column).null_count for column in _COUNTS):
        raise SnapshotError(f"{name} does not say of every row what it stands for.")


def _lengths(values: pa.ChunkedArray) -> pa.ChunkedArray:
    chunks = [pc.binary_length(chunk.dictionary).take(chunk.indices) for chunk in values.chunks]
    return pa.chunked_array(chunks, pa.int32())


def _check_numbers(name: str, column: str, values: pa.ChunkedArray) -> None:
    field = fields.BY_NAME.get(column) if name in _NEEDED else None
    highest = careful.highest(field) if field is not None and column not in {"packets", "bytes"} else 2**62
    lowest = 0 if name in _NEEDED else -(2**40)
    extremes = pc.min_max(values).as_py()
    if extremes["min"] is not None and (extremes["min"] < lowest or extremes["max"] > highest):
        raise SnapshotError(f"{name} holds a number in {column} that no flow log can have.")


def records_of(table: pa.Table) -> pa.Table:
    """Without the columns that say where each record came from."""
    return table.select([name for name in table.column_names if name not in ORIGIN.names])


def with_origin(table: pa.Table, origin: Mapping[str, pa.Array]) -> pa.Table:
    """The records with where they came from; NULL for what is not given."""
    rows = table.num_rows
    for field in ORIGIN:
        table = table.append_column(field, origin.get(field.name, pa.nulls(rows, field.type)))
    return table


def empty(name: str, columns: Sequence[str] | None = None) -> pa.Table:
    shape = SHAPES[name]
    return (shape if columns is None else pa.schema([shape.field(column) for column in columns])).empty_table()
