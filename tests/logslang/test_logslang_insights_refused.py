"""What cannot be executed is refused with its place; hostile text stays a value."""

import json
import random
from collections.abc import Iterator

import duckdb
import pytest

from flowinsight.sandbox.logslang.insights import Discovery, Events, MalformedQuery, parse_query, run, to_sql
from flowinsight.sandbox.logslang.insights.functions import AGGREGATE, SCALAR


@pytest.mark.parametrize(
    ("query", "start", "end", "words"),
    [
        ("", 0, 0, "ends too early"),
        ("fields", 6, 6, "ends too early"),
        ("fields a |", 10, 10, "ends too early"),
        ("fields a | frobnicate x", 11, 21, "no command frobnicate"),
        ("pattern @message", 0, 7, "not implemented"),
        ("fields nope(a)", 7, 14, "nope does not exist"),
        ("fields sum(a)", 7, 13, "may only stand in stats"),
        ("stats sum(sum(a))", 10, 16, "may only stand in stats"),
        ("stats count(*) by sum(a)", 18, 24, "may only stand in stats"),
        ("stats topk(a, 2)", 6, 16, "not implemented"),
        ("stats bytes", 6, 11, "must stand inside an aggregate"),
        ("stats pct(a, 200)", 13, 16, "from 0 to 100"),
        ("stats pct(a)", 6, 12, "takes 2 arguments, not 1"),
        ("fields coalesce()", 7, 17, "takes 1 or more arguments"),
        ("fields substr(a)", 7, 16, "takes 2 to 3 arguments"),
        ("fields *", 7, 8, "not expected"),
        ("fields abs(*)", 11, 12, "only stand in count"),
        ("fields a,,b", 9, 10, "not expected"),
        ("filter a like b", 14, 15, "not expected"),
        ("filter a = 'x", 11, 12, "not expected"),
        ("filter a like /(/", 14, 17, "cannot be read"),
        ("filter a like /(?=b)/", 14, 21, "cannot be read"),
        ("fields 5m", 7, 9, "only stand in bin"),
        ("stats count(*) by bin(5x)", 22, 24, "needs a period"),
        ("stats count(*) by bin(0m)", 22, 24, "needs a period"),
        ("limit 0", 6, 7, "from 1 to 100000"),
        ("limit 100001", 6, 12, "from 1 to 100000"),
        ("parse @message 'a*' as b, c", 15, 19, "1 asterisks and there are 2 names"),
        ("parse @message /a(b)/", 15, 21, "a name of its own"),
        ("parse @message /(?<b>a)(?<b>c)/", 15, 31, "a name of its own"),
        ("sort a | stats count(*)", 0, 6, "after the last stats"),
        ("limit 5 | stats count(*)", 0, 7, "after the last stats"),
        ("dedup a | sort b", 10, 16, "only be limit"),
        ("estimate | limit 1", 11, 18, "last command"),
        (" | ".join(["stats count(*) as n"] * 11), 220, 239, "at most 10 stats"),
        ("fields isIpInSubnet(a, '10.0.0.0/40')", 23, 36, "no network"),
        ("fields isIpInSubnet(a, b)", 23, 24, "between quotation marks"),
        ("fields formatDate(@timestamp, '%Q')", 30, 34, "cannot be used"),
        ("fields parseDate(a, 'qqq')", 20, 25, "does not know qqq"),
        ("fields parseDate(a, 'yyyy', 'Nowhere/Land')", 28, 42, "no time zone"),
        ("fields regexReplace(a, 'b', '\\\\9')", 28, 33, "replacement cannot be read"),
        ("stats earliest(a) as x | stats earliest(x)", 31, 42, "needs @timestamp"),
        ("fields a" + " " * 10_000, 10_000, 10_008, "at most 10000 characters"),
        ("filter " + "not " * 2000 + "a", 0, 8008, "nested too deeply"),
        ("fields " + "coalesce(" * 60 + "a" + ",b)" * 60, 0, 0, "nested too deeply"),
    ],
)
def test_a_query_that_cannot_be_executed_is_refused_where_it_is_wrong(
    query: str, start: int, end: int, words: str
) -> None:
    with pytest.raises(MalformedQuery) as refusal:
        parse_query(query)
    assert words in refusal.value.message
    if end or not query.startswith("fields coalesce("):
        assert (refusal.value.start, refusal.value.end) == (start, end)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"disabled_optimizers": "type_pushdown"})
    connection.execute(
        "CREATE TABLE events (log_group VARCHAR, log_stream VARCHAR, timestamp_ms BIGINT, ingestion_ms BIGINT, "
        "message VARCHAR, ptr VARCHAR)"
    )
    messages = [
        "12 a b",
        "x'); DROP TABLE events; --",
        json.dumps({'"; DROP TABLE events; --': 1, "a/b~c": {"$v0": 2}}),
    ]
    for place, message in enumerate(messages):
        connection.execute("INSERT INTO events VALUES ('g', 's', ?, 0, ?, ?)", [place, message, f"p{place}"])
    yield connection
    connection.close()


HOSTILE = [
    "'; DROP TABLE events; --",
    '") FROM events; DROP TABLE events; --',
    "$v0 $v1 {last} {0} %s ?",
    "\\",
    "\\'",
    "\0",
    "*/ /* -- #",
    "$$ $sep$",
    "\u2028\U0001f600",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_a_value_wherever_it_stands(text: str, connection: duckdb.DuckDBPyConnection) -> None:
    literal = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    name = "`" + text + "`"
    for query in (
        f"fields {literal} as x, concat({literal}, {literal}), replace(@message, {literal}, {literal})",
        f"filter @message like {literal} or @message = {literal} or {name} in [{literal}]",
        f"fields {name}, {name}.{name}, 1 as {name} | sort {name} | dedup {name}",
        f"stats count(*) as {name}, sum({name}) by {name} as {name}",
        f'parse @message {literal.replace("*", "")[:-1]}*" as {name}',
        f"fields jsonParse(@message) as j | unnest j.{name} into {name} | display {name}",
        f"fields isempty({name}), split(@message, {literal}), trim({literal}, {literal})",
    ):
        run(parse_query(query), connection, "events", discovery=Discovery(((text, "b", "c"),)))
    row = run(parse_query(f"fields {literal} as x | limit 1"), connection, "events").rows[0]
    assert dict(row)["x"] == text
    assert connection.execute("SELECT count(*) FROM events").fetchone() == (3,)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_query_enters_the_statement(text: str) -> None:
    plain = text.replace("*", "+")
    literal = '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
    compiled = to_sql(parse_query(f'filter `{plain}x` = {literal} | parse @message {literal[:-1]}*" as y'), "events")
    harmless = to_sql(parse_query('filter `harmless` = "harmless" | parse @message "harmless*" as y'), "events")
    assert compiled.rows.sql == harmless.rows.sql
    assert plain in compiled.rows.parameters.values()


def test_a_table_name_that_is_no_plain_name_is_refused() -> None:
    with pytest.raises(ValueError, match="plain name"):
        to_sql(parse_query("limit 1"), "events; DROP TABLE events")
    with pytest.raises(ValueError, match="plain name"):
        Events.table('"events"')


WORDS = (
    *("fields", "filter", "stats", "sort", "limit", "parse", "by", "as", "and", "not", "in", "like", "|", "|", "|"),
    *("a", "@message", "count(*)", "bin(5m)", "x", '"t"', "/r/", "1", "`q`", "sum(", "if("),
    *("(", ")", "[", "]", ",", "=", "-", "*"),
)


@pytest.mark.parametrize("seed", range(5))
def test_any_text_is_a_query_or_a_malformed_one_with_a_place_inside_it(seed: int) -> None:
    chance = random.Random(seed)
    refused = 0
    for _ in range(100):
        text = " ".join(chance.choices(WORDS, k=chance.randrange(14)))
        try:
            parse_query(text)
        except MalformedQuery as refusal:
            refused += 1
            assert 0 <= refusal.start <= refusal.end <= len(text)  # noqa: PT017, acceptance is as good an outcome
            assert refusal.message  # noqa: PT017
    assert refused > 50


EVERY_FUNCTION = sorted(SCALAR)


@pytest.mark.parametrize("function", EVERY_FUNCTION)
def test_every_function_runs_on_every_kind_of_value(function: str, connection: duckdb.DuckDBPyConnection) -> None:
    literals = {"isipinsubnet": "'10.0.0.0/8'", "isipv4insubnet": "'10.0.0.0/8'", "isipv6insubnet": "'::/0'"}
    literals |= {
        "formatdate": "'%Y'",
        "strftime": "'%Y'",
        "parsedate": "'yyyy'",
        "regexreplace": "'a', 'b'",
        "bin": "5m",
    }
    literals |= {"datefloor": "1h", "dateceil": "1mo"}
    for first in ("@message", "missing", "1e30", "-1.5", "true", "@timestamp", "jsonParse(@message)", "''"):
        least = SCALAR[function][0]
        rest = literals.get(function) or ", ".join(["@message"] * (least - 1))
        arguments = rest if function == "bin" else ", ".join(part for part in (first, rest) if part) if least else ""
        run(parse_query(f"fields {function}({arguments}) as x"), connection, "events")


@pytest.mark.parametrize("function", sorted(AGGREGATE))
def test_every_aggregate_runs_on_every_kind_of_value(function: str, connection: duckdb.DuckDBPyConnection) -> None:
    for value in ("@message", "missing", "1e30", "true", "@timestamp", "jsonParse(@message)"):
        arguments = f"{value}, 50" if function == "pct" else value
        run(parse_query(f"stats {function}({arguments}) as x by @message, @timestamp"), connection, "events")
