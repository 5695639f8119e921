"""Who and what leads: conversations counted by client, server, service, protocol and outcome, all from one statement."""

from collections.abc import Iterable, Sequence
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

_KEYS = ("client", "server", "port", "protocol", "outcome")

_SUMS = """count(*) AS conversations, count(DISTINCT client) AS clients, count(DISTINCT server) AS servers,
  count(DISTINCT port) AS ports,
  coalesce(sum(records_to_server + records_to_client), 0)::BIGINT AS records,
  coalesce(sum(accepted_records), 0)::BIGINT AS accepted, coalesce(sum(rejected_records), 0)::BIGINT AS rejected,
  coalesce(sum(bytes_to_server), 0)::BIGINT AS sent, coalesce(sum(bytes_to_client), 0)::BIGINT AS received,
  count(*) FILTER (outcome IN ('rejected', 'no reply')) AS unanswered,
  min(first) AS first, max(last) AS last"""

_CHOSEN = f"(SELECT * REPLACE (nullif(port, {NOT_A_PORT}) AS port) FROM chosen) chosen"

_ALL = f"""
SELECT * EXCLUDE (place) FROM (
  SELECT *, row_number() OVER (PARTITION BY list ORDER BY sent + received DESC, {", ".join(_KEYS)}) AS place FROM (
    SELECT grouping({", ".join(_KEYS)}) AS list, {", ".join(_KEYS)}, {_SUMS} FROM {_CHOSEN}
    GROUP BY GROUPING SETS ({", ".join(f"({', '.join(names)})" for names in BY.values())})))
WHERE place <= {TOP + 1} ORDER BY list, place
"""


def tops(connection: db.Connection) -> dict[str, tuple[dict[str, Any], ...]]:
    """The lists of BY from the table `chosen`, most bytes first, each with at most TOP rows and one row OTHER."""
    found = db.rows(connection, _ALL)
    return {name: _listed(connection, names, found) for name, names in BY.items()}


def _listed(
    connection: db.Connection, names: tuple[str, ...], found: Iterable[dict[str, Any]]
) -> tuple[dict[str, Any], ...]:
    left_out = set(_KEYS) - set(names)
    place = sum(1 << (len(_KEYS) - 1 - n) for n, key in enumerate(_KEYS) if key in left_out)
    rows = [
        readable({key: value for key, value in row.items() if key != "list" and key not in left_out})
        for row in found
        if row["list"] == place
    ]
    return tuple(rows) if len(rows) <= TOP else (*rows[:TOP], _other(connection, names))


def _other(connection: db.Connection, names: tuple[str, ...]) -> dict[str, Any]:
    """What is left after the first TOP rows, with distinct counts of its own: those of single rows do not add up."""
    keys = ", ".join(names)
    (row,) = db.rows(
        connection,
        f"""
        WITH first AS (
          SELECT {keys} FROM {_CHOSEN} GROUP BY {keys}
          ORDER BY sum(bytes_to_server + bytes_to_client) DESC, {keys} LIMIT {TOP})
        SELECT {_SUMS} FROM {_CHOSEN}
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
