"""Log groups, streams, retention, and putting and getting events, as CloudWatch Logs does."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture
def logs(client: Callable[..., Any]) -> Any:
    return client("logs")


@pytest.fixture
def group(logs: Any, unique: Callable[[str], str]) -> str:
    name = unique("/lab/vpc")
    logs.create_log_group(logGroupName=name, tags={"app": "lab"})
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    return name


def described(logs: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]
    return found


def put(logs: Any, group: str, *events: tuple[int, str]) -> dict[str, Any]:
    batch = [{"timestamp": time, "message": message} for time, message in events]
    answer: dict[str, Any] = logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=batch)
    return answer


def test_a_group_keeps_its_class_and_says_its_two_arns(logs: Any, unique: Callable[[str], str]) -> None:
    name = unique("/lab/cheap")
    logs.create_log_group(logGroupName=name, logGroupClass="INFREQUENT_ACCESS")
    found = described(logs, name)
    assert found["logGroupClass"] == "INFREQUENT_ACCESS"
    assert found["arn"] == found["logGroupArn"] + ":*"


def test_names_that_aws_does_not_allow_are_refused(logs: Any, refused: Callable[..., Any], group: str) -> None:
    refused("InvalidParameterException", logs.create_log_group, logGroupName="bad name*")
    refused("InvalidParameterException", logs.create_log_group, logGroupName="aws/mine")
    refused("InvalidParameterException", logs.create_log_group, logGroupName="/x", logGroupClass="CHEAP")
    refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName=group)
    refused("ResourceAlreadyExistsException", logs.create_log_stream, logGroupName=group, logStreamName="one")


def test_groups_are_found_by_prefix_or_by_a_part_of_the_name_and_paged(
    logs: Any, refused: Callable[..., Any], unique: Callable[[str], str]
) -> None:
    part = unique("needle")
    names = [f"/a/{part}/1", f"/b/{part.upper()}/2", f"/c/{part}/3"]
    for name in names:
        logs.create_log_group(logGroupName=name)
    found = logs.describe_log_groups(logGroupNamePattern=part)["logGroups"]
    assert [item["logGroupName"] for item in found] == names
    first = logs.describe_log_groups(logGroupNamePattern=part, limit=2)
    rest = logs.describe_log_groups(logGroupNamePattern=part, limit=2, nextToken=first["nextToken"])
    assert [len(page["logGroups"]) for page in (first, rest)] == [2, 1]
    assert "nextToken" not in rest
    both = {"logGroupNamePrefix": "/a", "logGroupNamePattern": "a"}
    refused("InvalidParameterException", logs.describe_log_groups, **both)


def test_retention_takes_the_listed_days_and_deletes_what_is_older(
    logs: Any, refused: Callable[..., Any], group: str, now: int
) -> None:
    refused("InvalidParameterException", logs.put_retention_policy, logGroupName=group, retentionInDays=13)
    refused("ResourceNotFoundException", logs.put_retention_policy, logGroupName="/none", retentionInDays=14)
    put(logs, group, (now * 1000 - 4 * DAY, "old"))
    put(logs, group, (now * 1000 - 2 * DAY, "young"))
    logs.put_retention_policy(logGroupName=group, retentionInDays=3)
    assert described(logs, group)["retentionInDays"] == 3
    assert [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]] == ["young"]
    assert put(logs, group, (now * 1000 - 4 * DAY, "expired"))["rejectedLogEventsInfo"] == {
        "expiredLogEventEndIndex": 1
    }


def test_sizes_and_times_of_groups_and_streams_follow_the_events(logs: Any, group: str, now: int) -> None:
    put(logs, group, (now * 1000 - HOUR, "12345"), (now * 1000, "678"))
    assert described(logs, group)["storedBytes"] == 8
    stream = logs.describe_log_streams(logGroupName=group)["logStreams"][0]
    assert stream["firstEventTimestamp"] == now * 1000 - HOUR
    assert stream["lastEventTimestamp"] == now * 1000
    logs.delete_log_stream(logGroupName=group, logStreamName="one")
    assert described(logs, group)["storedBytes"] == 0


def test_a_group_created_anew_does_not_show_the_old_events(logs: Any, group: str, now: int) -> None:
    put(logs, group, (now * 1000, "old"))
    logs.delete_log_group(logGroupName=group)
    logs.create_log_group(logGroupName=group)
    assert logs.filter_log_events(logGroupName=group)["events"] == []


def test_streams_are_listed_by_name_or_newest_event_and_paged(
    logs: Any, group: str, now: int, refused: Callable[..., Any]
) -> None:
    for name in ("two", "three"):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
    put(logs, group, (now * 1000, "x"))
    by_time = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
    assert [stream["logStreamName"] for stream in by_time["logStreams"]] == ["one"]
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group, PaginationConfig={"PageSize": 2})
    assert [stream["logStreamName"] for page in pages for stream in page["logStreams"]] == ["one", "three", "two"]
    assert len(logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="t")["logStreams"]) == 2
    wrong = {"logGroupName": group, "orderBy": "LastEventTime", "logStreamNamePrefix": "t"}
    refused("InvalidParameterException", logs.describe_log_streams, **wrong)


def test_events_too_old_or_too_new_are_rejected_and_the_others_kept(logs: Any, group: str, now: int) -> None:
    assert put(logs, group, (now * 1000 - 20 * DAY, "old"))["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    answer = put(logs, group, (now * 1000, "now"), (now * 1000 + 3 * HOUR, "future"))
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    assert [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]] == ["now"]


def test_batches_beyond_the_limits_are_refused(logs: Any, group: str, now: int, refused: Callable[..., Any]) -> None:
    time = now * 1000
    for wrong in (
        [(time, "b"), (time - 5, "a")],
        [(time - DAY - 1, "a"), (time, "b")],
        [(time, "x" * 600_000), (time, "y" * 600_000)],
        [(time, "x")] * 10_001,
    ):
        with pytest.raises(ClientError, match="InvalidParameterException"):
            put(logs, group, *wrong)
    event = [{"timestamp": time, "message": "b"}]
    missing = {"logGroupName": group, "logStreamName": "nope", "logEvents": event}
    refused("ResourceNotFoundException", logs.put_log_events, **missing)


def test_get_log_events_walks_in_both_directions_and_excludes_its_end(logs: Any, group: str, now: int) -> None:
    base = now * 1000 - 10
    put(logs, group, *((base + number, str(number)) for number in range(10)))
    ask = {"logGroupName": group, "logStreamName": "one", "limit": 4}
    first = logs.get_log_events(**ask, startFromHead=True)
    second = logs.get_log_events(**ask, nextToken=first["nextForwardToken"])
    assert [event["message"] for event in second["events"]] == ["4", "5", "6", "7"]
    back = logs.get_log_events(**ask, nextToken=second["nextBackwardToken"])
    assert back["events"] == first["events"]
    assert [event["message"] for event in logs.get_log_events(**ask)["events"]] == ["6", "7", "8", "9"]
    ended = logs.get_log_events(**ask, startTime=base, endTime=base + 2, startFromHead=True)
    assert [event["message"] for event in ended["events"]] == ["0", "1"]
    last = logs.get_log_events(**ask, nextToken=logs.get_log_events(**ask)["nextForwardToken"])
    assert last["events"] == []
    assert last["nextForwardToken"] == logs.get_log_events(**ask)["nextForwardToken"]


def test_tags_of_a_group_can_be_added_and_removed(logs: Any, group: str) -> None:
    arn = described(logs, group)["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"x": "y"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"app": "lab", "x": "y"}
    logs.untag_resource(resourceArn=arn, tagKeys=["x"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"app": "lab"}


def test_streams_can_be_listed_while_others_are_created(client: Callable[..., Any], group: str) -> None:
    failures: list[Exception] = []

    def work(act: Callable[[int], Any]) -> None:
        try:
            for number in range(40):
                act(number)
        except ClientError as error:
            failures.append(error)

    logs = client("logs")
    acts: list[Callable[[int], Any]] = [
        lambda number: logs.create_log_stream(logGroupName=group, logStreamName=f"left-{number}"),
        lambda number: logs.create_log_stream(logGroupName=group, logStreamName=f"right-{number}"),
        lambda _: logs.describe_log_streams(logGroupName=group),
    ]
    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_monitoring_account_sees_the_groups_of_linked_accounts_when_it_asks_for_them(
    sandbox: Any, client: Any
) -> None:
    other = client("logs", **sandbox.credentials("012345678910"))
    other.create_log_group(logGroupName="/linked/one", logGroupClass="INFREQUENT_ACCESS")
    logs = client("logs")

    def names(**how: Any) -> set[str]:
        found = logs.describe_log_groups(logGroupNamePrefix="/linked", **how)["logGroups"]
        return {one["arn"].removesuffix(":*") for one in found}

    arn = "arn:aws:logs:eu-central-1:012345678910:log-group:/linked/one"
    assert names() == set()
    assert names(includeLinkedAccounts=True) == {arn}
    assert names(includeLinkedAccounts=True, accountIdentifiers=["012345678910"]) == {arn}
    assert names(includeLinkedAccounts=True, accountIdentifiers=["111122223333"]) == set()
    (named,) = logs.describe_log_groups(logGroupIdentifiers=[arn], includeLinkedAccounts=True)["logGroups"]
    assert named["logGroupClass"] == "INFREQUENT_ACCESS"
    listed = logs.list_log_groups(includeLinkedAccounts=True, logGroupNamePattern="^/linked")["logGroups"]
    assert listed == [{"logGroupName": "/linked/one", "logGroupArn": arn, "logGroupClass": "INFREQUENT_ACCESS"}]
    assert other.describe_log_groups(includeLinkedAccounts=True, logGroupNamePrefix="/flow")["logGroups"] == []

    sandbox.control("settings", {"linked_accounts": False})
    assert names(includeLinkedAccounts=True) == set()
    sandbox.control("settings", {"linked_accounts": True})
    other.delete_log_group(logGroupName="/linked/one")


def test_groups_are_not_listed_by_what_the_sandbox_does_not_know(client: Any, refused: Any) -> None:
    logs = client("logs")
    refused("InvalidParameterException", logs.list_log_groups, fieldIndexNames=["srcAddr"])
    many = [f"{number:012d}" for number in range(21)]
    refused("InvalidParameterException", logs.describe_log_groups, includeLinkedAccounts=True, accountIdentifiers=many)
