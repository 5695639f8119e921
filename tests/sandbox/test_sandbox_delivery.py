"""Flow logs get their records when they are due, where they may be written, as the clock is turned."""

from collections.abc import Callable
from typing import Any

import pytest

Create = Callable[..., dict[str, Any]]
HOUR = 3600
FORMAT = (
    "${interface-id} ${vpc-id} ${instance-id} ${srcaddr} ${dstport} ${az-id} ${start} ${end} ${action} ${log-status}"
)


@pytest.fixture(autouse=True)
def steady(settings: Callable[..., Any]) -> None:
    """Nothing late, nothing twice, unless a test asks for it."""
    settings(late=0, repeated=0)


def test_a_fresh_flow_log_has_records_within_a_minute(
    flow_log: Create, turn: Callable[[float], int], events: Callable[[str], list[dict[str, Any]]]
) -> None:
    flow_log(LogGroupName="/delivery/fresh")
    assert turn(60) > 0
    assert events("/delivery/fresh")


def test_every_interface_has_a_stream_and_its_records_start_is_the_events_time(
    flow_log: Create,
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
    company: dict[str, Any],
    now: int,
) -> None:
    flow_log(LogGroupName="/delivery/streams", LogFormat=FORMAT)
    turn(600)
    found = events("/delivery/streams")
    shop = {item["id"]: item for item in company["interfaces"].values() if item["vpc"] == "shop"}
    assert {event["logStreamName"] for event in found} <= {f"{eni}-all" for eni in shop}
    assert len({event["logStreamName"] for event in found}) >= len(shop) - 1
    for event in found:
        eni, vpc, instance, _, _, zone, start, end, *_ = event["message"].split()
        assert event["logStreamName"] == f"{eni}-all"
        assert vpc == company["vpcs"]["shop"]
        assert instance == (shop[eni]["owner"] if shop[eni]["role"] == "instance" else "-")
        assert zone.startswith("euc1-az")
        assert now <= int(start) == event["timestamp"] // 1000
        assert int(start) <= int(end) <= event["ingestionTime"] // 1000


def test_a_subnet_and_an_interface_see_only_themselves(
    flow_log: Create,
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
    company: dict[str, Any],
) -> None:
    enis = {name: item["id"] for name, item in company["interfaces"].items()}
    web = company["subnets"]["shop-web"]
    flow_log(ResourceType="Subnet", ResourceIds=[web], LogGroupName="/delivery/subnet")
    flow_log(ResourceType="NetworkInterface", ResourceIds=[enis["db-1"]], LogGroupName="/delivery/eni")
    turn(300)
    seen = {event["message"].split()[2] for event in events("/delivery/subnet")}
    assert seen == {enis["web-1"], enis["web-2"]}
    assert {event["message"].split()[2] for event in events("/delivery/eni")} == {enis["db-1"]}


def test_the_traffic_type_chooses_the_records_and_both_halves_make_the_whole(
    flow_log: Create, turn: Callable[[float], int], events: Callable[[str], list[dict[str, Any]]]
) -> None:
    for kind in ("ALL", "ACCEPT", "REJECT"):
        flow_log(TrafficType=kind, LogGroupName=f"/delivery/{kind}")
    turn(HOUR)
    found = {kind: [e["message"] for e in events(f"/delivery/{kind}")] for kind in ("ALL", "ACCEPT", "REJECT")}
    ok = {kind: [line for line in lines if line.endswith(" OK")] for kind, lines in found.items()}
    assert {line.split()[12] for line in ok["ACCEPT"]} == {"ACCEPT"}
    assert {line.split()[12] for line in ok["REJECT"]} == {"REJECT"}
    assert sorted(ok["ACCEPT"] + ok["REJECT"]) == sorted(ok["ALL"])
    assert any(line.endswith(" NODATA") for line in found["ALL"])


def test_how_the_clock_is_turned_does_not_change_what_is_delivered(
    flow_log: Create,
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
    sandbox: Any,
    now: int,
) -> None:
    flow_log(LogGroupName="/delivery/once", LogFormat=FORMAT)
    flow_log(LogGroupName="/delivery/often", LogFormat=FORMAT)
    for seconds in (7, 61, 300, 33, 599):
        turn(seconds)
    assert sandbox.control()["now"] == now + 1000
    assert len(events("/delivery/once")) > 0
    assert sorted(e["message"] for e in events("/delivery/once")) == sorted(
        e["message"] for e in events("/delivery/often")
    )


def test_skipped_records_occur(
    flow_log: Create, sandbox: Any, events: Callable[[str], list[dict[str, Any]]], now: int
) -> None:
    before = sandbox.control("clock", {"set": now // 86_400 * 86_400 + 86_400 + 11 * HOUR})["now"]
    flow_log(LogGroupName="/delivery/skipped")
    sandbox.control("clock", {"advance": HOUR})
    sandbox.control("clock", {"set": now})
    assert before > now
    assert any(event["message"].endswith(" SKIPDATA") for event in events("/delivery/skipped"))


def test_ten_minute_windows_join_what_the_minutes_hold(
    flow_log: Create,
    settings: Callable[..., Any],
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
    company: dict[str, Any],
    now: int,
    sandbox: Any,
) -> None:
    settings(minute_windows=False)
    sandbox.control("clock", {"set": now // 600 * 600 + 600})
    data = {"ResourceType": "Subnet", "ResourceIds": [company["subnets"]["shop-data"]]}
    flow_log(**data, LogGroupName="/delivery/minutes", MaxAggregationInterval=60)
    flow_log(**data, LogGroupName="/delivery/tens", MaxAggregationInterval=600)
    turn(3610)
    minutes = [event["message"].split() for event in events("/delivery/minutes")]
    tens = [event["message"].split() for event in events("/delivery/tens")]
    last = max(int(words[11]) for words in tens)

    def packets(lines: list[list[str]]) -> int:
        return sum(int(words[8]) for words in lines if words[13] == "OK" and int(words[11]) <= last)

    assert 0 < len(tens) < len(minutes)
    assert packets(tens) == packets(minutes)
    assert max(int(words[11]) - int(words[10]) for words in tens) > 60


def test_several_flow_logs_of_one_group_share_a_stream(
    flow_log: Create,
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
    company: dict[str, Any],
) -> None:
    web = {"ResourceType": "NetworkInterface", "ResourceIds": [company["interfaces"]["web-1"]["id"]]}
    flow_log(**web, LogGroupName="/delivery/shared", TrafficType="ACCEPT")
    flow_log(**web, LogGroupName="/delivery/shared", TrafficType="ALL")
    turn(600)
    found = events("/delivery/shared")
    assert len({event["logStreamName"] for event in found}) == 1
    assert len({event["message"] for event in found}) < len(found) == len({event["eventId"] for event in found})


def test_a_deleted_flow_log_gets_no_more_but_its_records_stay(
    flow_log: Create,
    client: Callable[..., Any],
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
) -> None:
    created = flow_log(LogGroupName="/delivery/deleted")
    turn(300)
    kept = events("/delivery/deleted")
    client("ec2").delete_flow_logs(FlowLogIds=created["FlowLogIds"])
    assert turn(300) == 0
    assert events("/delivery/deleted") == kept != []


def test_the_group_keeps_its_retention_as_time_passes(
    flow_log: Create,
    client: Callable[..., Any],
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
) -> None:
    name = "/delivery/kept-a-day"
    client("logs").create_log_group(logGroupName=name)
    client("logs").put_retention_policy(logGroupName=name, retentionInDays=1)
    created = flow_log(LogGroupName=name)
    turn(300)
    client("ec2").delete_flow_logs(FlowLogIds=created["FlowLogIds"])
    assert events(name)
    turn(25 * HOUR)
    assert events(name) == []


def test_a_log_group_can_be_named_by_its_arn(
    flow_log: Create,
    client: Callable[..., Any],
    turn: Callable[[float], int],
    events: Callable[[str], list[dict[str, Any]]],
) -> None:
    client("logs").create_log_group(logGroupName="/delivery/by-arn")
    arn = "arn:aws:logs:eu-central-1:111122223333:log-group:/delivery/by-arn:*"
    flow_log(LogGroupName=None, LogDestination=arn, LogFormat="${version} ${interface-id} ${srcaddr}")
    turn(300)
    found = events("/delivery/by-arn")
    assert {len(event["message"].split()) for event in found} == {3}
    fields = client("logs").get_log_group_fields(logGroupName="/delivery/by-arn")["logGroupFields"]
    assert {"srcAddr", "interfaceId", "version"} <= {field["name"] for field in fields}


def test_a_log_group_that_delivery_makes_is_as_old_as_its_first_delivery_however_far_the_clock_was_turned(
    flow_log: Create, client: Callable[..., Any], turn: Callable[[float], int], now: int
) -> None:
    flow_log(LogGroupName="/delivery/made")
    turn(HOUR)
    (group,) = client("logs").describe_log_groups(logGroupNamePrefix="/delivery/made")["logGroups"]
    assert now < group["creationTime"] / 1000 < now + 700  # Logs Insights sees nothing from before it
