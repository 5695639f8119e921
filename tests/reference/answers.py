"""The answers themselves: conversations, rows by a grouping, records, the summary, and how the numbers tie together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flowinsight.addresses import format_address
from flowinsight.question import Question
from tests.reference import covered, filters, initiator, network, observers, outcome
from tests.reference.observers import Conversation
from tests.reference.records import NO_PORT, Record, earliest, is_syn, latest, rejected, split, total

_ADDRESSES = {"client", "server", "through", "srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"}


@dataclass(frozen=True)
class Reference:
    """Everything that is true of a question over some rows."""

    rows: Sequence[Record]
    question: Question

    @cached_property
    def records(self) -> list[Record]:
        return split(self.rows)[0]

    @cached_property
    def seen(self) -> list[network.Seen]:
        return network.seen(self.records, self.question)

    @cached_property
    def span(self) -> tuple[int, int] | None:
        return covered.extent(self.rows, self.question.time)

    @cached_property
    def bins(self) -> covered.Bins:
        return covered.bins(self.rows, self.question, covered.bin_seconds(self.span))

    @cached_property
    def coverage(self) -> dict[str, int]:
        return covered.counted(self.bins, self.span, covered.bin_seconds(self.span))

    @cached_property
    def all_conversations(self) -> list[Conversation]:
        found = observers.gathered(initiator.decide(self.seen, split(self.rows)[1]))
        for one in found:
            observers.believe(one, self.seen, self.bins, covered.bin_seconds(self.span))
        return found

    @cached_property
    def conversations(self) -> list[Conversation]:
        """Those that a filter on client, server or service leaves."""
        return [one for one in self.all_conversations if _is_chosen(self.question, one)]

    def described(self, one: Conversation) -> dict[str, Any]:
        """A row of the conversations view, with numbers for addresses."""
        scope, client, server, port, protocol = one.key
        used = {id(record) for record in one.used}
        there = [record.record for record in one.to_server if id(record) in used]
        back = [record.record for record in one.to_client if id(record) in used]
        everything = [record.record for record in one.both]
        days = {place // 86400 for record in one.used if (place := record.record.get("start")) is not None}
        return {
            "scope": scope, "client": client, "server": server, "port": None if port == NO_PORT else port,
            "protocol": protocol,
            **{f"{name}_to_server": total(there, name) for name in ("bytes", "packets")},
            **{f"{name}_to_client": total(back, name) for name in ("bytes", "packets")},
            "records_to_server": len(there), "records_to_client": len(back),
            "connection_starts": sum(map(is_syn, there)),
            "first": earliest(there + back), "last": latest(there + back), "days_seen": len(days),
            "accepted_records": sum(record.get("action") == "ACCEPT" for record in everything),
            "rejected_records": sum(map(rejected, everything)),
            "outcome": self.outcome(one), "decided_by": one.evidence,
            "interfaces": one.observers, "observer": one.best,
            "through": min((record.through for record in one.both if record.through is not None), default=None),
            "reject_kinds": outcome.kinds(one),
        }  # fmt: skip

    def outcome(self, one: Conversation) -> str:
        width = covered.bin_seconds(self.span)
        visible = all(item.field in filters.BOTH_DIRECTIONS | {"action"} for item in self.question.filters)
        lost = observers.records_lost(one, self.bins, width)
        return outcome.outcome(one, records_lost=lost, replies_visible=visible)

    def conversation_rows(self) -> list[dict[str, Any]]:
        """Ordered by the first measure, both ways together, then by the key."""
        measure = self.question.measures[0]

        def order(one: Conversation) -> tuple[object, ...]:
            return (-len(one.used) if measure == "records" else -_sum(one.used, measure), *one.key)

        return [readable(self.described(one)) for one in sorted(self.conversations, key=order)]

    def grouped(self) -> list[dict[str, Any]]:
        """The rows of the question's grouping: conversations after duplicates are removed, or records as they are."""
        question = self.question
        places: dict[tuple[Any, ...], list[tuple[Record, object]]] = defaultdict(list)
        names = [*(name.replace("-", "_") for name in question.grouping), *(["bin"] if question.bin else [])]
        for values, record, conversation in self._countable():
            a_bin = _chart_bin(record, question.bin)
            key = tuple(a_bin if name == "bin" else values.get(name) for name in names)
            places[key].append((record, conversation))
        found = [
            dict(zip(names, key, strict=True)) | {m: _measure(m, members) for m in question.measures}
            for key, members in places.items()
        ]
        order = sorted(found, key=lambda row: (-row[question.measures[0]], *(_nulls_last(row[name]) for name in names)))
        return [readable(row) for row in order]

    def _countable(self) -> Iterable[tuple[Record, Record, object]]:
        if not self.question.by_conversation:
            yield from ((record, record, None) for record in self.matching)
            return
        for one in self.conversations:
            values = self.described(one) | {"service": None if one.key[3] == NO_PORT else one.key[3]}
            yield from ((values, record.record, one.key) for record in one.used)

    @cached_property
    def matching(self) -> list[Record]:
        """The records asked for, every copy; with a filter on conversations, those that belong to one that is left."""
        asked = [record for record in self.records if filters.asked(self.question, record)]
        if not self.question.conversation_filters:
            return asked
        known = network.known_networks(self.records)
        left = {pair for one in self.conversations for record in one.both for pair in _pair_of(record)}
        return [record for record in asked if _ends(record, network.scope(record, known)) in left]

    def summary(self) -> dict[str, Any]:
        """Counts over the matching records, before duplicates are removed."""
        found = self.matching
        protocols = sorted({record["protocol"] for record in found if record.get("protocol") is not None})
        of = {number: [record for record in found if record.get("protocol") == number] for number in protocols}
        return {
            "matched": len(found), "bytes": total(found, "bytes"), "packets": total(found, "packets"),
            "accept": sum(record.get("action") == "ACCEPT" for record in found),
            "reject": sum(map(rejected, found)),
            "first_start": earliest(found), "last_end": latest(found),
            "distinct_sources": len({record["srcaddr"] for record in found if record.get("srcaddr") is not None}),
            "protocol_records": {str(number): len(members) for number, members in of.items()},
            "protocol_bytes": {str(number): total(members, "bytes") for number, members in of.items()},
            "top_sources_by_bytes": _top(found, "srcaddr"), "top_destinations_by_bytes": _top(found, "dstaddr"),
        }  # fmt: skip

    def reconciliation(self) -> dict[str, int]:
        """Records = outside the filter + duplicates + outside legs + without endpoints + in conversations."""
        asked = [one for one in self.seen if one.asked]
        mine = [record for one in self.conversations for record in one.both]
        used = sum(len(one.used) for one in self.conversations)
        parts = {
            "duplicates": sum(record.copies for record in mine) - used,
            "nat_outside_legs": sum(one.copies for one in asked if one.outside_leg),
            "without_endpoints": sum(one.copies for one in asked if not one.outside_leg and not one.countable),
            "in_conversations": used,
        }
        outside = len(self.records) - sum(parts.values())
        return parts | {
            "records": len(self.records), "status_rows": len(self.rows) - len(self.records), "outside_filter": outside,
            "conversations": len(self.conversations),
        }  # fmt: skip


def _is_chosen(question: Question, one: Conversation) -> bool:
    _, client, server, port, protocol = one.key
    known = None if port == NO_PORT else port
    # A port that is not one can be asked for by no number: it is missing.
    return all(
        filters.conversation_matches(item, client, server, known, protocol) for item in question.conversation_filters
    )


def _sum(records: Iterable[network.Seen], measure: str) -> int:
    return 0 if measure == "conversations" else total((one.record for one in records), measure)


def _measure(measure: str, members: Sequence[tuple[Record, object]]) -> int:
    match measure:
        case "records":
            return len(members)
        case "conversations":
            return len({key for _, key in members})
        case _:
            return total((record for record, _ in members), measure)


def _chart_bin(record: Record, width: int | None) -> int | None:
    start: int | None = record.get("start")
    return None if width is None or start is None else start // width * width


def _nulls_last(value: object) -> tuple[bool, Any]:
    return value is None, 0 if value is None else value


def _pair_of(record: network.Seen) -> Iterable[tuple[object, ...]]:
    ends = (record.scope, record.record["protocol"])
    yield (*ends, record.sender, record.receiver)
    yield (*ends, record.receiver, record.sender)


def _ends(record: Record, scope: str) -> tuple[object, ...]:
    return scope, record.get("protocol"), network.endpoint(record, "src"), network.endpoint(record, "dst")


def _top(records: Sequence[Record], name: str) -> list[list[Any]]:
    sums = Counter[int]()
    for record in records:
        if record.get(name) is not None:
            sums[record[name]] += record.get("bytes") or 0
    best = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:10]
    return [[format_address(address), count] for address, count in best]


def readable(row: dict[str, Any]) -> dict[str, Any]:
    """Addresses as text."""
    return {
        name: format_address(value) if name in _ADDRESSES and isinstance(value, int) else value
        for name, value in row.items()
    }
