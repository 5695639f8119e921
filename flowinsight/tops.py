"""Who and what leads: conversations counted by client, server, service, protocol and outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from flowinsight.chosen import SERVICE, Chosen, Groups, grouped
from flowinsight.conversations.columns import Numbers
from flowinsight.conversations.grouping import NEVER
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.outcome import OUTCOMES

TOP = 50
"""Rows of a list; the rest is folded into one row named OTHER, so that the list adds up."""
OTHER = "Other"

BARS = 10
"""Bars of a chart before the rest is folded into one."""

USERS, USED = 20, 10
"""Clients and services in the picture of who uses what."""

BY = {
    "clients": ("client",), "servers": ("server",), "services": ("port", "protocol"), "protocols": ("protocol",),
    "outcomes": ("outcome",),
}  # fmt: skip
"""The lists, and what each is counted by."""

_KEYS = {"clients": "client", "servers": "server", "services": "service", "protocols": "protocol", "outcomes": "rung"}
"""The column of conversations that stands for it."""

_DISTINCT = {"clients": ("server", "port"), "servers": ("client", "port"), "services": ("client", "server")}
"""Of what each list also counts the distinct ones: the fan-out that gives a scan away."""

_SUMS = ("records", "accepted", "rejected", "sent", "received")
_PORTS = 2**16
_UNANSWERED = (OUTCOMES.index("rejected"), OUTCOMES.index("no reply"))


def tops(chosen: Chosen) -> dict[str, tuple[dict[str, Any], ...]]:
    """The lists of BY, most bytes first, each with at most TOP rows and one row OTHER.

    Each row: what it is counted by, `conversations`, `records`, `accepted`, `rejected`, `sent`, `received`, `unanswered`,
    `first`, `last`, and of clients, servers and services how many distinct ones of the others (`clients`, `servers`, `ports`).
    """
    return {name: _listed(chosen, name) for name in BY}


def _listed(chosen: Chosen, name: str) -> tuple[dict[str, Any], ...]:
    key = _without_port_last(chosen.columns) if name == "services" else chosen.columns[_KEYS[name]]
    groups = grouped(chosen.columns, key)
    first = by_bytes(groups)[: TOP + 1]
    if len(first) <= TOP:
        return tuple(_rows(chosen, name, groups, first))
    rest = chosen.where(~np.isin(key, groups.keys[first[:TOP]]))
    (left,) = _counts(name, grouped(rest.columns, np.zeros(len(rest), dtype=np.int64)), np.zeros(1, dtype=np.int64))
    return (*_rows(chosen, name, groups, first[:TOP]), {**dict.fromkeys(BY[name]), **left, BY[name][0]: OTHER})


def by_bytes(groups: Groups) -> Numbers:
    """The places of groups, those of most bytes first, then by key."""
    return np.argsort(-(groups.sum("sent") + groups.sum("received")), kind="stable")


def _rows(chosen: Chosen, name: str, groups: Groups, places: Numbers) -> Iterator[dict[str, Any]]:
    for key, counts in zip(groups.keys[places].tolist(), _counts(name, groups, places), strict=True):
        match name:
            case "clients" | "servers":
                yield {BY[name][0]: chosen.address(key), **counts}
            case "services":
                yield {**service(key), **counts}
            case "outcomes":
                yield {"outcome": OUTCOMES[key], **counts}
            case _:
                yield {BY[name][0]: key, **counts}


def _counts(name: str, groups: Groups, places: Numbers) -> Iterator[dict[str, Any]]:
    """What is counted of the groups in these places."""
    measured = {f"{one}s": groups.distinct(one) for one in _DISTINCT.get(name, ())}
    measured |= {"conversations": groups.counts} | {one: groups.sum(one) for one in _SUMS}
    unanswered = {"unanswered": np.isin(groups.columns["rung"], _UNANSWERED).astype(np.int64)}
    measured["unanswered"] = replace(groups, columns=unanswered).sum("unanswered")
    measured |= {"first": groups.least("first"), "last": groups.most("last")}
    for row in zip(*(column[places].tolist() for column in measured.values()), strict=True):
        found = dict(zip(measured, row, strict=True))
        yield found | {edge: None for edge in ("first", "last") if abs(found[edge]) == NEVER}


def service(key: int) -> dict[str, int | None]:
    """The port, None where there is none, and the protocol of the column `service`."""
    port, protocol = divmod(key, SERVICE)
    return {"port": port if 0 <= port < _PORTS else None, "protocol": protocol}


def _without_port_last(columns: Mapping[str, Numbers]) -> Numbers:
    """The column `service`, in the order in which services are listed."""
    return np.where(columns["port"] == NOT_A_PORT, columns["service"] + (_PORTS + 1) * SERVICE, columns["service"])


def uses(chosen: Chosen) -> tuple[dict[str, Any], ...]:
    """The top USERS clients by the USED services with most conversations, a row each with conversations, distinct servers,
    bytes sent and received, and how many conversations were rejected.
    """
    clients, services = chosen.by("client"), chosen.by("service")
    top_clients = clients.keys[by_bytes(clients)[:USERS]]
    top_services = services.keys[np.argsort(-services.counts, kind="stable")[:USED]]
    columns = chosen.columns
    mine = chosen.where(np.isin(columns["client"], top_clients) & np.isin(columns["service"], top_services)).columns
    named, place = np.unique(_without_port_last(mine), return_inverse=True)
    groups = grouped(
        {**mine, "refused": (mine["rung"] == 0).astype(np.int64)}, mine["client"] * max(1, len(named)) + place
    )
    one_of_each = groups.one_of_each
    rows = zip(
        mine["client"][one_of_each].tolist(), mine["service"][one_of_each].tolist(), groups.counts.tolist(),
        groups.distinct("server").tolist(), *(groups.sum(name).tolist() for name in ("sent", "received", "refused")),
        strict=True,
    )  # fmt: skip
    counted = ("conversations", "servers", "sent", "received", "rejected")
    return tuple(
        {"client": chosen.address(client), **service(used), **dict(zip(counted, counts, strict=True))}
        for client, used, *counts in rows
    )


def folded(rows: Sequence[dict[str, Any]], name: str, most: int = BARS) -> list[dict[str, Any]]:
    """The first rows, and one row OTHER with the sums of the rest: counts of distinct things do not add up and are left out."""
    rest = rows[most:]
    if len(rest) < 2:
        return list(rows)
    sums = {key: sum(row[key] for row in rest) for key in ("conversations", "records", "sent", "received")}
    return [*rows[:most], {**sums, name: OTHER, "protocol": None}]
