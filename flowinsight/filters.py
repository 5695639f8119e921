"""Filters as values: one condition on one field, and the values it may have. They know nothing of how they are applied."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, assert_never, get_args

from flowinsight import fields, iana
from flowinsight.addresses import Addresses
from flowinsight.errors import QuestionError

Op = Literal["is", "not"]

CONVERSATION_FILTERS = ("client", "server", "service")
PSEUDO_FIELDS = ("address", "port", "endpoint", *CONVERSATION_FILTERS)

HIGHEST = 2**62
"""No number of a question is above this: every engine can hold it."""


@dataclass(frozen=True)
class Ports:
    """Ports from `first` to `last`, over one protocol or, with None, over any."""

    first: int
    last: int
    protocol: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last <= 65535:
            raise QuestionError(f"{self} is not a port: ports go from 0 to 65535, lowest first.")

    @staticmethod
    def parse(text: str) -> "Ports":
        """`22`, `8000-8100`, `22/tcp`; ValueError otherwise."""
        numbers, _, name = text.partition("/")
        first, dash, last = numbers.partition("-")
        if not (first.isascii() and first.isdigit() and (not dash or (last.isascii() and last.isdigit()))):
            raise ValueError(f"{text} is not a port or a range of ports.")
        protocol = iana.protocol_number(name) if name else None
        if "/" in text and protocol is None:
            raise ValueError(f"{name} is not the name of a protocol.")
        return Ports(int(first), int(last) if dash else int(first), protocol)

    def __str__(self) -> str:
        numbers = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return numbers if self.protocol is None else f"{numbers}/{iana.protocol_name(self.protocol).lower()}"


@dataclass(frozen=True)
class Endpoint:
    """Addresses and ports on the same side of a record."""

    addresses: Addresses
    ports: Ports

    @staticmethod
    def parse(text: str) -> "Endpoint":
        """`10.0.3.7:5432`, `[2001:db8::1]:443`, `10.0.0.0/16:8000-8100/tcp`; ValueError otherwise."""
        if text.startswith("["):
            address, closing, ports = text[1:].partition("]:")
        else:
            address, closing, ports = text.rpartition(":")
        if not closing:
            raise ValueError(f"{text} is not an address with a port.")
        return Endpoint(Addresses.parse(address), Ports.parse(ports))

    def __str__(self) -> str:
        address = f"[{self.addresses.text}]" if ":" in self.addresses.text else self.addresses.text
        return f"{address}:{self.ports}"


Value = Addresses | Ports | Endpoint | int | str


def _parse_value(field: str, text: str) -> Value:
    match field:
        case "address" | "client":
            return Addresses.parse(text)
        case "port" | "service":
            return Ports.parse(text)
        case "endpoint":
            return Endpoint.parse(text)
        case "server":
            return Endpoint.parse(text) if text.startswith("[") or text.count(":") == 1 else Addresses.parse(text)
        case _:
            return _parse_record_value(fields.BY_TOKEN[field], text)


def _parse_record_value(field: fields.Field, text: str) -> Value:
    match field.kind:
        case "address":
            return Addresses.parse(text)
        case "number" | "epoch":
            number = iana.protocol_number(text) if field.token == "protocol" else None
            if number is None and not (text.isascii() and text.isdigit()):
                raise ValueError(f"{text} is not a whole number.")
            return int(text) if number is None else number
        case "text":
            return text.upper() if field.token == "action" else text
        case _:
            assert_never(field.kind)


@dataclass(frozen=True)
class Filter:
    """One condition. Its values are alternatives; `not` negates the whole. A field without a value never matches `is`.

    `field` is AWS's token, or one of the pseudo-fields: `address` (either side, as logged or inside the packet), `port`
    (either side), `endpoint` (address and port on one side), and `client`, `server`, `service` of a conversation.
    """

    field: str
    values: tuple[Value, ...]
    op: Op = "is"

    def __post_init__(self) -> None:
        if self.field not in PSEUDO_FIELDS and self.field not in fields.BY_TOKEN:
            raise QuestionError(f"{self.field} is not a field of a flow log record.")
        if self.op not in get_args(Op):
            raise QuestionError(f"A filter is or is not; {self.op} is neither.")
        if not self.values:
            raise QuestionError(f"The filter on {self.field} has no value.")
        for value in self.values:
            if not isinstance(value, _allowed_types(self.field)) or isinstance(value, bool):
                raise QuestionError(f"{value!r} is not a value of {self.field}.")
            if isinstance(value, int) and not 0 <= value <= HIGHEST:
                raise QuestionError(f"{value} is not a number that {self.field} can hold.")
            if isinstance(value, str) and (not value or '"' in value or any(map(str.isspace, value))):
                raise QuestionError(f"{value!r} cannot stand in a record: values there have no spaces or quotes.")

    @staticmethod
    def parse(field: str, texts: Iterable[str], op: Op = "is") -> "Filter":
        """A filter from what a person typed; QuestionError says which value is not one."""
        if field not in PSEUDO_FIELDS and field not in fields.BY_TOKEN:
            raise QuestionError(f"{field} is not a field of a flow log record.")
        try:
            return Filter(field, tuple(_parse_value(field, text) for text in texts), op)
        except QuestionError:
            raise
        except ValueError as error:
            raise QuestionError(f"Not a value of {field}: {error}") from error

    def negated(self) -> "Filter":
        return replace(self, op="is" if self.op == "not" else "not")


def _allowed_types(field: str) -> tuple[type, ...]:
    match field:
        case "address" | "client":
            return (Addresses,)
        case "server":
            return (Addresses, Endpoint)
        case "port" | "service":
            return (Ports,)
        case "endpoint":
            return (Endpoint,)
        case _:
            kind = fields.BY_TOKEN[field].kind
            return (Addresses,) if kind == "address" else (str,) if kind == "text" else (int,)


def value_text(value: Value) -> str:
    return value.text if isinstance(value, Addresses) else str(value)
