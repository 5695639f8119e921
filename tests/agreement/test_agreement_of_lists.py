"""What a page counts of its conversations is what plain Python counts of the same conversations, one by one."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import itemgetter
from typing import Any
from unittest.mock import patch

from hypothesis import given

from flowinsight import tops, views
from flowinsight.addresses import parse_address
from flowinsight.answerable import addresses_of
from flowinsight.chosen import bring
from flowinsight.conversations.outcome import OUTCOMES
from flowinsight.investigation import Investigation, investigate
from flowinsight.prepared import prepare
from flowinsight.question import Question
from tests.agreement.flow_logs import Delivered, delivered
from tests.agreement.questions import questions
from tests.agreement.test_agreement_with_reference import agreeing, load_logs

_Row = dict[str, Any]
_LAST = 2**16
_SHOWN = 2


def _key(name: str, row: _Row) -> Any:
    """What a list is counted by, in its order: addresses as numbers, a service without a port last."""
    match name:
        case "clients" | "servers":
            return parse_address(row[name[:-1]])
        case "services":
            return (_LAST if row["port"] is None else row["port"], row["protocol"])
        case "outcomes":
            return OUTCOMES.index(row["outcome"])
        case _:
            return row["protocol"]


def _counts(rows: list[_Row], distinct: Iterable[str]) -> _Row:
    starts = [row["first"] for row in rows if row["first"] is not None]
    ends = [row["last"] for row in rows if row["last"] is not None]
    return {
        **{f"{name}s": len({row[name] for row in rows} - {None}) for name in distinct},
        "conversations": len(rows),
        "records": sum(row["records_to_server"] + row["records_to_client"] for row in rows),
        "accepted": sum(row["accepted_records"] for row in rows),
        "rejected": sum(row["rejected_records"] for row in rows),
        "sent": sum(row["bytes_to_server"] for row in rows),
        "received": sum(row["bytes_to_client"] for row in rows),
        "unanswered": sum(row["outcome"] in {"rejected", "no reply"} for row in rows),
        "first": min(starts, default=None),
        "last": max(ends, default=None),
    }


def _groups(rows: Iterable[_Row], key: Callable[[_Row], Any]) -> dict[Any, list[_Row]]:
    found: dict[Any, list[_Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _bytes(rows: list[_Row]) -> int:
    return sum(row["bytes_to_server"] + row["bytes_to_client"] for row in rows)


def _listed(rows: list[_Row], name: str) -> list[_Row]:
    distinct = {"clients": ("server", "port"), "servers": ("client", "port"), "services": ("client", "server")}.get(
        name, ()
    )
    groups = _groups(rows, lambda row: _key(name, row))
    ordered = sorted(groups, key=lambda key: (-_bytes(groups[key]), key))
    by = tops.BY[name]
    told = [{**{one: groups[key][0][one] for one in by}, **_counts(groups[key], distinct)} for key in ordered[:_SHOWN]]
    rest = [row for key in ordered[_SHOWN:] for row in groups[key]]
    return [*told, {**dict.fromkeys(by), by[0]: tops.OTHER, **_counts(rest, distinct)}] if rest else told


def _uses(rows: list[_Row]) -> list[_Row]:
    clients = _groups(rows, lambda row: _key("clients", row))
    services = _groups(rows, lambda row: (-1 if row["port"] is None else row["port"], row["protocol"]))
    users = sorted(clients, key=lambda key: (-_bytes(clients[key]), key))[:_SHOWN]
    used = {
        id(row)
        for key in sorted(services, key=lambda key: (-len(services[key]), key))[:_SHOWN]
        for row in services[key]
    }
    mine = _groups(
        (row for key in users for row in clients[key] if id(row) in used),
        lambda row: (_key("clients", row), _key("services", row)),
    )
    return [
        {
            **{name: mine[key][0][name] for name in ("client", "port", "protocol")},
            "conversations": len(mine[key]),
            "servers": len({row["server"] for row in mine[key]}),
            "sent": sum(row["bytes_to_server"] for row in mine[key]),
            "received": sum(row["bytes_to_client"] for row in mine[key]),
            "rejected": sum(row["outcome"] == "rejected" for row in mine[key]),
        }
        for key in sorted(mine)
    ]


def _in_role(rows: list[_Row], name: str, question: Question) -> list[_Row]:
    addresses = addresses_of(question)
    return [
        row
        for row in rows
        if (row["decided_by"] == "unknown") is (name == "unknown")
        and (name == "unknown" or not addresses or any(parse_address(row[name]) in one for one in addresses))
    ]


def _same_roles(found: Investigation, rows: list[_Row]) -> None:
    for role in found.roles:
        mine = _in_role(rows, role.name, found.question)
        peer, own = ("server", "client") if role.name == "client" else ("client", "server")
        best = [max(OUTCOMES.index(row["outcome"]) for row in one) for one in _groups(mine, itemgetter(peer)).values()]
        assert role.outcomes == {OUTCOMES[rung]: best.count(rung) for rung in best}
        assert (role.conversations, role.peers, role.own) == (len(mine), len(best), len({row[own] for row in mine}))
        assert role.ports == tuple(sorted({row["port"] for row in mine} - {None}))
        counted = _counts(mine, ())
        assert (role.bytes, role.first, role.last) == (_bytes(mine), counted["first"], counted["last"])


@agreeing
@given(delivered(), questions())
def test_lists_uses_and_roles_are_what_the_conversations_add_up_to(logs: Delivered, question: Question) -> None:
    loaded = load_logs(logs)
    found = investigate(question, loaded)
    prepared = prepare(replace(question, dimensions=(), measures=("bytes",), limit=1_000_000), loaded)
    rows, chosen = list(views.conversations(prepared).rows), bring(prepared)
    with patch.multiple(tops, TOP=_SHOWN, USERS=_SHOWN, USED=_SHOWN):
        lists, uses = tops.tops(chosen), tops.uses(chosen)

    for name, listed in lists.items():
        assert list(listed) == _listed(rows, name)
    assert list(uses) == _uses(rows)
    assert found.scopes == tuple(sorted({row["scope"] for row in rows}))
    assert found.believed == {key: len(one) for key, one in _groups(rows, lambda row: row["observer"]).items()}
    assert [row["conversations"] for row in found.outcomes] == [
        sum(row["outcome"] == name for row in rows)
        for name in reversed(OUTCOMES)
        if any(row["outcome"] == name for row in rows)
    ]
    _same_roles(found, rows)
