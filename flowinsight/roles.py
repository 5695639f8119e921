"""What an address did, in words: as server, as client, and where who started cannot be told."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from flowinsight.answerable import addresses_of, ports_of
from flowinsight.chosen import Chosen
from flowinsight.conversations.grouping import NEVER
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.outcome import OUTCOMES
from flowinsight.question import Question

RoleName = Literal["server", "client", "unknown"]
EXCHANGED = ("data", "replied with data")


@dataclass(frozen=True)
class Role:
    """What the asked side did in one role. `outcomes` counts peers by the best that came of their conversations.

    `first` and `last` are Unix seconds, None when there is no conversation; `days` counts days of UTC.
    """

    name: RoleName
    asked: str
    by_address: bool
    conversations: int
    peers: int
    own: int
    ports: tuple[int, ...]
    outcomes: Mapping[str, int]
    bytes: int
    days: int
    first: int | None
    last: int | None

    @property
    def exchanged(self) -> int:
        return sum(self.outcomes.get(name, 0) for name in EXCHANGED)


def names(question: Question, chosen: Chosen) -> tuple[RoleName, ...]:
    """For an address: its three roles. For a port, or for everything: the servers' role, and what is unknown if there is any."""
    if addresses_of(question):
        return ("server", "client", "unknown")
    return ("server", "unknown") if chosen.columns["undecided"].any() else ("server",)


def roles(question: Question, chosen: Chosen) -> tuple[Role, ...]:
    """The roles of `names`."""
    return tuple(_role(question, _mine(question, chosen, name), name) for name in names(question, chosen))


def _mine(question: Question, chosen: Chosen, name: RoleName) -> Chosen:
    """The conversations in which the asked side has a role."""
    undecided, addresses = chosen.columns["undecided"] == 1, addresses_of(question)
    if name == "unknown":
        return chosen.where(undecided)
    return chosen.where(~undecided & chosen.among(name, addresses) if addresses else ~undecided)


def _role(question: Question, mine: Chosen, name: RoleName) -> Role:
    addresses, columns = addresses_of(question), mine.columns
    asked = ", ".join(item.text for item in addresses) or _ports(question)
    peer, own = ("server", "client") if name == "client" else ("client", "server")
    best = Counter(mine.by(peer).most("rung").tolist())
    ports = [port for port in mine.by("port").keys.tolist() if port != NOT_A_PORT]
    first, last = int(columns["first"].min(initial=NEVER)), int(columns["last"].max(initial=-NEVER))
    return Role(
        name, asked, bool(addresses), conversations=len(mine), peers=best.total(), own=len(mine.by(own).keys),
        ports=tuple(ports), outcomes={OUTCOMES[rung]: best[rung] for rung in sorted(best)},
        bytes=int(columns["sent"].sum() + columns["received"].sum()), days=mine.days,
        first=None if first == NEVER else first, last=None if last == -NEVER else last,
    )  # fmt: skip


def _ports(question: Question) -> str:
    ports = ports_of(question)
    return f"port{'' if len(ports) == 1 else 's'} {', '.join(map(str, ports))}" if ports else "every port"


def sentence(role: Role) -> str:
    """One sentence with its numbers, in UTC."""
    opening = {"server": "As server", "client": "As client", "unknown": "Role unknown"}[role.name]
    if not role.conversations:
        return f"{opening}: nothing." if role.by_address else f"{_capital(role.asked)}: nothing."
    if role.name == "unknown":
        return f"{opening}: {_count(role.conversations, 'conversation')} in which who started cannot be told. {_when(role)}"
    by_outcome = ", ".join(
        f"{role.outcomes[name]:,} {_OUTCOME_WORDS[name]}" for name in reversed(OUTCOMES) if name in role.outcomes
    )
    said = _said_of_address(role, opening) if role.by_address else _said_of_port(role)
    return f"{said}: {by_outcome}. {_when(role)}"


def _said_of_address(role: Role, opening: str) -> str:
    asked = role.asked if role.own == 1 else f"{_count(role.own, 'address')} of {role.asked}"
    peers = _count(role.peers, "client" if role.name == "server" else "server")
    verb = "used" if role.name == "client" else "was used by" if role.own == 1 else "were used by"
    return f"{opening}, {asked} {verb} {peers}{_on_ports(role)}"


def _said_of_port(role: Role) -> str:
    verb = "was" if role.asked.startswith(("port ", "every")) else "were"
    return f"{_capital(role.asked)} of {_count(role.own, 'server')} {verb} used by {_count(role.peers, 'client')}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_OUTCOME_WORDS = {
    "data": "exchanged data",
    "replied with data": "replied with data",
    "replied": "replied",
    "handshake only": "handshake only",
    "reset": "reset",
    "reply not visible": "reply not visible",
    "no reply": "no reply",
    "rejected": "rejected",
}


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 'es' if what.endswith('s') else 's'}"


def _on_ports(role: Role) -> str:
    if not role.ports:
        return ""
    shown = ", ".join(map(str, role.ports[:5]))
    more = f" and {len(role.ports) - 5:,} more" if len(role.ports) > 5 else ""
    return f" on {'port' if len(role.ports) == 1 else 'ports'} {shown}{more}"


def _when(role: Role) -> str:
    return f"On {_count(role.days, 'day')}, first {utc(role.first)}, last {utc(role.last)} UTC."


def utc(second: int | None) -> str:
    """A time as a person reads it, in UTC, to the second."""
    return "unknown" if second is None else datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")
