"""The tables of a snapshot with every address, identifier and name replaced, and the lines written anew from what is left."""

import re
from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from flowinsight import fields
from flowinsight.addresses import format_address
from flowinsight.records import schema
from flowinsight.snapshots import archive, tables
from flowinsight.snapshots.pseudonyms import Pseudonyms

KEPT = frozenset(
    {
        "action", "log-status", "type", "flow-direction", "region", "az-id", "sublocation-type", "reject-reason",
        "resource-type", "interface-type", "next-hop-interface-type", "next-hop-az-id", "tgw-src-az-id", "tgw-dst-az-id",
        "pkt-src-aws-service", "pkt-dst-aws-service",
    }
)  # fmt: skip
"""Texts that are AWS's own words. Every other text of a record is replaced."""

_AWS_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ADDRESSES = {field.name for field in fields.ADDRESSES} | {"hop", "peer"}
_HALF = 2**64 - 1


def redacted(held: Mapping[str, pa.Table], formats: Sequence[str], names: Pseudonyms) -> dict[str, pa.Table]:
    """The tables of records or of their rollup, and of what the source told. `formats` are those of the records, with unknown
    fields renamed.
    """
    found = {name: _table(table, names) for name, table in held.items()}
    if archive.RECORDS in found:
        found[archive.RECORDS] = _with_lines(found[archive.RECORDS], formats)
    return {name: table.cast(_shape(name, table)) for name, table in found.items()}


def _shape(name: str, table: pa.Table) -> pa.Schema:
    return pa.schema([tables.SHAPES[name].field(column) for column in table.column_names])


def _table(table: pa.Table, names: Pseudonyms) -> pa.Table:
    for column in table.column_names:
        stem, _, half = column.rpartition("_")
        if half == "hi" and stem in _ADDRESSES:
            for name, values in _addresses(table, stem, names).items():
                table = table.set_column(table.column_names.index(name), name, values)
        elif column == schema.EXTRA:
            table = table.set_column(table.column_names.index(column), column, pa.nulls(table.num_rows, pa.string()))
        elif pa.types.is_string(table.schema.field(column).type):
            told = _told(column, names)
            table = table.set_column(table.column_names.index(column), column, _each(table.column(column), told))
    return table


def _addresses(table: pa.Table, stem: str, names: Pseudonyms) -> dict[str, pa.Array]:
    """Both halves of the pseudonyms."""
    high, low = table.column(f"{stem}_hi").to_pylist(), table.column(f"{stem}_lo").to_pylist()
    found = [None if one is None else names.address(one << 64 | other) for one, other in zip(high, low, strict=True)]
    return {
        f"{stem}_hi": pa.array([None if one is None else one >> 64 for one in found], pa.uint64()),
        f"{stem}_lo": pa.array([None if one is None else one & _HALF for one in found], pa.uint64()),
    }


def _told(column: str, names: Pseudonyms) -> Callable[[str], str]:
    field = fields.BY_NAME.get(column)
    if column == "scope":
        return lambda value: scope(value, names)
    if field is not None and field.token in KEPT:
        return lambda value: word(field.token, value, names)
    return names.word


def word(token: str, value: str, names: Pseudonyms) -> str:
    """The text of a field, as it may leave."""
    return value if token in KEPT and _AWS_WORD.fullmatch(value) else names.word(value)


def scope(value: str, names: Pseudonyms) -> str:
    """A network: a VPC, a transit gateway, an account, or an account and a region."""
    account, slash, region = value.partition("/")
    return f"{names.word(account)}{slash}{word('region', region, names)}" if slash else names.word(value)


def _each(values: pa.ChunkedArray, told: Callable[[str], str]) -> pa.Array:
    """Every text replaced; each distinct one is asked for once."""
    encoded = pc.dictionary_encode(values.combine_chunks())
    replaced = pa.array([told(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return replaced.take(encoded.indices)


def _with_lines(table: pa.Table, formats: Sequence[str]) -> pa.Table:
    """Each line written anew from the values that are left, in the order of its format."""
    originals, written = table.column(tables.ORIGINAL), [None] * table.num_rows
    chosen = table.column(tables.IN_FORMAT).to_pylist()
    for number, tokens in enumerate(formats):
        places = [place for place, one in enumerate(chosen) if one == number]
        rows = table.take(pa.array(places, pa.int64()))
        columns = [_texts(rows, token) for token in tokens.split()]
        for place, cells in zip(places, zip(*columns, strict=True), strict=True):
            written[place] = " ".join(cells).encode()  # type: ignore[call-overload]
    lines = pc.if_else(
        pc.is_valid(originals.combine_chunks()), pa.array(written, pa.binary()), pa.scalar(None, pa.binary())
    )
    return table.set_column(table.column_names.index(tables.ORIGINAL), tables.ORIGINAL, lines)


def _texts(rows: pa.Table, token: str) -> list[str]:
    """The values of a field as a line has them; what is unknown, or absent, as a hyphen."""
    field = fields.BY_TOKEN.get(token)
    if field is None:
        return ["-"] * rows.num_rows
    if field.kind == "address":
        halves = (rows.column(f"{field.name}_{half}").to_pylist() for half in ("hi", "lo"))
        return ["-" if one is None else format_address(one << 64 | other) for one, other in zip(*halves, strict=True)]
    return ["-" if value is None else str(value) for value in rows.column(field.name).to_pylist()]
