"""Filters as conditions of Logs Insights QL, with the meaning that `conditions` gives them in SQL.

A comparison with a missing value, which a record writes as `-`, holds for no value; negated it holds always. The language
leaves open what becomes of a missing value under `not`, so a negation is written with `if`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from flowinsight.addresses import Addresses, Ranges, is_v4
from flowinsight.engines.insights import blocks, literals
from flowinsight.engines.insights.blocks import Piece
from flowinsight.engines.insights.columns import Columns
from flowinsight.filters import CONVERSATION_FILTERS, Endpoint, Filter, Ports, Value

TRUE, FALSE = "1 = 1", "1 = 0"

SOURCE_SIDE = ("srcaddr", "pkt-srcaddr", "srcport")
DESTINATION_SIDE = ("dstaddr", "pkt-dstaddr", "dstport")


def all_of(conditions: Iterable[str]) -> str:
    needed = [one for one in dict.fromkeys(conditions) if one != TRUE]
    return FALSE if FALSE in needed else _joined("and", needed) or TRUE


def any_of(conditions: Iterable[str]) -> str:
    possible = [one for one in dict.fromkeys(conditions) if one != FALSE]
    return TRUE if TRUE in possible else _joined("or", possible) or FALSE


def negated(condition: str) -> str:
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    return f"if({condition}, 0, 1) = 1"


def _joined(word: str, conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({f' {word} '.join(conditions)})" if conditions else ""


def matching(a_filter: Filter, columns: Columns) -> str:
    """The records a filter lets through. For a conversation field: every record that could belong to such a conversation."""
    if a_filter.field in CONVERSATION_FILTERS and a_filter.op == "not":
        return TRUE
    found = any_of(_value(a_filter.field, value, columns) for value in a_filter.values)
    return negated(found) if a_filter.op == "not" else found


def _value(field: str, value: Value, columns: Columns) -> str:
    match value:
        case Addresses():
            either = field in {"address", "client", "server"}
            tokens = (*SOURCE_SIDE[:2], *DESTINATION_SIDE[:2]) if either else (field,)
            return any_of(within(name, value.ranges) for name in columns.named(tokens))
        case Ports():
            return any_of(_port(side[2], value, columns) for side in (SOURCE_SIDE, DESTINATION_SIDE))
        case Endpoint():
            return any_of(_endpoint(side, value, columns) for side in (SOURCE_SIDE, DESTINATION_SIDE))
        case int():
            return any_of(f"{name} = {literals.number(value)}" for name in columns.named([field]))
        case str():
            return any_of(_is_word(name, value) for name in columns.named([field]))
        case _:
            assert_never(value)


def _is_word(name: str, value: str) -> str:
    """Texts that read as numbers are compared by value: a letter in front of both sides keeps them texts."""
    if value == "-":
        return FALSE
    if literals.reads_as_number(value):
        return f'concat("t", {name}) = {literals.word("t" + value)}'
    return f"{name} = {literals.word(value)}"


def _port(token: str, ports: Ports, columns: Columns) -> str:
    return any_of(
        all_of([_protocol(ports, columns), _between(name, ports.first, ports.last)]) for name in columns.named([token])
    )


def _protocol(ports: Ports, columns: Columns) -> str:
    if ports.protocol is None:
        return TRUE
    return any_of(f"{name} = {literals.number(ports.protocol)}" for name in columns.named(["protocol"]))


def _between(value: str, first: int, last: int) -> str:
    if first == last:
        return f"{value} = {literals.number(first)}"
    return f"({value} >= {literals.number(first)} and {value} <= {literals.number(last)})"


def _endpoint(side: tuple[str, str, str], endpoint: Endpoint, columns: Columns) -> str:
    network = any_of(within(name, endpoint.addresses.ranges) for name in columns.named(side[:2]))
    return all_of([network, _port(side[2], endpoint.ports, columns)])


def within(name: str, ranges: Ranges) -> str:
    """Whether an address lies in one of these ranges of 128-bit numbers."""
    single = [first for first, last in ranges if first == last and is_v4(first)]
    wider = tuple(one for one in ranges if one[0] not in single)
    return any_of(
        [*_whole(name, single), *_in_blocks(name, "V4", blocks.v4(wider)), *_in_blocks(name, "V6", blocks.v6(wider))]
    )


def _whole(name: str, addresses: Sequence[int]) -> Iterator[str]:
    """Whole IPv4 addresses as texts, so that an index can help. An IPv6 address has several spellings."""
    texts = [f'"{literals.v4(address)}"' for address in addresses]
    if texts:
        yield f"{name} = {texts[0]}" if len(texts) == 1 else f"{name} in [{', '.join(texts)}]"


def _in_blocks(name: str, version: str, pieces: Iterable[Piece]) -> Iterator[str]:
    for piece in pieces:
        all_addresses = piece.block.endswith("/0")
        found = (
            f"isValidIp{version}({name})"
            if all_addresses
            else f'isIp{version.lower()}InSubnet({name}, "{piece.block}")'
        )
        left_out = any_of(_in_blocks(name, version, piece.without))
        yield all_of([found, negated(left_out)])
