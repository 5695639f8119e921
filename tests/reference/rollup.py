"""The rollup: records of one question added up before they travel, with the side that serves told as well as one record can."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Literal

from flowinsight import fields, iana
from tests.reference.outcome import payload
from tests.reference.records import Record, earliest, flags, is_syn, is_syn_ack, latest, rejected, total

Side = Literal["source", "destination"]

KEY = (
    "interface_id", "vpc_id", "account_id", "srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr", "protocol", "action",
    "flow_direction",
)  # fmt: skip
"""What rows of a rollup are told apart by, besides the service port, the side that serves and the bin."""


def serving_side(record: Record) -> Side:
    """SYN without ACK goes to a server, SYN-ACK comes from one, a rejected record was going to one; else the lower port."""
    if is_syn(record):
        return "destination"
    if is_syn_ack(record):
        return "source"
    if rejected(record):
        return "destination"
    source, destination = record.get("srcport"), record.get("dstport")
    if record.get("protocol") not in iana.WITH_PORTS or source is None or destination is None:
        return "destination"
    return "source" if source < destination else "destination"


def rollup(records: Iterable[Record], bin_seconds: int | None = None) -> list[dict[str, Any]]:
    """One row for each key: what was summed, and between which other ports."""
    groups: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for record in records:
        side = serving_side(record)
        port = record.get("srcport" if side == "source" else "dstport")
        start = record.get("start")
        a_bin = None if bin_seconds is None or start is None else start // bin_seconds * bin_seconds
        groups[(*(record.get(name) for name in KEY), side, port, a_bin)].append(record)
    names = (*KEY, "side", "service_port", "bin")
    return [dict(zip(names, key, strict=True)) | _measures(found, key[len(KEY)]) for key, found in groups.items()]


def _measures(records: list[Record], side: Side) -> dict[str, Any]:
    other = "dstport" if side == "source" else "srcport"
    ports = [record[other] for record in records if record.get(other) is not None]
    return {
        "records": len(records),
        "packets": total(records, "packets"),
        "bytes": total(records, "bytes"),
        "first": earliest(records),
        "last": latest(records),
        "lowest_other_port": min(ports, default=None),
        "highest_other_port": max(ports, default=None),
        "payload": sum(map(payload, records)),
        "syn": sum(map(is_syn, records)),
        "synack": sum(map(is_syn_ack, records)),
        "rst": sum((flags(record) or 0) & 22 == 4 for record in records),
    }


assert set(KEY) <= fields.BY_NAME.keys()
