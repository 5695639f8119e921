"""The rules of the language that the pages say in words, and those chosen here, each by a small example."""

import json

from flowinsight.sandbox.logslang.insights import Discovery, Events, parse_query, run
from tests.logslang.insights_sample import DEFAULT, RECORDS, SECONDS, ask, connected, values


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
    query = parse_query(
        "fields interfaceId, pktSrcAddr, flowDirection, tcpFlags, start, end, pktSrcAwsService, startTime"
    )
    with connected(["eni-1 10.0.0.1 ingress 2 100 160 S3"], [100]) as connection:
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
    events = Events("SELECT * FROM events WHERE timestamp_ms >= $first", {"first": 1418537210000})
    with connected(RECORDS, SECONDS) as connection:
        rejected = run(parse_query("filter action = 'REJECT' | stats count(*) as n"), connection, events)
        everything = run(parse_query("stats count(*) as n"), connection, events)
    assert rejected.statistics.records_scanned == 3
    assert rejected.rows == ()  # without formats nothing is discovered
    assert everything.rows == ((("n", "3"),),)


def test_comments_sources_and_capitals_are_read() -> None:
    query = parse_query(
        "SOURCE logGroups(namePrefix: ['/aws/vpc', 'x']) # where\n| FIELDS @message # all | of it\n| LIMIT 2"
    )
    assert query.source is not None
    assert (query.source.kind, query.source.arguments) == ("logGroups", (("namePrefix", ("/aws/vpc", "x")),))
    assert len(query.commands) == 2
