"""Logs Insights: queries as jobs over delivered records."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

GROUP = "/insights/records"
COUNT = "stats count(*) as n"


@pytest.fixture(scope="module")
def lines(sandbox: Any) -> list[tuple[int, str]]:
    base = int(sandbox.control()["now"]) + 10
    made = []
    for n in range(120):
        action, port = "REJECT" if n % 5 == 0 else "ACCEPT", (443, 22, 80, 3389)[n % 4]
        ends = f"10.0.{n % 3}.{n % 50} 172.31.9.{n % 7} {49000 + n} {port} 6 {1 + n % 20} {40 * (1 + n % 20)}"
        made.append((base + n, f"2 111122223333 eni-{'ab'[n % 2]} {ends} {base + n} {base + n + 59} {action} OK"))
    return made


@pytest.fixture(scope="module")
def group(client: Callable[..., Any], sandbox: Any, lines: list[tuple[int, str]]) -> str:
    logs = client("logs")
    logs.create_log_group(logGroupName=GROUP)
    sandbox.control("clock", {"advance": 300})
    for name in ("eni-a", "eni-b"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=f"{name}-all")
        mine = [{"timestamp": time * 1000, "message": text} for time, text in lines if f" {name} " in text]
        logs.put_log_events(logGroupName=GROUP, logStreamName=f"{name}-all", logEvents=mine)
    return GROUP


@pytest.fixture
def logs(client: Callable[..., Any]) -> Any:
    return client("logs")


@pytest.fixture
def started(logs: Any, group: str, lines: list[tuple[int, str]]) -> Callable[..., str]:
    """Start a query over all of the lines; return its id."""

    def start(text: str, **changes: Any) -> str:
        given = {
            "startTime": lines[0][0],
            "endTime": lines[-1][0],
            "queryString": text,
            "logGroupName": group,
            **changes,
        }
        given = {name: value for name, value in given.items() if value is not None}
        return str(logs.start_query(**given)["queryId"])

    return start


@pytest.fixture
def ended(logs: Any) -> Callable[[str], dict[str, Any]]:
    def wait(query_id: str) -> dict[str, Any]:
        for _ in range(200):
            answer: dict[str, Any] = logs.get_query_results(queryId=query_id)
            if answer["status"] not in ("Scheduled", "Running"):
                return answer
            time.sleep(0.05)
        raise AssertionError("the query did not end")

    return wait


def table(answer: dict[str, Any]) -> list[dict[str, str]]:
    return [{cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"} for row in answer["results"]]


def test_discovered_fields_can_be_counted_and_summed(
    started: Callable[..., str], ended: Callable[[str], dict[str, Any]], lines: list[tuple[int, str]]
) -> None:
    answer = ended(started('filter action = "REJECT" | stats count(*) as n, sum(bytes) as b by dstPort'))
    rejected = [text.split() for _, text in lines if " REJECT " in text]
    assert {row["dstPort"]: row["n"] for row in table(answer)} == {
        port: str(count) for port, count in Counter(words[6] for words in rejected).items()
    }
    assert sum(float(row["b"]) for row in table(answer)) == sum(int(words[9]) for words in rejected)
    statistics = answer["statistics"]
    assert (statistics["recordsScanned"], statistics["recordsMatched"]) == (len(lines), len(rejected))
    assert statistics["bytesScanned"] == sum(len(text) for _, text in lines)


def test_rows_carry_a_pointer_to_their_record(
    logs: Any, started: Callable[..., str], ended: Callable[[str], dict[str, Any]], refused: Callable[..., Any]
) -> None:
    answer = ended(started("fields @timestamp, @message | sort @timestamp desc | limit 20"))
    assert answer["status"] == "Complete"
    assert len(answer["results"]) == 20
    first = {cell["field"]: cell["value"] for cell in answer["results"][0]}
    record = logs.get_log_record(logRecordPointer=first["@ptr"])["logRecord"]
    assert record["@message"] == first["@message"]
    assert record["interfaceId"] == first["@message"].split()[2]
    refused("InvalidParameterException", logs.get_log_record, logRecordPointer="nowhere")


def test_both_ends_of_the_range_are_inclusive_seconds(
    started: Callable[..., str], ended: Callable[[str], dict[str, Any]], lines: list[tuple[int, str]]
) -> None:
    first = lines[30][0]
    answer = ended(started(COUNT, startTime=first, endTime=first + 2))
    assert table(answer) == [{"n": "3"}]


def test_events_from_before_the_groups_creation_are_not_seen(
    logs: Any,
    started: Callable[..., str],
    ended: Callable[[str], dict[str, Any]],
    unique: Callable[[str], str],
    settings: Callable[..., Any],
    now: int,
) -> None:
    name = unique("/insights/young")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    events = [{"timestamp": (now - 60) * 1000, "message": "before"}, {"timestamp": now * 1000, "message": "after"}]
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=events)
    assert len(logs.filter_log_events(logGroupName=name)["events"]) == 2
    answer = ended(started("fields @message", logGroupName=name, startTime=now - 3600, endTime=now))
    assert table(answer) == [{"@message": "after"}]
    settings(query_before_group=True)
    answer = ended(started("fields @message", logGroupName=name, startTime=now - 3600, endTime=now))
    assert len(table(answer)) == 2


def test_a_query_is_scheduled_then_running_with_some_rows_then_complete(
    logs: Any, started: Callable[..., str], settings: Callable[..., Any]
) -> None:
    settings(query_seconds=1.0)
    query = started("fields @message")
    seen: list[tuple[str, int]] = []
    while not seen or seen[-1][0] != "Complete":
        answer = logs.get_query_results(queryId=query)
        seen.append((answer["status"], len(answer["results"])))
        time.sleep(0.02)
    statuses = [status for status, _ in seen]
    assert list(dict.fromkeys(statuses)) == ["Scheduled", "Running", "Complete"]
    counts = [count for _, count in seen]
    assert counts == sorted(counts)
    assert {count for status, count in seen if status == "Scheduled"} == {0}
    assert any(0 < count < 120 for status, count in seen if status == "Running")
    assert counts[-1] == 120


def test_results_are_paged_and_a_token_belongs_to_its_query(
    logs: Any, started: Callable[..., str], ended: Callable[[str], dict[str, Any]], refused: Callable[..., Any]
) -> None:
    query = started("fields @message")
    assert len(ended(query)["results"]) == 120
    pages = [logs.get_query_results(queryId=query, maxItems=50)]
    while "nextToken" in pages[-1]:
        pages.append(logs.get_query_results(queryId=query, maxItems=50, nextToken=pages[-1]["nextToken"]))
    assert [len(page["results"]) for page in pages] == [50, 50, 20]
    other, token = started(COUNT), pages[0]["nextToken"]
    refused("InvalidParameterException", logs.get_query_results, queryId=other, nextToken=token)


def test_a_running_query_can_be_stopped_and_an_ended_one_not(
    logs: Any,
    started: Callable[..., str],
    ended: Callable[[str], dict[str, Any]],
    settings: Callable[..., Any],
    refused: Callable[..., Any],
) -> None:
    done = started(COUNT)
    assert ended(done)["status"] == "Complete"
    refused("InvalidParameterException", logs.stop_query, queryId=done)
    settings(query_seconds=60.0)
    running = started(COUNT)
    assert logs.stop_query(queryId=running)["success"] is True
    assert logs.get_query_results(queryId=running)["status"] == "Cancelled"


def test_queries_are_described_newest_first(
    logs: Any, started: Callable[..., str], ended: Callable[[str], dict[str, Any]]
) -> None:
    first, second = started(COUNT), started("fields @message | limit 1")
    ended(first)
    ended(second)
    found = logs.describe_queries(logGroupName=GROUP, status="Complete", maxResults=2)
    assert [query["queryId"] for query in found["queries"]] == [second, first]
    assert found["queries"][1]["queryString"] == COUNT


def test_what_cannot_be_compiled_says_where(started: Callable[..., str]) -> None:
    for text in ("stats count( by", "bogus 5", "fields @message | pattern @message", "filter nosuch(x)"):
        with pytest.raises(ClientError) as caught:
            started(text)
        answer: dict[str, Any] = caught.value.response
        assert answer["Error"]["Code"] == "MalformedQueryException"
        place = answer["queryCompileError"]["location"]
        assert 0 <= place["startCharOffset"] <= place["endCharOffset"] <= len(text)


def test_groups_can_be_named_in_four_ways_but_only_one_at_a_time(
    started: Callable[..., str], ended: Callable[[str], dict[str, Any]], refused: Callable[..., Any], group: str
) -> None:
    arn = f"arn:aws:logs:eu-central-1:111122223333:log-group:{group}"
    for way in ({"logGroupNames": [group]}, {"logGroupIdentifiers": [arn]}):
        assert table(ended(started(COUNT, logGroupName=None, **way))) == [{"n": "120"}]
    source = f"SOURCE logGroups(namePrefix: ['{group}']) | {COUNT}"
    assert table(ended(started(source, logGroupName=None))) == [{"n": "120"}]
    refused("InvalidParameterException", started, text=COUNT, logGroupNames=[group])
    refused("InvalidParameterException", started, text=COUNT, logGroupName=None)
    refused("ResourceNotFoundException", started, text=COUNT, logGroupName="/none")


@pytest.mark.parametrize(
    "changes", [{"limit": 100_001}, {"startTime": 10, "endTime": 5}, {"queryLanguage": "SQL"}], ids=str
)
def test_wrong_parameters_are_refused(
    changes: dict[str, Any], started: Callable[..., str], refused: Callable[..., Any]
) -> None:
    refused("InvalidParameterException", started, text=COUNT, **changes)


def test_an_unknown_query_and_one_too_many_are_refused(
    logs: Any, started: Callable[..., str], settings: Callable[..., Any], refused: Callable[..., Any]
) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"
    refused("ResourceNotFoundException", logs.get_query_results, queryId=unknown)
    settings(query_seconds=60.0)
    running = [started(COUNT) for _ in range(100)]
    try:
        refused("LimitExceededException", started, text=COUNT)
    finally:
        for query in running:
            logs.stop_query(queryId=query)


def test_requests_beyond_the_rate_of_the_quota_are_refused_and_each_call_has_its_own(
    logs: Any, started: Callable[..., str], settings: Callable[..., Any]
) -> None:
    query = started(COUNT)
    settings(query_rate=3)

    codes = [_code_of(logs.get_query_results, queryId=query) for _ in range(5)]

    assert codes == [None, None, None, "ThrottlingException", "ThrottlingException"]
    assert started(COUNT)


def _code_of(call: Callable[..., Any], **given: Any) -> str | None:
    try:
        call(**given)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None
