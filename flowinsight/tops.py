"""Who and what leads: conversations counted by client, server, service, protocol and outcome."""

from collections.abc import Sequence
from typing import Any

from flowinsight import db
from flowinsight.answer import readable
from flowinsight.conversations.matched import NOT_A_PORT

TOP = 50
"""Rows of a list; the rest is folded into one row named OTHER, so that the list adds up."""
OTHER = "Other"

BARS = 10
"""Bars of a chart before the rest is folded into one."""

BY = {
    "clients": ("client",), "servers": ("server",), "services": ("port", "protocol"), "protocols": ("protocol",),
    "outcomes": ("outcome",),
}  # fmt: skip
"""The lists, and what each is counted by."""

_DISTINCT = {"clients": ("server", "port"), "servers": ("client", "port"), "services": ("client", "server")}
"""Of what each list also counts the distinct ones: the fan-out that gives a scan away."""

_SUMS = """count(*) AS conversations,
  coalesce(sum(records_to_server + records_to_client), 0)::BIGINT AS records,
  coalesce(sum(accepted_records), 0)::BIGINT AS accepted, coalesce(sum(rejected_records), 0)::BIGINT AS rejected,
  coalesce(sum(bytes_to_server), 0)::BIGINT AS sent, coalesce(sum(bytes_to_client), 0)::BIGINT AS received,
  count(*) FILTER (outcome IN ('rejected', 'no reply')) AS unanswered,
  min(first) AS first, max(last) AS last"""

_CHOSEN = f"(SELECT * REPLACE (nullif(port, {NOT_A_PORT}) AS port) FROM chosen) chosen"


def tops(connection: db.Connection) -> dict[str, tuple[dict[str, Any], ...]]:
    """The lists of BY from the table `chosen`, most bytes first, each with at most TOP rows and one row OTHER.

    A statement for each list: one for all of them, with GROUPING SETS, takes more than twice as long.
    """
    return {name: _listed(connection, name) for name in BY}


def _listed(connection: db.Connection, name: str) -> tuple[dict[str, Any], ...]:
    keys = ", ".join(BY[name])
    found = db.rows(
        connection,
        f"""
        SELECT {keys}, {_measures(name)} FROM {_CHOSEN} GROUP BY {keys}
        ORDER BY sent + received DESC, {keys} LIMIT {TOP + 1}""",
    )
    rows = [readable(row) for row in found]
    return tuple(rows) if len(rows) <= TOP else (*rows[:TOP], _other(connection, name))


def _measures(name: str) -> str:
    counted = (f"count(DISTINCT {one}) AS {one}s" for one in _DISTINCT.get(name, ()))
    return ", ".join([*counted, _SUMS])


def _other(connection: db.Connection, name: str) -> dict[str, Any]:
    """What is left after the first TOP rows, with distinct counts of its own: those of single rows do not add up."""
    names, keys = BY[name], ", ".join(BY[name])
    (row,) = db.rows(
        connection,
        f"""
        WITH first AS (
          SELECT {keys} FROM {_CHOSEN} GROUP BY {keys}
          ORDER BY sum(bytes_to_server + bytes_to_client) DESC, {keys} LIMIT {TOP})
        SELECT {_measures(name)} FROM {_CHOSEN}
        WHERE NOT EXISTS (FROM first WHERE {" AND ".join(f"first.{key} IS NOT DISTINCT FROM chosen.{key}" for key in names)})""",
    )
    return {**dict.fromkeys(names), **row, names[0]: OTHER}


def folded(rows: Sequence[dict[str, Any]], name: str, most: int = BARS) -> list[dict[str, Any]]:
    """The first rows, and one row OTHER with the sums of the rest: counts of distinct things do not add up and are left out."""
    rest = rows[most:]
    if len(rest) < 2:
        return list(rows)
    sums = {key: sum(row[key] for row in rest) for key in ("conversations", "records", "sent", "received")}
    return [*rows[:most], {**sums, name: OTHER, "protocol": None}]
