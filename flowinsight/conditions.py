"""Filters as conditions in DuckDB's SQL. Text is built from column names only; every value a person gave is bound."""

from dataclasses import dataclass
from typing import assert_never

from flowinsight import fields
from flowinsight.addresses import Addresses
from flowinsight.filters import CONVERSATION_FILTERS, Endpoint, Filter, Ports, Value
from flowinsight.question import Question, TimeRange

SOURCE_SIDE = ("srcaddr", "pkt_srcaddr", "srcport")
DESTINATION_SIDE = ("dstaddr", "pkt_dstaddr", "dstport")

PLACES = ("interface-id", "account-id", "vpc-id", "subnet-id", "instance-id", "region", "az-id", "resource-id")
"""Fields that say where a row was written. A status row has them too."""
_OF_BOTH_DIRECTIONS = frozenset({"address", "port", "endpoint", "protocol", *CONVERSATION_FILTERS, *PLACES})
"""Fields that let through both directions of a conversation, or neither."""


def of_both_directions(a_filter: Filter) -> bool:
    """Whether a filter lets through both directions of a conversation, or neither."""
    return a_filter.field in _OF_BOTH_DIRECTIONS


@dataclass(frozen=True)
class Condition:
    """A piece of SQL and the values of its placeholders in order.

    A comparison with a missing value is NULL, which counts as false: WHERE takes it so, and so do `negated` and `flag`.
    """

    sql: str
    parameters: tuple[object, ...] = ()

    def negated(self) -> "Condition":
        return Condition(f"NOT {self.flag}", self.parameters)

    @property
    def flag(self) -> str:
        """The condition as a value that is never NULL. Only where it is needed: WHERE can push a bare comparison to a scan."""
        return self.sql if self == TRUE else f"coalesce({self.sql}, false)"


TRUE = Condition("true")
_HALF = 2**64 - 1


def _joined(word: str, conditions: list[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    sql = f" {word} ".join(condition.sql for condition in conditions)
    return Condition(f"({sql})", tuple(value for condition in conditions for value in condition.parameters))


def all_of(*conditions: Condition) -> Condition:
    needed = [condition for condition in conditions if condition != TRUE]
    return _joined("AND", needed) if needed else TRUE


def any_of(*conditions: Condition) -> Condition:
    return TRUE if TRUE in conditions else _joined("OR", list(conditions))


def in_range(column: str, time: TimeRange) -> Condition:
    """Whether a time of a record lies in the range; a record without one only belongs to the range of everything."""
    conditions = []
    if time.start is not None:
        conditions.append(Condition(f'"{column}" >= ?', (time.start,)))
    if time.end is not None:
        conditions.append(Condition(f'"{column}" < ?', (time.end,)))
    return all_of(*conditions)


def matching(a_filter: Filter) -> Condition:
    """The records a filter lets through. For a conversation field: every record that could belong to such a conversation."""
    if a_filter.field in CONVERSATION_FILTERS and a_filter.op == "not":
        return TRUE
    found = any_of(*(_value(a_filter.field, value) for value in a_filter.values))
    return found.negated() if a_filter.op == "not" else found


def _value(field: str, value: Value) -> Condition:
    match value:
        case Addresses() if field in {"address", "client", "server"}:
            return any_of(*(_within(column, value) for side in (SOURCE_SIDE, DESTINATION_SIDE) for column in side[:2]))
        case Addresses():
            return _within(fields.BY_TOKEN[field].name, value)
        case Ports():
            return any_of(*(_port(side[2], value) for side in (SOURCE_SIDE, DESTINATION_SIDE)))
        case Endpoint():
            return any_of(*(_endpoint(side, value) for side in (SOURCE_SIDE, DESTINATION_SIDE)))
        case int() | str():
            return Condition(f'"{fields.BY_TOKEN[field].name}" = ?', (value,))
        case _:
            assert_never(value)


def _within(column: str, addresses: Addresses) -> Condition:
    """Whether an address of a record is among these, asked of its two halves so that a scan can be pruned."""
    return any_of(*(_halves(column, first, last) for first, last in addresses.ranges))


def _halves(column: str, first: int, last: int) -> Condition:
    """Numbers are bound as text and cast, because a placeholder for a Python integer holds 63 bits."""
    high, low = f"{column}_hi", f"{column}_lo"
    if first >> 64 == last >> 64:
        same_half = Condition(f"{high} = ?::UBIGINT", (str(first >> 64),))
        return all_of(same_half, _between(low, "UBIGINT", first & _HALF, last & _HALF))
    if first & _HALF == 0 and last & _HALF == _HALF:
        return _between(high, "UBIGINT", first >> 64, last >> 64)
    return _between(column, "UHUGEINT", first, last)


def _between(column: str, kind: str, first: int, last: int) -> Condition:
    if first == last:
        return Condition(f"{column} = ?::{kind}", (str(first),))
    return Condition(f"{column} BETWEEN ?::{kind} AND ?::{kind}", (str(first), str(last)))


def _port(column: str, ports: Ports) -> Condition:
    found = (
        Condition(f"{column} = ?", (ports.first,))
        if ports.first == ports.last
        else Condition(f"{column} BETWEEN ? AND ?", (ports.first, ports.last))
    )
    return found if ports.protocol is None else all_of(Condition("protocol = ?", (ports.protocol,)), found)


def _endpoint(side: tuple[str, str, str], endpoint: Endpoint) -> Condition:
    address, packet_address, port = side
    network = any_of(_within(address, endpoint.addresses), _within(packet_address, endpoint.addresses))
    return all_of(network, _port(port, endpoint.ports))


def asked(question: Question) -> Condition:
    """The records a question is about."""
    return all_of(in_range("start", question.time), *(matching(item) for item in question.filters))


def around(question: Question, *, margin: int) -> Condition:
    """The records that tell who started what a question is about: both directions, whatever became of them, and `margin`
    seconds more on both sides of the range. A rejected reply by itself would look like its sender's own attempt.
    """
    time = in_range("start", question.time.widened(margin))
    return all_of(time, *(matching(item) for item in question.filters if of_both_directions(item)))


def asked_of_around(question: Question) -> Condition:
    """Which of the records of `around` the question is about: what `around` does not ask of them already."""
    rest = (matching(item) for item in question.filters if not of_both_directions(item))
    return all_of(in_range("start", question.time), *rest)


def lets_replies_through(question: Question) -> bool:
    """Whether a reply to what the question is about would be among its records, if there was one and it was accepted."""
    return all(item.field in _OF_BOTH_DIRECTIONS | {"action"} for item in question.filters)


def finishing(a_filter: Filter) -> Condition:
    """A filter on client, server or service, exactly, over a table with those columns and `port` and `protocol`."""
    found = any_of(*(_of_conversation(a_filter.field, value) for value in a_filter.values))
    return found.negated() if a_filter.op == "not" else found


def _of_conversation(field: str, value: Value) -> Condition:
    match value:
        case Addresses():
            return _among(field, value)
        case Ports():
            return _port("port", value)
        case Endpoint():
            return all_of(_among("server", value.addresses), _port("port", value.ports))
        case _:
            raise ValueError(f"{value!r} is not a value of {field}.")


def _among(column: str, addresses: Addresses) -> Condition:
    return any_of(*(_between(column, "UHUGEINT", first, last) for first, last in addresses.ranges))
