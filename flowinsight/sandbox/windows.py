"""Longer aggregation: joining one-minute records into the ten minutes a flow log asked for."""

from collections.abc import Iterable

from flowinsight.scenario.record import Record

TEN_MINUTES = 600


def joined(records: Iterable[Record]) -> list[Record]:
    """Join records of one window: equal keys add packets and bytes, flags are OR-ed, times span; NODATA yields to OK."""
    kept: dict[tuple[object, ...], Record] = {}
    for record in records:
        key = _key(record)
        before = kept.get(key)
        kept[key] = record if before is None else _add(before, record)
    busy = {record.interface for record in kept.values() if record.log_status == "OK"}
    return [record for record in kept.values() if record.log_status != "NODATA" or record.interface not in busy]


def _key(record: Record) -> tuple[object, ...]:
    return (
        record.interface, record.srcaddr, record.dstaddr, record.srcport, record.dstport, record.protocol, record.action,
        record.log_status, record.pkt_srcaddr, record.pkt_dstaddr, record.flow_direction, record.reject_reason,
    )  # fmt: skip


def _add(one: Record, other: Record) -> Record:
    return one._replace(
        packets=_sum(one.packets, other.packets),
        bytes=_sum(one.bytes, other.bytes),
        tcp_flags=None if one.tcp_flags is None else one.tcp_flags | (other.tcp_flags or 0),
        start=min(one.start, other.start),
        end=max(one.end, other.end),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
