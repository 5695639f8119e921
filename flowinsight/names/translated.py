"""A question about what records do not hold, as one about the addresses that they do hold.

Records hold an interface's private addresses, never its public or elastic one; only some formats hold the id of an instance, and
none a name. Source: VPC User Guide, flow log records, `srcaddr` and `dstaddr`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flowinsight.addresses import Addresses
from flowinsight.errors import QuestionError
from flowinsight.filters import Endpoint, Filter, Value
from flowinsight.names.inventory import Interface, Inventory
from flowinsight.question import Question


@dataclass(frozen=True)
class Translated:
    """The question to ask, and what was changed: to what, and as of when."""

    question: Question
    said: tuple[str, ...]


def needed(question: Question, tokens: frozenset[str] | None = None) -> bool:
    """Whether a question names anything an inventory could translate; `tokens` are the fields of the records, where known."""
    return any(
        _by_id(one, tokens) or any(_public(value) is not None for value in one.values) for one in question.filters
    )


def translated(question: Question, inventory: Inventory, tokens: frozenset[str] | None = None) -> Translated:
    """The question about the addresses that records hold.

    A public address of the account's own stays beside the private one: the other end of a connection may have it so. Where two
    networks use the same private address, the interface is named too.
    """
    said: list[str] = []
    filters: list[Filter] = []
    for one in question.filters:
        filters += _by_ids(one, inventory, said) if _by_id(one, tokens) else _by_addresses(one, inventory, said)
    return Translated(replace(question, filters=tuple(filters)), tuple(dict.fromkeys(said)))


def addresses_named(name: str, inventory: Inventory) -> tuple[str, ...]:
    """The addresses of whatever has this Name tag, or is called so by AWS, whatever the case; none where nothing has."""
    found = [one for one in inventory.interfaces if (one.name or "").lower() == name.lower()]
    return _all_of(found)


def called(name: str, inventory: Inventory) -> str:
    """What a name stands for, in a sentence."""
    return f"{name} is {', '.join(addresses_named(name, inventory))} {as_of(inventory)}."


def as_of(inventory: Inventory) -> str:
    return f"as of {datetime.fromtimestamp(inventory.asked_at, UTC):%Y-%m-%d %H:%M} UTC"


def _by_id(one: Filter, tokens: frozenset[str] | None) -> bool:
    """Whether records lack the id that is asked for: an interface's is in most formats, an instance's in few."""
    if one.field == "interface-id":
        return tokens is not None and one.field not in tokens
    return one.field == "instance-id" and (tokens is None or one.field not in tokens)


def _by_ids(one: Filter, inventory: Inventory, said: list[str]) -> list[Filter]:
    found: list[Interface] = []
    for value in one.values:
        mine = [interface for interface in inventory.interfaces if value in {interface.id, interface.instance}]
        if not mine:
            raise QuestionError(
                f"{value} is not in this account and region {as_of(inventory)}, and these records hold no {one.field}: "
                "ask for its private address."
            )
        said.append(f"{value} is {', '.join(_all_of(mine))} ({mine[0].label}) {as_of(inventory)}.")
        found += mine
    return [Filter("address", tuple(map(Addresses.parse, _all_of(found))), one.op)]


def _all_of(interfaces: list[Interface]) -> tuple[str, ...]:
    addresses = [address for one in interfaces for address in (*one.addresses, *(public for _, public in one.public))]
    return tuple(dict.fromkeys(addresses))


def _public(value: Value) -> Addresses | None:
    """The one address of a value that may be a public one."""
    addresses = value.addresses if isinstance(value, Endpoint) else value
    if not isinstance(addresses, Addresses) or addresses.single is None:
        return None
    return addresses if addresses.single in Addresses.parse("internet") else None


def _by_addresses(one: Filter, inventory: Inventory, said: list[str]) -> list[Filter]:
    asked = {value.text for value in one.values if isinstance(value, Addresses)}
    values: list[Value] = []
    also: list[Filter] = []
    for value in one.values:
        inside = _private_of(_public(value), inventory)
        if inside is None or inside[0] in asked:
            values.append(value)
            continue
        address, interface = inside
        private = Addresses.parse(address)
        values += [Endpoint(private, value.ports) if isinstance(value, Endpoint) else private, value]
        said.append(_sentence(_public(value), address, interface, inventory))
        if len(inventory.at(address)) > 1:
            also.append(Filter("interface-id", (interface.id,)))
    if also and (one.op != "is" or len(one.values) > 1):
        raise QuestionError("An address of it is used in two networks: ask for one address at a time.")
    return [replace(one, values=tuple(dict.fromkeys(values))), *also]


def _private_of(address: Addresses | None, inventory: Inventory) -> tuple[str, Interface] | None:
    if address is None:
        return None
    found = [
        (private, interface)
        for interface in inventory.interfaces
        for private, public in interface.public
        if Addresses.parse(public).single == address.single
    ]
    return found[0] if found else None


def _sentence(asked: Addresses | None, private: str, interface: Interface, inventory: Inventory) -> str:
    assert asked is not None
    said = (
        f"{asked.text} is the public address of {private} ({interface.label}) {as_of(inventory)}; its own interface's records "
        "hold the private one, so both are asked for."
    )
    if len(inventory.at(private)) > 1:
        networks = ", ".join(sorted({one.vpc for one in inventory.at(private)}))
        return f"{said} {private} is used in {networks}: only records of {interface.id} are asked for."
    return said
