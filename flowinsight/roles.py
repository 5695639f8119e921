"""What an address did, in words: as server, as client, and where who started cannot be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from flowinsight import conditions, db
from flowinsight.answerable import addresses_of, ports_of
from flowinsight.conditions import Condition
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.outcome import OUTCOMES
from flowinsight.filters import Filter
from flowinsight.prepared import Prepared
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


_LADDER = ", ".join(f"'{name}'" for name in OUTCOMES)

_ROLE = f"""
WITH mine AS (SELECT *, {{peer}} AS peer, {{own}} AS own FROM chosen WHERE $condition),
best AS (SELECT peer, max(list_position([{_LADDER}], outcome)) AS best FROM mine GROUP BY 1)
SELECT count(*) AS conversations, count(DISTINCT peer) AS peers, count(DISTINCT own) AS own,
  list_sort(list(DISTINCT port) FILTER (port <> {NOT_A_PORT})) AS ports,
  coalesce(sum(bytes_to_server + bytes_to_client), 0)::BIGINT AS bytes, min(first) AS first, max(last) AS last,
  (SELECT count(DISTINCT bin // 86400) FROM parts SEMI JOIN mine USING (scope, client, server, port, protocol)
   WHERE used) AS days,
  (SELECT map_from_entries(list((best, n))) FROM (SELECT best, count(*) AS n FROM best GROUP BY 1)) AS outcomes
FROM mine
"""


def roles(prepared: Prepared) -> tuple[Role, ...]:
    """For an address: its three roles. For a port, or for everything: the servers' role, and what is unknown if there is any."""
    addresses = addresses_of(prepared.question)
    asked = ", ".join(item.text for item in addresses) or _ports(prepared.question)
    if not addresses and not _any_unknown(prepared):
        return (_role(prepared, "server", asked, conditions.TRUE),)
    if not addresses:
        unknown = _role(prepared, "unknown", asked, conditions.TRUE)
        return (_role(prepared, "server", asked, conditions.TRUE), unknown)
    server = conditions.finishing(Filter("server", tuple(addresses)))
    client = conditions.finishing(Filter("client", tuple(addresses)))
    return (
        _role(prepared, "server", asked, server),
        _role(prepared, "client", asked, client),
        _role(prepared, "unknown", asked, conditions.TRUE),
    )


def _any_unknown(prepared: Prepared) -> bool:
    return bool(db.one(prepared.connection, "SELECT count(*) AS n FROM chosen WHERE decided_by = 'unknown'")["n"])


def _ports(question: Question) -> str:
    ports = ports_of(question)
    return f"port{'' if len(ports) == 1 else 's'} {', '.join(map(str, ports))}" if ports else "every port"


def _role(prepared: Prepared, name: RoleName, asked: str, mine: Condition) -> Role:
    decided = Condition("decided_by = 'unknown'" if name == "unknown" else "decided_by <> 'unknown'")
    condition = conditions.all_of(decided, mine)
    peer, own = ("server", "client") if name == "client" else ("client", "server")
    sql = _ROLE.format(peer=peer, own=own).replace("$condition", condition.sql)
    found = db.one(prepared.connection, sql, condition.parameters)
    outcomes = {OUTCOMES[int(place) - 1]: int(n) for place, n in (found.pop("outcomes") or {}).items()}
    ports = tuple(found.pop("ports") or ())
    return Role(name, asked, bool(addresses_of(prepared.question)), outcomes=outcomes, ports=ports, **found)


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
