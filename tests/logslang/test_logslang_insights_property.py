"""The engine and the row-by-row evaluator must agree on random queries over random records.

More examples: LOGSLANG_EXAMPLES=2000.
"""

import json
import os

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from flowinsight.sandbox.logslang.insights import Discovery, parse_query, run
from tests.logslang import row_evaluator
from tests.logslang.row_records import DEFAULT, Record

EXAMPLES = int(os.environ.get("LOGSLANG_EXAMPLES", "60"))
DISCOVERY = Discovery((tuple(DEFAULT),))

ADDRESSES = [
    "10.0.0.5",
    "10.0.0.55",
    "172.31.9.69",
    "8.8.8.8",
    "-",
    "2001:db8::1",
    "fe80::1",
    "010.0.0.1",
    "::ffff:10.0.0.5",
]
NUMBERS = ["0", "1", "22", "80", "443", "007", "-", "-3", "4.25", "1e3", "12345678901"]
PLAIN = [
    "",
    "-",
    "a",
    "A10",
    "a9",
    "a10",
    "REJECT OK",
    "x=1, y=abc",
    "12",
    "caf\u00e9",
    "user=bob, method:GET",
    "[1",
    '"q"',
]
FLOW_NAMES = ["srcAddr", "dstAddr", "srcPort", "dstPort", "bytes", "packets", "action", "logStatus", "startTime"]
JSON_NAMES = ["n", "s", "o.k", "l.0", "l[1]", "t", "`odd-key`", "missing", "@logStream", "@message", "o"]

flows = st.builds(
    lambda a, b, n, act: f"2 1 eni-1 {a} {b} {n[0]} {n[1]} {n[2]} {n[3]} {n[4]} 1418530010 1418530070 {act}",
    st.sampled_from(ADDRESSES),
    st.sampled_from(ADDRESSES),
    st.lists(st.sampled_from(NUMBERS), min_size=5, max_size=5),
    st.sampled_from(["ACCEPT OK", "REJECT OK", "- NODATA"]),
)
scalars = st.one_of(
    st.sampled_from(PLAIN), st.integers(-5, 1000), st.booleans(), st.none(), st.sampled_from([0.5, 2.25])
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "n": scalars,
        "s": scalars,
        "o": st.fixed_dictionaries({"k": scalars}),
        "l": st.lists(scalars, max_size=3),
        "t": scalars,
        "odd-key": scalars,
    },
).map(lambda document: json.dumps(document, ensure_ascii=False))
records = st.lists(st.one_of(flows, flows, documents, st.sampled_from(PLAIN)), max_size=12).map(
    lambda messages: [
        Record("g", f"s{place % 2}", 1418530010000 + 77_777 * place, 1418530011000, message, f"p{place:02}")
        for place, message in enumerate(messages)
    ]
)
names = st.sampled_from(FLOW_NAMES + FLOW_NAMES + JSON_NAMES)
texts = st.sampled_from(['"REJECT"', "'a'", '"10.0.0.5"', '"22"', '"-"', '""', '"a b"', '"caf\u00e9"'])
numbers = st.sampled_from(["0", "1", "22", "80.5", "1e3", "100"])
numeric: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        names,
        numbers,
        st.builds("({} {} {})".format, numeric, st.sampled_from("+-*/%"), numeric),
        st.builds(
            "{}({})".format, st.sampled_from(["abs", "ceil", "floor", "sqrt", "strlen", "toNumber", "round"]), names
        ),
        st.builds("greatest({}, {})".format, names, names),
        st.just("toMillis(@timestamp)"),
    )
)
words: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        names,
        texts,
        st.builds("{}({})".format, st.sampled_from(["toupper", "tolower", "trim", "urlencode", "base64encode"]), names),
        st.builds("concat({}, {})".format, names, texts),
        st.builds("substr({}, {}, {})".format, names, st.integers(0, 3), st.integers(0, 4)),
        st.builds("replace({}, {}, {})".format, names, texts, texts),
        st.builds("coalesce({}, {})".format, names, texts),
        st.builds("if({}, {}, {})".format, conditions, texts, texts),
        st.builds("case({}, {}, {}, {}, {})".format, conditions, texts, conditions, texts, texts),
    )
)
patterns = st.sampled_from(['"EJ"', "/^1/", "/(?i)reject/", "/[0-9]+$/", "'.'", r"/\./", '"10.0"'])
networks = st.sampled_from(['"10.0.0.0/24"', '"172.16.0.0/12"', '"2001:db8::/32"', '"::/0"', '"0.0.0.0/0"'])
conditions: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.builds(
            "{} {} {}".format,
            names,
            st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
            st.one_of(names, numbers, texts),
        ),
        st.builds("{} {} {}".format, numeric, st.sampled_from(["=", "!=", "<", ">"]), numbers),
        st.builds("{} {} {}".format, words, st.sampled_from(["like", "not like", "=~"]), patterns),
        st.builds("{} {} [{}, {}]".format, names, st.sampled_from(["in", "not in"]), numbers, texts),
        st.builds(
            "{}({})".format,
            st.sampled_from(["ispresent", "isValidIp", "isValidIpV6", "isempty", "isblank", "isPrivateIP"]),
            names,
        ),
        st.builds(
            "{}({}, {})".format, st.sampled_from(["isIpInSubnet", "isIpv4InSubnet", "isIpv6InSubnet"]), names, networks
        ),
        st.builds("{}({}, {})".format, st.sampled_from(["strcontains", "startsWith", "endsWith"]), names, texts),
        st.builds("({} {} {})".format, conditions, st.sampled_from(["and", "or", "AND"]), conditions),
        st.builds("not ({})".format, conditions),
    )
)
expressions = st.one_of(names, numeric, words, conditions)
aliased = st.builds("{} as {}".format, expressions, st.sampled_from(["m1", "m2", "srcPort"]))
fields = st.lists(st.one_of(names, aliased), min_size=1, max_size=3).map(lambda parts: "fields " + ", ".join(parts))
filters = conditions.map("filter {}".format)
parses = st.sampled_from(
    [
        'parse @message "* * *" as p1, p2, p3',
        'parse "user=*, method:*" as p1, p2',
        "parse srcAddr /(?<p1>[0-9]+)\\.(?<p2>[0-9]+)/",
        "parse @message /(?<p1>[A-Z]+)$/",
        'parse s "a*" as p1',
    ]
)
unnests = st.sampled_from(["fields jsonParse(@message) as j | unnest j.l into e", "unnest srcAddr into e"])
raw = st.lists(st.one_of(fields, filters, filters, parses, unnests), max_size=3)
more_names = st.sampled_from([*FLOW_NAMES, *JSON_NAMES, "m1", "p1", "p2", "e", "@timestamp"])
aggregates = st.one_of(
    st.sampled_from(["count(*)", "count()"]),
    st.builds(
        "{}({})".format,
        st.sampled_from(["count", "countDistinct", "count_distinct", "sum", "avg", "min", "max"]),
        more_names,
    ),
    st.builds(
        "{}({})".format,
        st.sampled_from(["median", "stddev", "earliest", "latest", "sortsFirst", "sortsLast"]),
        more_names,
    ),
    st.builds("pct({}, {})".format, more_names, st.sampled_from(["50", "90", "99.9"])),
    st.builds("sum({})".format, numeric),
)
groups = st.one_of(
    st.sampled_from(["bin(5m)", "bin(1h)", "bin(300s)", "datefloor(@timestamp, 2m)", "bin(1w)"]), more_names, conditions
)
stats = st.builds(
    lambda found, by, again: (
        "stats "
        + ", ".join(f"{one} as a{place}" for place, one in enumerate(found))
        + (", a0 / 2 as half" if again and "Sorts" not in found[0] else "")
        + (" by " + ", ".join(f"{one} as g{place}" for place, one in enumerate(by)) if by else "")
    ),
    st.lists(aggregates, min_size=1, max_size=3),
    st.lists(groups, max_size=2),
    st.booleans(),
)
later = st.sampled_from(["", " | filter a0 > 1", " | stats sum(a0) as a0, count(*) as a1", " | fields a0 * 2 as twice"])
keys = st.sampled_from(["srcAddr", "bytes", "m1", "@message", "@timestamp", "s", "n"])
sorts = st.builds(
    lambda found: "sort " + ", ".join(found),
    st.lists(st.builds("{} {}".format, keys, st.sampled_from(["", "asc", "desc"])), min_size=1, max_size=2),
)
endings = st.sampled_from(
    ["", "limit 3", "dedup srcAddr", "dedup srcPort, action | limit 5", "display @timestamp, bytes"]
)
queries = st.one_of(
    st.builds(lambda first, sort, end: " | ".join([*first, sort, *([end] if end else [])]), raw, sorts, endings),
    st.builds(lambda first, end: " | ".join([*first, end or "limit 4"]), raw, endings),
    st.builds(
        lambda first, found, then, sort: " | ".join([*first, found]) + then + sort,
        raw,
        stats,
        later,
        st.sampled_from(["", " | sort a0 desc", " | sort g0 | limit 2", " | sort a0, g0 desc"]),
    ),
)


def answer(query: str, events: list[Record]) -> list[list[tuple[str, str]]]:
    with duckdb.connect(config={"disabled_optimizers": "type_pushdown"}) as connection:
        connection.execute(
            "CREATE TABLE events (log_group VARCHAR, log_stream VARCHAR, timestamp_ms BIGINT, ingestion_ms BIGINT, "
            "message VARCHAR, ptr VARCHAR)"
        )
        for event in events:
            connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", list(vars(event).values()))
        result = run(parse_query(query), connection, "events", discovery=DISCOVERY)
    return [list(row) for row in result.rows]


@settings(max_examples=EXAMPLES, deadline=None)
@given(queries, records)
def test_the_engine_and_the_row_by_row_evaluator_agree(query: str, events: list[Record]) -> None:
    assert answer(query, events) == row_evaluator.run(parse_query(query), events)
