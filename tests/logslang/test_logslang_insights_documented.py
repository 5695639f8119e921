"""AWS's sample queries for VPC flow logs over a few records, with answers worked out by hand; and the pages' examples."""

import json

from tests.logslang.insights_sample import RECORDS, values


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
