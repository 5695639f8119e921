"""Above the budget records are rolled up by the side that serves, as tests/reference tells it, and no record is lost."""

from collections import defaultdict
from typing import Any

from hypothesis import given

from flowinsight import conditions, db
from flowinsight.conversations import flows, matched
from flowinsight.question import Question
from flowinsight.survey import survey
from tests.agreement.flow_logs import Delivered, delivered
from tests.agreement.test_agreement_with_reference import agreeing, load_logs
from tests.reference import network
from tests.reference.network import Seen
from tests.reference.records import NO_PORT, earliest, latest, split, total
from tests.reference.rollup import serving_side

_KEY = "scope, observer, protocol, sender, receiver, action, tcp_flags, flow_direction, reject_reason, outside_leg"


def _told(rows: list[Seen]) -> list[tuple[Any, ...]]:
    groups: dict[tuple[Any, ...], list[Seen]] = defaultdict(list)
    for one in rows:
        record, served = one.record, serving_side(one.record)
        start = record.get("start")
        key = (
            one.scope, one.observer, record.get("protocol"), network.party(record, "src"), network.party(record, "dst"),
            record.get("action"), record.get("tcp_flags"), record.get("flow_direction"), record.get("reject_reason"),
            one.outside_leg, None if start is None else start // 600 * 600,
        )  # fmt: skip
        source, destination = _port(record, "srcport"), _port(record, "dstport")
        ends = (served, source if served == "source" else destination)
        groups[(*key, *ends, one.through)].append(one)
    return sorted((_row(key, members) for key, members in groups.items()), key=repr)


def _port(record: Any, name: str) -> int:
    has_ports = record.get("protocol") in {6, 17, 33, 132, 136}
    return record[name] if has_ports and record.get(name) is not None else NO_PORT


def _row(key: tuple[Any, ...], members: list[Seen]) -> tuple[Any, ...]:
    *said, served, port, _ = key
    other = {_port(one.record, "dstport" if served == "source" else "srcport") for one in members}
    theirs = other.pop() if len(other) == 1 else NO_PORT
    ports = (port, theirs) if served == "source" else (theirs, port)
    records = [one.record for one in members]
    copies = sum(one.copies - 1 for one in members)
    sums = (
        len(members),
        copies,
        total(records, "packets"),
        total(records, "bytes"),
        earliest(records),
        latest(records),
    )
    return (*said, *ports, *sums)


@agreeing
@given(delivered())
def test_records_rolled_up_by_the_side_that_serves_are_those_of_the_reference(logs: Delivered) -> None:
    loaded = load_logs(logs)
    survey(loaded)
    connection = loaded.connection.cursor()
    everything = matched.match(loaded, conditions.TRUE, conditions.TRUE)
    flows.sum_up(connection, everything, bin_seconds=600, chart_seconds=None, budget=0)
    found = db.rows(
        connection,
        f"SELECT {_KEY}, first // 600 * 600 AS bin, sender_port, receiver_port, records, copies, packets, bytes, "
        '"first", "last" FROM flows',
    )

    assert sorted((tuple(row.values()) for row in found), key=repr) == _told(
        network.seen(split(logs.rows)[0], Question())
    )
