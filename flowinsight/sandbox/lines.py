"""Records as AWS writes them: text lines in any LogFormat, and Parquet with AWS's column types.

Source: VPC guide, flow-log-records. What the made-up traffic has no value for is `-` (null in Parquet), as AWS writes
fields that do not apply.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flowinsight.fields import BY_TOKEN
from flowinsight.scenario.network import Interface
from flowinsight.scenario.record import Record

Value = str | int | None
_TYPES = {"STRING": pa.string(), "INT_32": pa.int32(), "INT_64": pa.int64()}
_OF_INTERFACE: dict[str, Callable[[Interface], Value]] = {
    "account-id": lambda interface: interface.vpc.account,
    "interface-id": lambda interface: interface.id,
    "vpc-id": lambda interface: interface.vpc.id,
    "subnet-id": lambda interface: interface.subnet.id,
    "instance-id": lambda interface: interface.instance,
    "region": lambda interface: interface.vpc.region,
    "interface-type": lambda interface: interface.kind,
}


class Writer:
    """One LogFormat; `zones` maps subnet ids to zone ids."""

    def __init__(self, tokens: Sequence[str], zones: Mapping[str, str]) -> None:
        self.tokens = tuple(tokens)
        self._getters = [_getter(token, self.tokens, zones) for token in self.tokens]

    def line(self, record: Record) -> str:
        return " ".join("-" if value is None else str(value) for value in self._values(record))

    def text(self, records: Sequence[Record]) -> bytes:
        """Return a text file's content: one header line of tokens, then a line a record."""
        lines = [" ".join(self.tokens), *map(self.line, records)]
        return ("\n".join(lines) + "\n").encode()

    def parquet(self, records: Sequence[Record]) -> bytes:
        """Return a GZIP-compressed Parquet file, its columns named with underscores."""
        fields = [BY_TOKEN[token] for token in self.tokens]
        schema = pa.schema([(field.name, _TYPES[field.parquet]) for field in fields])
        rows = [self._values(record) for record in records]
        columns = [pa.array([row[at] for row in rows], schema.field(at).type) for at in range(len(fields))]
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_arrays(columns, schema=schema), buffer, compression="GZIP")
        return buffer.getvalue()

    def _values(self, record: Record) -> list[Value]:
        return [get(record) for get in self._getters]


def _getter(token: str, tokens: Sequence[str], zones: Mapping[str, str]) -> Callable[[Record], Value]:
    if token == "version":
        version = max(BY_TOKEN[name].version for name in tokens)
        return lambda _: version
    if token == "az-id":
        return lambda record: zones.get(record.interface.subnet.id)
    of_interface = _OF_INTERFACE.get(token)
    if of_interface is not None:
        return lambda record: of_interface(record.interface)
    name = token.replace("-", "_")
    if name in Record._fields:
        at = Record._fields.index(name)
        return lambda record: _plain(record[at])
    return lambda _: None


def _plain(value: Any) -> Value:  # noqa: ANN401 - a record holds several types
    return None if value is None else value if isinstance(value, str) else int(value)
