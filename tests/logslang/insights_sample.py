"""A few flow log records, and asking them."""

import duckdb

from flowinsight.sandbox.logslang.insights import Discovery, Result, parse_query, run

DEFAULT = (
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets"),
    *("bytes", "start", "end", "action", "log-status"),
)
RECORDS = [
    "2 123456789010 eni-0123456789abcdef0 192.0.2.10 198.51.100.1 20641 443 6 20 4000 1418530010 1418530070 ACCEPT OK",
    "2 123456789010 eni-0123456789abcdef0 192.0.2.10 198.51.100.1 20641 443 6 10 1000 1418533610 1418533670 ACCEPT OK",
    "2 123456789010 eni-0123456789abcdef0 192.0.2.99 198.51.100.2 5353 53 17 5 9000 1418533620 1418533680 ACCEPT OK",
    "2 123456789010 eni-1235b8ca123456789 203.0.113.7 192.0.2.10 49761 3389 6 1 40 1418537210 1418537270 REJECT OK",
    "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1418537220 1418537280 - NODATA",
    "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1418537230 1418537290 - SKIPDATA",
]
SECONDS = [1418530010, 1418533610, 1418533620, 1418537210, 1418537220, 1418537230]


def connected(messages: list[str], seconds: list[int]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"disabled_optimizers": "type_pushdown"})
    connection.execute(
        "CREATE TABLE events (log_group VARCHAR, log_stream VARCHAR, timestamp_ms BIGINT, ingestion_ms BIGINT, "
        "message VARCHAR, ptr VARCHAR)"
    )
    for place, (message, second) in enumerate(zip(messages, seconds, strict=True)):
        row = ["123456789010:/aws/vpc", "vpc-flow-logs", second * 1000, second * 1000 + 90_000, message, f"p{place}"]
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", row)
    return connection


def ask(query: str, messages: list[str] | None = None, **options: object) -> Result:
    events = RECORDS if messages is None else messages
    seconds = SECONDS if messages is None else list(range(1418530010, 1418530010 + len(events)))
    with connected(events, seconds) as connection:
        return run(parse_query(query), connection, "events", discovery=Discovery((DEFAULT,)), **options)  # type: ignore[arg-type]


def values(query: str, messages: list[str] | None = None) -> list[dict[str, str]]:
    rows = [dict(row) for row in ask(query, messages).rows]
    return [{name: value for name, value in row.items() if name != "@ptr"} for row in rows]
