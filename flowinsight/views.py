"""The views of a prepared question: rows, records, conversations, coverage, summary. Each is a table, nothing more."""

from typing import Any

from flowinsight import coverage, db, fields, rollups
from flowinsight.addresses import format_address
from flowinsight.answer import Answer, limited
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.engines import duck
from flowinsight.loaded import Loaded
from flowinsight.prepared import Prepared, relation
from flowinsight.question import Question

_PORT = f"nullif(port, {NOT_A_PORT})"

_DIMENSIONS = {"client": "client", "server": "server", "service": _PORT, "protocol": "protocol", "outcome": "outcome"}

_MEASURES = {
    "bytes": "coalesce(sum(to_server_bytes + to_client_bytes), 0)::BIGINT",
    "packets": "coalesce(sum(to_server_packets + to_client_packets), 0)::BIGINT",
    "records": "coalesce(sum(to_server_records + to_client_records), 0)::BIGINT",
    "conversations": "count(DISTINCT number)",
}

_ORDERS = {
    "bytes": "bytes_to_server + bytes_to_client DESC, ",
    "packets": "packets_to_server + packets_to_client DESC, ",
    "records": "records_to_server + records_to_client DESC, ",
    "conversations": "",  # each counts one: the key alone orders them
}


def rows(prepared: Prepared) -> Answer:
    """Counted by the question's grouping: records as they are, or conversations after duplicates are removed."""
    question = prepared.question
    if not question.by_conversation:
        loaded = prepared.loaded
        asked, count = rollups.asked(loaded, question), rollups.count(loaded)
        statement = duck.compile_rows(question, relation(prepared), asked, count)
        return duck.run(statement, question, prepared.connection)
    keys = [f'{_DIMENSIONS[name]} AS "{name}"' for name in question.grouping]
    names = [f'"{name}"' for name in question.grouping]
    if question.bin is not None:
        keys.append("chart_bin AS bin")
        names.append("bin")
    measured = [f"{_MEASURES[measure]} AS {measure}" for measure in question.measures]
    order = ", ".join([f'"{question.measures[0]}" DESC', *(f"{name} ASC NULLS LAST" for name in names)])
    found = db.rows(
        prepared.connection,
        f"""
        SELECT {", ".join([*keys, *measured])}
        FROM parts JOIN (SELECT number, client, server, port, protocol, outcome FROM chosen) USING (number)
        WHERE used GROUP BY {", ".join(map(str, range(1, len(keys) + 1)))} ORDER BY {order} LIMIT {question.limit + 1}""",
    )
    return limited(question, prepared.statement, found, deduplicated=True)


def records(prepared: Prepared) -> Answer:
    """The records themselves, before duplicates are removed, newest first."""
    question = prepared.question
    rollups.every_record(prepared.loaded, "list records")
    statement = duck.compile_records(question, prepared.loaded.tokens, relation(prepared))
    return duck.run(statement, question, prepared.connection)


def conversations(prepared: Prepared) -> Answer:
    """One row for each conversation, ordered by the question's first measure, then by its key."""
    question = prepared.question
    found = db.rows(
        prepared.connection,
        f"""
        SELECT * EXCLUDE (number) REPLACE ({_PORT} AS port) FROM chosen
        ORDER BY {_ORDERS[question.measures[0]]}scope, client, server, chosen.port, protocol
        LIMIT {question.limit + 1}""",
    )
    return limited(question, prepared.statement, found, deduplicated=True)


def coverage_rows(prepared: Prepared) -> Answer:
    """Each interface and bin that wrote anything, with its status."""
    found = coverage.by_interface(prepared.connection, prepared.question.limit + 1)
    return limited(prepared.question, prepared.statement, found)


_SUMMARY = """
SELECT coalesce({count}, 0)::BIGINT AS matched, coalesce(sum(bytes), 0)::BIGINT AS bytes,
  coalesce(sum(packets), 0)::BIGINT AS packets,
  coalesce({count} FILTER (action = 'ACCEPT'), 0)::BIGINT AS accept,
  coalesce({count} FILTER (action = 'REJECT'), 0)::BIGINT AS reject,
  min(start) AS first_start, max("end") AS last_end, count(DISTINCT srcaddr) AS distinct_sources
FROM {relation} WHERE {condition}
"""

_TOP = """
SELECT {column} AS address, coalesce(sum(bytes), 0)::BIGINT AS bytes FROM {relation}
WHERE {condition} AND {column} IS NOT NULL GROUP BY ALL ORDER BY bytes DESC, address LIMIT 10
"""

_PROTOCOLS = """
SELECT protocol, {count}::BIGINT AS records, coalesce(sum(bytes), 0)::BIGINT AS bytes FROM {relation}
WHERE {condition} AND protocol IS NOT NULL GROUP BY ALL ORDER BY protocol
"""


def summary(question: Question, loaded: Loaded, prepared: Prepared | None = None) -> dict[str, Any]:
    """Counts of the source, and of the records that match, before duplicates are removed.

    lines, records, nodata, skipdata, skipped and unparsable are of the whole source; the rest is of the matching records.
    """
    records = relation(prepared) if prepared else db.RECORDS
    connection = prepared.connection if prepared else loaded.connection.cursor()
    rollups.check(loaded, question)
    condition, count = rollups.asked(loaded, question), rollups.count(loaded)

    def ask(template: str, column: str = "") -> list[dict[str, Any]]:
        sql = template.format(relation=records, condition=condition.sql, column=column, count=count)
        return db.rows(connection, sql, condition.parameters)

    protocols = ask(_PROTOCOLS)
    tally = loaded.tally
    return {
        "lines": tally.lines,
        "records": tally.records,
        "nodata": tally.nodata,
        "skipdata": tally.skipdata,
        "skipped": tally.skipped,
        "unparsable": tally.unparsable,
        **ask(_SUMMARY)[0],
        "protocol_records": {str(row["protocol"]): row["records"] for row in protocols},
        "protocol_bytes": {str(row["protocol"]): row["bytes"] for row in protocols},
        "top_sources_by_bytes": _pairs(ask(_TOP, fields.BY_TOKEN["srcaddr"].name)),
        "top_destinations_by_bytes": _pairs(ask(_TOP, fields.BY_TOKEN["dstaddr"].name)),
        "milliseconds_converted": tally.milliseconds,
        "status_with_traffic": tally.contradictory,
        "unparsable_reasons": {why: reason.count for why, reason in tally.reasons.items()},
        "problems": list(tally.problems),
        "deduplicated": loaded.rolled_by is not None and loaded.distinct,
    }


def _pairs(found: list[dict[str, Any]]) -> list[list[Any]]:
    return [[format_address(row["address"]), row["bytes"]] for row in found]
