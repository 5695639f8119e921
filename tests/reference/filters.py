"""Which records a question is about."""

from flowinsight import fields
from flowinsight.addresses import Addresses
from flowinsight.filters import CONVERSATION_FILTERS, Endpoint, Filter, Ports, Value
from flowinsight.question import Question
from tests.reference.records import Record, is_in

SIDES = (("srcaddr", "pkt_srcaddr", "srcport"), ("dstaddr", "pkt_dstaddr", "dstport"))
"""As logged, as it is inside the packet, and the port: first of the source, then of the destination."""

PLACES = {"interface-id", "account-id", "vpc-id", "subnet-id", "instance-id", "region", "az-id", "resource-id"}
BOTH_DIRECTIONS = {"address", "port", "endpoint", "protocol", *CONVERSATION_FILTERS, *PLACES}
"""Fields of a filter that lets through both directions of a conversation, or neither."""


def matches(a_filter: Filter, record: Record) -> bool:
    """A missing value never matches `is`, and therefore always passes `not`.

    Who is client, server and service is not known of a record: all that could belong to such a conversation match, and
    `conversation_matches` decides when it is known.
    """
    if a_filter.field in CONVERSATION_FILTERS and a_filter.op == "not":
        return True
    return any(_matches(a_filter.field, value, record) for value in a_filter.values) != (a_filter.op == "not")


def _matches(field: str, value: Value, record: Record) -> bool:
    match value:
        case Endpoint():
            return any(
                (_within(record.get(logged), value.addresses) or _within(record.get(packet), value.addresses))
                and _has_port(record.get(port), record, value.ports)
                for logged, packet, port in SIDES
            )
        case Ports():
            return any(_has_port(record.get(port), record, value) for _, _, port in SIDES)
        case Addresses() if field in {"address", "client", "server"}:
            return any(_within(record.get(name), value) for side in SIDES for name in side[:2])
        case Addresses():
            return _within(record.get(fields.BY_TOKEN[field].name), value)
        case _:
            return bool(record.get(fields.BY_TOKEN[field].name) == value)


def _within(address: int | None, addresses: Addresses) -> bool:
    return address is not None and address in addresses


def _has_port(port: int | None, record: Record, ports: Ports) -> bool:
    of_protocol = ports.protocol is None or record.get("protocol") == ports.protocol
    return port is not None and ports.first <= port <= ports.last and of_protocol


def asked(question: Question, record: Record) -> bool:
    """Whether a question is about a record."""
    return is_in(question.time, record) and all(matches(one, record) for one in question.filters)


def around(question: Question, record: Record, margin: int) -> bool:
    """Whether a record is read: both directions of what is asked for, and some time more on both sides, to tell who started."""
    wide = [one for one in question.filters if one.field in BOTH_DIRECTIONS]
    return is_in(question.time.widened(margin), record) and all(matches(one, record) for one in wide)


def conversation_matches(a_filter: Filter, client: int, server: int, port: int | None, protocol: int) -> bool:
    """A filter on client, server or service, of a conversation."""

    def found(value: Value) -> bool:
        record = {"protocol": protocol}
        match value:
            case Addresses():
                return (client if a_filter.field == "client" else server) in value
            case Ports():
                return _has_port(port, record, value)
            case Endpoint():
                return server in value.addresses and _has_port(port, record, value.ports)
            case _:
                raise AssertionError(value)

    return any(map(found, a_filter.values)) != (a_filter.op == "not")
