"""A record is a dictionary from column names to values: addresses as numbers, times in Unix seconds, what is missing as None."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowinsight import fields, iana
from flowinsight.addresses import format_address
from flowinsight.question import TimeRange

Record = Mapping[str, Any]

NO_PORT = -1
"""Stands for a port that does not exist, is not in the format, or is one of several."""


def is_status_row(record: Record) -> bool:
    """NODATA and SKIPDATA rows have no address at all; with one, the line is a record whatever its status says."""
    addressed = any(record.get(field.name) is not None for field in fields.ADDRESSES)
    return record.get("log_status") in {"NODATA", "SKIPDATA"} and not addressed


def split(rows: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    """The records, and the status rows."""
    records: list[Record] = []
    status: list[Record] = []
    for row in rows:
        (status if is_status_row(row) else records).append(row)
    return records, status


def observer(record: Record) -> str:
    """Who wrote the row: an interface, else the regional NAT gateway or the transit gateway attachment."""
    names = (record.get(name) for name in ("interface_id", "resource_id", "tgw_attachment_id"))
    return next((str(name) for name in names if name is not None), "-")


def is_in(time: TimeRange, record: Record) -> bool:
    """A record belongs to the range its `start` lies in; one without a start only to the range of everything."""
    if time == TimeRange():
        return True
    return record.get("start") is not None and record["start"] in time


def rejected(record: Record) -> bool:
    return record.get("action") == "REJECT"


def flags(record: Record) -> int | None:
    """TCP flags, of TCP records that have them."""
    value: int | None = record.get("tcp_flags") if record.get("protocol") == iana.TCP else None
    return value


def is_syn(record: Record) -> bool:
    value = flags(record)
    return value is not None and value & 18 == 2


def is_syn_ack(record: Record) -> bool:
    value = flags(record)
    return value is not None and value & 18 == 18


def earliest(records: Iterable[Record]) -> int | None:
    return min((one["start"] for one in records if one.get("start") is not None), default=None)


def latest(records: Iterable[Record]) -> int | None:
    return max((one["end"] for one in records if one.get("end") is not None), default=None)


def total(records: Iterable[Record], name: str) -> int:
    """The sum of what is known: a missing value adds nothing."""
    return sum(one.get(name) or 0 for one in records)


def line(record: Record, tokens: Sequence[str]) -> str:
    """The record as flow logs write it, in a format."""
    return " ".join(_word(record.get(fields.BY_TOKEN[token].name), fields.BY_TOKEN[token].kind) for token in tokens)


def _word(value: object, kind: fields.Kind) -> str:
    if value is None:
        return "-"
    return format_address(value) if kind == "address" and isinstance(value, int) else str(value)
