"""Records as flows: one direction between two exact endpoints, as one observer saw it; rolled up where there are too many."""

import numpy as np
import pyarrow as pa

from flowinsight import db
from flowinsight.addresses import MAPPED
from flowinsight.conversations.columns import from_arrow
from flowinsight.conversations.matched import LINE, NOT_A_PORT, Matched

_V4 = f"sender BETWEEN {MAPPED}::UHUGEINT AND {MAPPED + 2**32 - 1}::UHUGEINT"

_BATCH = 100_000

BUDGET = 2_000_000
"""Records that are told apart by both ports. Above it the port of the side that is served stands for several."""

SENDER_SERVES = """CASE
    WHEN protocol = 6 AND tcp_flags & 18 = 2 THEN false
    WHEN protocol = 6 AND tcp_flags & 18 = 18 THEN true
    WHEN action = 'REJECT' THEN false
    ELSE sender_port >= 0 AND sender_port < receiver_port END"""
"""The side that serves, by one record alone: SYN without ACK: the destination; SYN-ACK: the source; REJECT: the destination;
else the lower port, the destination where both are equal."""

# Payload is what 60 bytes of headers a packet leave over IPv4, 80 over IPv6: a lower bound, and only of what passed.
_PAYLOAD = f"""if(protocol = 6 AND action IS DISTINCT FROM 'REJECT',
    coalesce(payload, greatest(bytes - packets * (CASE WHEN {_V4} THEN 60 ELSE 80 END), 0)), 0)"""

SUMMED = f"""sum(stands_for)::BIGINT AS records, coalesce(sum(copies - 1), 0)::BIGINT AS copies,
  coalesce(sum(packets), 0)::BIGINT AS packets, coalesce(sum(bytes), 0)::BIGINT AS bytes,
  coalesce(sum({_PAYLOAD}), 0)::BIGINT AS payload, min(start) AS first, max("end") AS last"""

_SAID = "observer, through, outside_leg, asked, action, tcp_flags, flow_direction, reject_reason"

_AS_THEY_ARE = f"""
SELECT scope, protocol, sender, sender_port, receiver, receiver_port, {_SAID}, stands_for::BIGINT AS records,
  (copies - 1)::BIGINT AS copies, coalesce(packets, 0)::BIGINT AS packets, coalesce(bytes, 0)::BIGINT AS bytes,
  coalesce({_PAYLOAD}, 0)::BIGINT AS payload, start AS first, "end" AS last $line
FROM $matched
"""

# The other side's port stays where it is always the same.
_ROLLED = f"""
WITH sided AS (SELECT *, {SENDER_SERVES} AS sender_serves FROM $matched),
rolled AS (
  SELECT scope, protocol, sender, receiver, sender_serves,
    CASE WHEN sender_serves THEN sender_port ELSE receiver_port END AS served_port,
    min(CASE WHEN sender_serves THEN receiver_port ELSE sender_port END) AS lowest,
    max(CASE WHEN sender_serves THEN receiver_port ELSE sender_port END) AS highest,
    {_SAID}, start // $bin AS bin, $chart AS chart_bin, {SUMMED}
  FROM sided GROUP BY ALL),
named AS (SELECT *, CASE WHEN lowest = highest THEN lowest ELSE {NOT_A_PORT} END AS other_port FROM rolled)
SELECT scope, protocol, sender, CASE WHEN sender_serves THEN served_port ELSE other_port END AS sender_port,
  receiver, CASE WHEN sender_serves THEN other_port ELSE served_port END AS receiver_port, {_SAID},
  records, copies, packets, bytes, payload, first, last
FROM named
"""

_ADDRESSES = ("sender", "receiver", "through")
_LOW = 2**64 - 1
_HALVED = ", ".join(
    f"({end} >> 64)::UBIGINT AS {end}_hi, ({end} & {_LOW}::UHUGEINT)::UBIGINT AS {end}_lo" for end in _ADDRESSES
)
_BROUGHT = f"SELECT * EXCLUDE ({', '.join(_ADDRESSES)}), {_HALVED} FROM ($flows)"
_FLOWS = f"""
CREATE OR REPLACE TEMP VIEW flows AS
SELECT *, {", ".join(f"({end}_hi::UHUGEINT << 64) | {end}_lo::UHUGEINT AS {end}" for end in _ADDRESSES)} FROM brought_flows
"""


def sum_up(
    connection: db.Connection,
    matched: Matched,
    *,
    bin_seconds: int,
    chart_seconds: int | None,
    budget: int = BUDGET,
) -> pa.Table:
    """Bring the flows out of DuckDB, each address as its halves, and leave them there as the view `flows`.

    Columns: scope, protocol, sender, sender_port, receiver, receiver_port, observer, through, outside_leg, asked, action,
    tcp_flags, flow_direction, reject_reason; and records, copies, packets, bytes, payload, first, last.

    A flow is one record, or, of more records than `budget`, what agrees in the rest and in the bins of coverage and of the chart
    that `first` lies in: a client's several ports towards one service are NOT_A_PORT then.
    """
    table = _each(connection, matched, budget)
    if matched.may_repeat and (table.num_rows > budget or _repeat(table)):
        matched = matched.once(connection)
        table = _each(connection, matched, budget)
    if table.num_rows > budget:
        chart = "NULL::BIGINT" if chart_seconds is None else f"start // {int(chart_seconds)}"
        table = _brought(connection, matched, _ROLLED.replace("$bin", str(int(bin_seconds))).replace("$chart", chart))
    connection.register("brought_flows", table)
    connection.execute(_FLOWS)
    return table


def _each(connection: db.Connection, matched: Matched, budget: int) -> pa.Table:
    """Every record by itself, but not many more than `budget`."""
    line = f", {LINE} AS line" if matched.may_repeat else ""
    return _brought(connection, matched, _AS_THEY_ARE.replace("$line", line), budget)


def _repeat(table: pa.Table) -> bool:
    """Whether there may be equal lines."""
    lines = np.sort(from_arrow(table["line"]))
    return bool(np.any(lines[1:] == lines[:-1]))


def _brought(connection: db.Connection, matched: Matched, flows: str, most: int | None = None) -> pa.Table:
    """All flows, or more of them than `most`: a limit in SQL would take an eighth of the time."""
    sql = _BROUGHT.replace("$flows", flows).replace("$matched", matched.sql)
    found, rows = list[pa.RecordBatch](), 0
    with connection.sql(sql, params=list(matched.parameters)).to_arrow_reader(_BATCH) as reader:
        try:
            for batch in reader:
                found.append(batch)
                rows += batch.num_rows
                if most is not None and rows > most:
                    break
        except OSError as error:
            raise db.said(error) from error
        return pa.Table.from_batches(found, reader.schema)
