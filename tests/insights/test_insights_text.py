"""The exact text of queries: names as discovered, or parsed; records, or their rollup; what does not match is masked."""

import pytest

from flowinsight import grammar
from flowinsight.addresses import Addresses
from flowinsight.engines.insights import where
from flowinsight.engines.insights.columns import columns
from flowinsight.engines.insights.query import MOST_ROWS
from flowinsight.engines.insights.rolled import SYN, SYN_ACK
from flowinsight.errors import SourceError
from flowinsight.fetchers import insights
from flowinsight.fields import DEFAULT_FORMAT, FIELDS
from flowinsight.filters import Filter
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup

DISCOVERED = frozenset(field.insights for field in FIELDS)
HOUR = TimeRange(1_795_176_000, 1_795_179_600)
SMALL = (
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
)


def _text(
    query: str, *, formats: tuple[tuple[str, ...], ...] = (SMALL,), names: frozenset[str] = DISCOVERED, **how: object
) -> str:
    question = Question(HOUR, tuple(grammar.parse(query)))
    return insights.planned(question, [LogGroup("flow", formats=formats)], names, **how).statements[0].text  # type: ignore[arg-type]


RECORDS = """\
fields floor(toMillis(@timestamp) / 1000) as second
| fields if(1 = 0, 1, 0) as silent, if((srcAddr = "10.0.3.7" or dstAddr = "10.0.3.7"), 1, 0) as near
| fields case(if(ispresent(interfaceId), 0, 1) = 1, "U", silent = 1, "N", near = 1, "1", "0") as kind
| fields if(kind in ["1", "2", "3"], 1, 0) as hit
| fields kind as what, if(kind = "S", second, if(hit = 1, second, floor(second / 600) * 600)) as at, \
interfaceId as kinterfaceid, if(hit = 1, srcAddr, "") as ksrcaddr, if(hit = 1, dstAddr, "") as kdstaddr, \
if(hit = 1, srcPort, "") as ksrcport, \
if(hit = 1, dstPort, "") as kdstport, if(hit = 1, protocol, "") as kprotocol, if(hit = 1, packets, "") as kpackets, \
if(hit = 1, bytes, "") as kbytes, if(kind = "S" or hit = 1, endTime, "") as kend, if(hit = 1, action, "") as kaction
| stats count(*) as n, min(second) as first, max(second) as newest, sum(if(action = "ACCEPT", 1, 0)) as accept, \
sum(if(action = "REJECT", 1, 0)) as reject, max(endTime) as last by what, at, kinterfaceid, ksrcaddr, kdstaddr, ksrcport, \
kdstport, kprotocol, kpackets, kbytes, kend, kaction
| limit 100000"""


def test_every_distinct_record_is_a_row_and_all_others_are_counted_by_interface_and_time() -> None:
    assert _text("10.0.3.7") == RECORDS


ROLLED = """\
| fields srcAddr as sender, if(protocol in [6, 17, 33, 132, 136], 1, 0) as ported, case(action = "REJECT", 0, \
protocol in [6, 17, 33, 132, 136] and srcPort < dstPort, 1, 0) as serves
| fields if(protocol = 6 and isValidIp(sender), greatest(bytes - packets * if(isValidIpV4(sender), 60, 80), 0), 0) as carried, \
if(ported = 1, if(serves = 1, srcPort, dstPort), "") as servedport, \
if(ported = 1, if(serves = 1, dstPort, srcPort), "") as otherport
| fields kind as what, if(kind = "S", second, if(hit = 1, floor(second / 60) * 60, floor(second / 600) * 600)) as at, \
interfaceId as kinterfaceid, if(hit = 1, srcAddr, "") as ksrcaddr, if(hit = 1, dstAddr, "") as kdstaddr, \
if(hit = 1, protocol, "") as kprotocol, if(hit = 1, action, "") as kaction, if(kind = "S", endTime, "") as kend, \
if(hit = 1, serves, "") as side, if(hit = 1, servedport, "") as port
| stats count(*) as n, min(second) as first, max(second) as newest, sum(if(action = "ACCEPT", 1, 0)) as accept, \
sum(if(action = "REJECT", 1, 0)) as reject, max(endTime) as last, sum(carried) as payload, min(otherport) as lowest, \
max(otherport) as highest, sum(packets) as packets, sum(bytes) as bytes by what, at, kinterfaceid, ksrcaddr, kdstaddr, \
kprotocol, kaction, kend, side, port
| limit 100000"""


def test_a_rollup_keeps_the_side_that_serves_its_port_and_a_bin() -> None:
    text = _text(":22 rejected", grain="binned", chart_seconds=60)
    assert text.endswith(ROLLED)
    asked = 'near = 1 and action = "REJECT" and (second >= 1795176000 and second < 1795179600)'
    before = 'near = 1 and action = "REJECT" and (second < 1795176000 and endTime >= 1795176000)'
    assert f'({asked}), "1", ({before}), "3", near = 1, "2", "0") as kind' in text


def test_by_day_every_record_is_taken_twice_and_its_time_kept_beside_it() -> None:
    text = _text(":22", grain="apart")
    assert (
        '| fields jsonParse("[1, 2]") as parts\n| unnest parts into part\n| filter part = 2 or hit = 1\n'
        '| fields if(part = 1, kind, if(kind = "1", "T", if(hit = 1, "0", kind))) as letter, if(part = 1, hit, 0) as whole\n'
    ) in text
    assert "floor(second / 86400) * 86400" in text


def test_where_a_name_is_not_listed_every_field_is_parsed_by_its_position() -> None:
    text = _text(":22", names=DISCOVERED - {"action"})
    assert text.startswith(
        "parse @message /^(?<f1interfaceid>[^ ]+) (?<f1srcaddr>[0-9A-Fa-f.:-]+) (?<f1dstaddr>[0-9A-Fa-f.:-]+) "
        "(?<f1srcport>[0-9-]+) (?<f1dstport>[0-9-]+) (?<f1protocol>[0-9-]+) (?<f1packets>[0-9-]+) (?<f1bytes>[0-9-]+) "
        "[0-9-]+ (?<f1end>[0-9-]+) (?<f1action>[^ ]+)$/\n| fields floor("
    )
    assert "srcPort" not in text


def test_several_formats_are_parsed_by_one_expression_each() -> None:
    found = columns(
        [("srcaddr", "bytes", "start"), ("bytes", "srcaddr", "start", "action")], {"srcaddr", "bytes", "action"}
    )
    assert found.before == (
        "parse @message /^(?<f1srcaddr>[0-9A-Fa-f.:-]+) (?<f1bytes>[0-9-]+) [0-9-]+$/",
        "parse @message /^(?<f2bytes>[0-9-]+) (?<f2srcaddr>[0-9A-Fa-f.:-]+) [0-9-]+ (?<f2action>[^ ]+)$/",
        "fields coalesce(f1srcaddr, f2srcaddr) as f0srcaddr",
        "fields coalesce(f1bytes, f2bytes) as f0bytes",
    )
    assert found.names == {"srcaddr": "f0srcaddr", "bytes": "f0bytes", "action": "f2action", "start": "second"}


def test_formats_of_the_same_length_are_parsed_by_what_values_look_like() -> None:
    found = columns([("srcaddr", "bytes", "vpc-id"), ("bytes", "srcaddr", "vpc-id")], {"srcaddr"}, DISCOVERED)
    assert found.before == (
        "parse @message /^(?<f1srcaddr>(?:[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*|-)) (?:[0-9]+|-) (?:vpc-[0-9a-z]+|-)$/",
        "parse @message /^(?:[0-9]+|-) (?<f2srcaddr>(?:[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*|-)) (?:vpc-[0-9a-z]+|-)$/",
        "fields coalesce(f1srcaddr, f2srcaddr) as f0srcaddr",
    )


@pytest.mark.parametrize(
    "formats",
    [
        [("srcaddr", "dstaddr", "bytes"), ("dstaddr", "srcaddr", "bytes")],
        [("srcaddr", "packets", "bytes"), ("srcaddr", "bytes", "packets")],
        [("srcaddr", "bytes", "ecs-service-name"), ("srcaddr", "bytes", "vpc-id")],
        [("srcaddr", "bytes", "log-status"), ("bytes", "srcaddr", "ecs-service-name")],
    ],
)
def test_formats_whose_lines_no_value_tells_apart_are_refused(formats: list[tuple[str, ...]]) -> None:
    with pytest.raises(SourceError, match="no value of a line says for certain"):
        columns(formats, {"srcaddr"})


def test_either_name_of_the_end_of_the_window_is_taken_where_it_is_listed() -> None:
    assert columns([DEFAULT_FORMAT], {"end"}, {"endTime"}).names["end"] == "endTime"
    assert columns([DEFAULT_FORMAT], {"end"}, {"end"}).names["end"] == "end"


def _condition(field: str, *values: str, op: str = "is") -> str:
    names = columns([DEFAULT_FORMAT], DEFAULT_FORMAT, DISCOVERED)
    return where.matching(Filter.parse(field, values, op), names)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "values", "written"),
    [
        ("srcaddr", ["10.0.0.5"], 'srcAddr = "10.0.0.5"'),
        ("srcaddr", ["10.0.0.5", "10.0.0.6"], '(srcAddr = "10.0.0.5" or srcAddr = "10.0.0.6")'),
        ("srcaddr", ["10.0.0.0/8"], 'isIpv4InSubnet(srcAddr, "10.0.0.0/8")'),
        ("srcaddr", ["10.0.0.4-10.0.0.7"], 'isIpv4InSubnet(srcAddr, "10.0.0.4/30")'),
        ("srcaddr", ["2001:DB8::5"], 'isIpv6InSubnet(srcAddr, "2001:db8::5/128")'),
        ("srcaddr", ["::/0"], "(isValidIpV4(srcAddr) or isValidIpV6(srcAddr))"),
        ("port", ["22"], "(srcPort = 22 or dstPort = 22)"),
        ("port", ["53/udp"], "((protocol = 17 and srcPort = 53) or (protocol = 17 and dstPort = 53))"),
        ("dstport", ["22"], "dstPort = 22"),
        ("service", ["8000-8100"], "((srcPort >= 8000 and srcPort <= 8100) or (dstPort >= 8000 and dstPort <= 8100))"),
        ("server", ["10.0.3.7:5432"], '((srcAddr = "10.0.3.7" and srcPort = 5432) or (dstAddr = "10.0.3.7" and dstPort = 5432))'),
        ("action", ["reject"], 'action = "REJECT"'),
        ("account-id", ["012345678901"], 'concat("t", accountId) = "t012345678901"'),
        ("vpc-id", ["vpc-1"], "1 = 0"),
        ("interface-id", ["-"], "1 = 0"),
        ("start", ["5"], "second = 5"),
    ],
)  # fmt: skip
def test_a_filter_is_written_in_full(field: str, values: list[str], written: str) -> None:
    assert _condition(field, *values) == written


def test_a_negation_lets_missing_values_pass_and_a_conversation_is_not_negated_by_its_records() -> None:
    assert _condition("dstport", "22", op="not") == "if(dstPort = 22, 0, 1) = 1"
    assert _condition("vpc-id", "vpc-1", op="not") == "1 = 1"
    assert _condition("client", "10.0.0.5", op="not") == "1 = 1"


def test_the_internet_takes_few_blocks_because_they_have_exceptions() -> None:
    assert len(where.within("srcAddr", Addresses.parse("internet").ranges)) < 1500


def test_flags_are_told_by_their_values() -> None:
    assert set(SYN) == {flags for flags in range(64) if flags & 18 == 2}
    assert set(SYN_ACK) == {flags for flags in range(64) if flags & 18 == 18}
    assert MOST_ROWS == 100_000
