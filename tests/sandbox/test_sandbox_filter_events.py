"""FilterLogEvents, TestMetricFilter and GetLogGroupFields over flow log records."""

from collections.abc import Callable
from typing import Any

import pytest

from flowinsight.sandbox import filter_events
from flowinsight.sandbox.events import Batch, EventStore, Selection
from flowinsight.sandbox.logslang.patterns import compile_pattern

NAMES = [
    "version",
    "account",
    "eni",
    "src",
    "dst",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "begin",
    "finish",
    "action",
    "status",
]


def columns(**conditions: str) -> str:
    return "[" + ", ".join(conditions.get(name, name) for name in NAMES) + "]"


def lines_of(now: int) -> list[tuple[int, str]]:
    base, lines = now - 1800, []
    for n in range(240):
        action, port = "REJECT" if n % 5 == 0 else "ACCEPT", (443, 22, 80, 3389)[n % 4]
        ends = f"10.0.{n % 3}.{n % 50} 172.31.9.{n % 7} {49000 + n} {port}"
        counts = f"{17 if n % 10 == 0 else 6} {1 + n % 20} {40 * (1 + n % 20)} {base + n * 5} {base + n * 5 + 59}"
        lines.append((base + n * 5, f"2 123456789010 eni-{'ab'[n % 2]} {ends} {counts} {action} OK"))
    quiet = "2 123456789010 eni-a - - - - - - - {} {} - NODATA"
    lines.extend((begin, quiet.format(begin, begin + 59)) for begin in range(base, base + 600, 60))
    return sorted(lines)


@pytest.fixture(scope="module")
def records(sandbox: Any) -> list[tuple[int, str]]:
    return lines_of(int(sandbox.control()["now"]))


@pytest.fixture(scope="module")
def group(client: Callable[..., Any], records: list[tuple[int, str]]) -> str:
    logs, name = client("logs"), "/filter/records"
    logs.create_log_group(logGroupName=name)
    for stream in ("eni-a", "eni-b"):
        logs.create_log_stream(logGroupName=name, logStreamName=f"{stream}-all")
        mine = [{"timestamp": time * 1000, "message": text} for time, text in records if f" {stream} " in text]
        logs.put_log_events(logGroupName=name, logStreamName=f"{stream}-all", logEvents=mine)
    return name


@pytest.fixture
def found(client: Callable[..., Any], group: str) -> Callable[..., list[str]]:
    """Return the messages of every page, in the order they came."""

    def collect(**given: Any) -> list[str]:
        pages = client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, **given)
        return [event["message"] for page in pages for event in page["events"]]

    return collect


PATTERNS: tuple[tuple[str, Callable[[list[str]], bool]], ...] = (
    ("REJECT", lambda w: w[12] == "REJECT"),
    ("?REJECT ?NODATA", lambda w: w[12] == "REJECT" or w[13] == "NODATA"),
    ('REJECT -" 443 "', lambda w: w[12] == "REJECT" and w[6] != "443"),
    ('"REJECT OK"', lambda w: w[12:] == ["REJECT", "OK"]),
    (columns(action="action=REJECT"), lambda w: w[12] == "REJECT"),
    (columns(dstport="dstport!=443"), lambda w: w[6] != "443"),
    (columns(bytes="bytes>=400"), lambda w: w[9].isdigit() and int(w[9]) >= 400),
    (columns(src="src=10.0.1.*"), lambda w: w[3].startswith("10.0.1.")),
    (
        columns(dstport="dstport=22 || dstport=3389", action="action=REJECT"),
        lambda w: w[6] in ("22", "3389") and w[12] == "REJECT",
    ),
    ("[..., action=REJECT, status]", lambda w: w[12] == "REJECT"),
    (columns(src="src=%10\\.0\\.[01]\\.%"), lambda w: w[3].startswith(("10.0.0.", "10.0.1."))),
    ('{ $.action = "REJECT" }', lambda _: False),
)


@pytest.mark.parametrize(("pattern", "wanted"), PATTERNS, ids=[pattern[:40] for pattern, _ in PATTERNS])
def test_a_pattern_finds_exactly_its_records(
    pattern: str, wanted: Callable[[list[str]], bool], found: Callable[..., list[str]], records: list[tuple[int, str]]
) -> None:
    assert sorted(found(filterPattern=pattern)) == sorted(text for _, text in records if wanted(text.split()))


def test_all_streams_come_in_time_order_whatever_interleaved_says(
    found: Callable[..., list[str]], records: list[tuple[int, str]]
) -> None:
    for given in ({}, {"interleaved": False}):
        starts = [next(time for time, text in records if text == message) for message in found(**given)]
        assert starts == sorted(starts)
        assert len(starts) == len(records)


def test_both_ends_of_the_time_range_are_inclusive_milliseconds(
    found: Callable[..., list[str]], records: list[tuple[int, str]]
) -> None:
    first = records[20][0] * 1000
    expected = [text for time, text in records if first <= time * 1000 <= first + 5000]
    assert sorted(found(startTime=first, endTime=first + 5000)) == sorted(expected)
    inside = [text for time, text in records if first < time * 1000 < first + 5000]
    assert sorted(found(startTime=first + 1, endTime=first + 4999)) == sorted(inside)


def test_streams_are_chosen_by_prefix_or_by_name(found: Callable[..., list[str]]) -> None:
    assert {text.split()[2] for text in found(logStreamNamePrefix="eni-b")} == {"eni-b"}
    assert {text.split()[2] for text in found(logStreamNames=["eni-a-all"])} == {"eni-a"}


def test_a_limit_gives_a_token_and_paging_misses_and_repeats_nothing(
    found: Callable[..., list[str]], client: Callable[..., Any], group: str
) -> None:
    page = client("logs").filter_log_events(logGroupName=group, limit=7)
    assert len(page["events"]) == 7
    assert page["searchedLogStreams"] == []
    assert set(page["events"][0]) == {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"}
    assert found(PaginationConfig={"PageSize": 7}) == found()


def test_newest_first_is_the_reverse(found: Callable[..., list[str]], refused: Callable[..., Any], now: int) -> None:
    since = (now - 86_400) * 1000
    assert found(startTime=since, startFromHead=False) == found(startTime=since)[::-1]
    refused("InvalidParameterException", found, startFromHead=False)


def test_pages_can_be_empty_and_still_go_on(
    client: Callable[..., Any], group: str, settings: Callable[..., Any], found: Callable[..., list[str]]
) -> None:
    expected = found(filterPattern="NODATA")
    settings(scan_events_per_page=5)
    pages = list(client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern="NODATA"))
    assert any(not page["events"] and "nextToken" in page for page in pages)
    assert [event["message"] for page in pages for event in page["events"]] == expected


def test_a_page_ends_after_so_many_messages_that_are_asked_one_by_one() -> None:
    store, last = EventStore(), filter_events.ASKED_EACH + 1
    handle, stream = store.new_handle(), store.new_handle()
    messages = [f"{number} end" for number in range(last + 1)]
    store.append(handle, Batch(0, [stream] * len(messages), range(len(messages)), messages))
    pattern = compile_pattern(f"[number > {last - 1}, end]")
    assert not pattern.to_sql().exact
    first = filter_events.read_page(store, Selection(handle), pattern, 10, None, 100_000)
    assert (first.events, first.resume) == ([], (last - 2, last - 2))
    second = filter_events.read_page(store, Selection(handle), pattern, 10, first.resume, 100_000)
    assert ([event.message for event in second.events], second.resume) == ([f"{last} end"], None)


def test_a_page_ends_before_one_megabyte(client: Callable[..., Any], unique: Callable[[str], str], now: int) -> None:
    logs, name = client("logs"), unique("/filter/large")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    for number in range(3):
        event = {"timestamp": now * 1000 + number, "message": "x" * 500_000}
        logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[event])
    pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=name))
    assert [len(page["events"]) for page in pages if page["events"]] == [2, 1]


def test_a_token_belongs_to_its_request_and_dies_after_a_day(
    client: Callable[..., Any], sandbox: Any, group: str, refused: Callable[..., Any]
) -> None:
    ask = client("logs").filter_log_events
    token = ask(logGroupName=group, limit=1)["nextToken"]
    refused("InvalidParameterException", ask, logGroupName=group, filterPattern="REJECT", nextToken=token)
    refused("InvalidParameterException", ask, logGroupName=group, nextToken="made-up")
    before = sandbox.control()["now"]
    sandbox.control("clock", {"advance": 86_401})
    try:
        refused("InvalidParameterException", ask, logGroupName=group, nextToken=token)
    finally:
        sandbox.control("clock", {"set": before})


def test_a_group_can_be_named_by_its_arn(
    found: Callable[..., list[str]], client: Callable[..., Any], group: str
) -> None:
    arn = f"arn:aws:logs:eu-central-1:111122223333:log-group:{group}"
    by_arn = client("logs").filter_log_events(logGroupIdentifier=arn)
    assert [event["message"] for event in by_arn["events"]] == found()


WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ResourceNotFoundException", {"logGroupName": "/none"}),
    ("InvalidParameterException", {}),
    ("InvalidParameterException", {"logGroupName": "/filter/records", "logGroupIdentifier": "/filter/records"}),
    ("InvalidParameterException", {"logGroupIdentifier": "arn:aws:logs:eu-central-1:111122223333:log-group:/x:*"}),
    ("InvalidParameterException", {"logGroupName": "/filter/records", "filterPattern": "[a, b"}),
    (
        "InvalidParameterException",
        {"logGroupName": "/filter/records", "logStreamNames": ["x"], "logStreamNamePrefix": "y"},
    ),
    ("ResourceNotFoundException", {"logGroupName": "/filter/records", "logStreamNames": ["x"]}),
    ("InvalidParameterException", {"logGroupName": "/filter/records", "limit": 10_001}),
)


@pytest.mark.parametrize(("code", "given"), WRONG)
def test_wrong_requests_are_refused(
    code: str, given: dict[str, Any], client: Callable[..., Any], refused: Callable[..., Any], group: str
) -> None:
    assert group == "/filter/records"
    refused(code, client("logs").filter_log_events, **given)


def test_the_infrequent_access_class_cannot_be_filtered(
    client: Callable[..., Any], unique: Callable[[str], str], refused: Callable[..., Any]
) -> None:
    name = unique("/filter/cheap")
    client("logs").create_log_group(logGroupName=name, logGroupClass="INFREQUENT_ACCESS")
    refused("InvalidParameterException", client("logs").filter_log_events, logGroupName=name)


def test_a_pattern_can_be_tried_on_messages_and_says_what_it_extracts(
    client: Callable[..., Any], records: list[tuple[int, str]], refused: Callable[..., Any]
) -> None:
    messages = [text for _, text in records[:20]]
    pattern = columns(action="action=REJECT")
    matches = client("logs").test_metric_filter(filterPattern=pattern, logEventMessages=messages)["matches"]
    assert [match["eventMessage"] for match in matches] == [text for text in messages if " REJECT " in text]
    assert {match["extractedValues"]["$action"] for match in matches} == {"REJECT"}
    assert [messages[match["eventNumber"] - 1] for match in matches] == [match["eventMessage"] for match in matches]
    too_many = {"filterPattern": pattern, "logEventMessages": ["x"] * 51}
    refused("InvalidParameterException", client("logs").test_metric_filter, **too_many)


def test_the_fields_of_flow_logs_are_discovered(
    client: Callable[..., Any], group: str, records: list[tuple[int, str]]
) -> None:
    middle = records[len(records) // 2][0]
    found = client("logs").get_log_group_fields(logGroupName=group, time=middle)["logGroupFields"]
    percents = {field["name"]: field["percent"] for field in found}
    assert percents["@message"] == 100
    assert percents["interfaceId"] == 100
    assert 90 <= percents["srcAddr"] < 100
