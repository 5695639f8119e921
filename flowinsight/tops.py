"""Who and what leads: conversations counted by client, server, service, protocol and outcome."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flowinsight.chosen import Chosen, grouped

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

_KEYS = {"services": "service"}
_NAMED = {"services": (("port", "min"), ("protocol", "min"))}
"""Where several columns name what is counted: the one column that stands for them, and how they are read again."""

_DISTINCT = {"clients": ("server", "port"), "servers": ("client", "port"), "services": ("client", "server")}
"""Of what each list also counts the distinct ones: the fan-out that gives a scan away."""

_SUMS = ("records", "accepted", "rejected", "sent", "received", "unanswered")
_MEASURES = (*((name, "sum") for name in (*_SUMS, "bytes")), ("first", "min"), ("last", "max"))


def tops(chosen: Chosen) -> dict[str, tuple[dict[str, Any], ...]]:
    """The lists of BY, most bytes first, each with at most TOP rows and one row OTHER.

    Each row: what it is counted by, `conversations`, `records`, `accepted`, `rejected`, `sent`, `received`, `unanswered`,
    `first`, `last`, and of clients, servers and services how many distinct ones of the others (`clients`, `servers`, `ports`).
    """
    return {name: _listed(chosen, name) for name in BY}


def _listed(chosen: Chosen, name: str) -> tuple[dict[str, Any], ...]:
    key = _KEYS.get(name, BY[name][0])
    measures = (*_MEASURES, *((one, "count_distinct") for one in _DISTINCT.get(name, ())), *_NAMED.get(name, ()))
    first = most(chosen.counted(key, measures), key, TOP + 1).to_pylist()
    rows = [_row(chosen, name, key, row) for row in first[:TOP]]
    if len(first) > TOP:
        listed = pa.array([row[key] for row in first[:TOP]], chosen.table.schema.field(key).type)
        rest = chosen.table.filter(pc.invert(pc.is_in(chosen.table.column(key), value_set=listed)))
        (left,) = grouped(rest, [], measures).to_pylist()
        rows.append(_counts(name, left) | {BY[name][0]: OTHER})
    return tuple(rows)


def most(counted: pa.Table, key: str, limit: int) -> pa.Table:
    """The first rows by bytes, then by key."""
    return counted.sort_by([("bytes_sum", "descending"), (key, "ascending")]).slice(0, limit)


def _row(chosen: Chosen, name: str, key: str, found: dict[str, Any]) -> dict[str, Any]:
    match name:
        case "clients" | "servers":
            value = {key: chosen.address(found[key])}
        case "services":
            value = {"port": found["port_min"], "protocol": found["protocol_min"]}
        case _:
            value = {key: found[key]}
    return _counts(name, found) | value


def _counts(name: str, found: dict[str, Any]) -> dict[str, Any]:
    counts = {f"{one}s": found[f"{one}_count_distinct"] for one in _DISTINCT.get(name, ())}
    sums = {one: found[f"{one}_sum"] for one in _SUMS}
    return {
        **dict.fromkeys(BY[name]), **counts, "conversations": found["count_all"], **sums,
        "first": found["first_min"], "last": found["last_max"],
    }  # fmt: skip


def uses(chosen: Chosen) -> tuple[dict[str, Any], ...]:
    """The top USERS clients by the USED services with most conversations, a row each with conversations, distinct servers,
    bytes sent and received, and how many conversations were rejected.
    """
    services = chosen.counted("service", _NAMED["services"]).to_pylist()
    services.sort(
        key=lambda row: (-row["count_all"], -1 if row["port_min"] is None else row["port_min"], row["protocol_min"])
    )
    clients = most(chosen.counted("client", [("bytes", "sum")]), "client", USERS).column("client")
    of_service = pc.is_in(
        chosen.table.column("service"), pa.array([row["service"] for row in services[:USED]], pa.int64())
    )
    mine = chosen.where(pc.and_(of_service, pc.is_in(chosen.table.column("client"), clients)))
    sums = (("server", "count_distinct"), ("sent", "sum"), ("received", "sum"), ("refused", "sum"), *_NAMED["services"])
    found = grouped(mine.table, ["client", "service"], sums).sort_by(
        [("client", "ascending"), ("service", "ascending")]
    )
    return tuple(
        {
            "client": chosen.address(row["client"]), "port": row["port_min"], "protocol": row["protocol_min"],
            "conversations": row["count_all"], "servers": row["server_count_distinct"], "sent": row["sent_sum"],
            "received": row["received_sum"], "rejected": row["refused_sum"],
        }
        for row in found.to_pylist()
    )  # fmt: skip


def folded(rows: Sequence[dict[str, Any]], name: str, most: int = BARS) -> list[dict[str, Any]]:
    """The first rows, and one row OTHER with the sums of the rest: counts of distinct things do not add up and are left out."""
    rest = rows[most:]
    if len(rest) < 2:
        return list(rows)
    sums = {key: sum(row[key] for row in rest) for key in ("conversations", "records", "sent", "received")}
    return [*rows[:most], {**sums, name: OTHER, "protocol": None}]
