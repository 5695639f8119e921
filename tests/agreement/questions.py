"""Random questions over the random flow logs."""

from hypothesis import strategies as st

from flowinsight.addresses import format_address
from flowinsight.filters import Filter
from flowinsight.question import CONVERSATION_DIMENSIONS, Measure, Question, TimeRange
from tests.agreement.flow_logs import ADDRESSES, COLUMNS, INTERFACES, NAT, PORTS, START

_ONE = [format_address(number) for number in [*ADDRESSES, NAT]]
_SETS = ["10.0.0.0/8", "10.0.0.5-10.0.0.6", "2001:db8::/32", "::/0", "0.0.0.0/0", "inside", "outside", "internet"]
_ADDRESS = st.sampled_from([*_ONE, *_SETS])
_PORT = st.sampled_from([str(port) for port in PORTS] + ["0-1023", "443/tcp", "53/udp", "1024-65535/tcp"])


@st.composite
def _endpoint(draw: st.DrawFn) -> str:
    address = draw(st.sampled_from([*_ONE, "10.0.0.0/8", "2001:db8::/32"]))
    return f"{f'[{address}]' if ':' in address else address}:{draw(_PORT)}"


_VALUES = {
    "address": _ADDRESS,
    "client": _ADDRESS,
    "server": st.one_of(_ADDRESS, _endpoint()),
    "port": _PORT,
    "service": _PORT,
    "endpoint": _endpoint(),
    "protocol": st.sampled_from(["tcp", "udp", "icmp", "58", "0"]),
    "action": st.sampled_from(["accept", "reject"]),
    "srcaddr": _ADDRESS,
    "pkt-dstaddr": _ADDRESS,
    "dstport": st.sampled_from(["443", "0", "22"]),
    "tcp-flags": st.sampled_from(["0", "2", "18"]),
    "interface-id": st.sampled_from(INTERFACES),
    "vpc-id": st.sampled_from(["vpc-1", "vpc-2"]),
    "log-status": st.sampled_from(["OK", "NODATA"]),
    "bytes": st.sampled_from(["0", "60"]),
}


@st.composite
def _filter(draw: st.DrawFn) -> Filter:
    field = draw(st.sampled_from(sorted(_VALUES)))
    values = draw(st.lists(_VALUES[field], min_size=1, max_size=2, unique=True))
    return Filter.parse(field, values, draw(st.sampled_from(["is", "is", "not"])))


@st.composite
def _time(draw: st.DrawFn) -> TimeRange:
    start = draw(st.sampled_from([None, None, 0, START, START + 600, START + 1150]))
    end = draw(st.sampled_from([None, None, START + 1200, START + 2400, START + 86400 * 3]))
    return TimeRange(start, end)


_RECORD_FIELDS = [name.replace("_", "-") for name in COLUMNS if name != "packets"]
_GROUPINGS = st.one_of(
    st.just(()),
    st.lists(st.sampled_from(["client", "server", "service", "protocol", "outcome"]), min_size=1, unique=True),
    st.lists(st.sampled_from(_RECORD_FIELDS), min_size=1, max_size=3, unique=True),
).map(tuple)
_MEASURES: list[Measure] = ["bytes", "packets", "records"]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    filters = tuple(draw(st.lists(_filter(), max_size=2)))
    grouping = draw(_GROUPINGS)
    by_conversation = not set(grouping) - set(CONVERSATION_DIMENSIONS)
    allowed: list[Measure] = [*_MEASURES, "conversations"] if by_conversation else _MEASURES
    allowed = [measure for measure in allowed if measure not in grouping]
    measures = tuple(draw(st.lists(st.sampled_from(allowed), min_size=1, unique=True)))
    width = draw(st.sampled_from([None, None, 60, 3600]))
    return Question(draw(_time()), filters, grouping, measures, width, draw(st.sampled_from([3, 100_000])))
