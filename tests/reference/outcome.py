"""What came of a conversation: a ladder from rejected to data; and the kinds of REJECT."""

from collections import Counter
from collections.abc import Iterable

from flowinsight import iana
from flowinsight.addresses import is_v4
from tests.reference.network import Seen, party
from tests.reference.observers import Conversation
from tests.reference.records import Record, flags, is_syn, is_syn_ack, rejected

KINDS = ("attempt", "mid_connection", "control", "reply_blocked", "unknown")


def payload(record: Record) -> int:
    """What is left of a TCP record's bytes after the usual headers: 60 bytes a packet over IPv4, 80 over IPv6. A lower bound."""
    source = party(record, "src")
    packets, size = record.get("packets"), record.get("bytes")
    if record.get("protocol") != iana.TCP or packets is None or size is None or source is None:
        return 0
    return max(int(size - packets * (60 if is_v4(source) else 80)), 0)


def is_reset(record: Record) -> bool:
    value = flags(record)
    return value is not None and value & 6 == 4


def _passed(seen: Iterable[Seen]) -> list[Record]:
    """Not rejected: accepted, or of a format that does not say."""
    return [one.record for one in seen if not rejected(one.record)]


def outcome(conversation: Conversation, *, records_lost: bool, replies_visible: bool) -> str:
    """All observers together: accepted at the source and rejected at the destination is one conversation, rejected."""
    everything = [one.record for one in conversation.both]
    replies = _passed(conversation.to_client)
    data = sum(payload(one) for one in everything if not rejected(one))
    if not replies and any(map(rejected, everything)):
        return "rejected"
    if not replies:
        return "reply not visible" if records_lost or not replies_visible else "no reply"
    if any(rejected(one.record) for one in conversation.to_client) and not data:
        return "rejected"
    if conversation.key[4] != iana.TCP:
        return "replied"
    if any(flags(one) is not None for one in everything):
        if all(map(is_reset, replies)):
            return "reset"
        return "data" if data else "handshake only"
    return "replied with data" if data else "replied"


def kinds(conversation: Conversation) -> dict[str, int]:
    """Rejected records by kind. Only an attempt counts against its sender."""
    answered = bool(_passed(conversation.to_server))
    found = Counter[str]()
    for one in conversation.both:
        if rejected(one.record):
            found[_kind(one.record, is_reply_to_accepted=answered and one in conversation.to_client)] += 1
    return {name: found[name] for name in KINDS}


def _kind(record: Record, *, is_reply_to_accepted: bool) -> str:
    if record.get("reject_reason") in {"BPA", "EC"}:
        return "control"
    if flags(record) is None:
        return "reply_blocked" if is_reply_to_accepted else "unknown"
    return "attempt" if is_syn(record) else "reply_blocked" if is_syn_ack(record) else "mid_connection"
