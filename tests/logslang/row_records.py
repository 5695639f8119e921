"""Records of a log, and what the names of a query mean for one of them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flowinsight.sandbox.logslang.insights import syntax as s
from tests.logslang.row_values import Json, Time, Value, text

NAMES = {"srcaddr": "srcAddr", "dstaddr": "dstAddr", "srcport": "srcPort", "dstport": "dstPort", "start": "startTime"}
NAMES |= {"end": "endTime", "account-id": "accountId", "interface-id": "interfaceId", "log-status": "logStatus"}


@dataclass(frozen=True)
class Record:
    log_group: str
    log_stream: str
    timestamp_ms: int
    ingestion_ms: int
    message: str
    ptr: str


@dataclass
class Row:
    """What names mean for one row; `record` is None after stats."""

    record: Record | None
    made: dict[str, Value] = field(default_factory=dict)

    def __getitem__(self, name: s.Name) -> Value:
        if name.text in self.made:
            return self.made[name.text]
        for length in range(len(name.parts) - 1, 0, -1):
            prefix = ".".join(name.parts[:length])
            if prefix in self.made:
                inner = self.made[prefix]
                return descend(inner.value, name.parts[length:]) if isinstance(inner, Json) else None
        if self.record is None:
            return None
        found = system(self.record, name.text)
        return discovered(self.record, name) if found is None else found


def system(record: Record, name: str) -> Value:
    match name:
        case "@timestamp":
            return Time(record.timestamp_ms)
        case "@ingestionTime":
            return Time(record.ingestion_ms)
        case "@message":
            return record.message
        case "@logStream":
            return record.log_stream
        case "@log":
            return record.log_group
        case "@ptr":
            return record.ptr
    return None


def discovered(record: Record, name: s.Name) -> Value:
    if name.text.startswith("@"):
        return None
    words = record.message.split(" ")
    names = [NAMES.get(token, token) for token in DEFAULT]
    if len(words) == len(names) and name.text in names:
        return words[names.index(name.text)]
    document = parsed(record.message)
    if not isinstance(document, dict):
        return None
    whole = text(descend(document, (name.text,)))
    return whole if whole is not None else text(descend(document, name.parts))


DEFAULT = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
]


def parsed(message: str) -> Any:
    try:
        return json.loads(message, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        return None


def descend(node: Any, path: Iterable[str]) -> Value:
    for step in path:
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return None if node is None else Json(node)
