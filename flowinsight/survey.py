"""What is known of a source as a whole: made when it is asked for the first time, read by every question."""

import threading
from typing import Any

from flowinsight import db, fields
from flowinsight.conditions import PLACES
from flowinsight.loaded import Loaded

EARLIEST = 1388534400
"""Times before 2014 are not when anything was logged: they count as records, and say nothing about coverage."""

LONGEST_WINDOW = 3600
"""A row that claims a longer window covers only this much of it: AWS aggregates over 60 or 600 seconds."""

WINDOWS = "logged_windows"
"""The table of what each interface wrote in each bin of WIDTH seconds (or wider, where a store kept it so), for every row of a
source: interface, the PLACES of its rows, bin, width, records, nodata, skipdata, accepted, rejected, first and newest start,
last end. It is counted when rows are read; every question reads it."""

WIDTH = 600

PLACE_COLUMNS = ", ".join(fields.BY_TOKEN[token].name for token in PLACES)

KNOWN_VPCS = "known_vpcs"
"""The table of interfaces whose VPC some record names: interface, vpc."""

_KNOW_VPCS = f"""
CREATE TABLE {KNOWN_VPCS} AS
SELECT interface_id AS interface, min(vpc_id) AS vpc FROM {db.RECORDS}
WHERE vpc_id IS NOT NULL AND interface_id IS NOT NULL GROUP BY 1
"""

SCOPE = "coalesce(vpc_id, known.vpc, tgw_id, account_id || '/' || region, account_id, 'unknown')"
"""A record's network: an address means nothing without it. An interface whose VPC another record names, in KNOWN_VPCS as
`known`, keeps that VPC."""

OBSERVER = "coalesce(interface_id, resource_id, tgw_attachment_id, '-')"
"""Who wrote a record."""

KNOWN_HOPS = "known_hops"
"""The table of addresses that stand in for others, a NAT gateway's among them, and whom they talked to for somebody else, as an
inside leg names both: scope, hop, peer."""

TELLS_HOPS = frozenset({"pkt-srcaddr", "pkt-dstaddr"})

_KNOW_HOPS = f"""
CREATE TABLE {KNOWN_HOPS} AS
WITH legs AS (
  SELECT {SCOPE} AS scope, srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr
  FROM {db.RECORDS} LEFT JOIN {KNOWN_VPCS} AS known ON known.interface = interface_id
  WHERE $told AND (pkt_srcaddr <> srcaddr OR pkt_dstaddr <> dstaddr))
SELECT scope, dstaddr AS hop, pkt_dstaddr AS peer FROM legs WHERE pkt_dstaddr <> dstaddr
UNION SELECT scope, srcaddr, pkt_srcaddr FROM legs WHERE pkt_srcaddr <> srcaddr
"""

NOT_A_PORT = -1
"""Stands in a key for a port that does not exist, is not in the format, or is one of several."""

_WITH_PORTS = "protocol IN (6, 17, 33, 132, 136)"

IDENTIFIED = "identified"
"""Records with their scope, observer, sender and receiver (who is really talking), sender_port and receiver_port: a view, or of
a small source a table, which takes a fraction of the time to plan a query over."""

_IDENTIFY = f"""
CREATE OR REPLACE $kind {IDENTIFIED} AS
SELECT r.*, {SCOPE} AS scope, {OBSERVER} AS observer,
  coalesce(pkt_srcaddr, srcaddr) AS sender, coalesce(pkt_dstaddr, dstaddr) AS receiver,
  CASE WHEN {_WITH_PORTS} THEN coalesce(srcport, {NOT_A_PORT}) ELSE {NOT_A_PORT} END AS sender_port,
  CASE WHEN {_WITH_PORTS} THEN coalesce(dstport, {NOT_A_PORT}) ELSE {NOT_A_PORT} END AS receiver_port
FROM {db.RECORDS} r LEFT JOIN {KNOWN_VPCS} AS known ON known.interface = interface_id
"""

KNOWN_LOSSES = "known_losses"
"""The table of when AWS lost records: observer, start, end of every SKIPDATA row."""

_KNOW_LOSSES = f"""
CREATE OR REPLACE TABLE {KNOWN_LOSSES} AS
SELECT DISTINCT {OBSERVER} AS observer, start, "end" FROM {db.ROWS}
WHERE $any AND status_row AND log_status = 'SKIPDATA'
"""

EXTREMES = "known_extremes"
"""The one row that `survey` returns; it is made last of all."""

_KNOW_EXTREMES = f"""
CREATE TABLE {EXTREMES} AS
SELECT min(first) AS oldest, max(newest) AS newest_start, max(last) AS newest, max(width) AS width,
  coalesce(sum(accepted), 0) > 0 AS accepted, coalesce(sum(rejected), 0) > 0 AS rejected FROM {WINDOWS}
"""

FEW = 100_000
"""Records of a small source. Its statements take one core less than it takes to share them out between several."""

_making = threading.Lock()


def survey(loaded: Loaded) -> dict[str, Any]:
    """Make what is known of a source where it is not there yet, and return the extremes of WINDOWS.

    oldest and newest_start (of starts), newest (of ends), width: None where a source holds nothing; accepted, rejected: whether
    any record is.
    """
    cursor = loaded.connection.cursor()
    try:
        return db.one(cursor, f"FROM {EXTREMES}")
    except db.Missing:
        with _making:
            _make(loaded, cursor)
    return db.one(cursor, f"FROM {EXTREMES}")


def _make(loaded: Loaded, cursor: db.Connection) -> None:
    there = {row["table_name"] for row in db.rows(cursor, "SELECT table_name FROM information_schema.tables")}
    if EXTREMES in there:
        return
    few = loaded.tally.records <= FEW
    if few:
        cursor.execute("SET threads = 1")
    if KNOWN_VPCS not in there:
        cursor.execute(_KNOW_VPCS)
    if KNOWN_HOPS not in there:
        cursor.execute(_KNOW_HOPS.replace("$told", str(bool(loaded.tokens & TELLS_HOPS)).lower()))
    lost = db.one(cursor, f"SELECT count(*) > 0 AS lost FROM {WINDOWS} WHERE skipdata > 0")["lost"]
    cursor.execute(_KNOW_LOSSES.replace("$any", str(bool(lost)).lower()))
    cursor.execute(_IDENTIFY.replace("$kind", "TABLE" if few else "VIEW"))
    cursor.execute(_KNOW_EXTREMES)
