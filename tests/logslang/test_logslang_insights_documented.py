"""AWS's sample queries for VPC flow logs over a few records, with answers worked out by hand; and the pages' examples."""

import json
from functools import cache

import duckdb
import pytest

from flowinsight.sandbox.logslang.insights import Discovery, Events, Moment, Result, parse_query, run

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


@cache
def connected(messages: tuple[str, ...], seconds: tuple[int, ...]) -> duckdb.DuckDBPyConnection:
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
    connection = connected(tuple(events), tuple(seconds))
    return run(parse_query(query), connection, "events", discovery=Discovery((DEFAULT,)), **options)  # type: ignore[arg-type]


def values(query: str, messages: list[str] | None = None) -> list[dict[str, str]]:
    rows = [dict(row) for row in ask(query, messages).rows]
    return [{name: value for name, value in row.items() if name != "@ptr"} for row in rows]


def test_the_top_packet_transfers_across_hosts() -> None:
    query = "stats sum(packets) as packetsTransferred by srcAddr, dstAddr\n    | sort packetsTransferred  desc\n    | limit 15"
    assert values(query) == [
        {"srcAddr": "192.0.2.10", "dstAddr": "198.51.100.1", "packetsTransferred": "30"},
        {"srcAddr": "192.0.2.99", "dstAddr": "198.51.100.2", "packetsTransferred": "5"},
        {"srcAddr": "203.0.113.7", "dstAddr": "192.0.2.10", "packetsTransferred": "1"},
        {"srcAddr": "-", "dstAddr": "-"},
    ]


def test_the_top_byte_transfers_for_hosts_on_a_subnet() -> None:
    query = """filter isIpv4InSubnet(srcAddr, "192.0.2.0/24")
    | stats sum(bytes) as bytesTransferred by dstAddr
    | sort bytesTransferred desc
    | limit 15"""
    assert values(query) == [
        {"dstAddr": "198.51.100.2", "bytesTransferred": "9000"},
        {"dstAddr": "198.51.100.1", "bytesTransferred": "5000"},
    ]


def test_the_addresses_that_use_udp() -> None:
    assert values("filter protocol=17 | stats count(*) by srcAddr") == [{"srcAddr": "192.0.2.99", "count(*)": "1"}]


def test_when_flow_records_were_skipped() -> None:
    query = 'filter logStatus="SKIPDATA"\n    | stats count(*) by bin(1h) as t\n    | sort t'
    assert values(query) == [{"t": "2014-12-14 06:00:00.000", "count(*)": "1"}]


def test_a_single_record_for_each_connection() -> None:
    query = """fields @timestamp, srcAddr, dstAddr, srcPort, dstPort, protocol, bytes
| filter {} = 'vpc-flow-logs' and interfaceId = 'eni-0123456789abcdef0'
| sort @timestamp desc
| dedup srcAddr, dstAddr, srcPort, dstPort, protocol
| limit 20"""
    found = values(query.format("@logStream"))
    assert [(row["@timestamp"], row["srcAddr"], row["bytes"]) for row in found] == [
        ("2014-12-14 05:07:00.000", "192.0.2.99", "9000"),
        ("2014-12-14 05:06:50.000", "192.0.2.10", "1000"),
    ]
    # The page writes logStream without @, which is no field of a flow log.
    assert values(query.format("logStream")) == []


def test_the_bytes_uploaded_through_a_nat_gateway() -> None:
    query = (
        "filter (dstAddr like '198.51.100.1' and srcAddr like '192.0.2.') | stats sum(bytes) as b by srcAddr, dstAddr"
    )
    assert values(query) == [{"srcAddr": "192.0.2.10", "dstAddr": "198.51.100.1", "b": "5000"}]


def test_records_by_interface_and_status() -> None:
    assert values("stats count(*) by interfaceId, logStatus") == [
        {"interfaceId": "eni-0123456789abcdef0", "logStatus": "OK", "count(*)": "3"},
        {"interfaceId": "eni-1235b8ca123456789", "logStatus": "NODATA", "count(*)": "1"},
        {"interfaceId": "eni-1235b8ca123456789", "logStatus": "OK", "count(*)": "1"},
        {"interfaceId": "eni-1235b8ca123456789", "logStatus": "SKIPDATA", "count(*)": "1"},
    ]


def test_the_interface_taken_out_of_a_record_by_a_named_group() -> None:
    query = "parse @message /(?<NetworkInterface>eni-.*?) / | display NetworkInterface, @message | limit 1"
    assert values(query) == [{"NetworkInterface": "eni-1235b8ca123456789", "@message": RECORDS[5]}]


def test_a_glob_takes_fields_out_and_leaves_other_messages_without_them() -> None:
    messages = ["user=ann, method:GET, latency := 12", "user=bob, method:GET, latency := 8", "nothing"]
    query = 'parse @message "user=*, method:*, latency := *" as @user,\n    @method, @latency | stats avg(@latency) by @method'
    assert values(query, messages) == [{}, {"@method": "GET", "avg(@latency)": "10"}]
    shown = values('fields @message | parse @message "user=*," as u', messages)
    assert shown[0] == {"@message": "nothing"}
    assert shown[1] == {"@message": messages[1], "u": "bob"}


def test_the_display_example_of_the_page() -> None:
    query = """fields @message
    | parse @message "* [*] *" as loggingTime, loggingType, loggingMessage
    | filter loggingType IN ["ERROR", "INFO"]
    | display loggingMessage, loggingType = "ERROR" as isError"""
    messages = ["10:00 [ERROR] it broke", "10:01 [DEBUG] x", "10:02 [INFO] all well"]
    assert values(query, messages) == [
        {"loggingMessage": "all well", "isError": "0"},
        {"loggingMessage": "it broke", "isError": "1"},
    ]


def test_unnest_makes_a_record_of_every_element() -> None:
    event = json.dumps({"events": [{"name": "exception"}, {"name": "user action"}]})
    query = "fields jsonParse(@message) as json_message\n| unnest json_message.events into event\n| display event.name"
    assert values(query, [event]) == [{"event.name": "exception"}, {"event.name": "user action"}]
    spans = json.dumps([{"accountId": "1", "droppedSpans": 2}, {"accountId": "1", "droppedSpans": 3}])
    query = """fields jsonParse(@message) as accounts | unnest accounts into account
    | stats sum(account.droppedSpans) as n by account.accountId"""
    assert values(query, [spans]) == [{"account.accountId": "1", "n": "5"}]


def test_lists_and_maps_are_read_by_position_and_name_and_are_no_value_otherwise() -> None:
    event = json.dumps({"users": [{"action": "Get"}, {"action": "PutData"}], "user.id": "123"})
    query = 'fields jsonParse(@message) as j | filter j.users[1].action = "PutData" and j.`user.id` = "123"'
    assert len(values(query, [event])) == 1
    assert values("fields jsonParse(@message) as j | display toupper(j)", [event]) == [{}]
    assert values('fields jsonParse(@message) as j | filter j = "x" or j != "x"', [event]) == []


def test_sorting_follows_the_example_of_the_page() -> None:
    order = [
        "!:",
        "#",
        "*%04",
        "0#",
        "5A",
        "111A",
        "2345_",
        "@",
        "@_",
        "A",
        "A9876fghj",
        "a12345hfh",
        "0",
        "01",
        "1",
        "2",
        "3",
    ]
    shuffled = sorted(order, key=lambda word: word[::-1])
    assert [row["@message"] for row in values("fields @message | sort @message asc", shuffled)] == order
    assert [row["@message"] for row in values("fields @message | sort @message desc", shuffled)] == order[::-1]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('ltrim("xyZxyfooxyZ","xyZ")', "fooxyZ"),
        ('rtrim("xyZfooxyxyZ","xyZ")', "xyZfoo"),
        ('trim("xyZxyfooxyxyZ","xyZ")', "foo"),
        ('substr("xyZfooxyZ",3, 3)', "foo"),
        ('replace("a smoke_test","smoke_test","Smoke")', "a Smoke"),
        ('regexReplace("a1b22", "[0-9]+", "#")', "a#b#"),
        ("2 ^ 3", "8"),
        ("10 % 3", "1"),
        ("7 / 2", "3.5"),
        ("1 / 0", None),
        ("1 / 3", "0.3333"),
        ('hexToAscii("48656c6c6f")', "Hello"),
        ('hexToDec("0xff")', "255"),
        ("decToHex(255)", "0xff"),
        ("decToHex(-255)", "-0xff"),
        ("decToHex(15.9)", "0xf"),
        ("toMillis(fromMillis(1642195111000))", "1642195111000"),
        ('parseDate("2022-01-14", "yyyy-MM-dd", "UTC")', "1642118400000"),
        ('parseDate("2022-01-14 01:00", "yyyy-MM-dd HH:mm", "Europe/Berlin")', "1642118400000"),
        ('parseDate("no date", "yyyy-MM-dd")', None),
        ('formatDate(fromMillis(1642195111000), "%Y-%m-%d %H", "Europe/Berlin")', "2022-01-14 22"),
        ("fromMillis(1642195111042)", "2022-01-14 21:18:31.042"),
        ("datefloor(fromMillis(1642195111042), 1mo)", "2022-01-01 00:00:00.000"),
        ("datefloor(fromMillis(1642195111042), 1q)", "2022-01-01 00:00:00.000"),
        ("dateceil(fromMillis(1642195111042), 2y)", "2024-01-01 00:00:00.000"),
        ("dateceil(fromMillis(1642195111042), 1h)", "2022-01-14 22:00:00.000"),
        ("datefloor(fromMillis(1642195111042), 1w)", "2022-01-10 00:00:00.000"),
        ("datefloor(fromMillis(1642195111042), 300s)", "2022-01-14 21:18:00.000"),
        ("datefloor(fromMillis(1642195111042), 48h)", "2022-01-14 00:00:00.000"),
        ("datefloor(fromMillis(1642195111042), 5m)", "2022-01-14 21:15:00.000"),
        ("now()", "1500"),
        ("queryStartTime()", "1000000"),
        ("queryTimeRange()", "500000"),
        ("round(2.567, 2)", "2.57"),
        ("round(2.5)", "3"),
        ("haversine(52.5, 13.4, 48.1, 11.6)", "505.643"),
        ('isIpInSubnet("2001:db8::5", "2001:db8::/32")', "1"),
        ('isIpInSubnet("::ffff:10.0.0.5", "::ffff:0:0/96")', "1"),
        ('isIpv4InSubnet("10.0.0.5", "10.0.0.0/8")', "1"),
        ('isIpv4InSubnet("110.0.0.5", "10.0.0.0/8")', "0"),
        ('isIpv6InSubnet("10.0.0.5", "10.0.0.0/8")', "0"),
        ('isPrivateIP("172.31.0.1")', "1"),
        ('isPrivateIP("172.32.0.1")', "0"),
        ('isPublicIP("8.8.8.8")', "1"),
        ('isPublicIP("10.1.1.1")', "0"),
        ('isReservedIP("127.0.0.1")', "1"),
        ('ipv4ToNumber("10.0.0.1")', "167772161"),
        ('jsonArraySize("[1, 2, 3]")', "3"),
        ('jsonArrayContains("[\\"admin\\", \\"dev\\"]", "admin")', "1"),
        ('jsonArrayContains("nonsense", "admin")', "0"),
        ('jsonStringify(jsonParse("{\\"a\\": [1]}"))', '{"a":[1]}'),
        ('split("a,b", ",")', '["a","b"]'),
        ('strcontains("Error", "error")', "0"),
        ('strcontains("Error", "error", true)', "1"),
        ('urldecode("a%20b")', "a b"),
        ('base64decode("aGk=")', "hi"),
        ('base64decode("?")', None),
        ("isempty(nothing)", "1"),
        ('isblank("  ")', "1"),
        ('messageSize("\u00e9")', "2"),
        ('strlen("\u00e9")', "1"),
        ("greatest(1, 5, 3)", "5"),
        ("case(1 = 2, 'a', 2 = 2, 'b', 'c')", "b"),
        ("case(1 = 2, 'a')", None),
        ("if(true, 'yes', 'no')", "yes"),
        ("isNumeric('1e3')", "1"),
        ("isNumeric('1_000')", "0"),
        ("toInt('12.9')", "12"),
    ],
)
def test_functions_return_what_their_page_says(expression: str, value: str | None) -> None:
    result = ask(f"fields {expression} as x", ["one"], moment=Moment(1_500_000, 1_000_000, 1_500_000))
    assert dict(result.rows[0]).get("x") == value


def test_a_stats_without_records_has_no_row() -> None:
    assert values("filter action = 'NONE' | stats count(*)") == []


def test_several_stats_see_only_the_outputs_of_the_one_before() -> None:
    query = "stats sum(bytes) as b by srcAddr, bin(1h) as @timestamp | stats max(b) as most, count(*) by bin(1d)"
    assert values(query) == [{"bin(1d)": "2014-12-14 00:00:00.000", "most": "9000", "count(*)": "5"}]
    assert values("stats sum(bytes) as b by srcAddr | stats sum(b) as s, sum(packets) as p") == [{"s": "14040"}]


def test_aliases_of_the_same_stats_can_be_used_in_it() -> None:
    assert values("stats max(bytes) as high, min(bytes) as low, high - low as spread") == [
        {"high": "9000", "low": "40", "spread": "8960"}
    ]


def test_fields_without_a_command_show_time_and_message_and_the_pointer_comes_last() -> None:
    result = ask("limit 1")
    assert [name for name, _ in result.rows[0]] == ["@timestamp", "@message", "@ptr"]
    assert result.to_json()[0][0] == {"field": "@timestamp", "value": "2014-12-14 06:07:10.000"}


def test_json_messages_have_their_fields_and_truth_is_one() -> None:
    message = json.dumps({"a": {"b": [1, 2.5]}, "x-y": "z", "flag": True, "none": None})
    found = values("fields a.b.0, a.b[1], `x-y`, flag, none, a, missing", [message])
    assert found == [{"a.b.0": "1", "a.b[1]": "2.5", "x-y": "z", "flag": "1"}]
    assert len(values("filter flag = true and flag = 1", [message])) == 1


def test_custom_formats_have_camel_case_names_and_the_window_is_named_by_the_caller() -> None:
    tokens = ("interface-id", "pkt-srcaddr", "flow-direction", "tcp-flags", "start", "end", "pkt-src-aws-service")
    connection = connected(("eni-1 10.0.0.1 ingress 2 100 160 S3",), (100,))
    query = parse_query(
        "fields interfaceId, pktSrcAddr, flowDirection, tcpFlags, start, end, pktSrcAwsService, startTime"
    )
    row = run(query, connection, "events", discovery=Discovery((DEFAULT, tokens), ("start", "end"))).rows[0]
    assert [value for _, value in row] == ["eni-1", "10.0.0.1", "ingress", "2", "100", "160", "S3", "p0"]


def test_statistics_count_what_was_scanned_and_what_matched() -> None:
    statistics = ask("filter action = 'ACCEPT' | stats count(*) by srcAddr | filter srcAddr like '99'").statistics
    assert statistics.records_scanned == 6
    assert statistics.records_matched == 3
    assert statistics.bytes_scanned == sum(map(len, RECORDS))
    assert statistics.result_count == 1
    assert statistics.to_json()["recordsMatched"] == 3.0
    assert ask("filter bytes > 100 | limit 1").statistics.records_matched == 3


def test_estimate_returns_the_bytes_and_scans_nothing() -> None:
    result = ask("fields @message | filter @message like /error/ | estimate")
    assert [value for row in result.rows for _, value in row] == [str(sum(map(len, RECORDS)))]
    assert result.statistics.bytes_scanned == 0


def test_the_limit_of_the_call_applies_only_without_a_limit_in_the_query() -> None:
    assert len(ask("fields @message", limit=2).rows) == 2
    assert len(ask("fields @message | limit 3", limit=2).rows) == 3
    assert len(ask("limit any 4").rows) == 4


def test_missing_values_pass_no_filter_whichever_way_it_is_turned() -> None:
    for condition in (
        "nothing = 'a'",
        "nothing != 'a'",
        "nothing not like 'a'",
        "not (nothing = 'a')",
        "nothing not in ['a']",
    ):
        assert values(f"filter {condition}") == []
    assert len(values("filter not ispresent(nothing)")) == 6


def test_a_text_is_neither_less_nor_more_than_a_number() -> None:
    assert len(values("filter bytes > 0")) == 4
    assert len(values("filter bytes < 1e12")) == 4
    assert len(values("filter not (bytes > 0)")) == 2
    assert len(values("filter bytes != 40")) == 5


def test_a_selection_of_records_carries_its_own_parameters() -> None:
    connection = connected(tuple(RECORDS), tuple(SECONDS))
    events = Events("SELECT * FROM events WHERE timestamp_ms >= $first", {"first": 1418537210000})
    result = run(parse_query("filter action = 'REJECT' | stats count(*) as n"), connection, events)
    assert result.statistics.records_scanned == 3
    assert result.rows == ()
    result = run(parse_query("stats count(*) as n"), connection, events)
    assert result.rows == ((("n", "3"),),)


def test_comments_sources_and_capitals_are_read() -> None:
    query = parse_query(
        "SOURCE logGroups(namePrefix: ['/aws/vpc', 'x']) # where\n| FIELDS @message # all | of it\n| LIMIT 2"
    )
    assert query.source is not None
    assert (query.source.kind, query.source.arguments) == ("logGroups", (("namePrefix", ("/aws/vpc", "x")),))
    assert len(query.commands) == 2
