"""Random flow logs: exchanges as interfaces would see them, and rows no interface ever wrote, in random formats."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from flowinsight.addresses import parse_address
from tests.reference.records import Record, line

START = 1_700_000_000
MINUTE = 60

ADDRESSES = [
    parse_address(text)
    for text in (
        "10.0.0.5",
        "10.0.0.6",
        "10.1.0.7",
        "203.0.113.9",
        "0.0.0.0",
        "fe80::1",
        "2001:db8::5",
        "ff02::fb",
        "::1",
    )
]
NAT = parse_address("10.0.9.9")
PORTS = [0, 22, 53, 80, 443, 3306, 8080, 32767, 32768, 40001, 50002, 65535]
FLAGS = [None, 0, 1, 2, 3, 4, 5, 6, 16, 18, 19, 20, 22]
INTERFACES = ["eni-a", "eni-b", "eni-c"]

_TIMES = st.integers(0, 90).map(lambda minute: START + minute * 40)
_ADDRESS = st.sampled_from(ADDRESSES)
_SOME = {
    "version": st.sampled_from([2, 5]),
    "account_id": st.sampled_from(["111111111111", "012345678901", None]),
    "interface_id": st.sampled_from([*INTERFACES, None]),
    "srcaddr": st.sampled_from([*ADDRESSES, NAT, None]),
    "dstaddr": st.sampled_from([*ADDRESSES, NAT, None]),
    "srcport": st.sampled_from([*PORTS, None]),
    "dstport": st.sampled_from([*PORTS, None]),
    "protocol": st.sampled_from([0, 1, 6, 17, 58, 132, None]),
    "packets": st.sampled_from([0, 1, 7, None]),
    "bytes": st.sampled_from([0, 1, 420, 5000, 2**40, None]),
    "start": st.one_of(_TIMES, st.sampled_from([None, 0, 1, 164_000_066])),
    "end": st.one_of(_TIMES, st.none()),
    "action": st.sampled_from(["ACCEPT", "REJECT", None]),
    "log_status": st.sampled_from(["OK", "NODATA", "SKIPDATA", None]),
    "vpc_id": st.sampled_from(["vpc-1", "vpc-2", None]),
    "tcp_flags": st.sampled_from(FLAGS),
    "pkt_srcaddr": st.sampled_from([*ADDRESSES, None]),
    "pkt_dstaddr": st.sampled_from([*ADDRESSES, None]),
    "region": st.sampled_from(["eu-central-1", None]),
    "flow_direction": st.sampled_from(["ingress", "egress", None]),
    "reject_reason": st.sampled_from(["BPA", "EC", None]),
    "resource_id": st.sampled_from(["nat-1", None, None]),
    "tgw_id": st.sampled_from(["tgw-1", None, None]),
    "interface_type": st.sampled_from(["nat_gateway", "interface", None]),
}
COLUMNS = tuple(_SOME)


@st.composite
def _odd(draw: st.DrawFn) -> list[Record]:
    """A row with anything in it."""
    return [draw(st.fixed_dictionaries(_SOME))]


@st.composite
def _status(draw: st.DrawFn) -> list[Record]:
    start = draw(_TIMES)
    return [
        {
            "version": 2, "account_id": "111111111111", "interface_id": draw(st.sampled_from(INTERFACES)),
            "start": start, "end": start + 60, "log_status": draw(st.sampled_from(["NODATA", "SKIPDATA"])),
            "vpc_id": draw(_SOME["vpc_id"]),
        }
    ]  # fmt: skip


@dataclass(frozen=True)
class _Way:
    """One direction of an exchange."""

    source: int
    target: int
    source_port: int
    target_port: int
    start: int


@st.composite
def _exchange(draw: st.DrawFn) -> list[Record]:
    """Both directions, or one, over some windows, as one or two interfaces with skewed windows see them."""
    client, server = draw(_ADDRESS), draw(_ADDRESS)
    protocol = draw(st.sampled_from([6, 6, 6, 17, 1, 58]))
    ports = (draw(st.sampled_from(PORTS)), draw(st.sampled_from(PORTS))) if protocol in {6, 17} else (0, 0)
    start = draw(_TIMES)
    there = _Way(client, server, ports[0], ports[1], start)
    back = _Way(server, client, ports[1], ports[0], start + draw(st.integers(-1, 4)))
    ways = draw(st.sampled_from([[there], [there, back], [there, back], [back]]))
    network = {"vpc_id": draw(_SOME["vpc_id"]), "account_id": "111111111111", "version": 5, "log_status": "OK"}
    flagged = draw(st.booleans())
    rows: list[Record] = []
    for number, interface in enumerate(draw(st.sampled_from([["eni-a"], ["eni-b"], ["eni-a", "eni-b"]]))):
        skew = number * draw(st.integers(-36, 36))
        for way in ways:
            row = network | _record(way, protocol, draw(_said(flagged=flagged))) | {"interface_id": interface}
            rows += [_later(row, skew + MINUTE * window) for window in range(draw(st.sampled_from([1, 1, 2, 12])))]
    return _through_nat(rows, draw(st.sampled_from(["no", "no", "no", "inside", "both"])))


def _said(*, flagged: bool) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "action": st.sampled_from(["ACCEPT", "ACCEPT", "ACCEPT", "REJECT"]),
            "tcp_flags": st.sampled_from(FLAGS) if flagged else st.none(),
            "packets": st.integers(1, 9),
            "bytes": st.sampled_from([40, 60, 360, 540, 700, 100_000, None]),
            "flow_direction": st.sampled_from(["ingress", "egress", None]),
            "reject_reason": st.sampled_from([None, None, "BPA"]),
        }
    )


def _record(way: _Way, protocol: int, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "srcaddr": way.source, "dstaddr": way.target, "srcport": way.source_port, "dstport": way.target_port,
        "pkt_srcaddr": way.source, "pkt_dstaddr": way.target, "protocol": protocol, "start": way.start,
        "end": way.start + 55, **said,
    }  # fmt: skip


def _later(row: Record, seconds: int) -> Record:
    return {**row, "start": row["start"] + seconds, "end": row["end"] + seconds}


def _through_nat(rows: list[Record], legs: str) -> list[Record]:
    """The same traffic again at a NAT gateway: an inside leg that names both ends, an outside leg that has lost one."""
    if legs == "no":
        return rows
    client = rows[0]["srcaddr"]
    found = list(rows)
    for row in rows:
        outbound = row["srcaddr"] == client
        near, far = ("srcaddr", "dstaddr") if outbound else ("dstaddr", "srcaddr")
        found.append({**row, "interface_id": "eni-c", far: NAT})
        if legs == "both":
            found.append({**row, "interface_id": "eni-c", near: NAT, f"pkt_{near}": NAT})
    return found


@st.composite
def _fan_out(draw: st.DrawFn) -> list[Record]:
    """One source and one fixed port to many ports, some of which answer."""
    source, target = draw(_ADDRESS), draw(_ADDRESS)
    fixed, start = draw(st.sampled_from([443, 50002])), draw(_TIMES)
    answers = draw(st.integers(0, 8))
    rows: list[Record] = []
    for number in range(draw(st.integers(9, 12))):
        said = {"packets": 1, "bytes": 60, "action": "ACCEPT", "interface_id": "eni-a", "vpc_id": "vpc-1"}
        rows.append(_record(_Way(source, target, fixed, 1000 + number, start), 6, said))
        if number < answers:
            rows.append(_record(_Way(target, source, 1000 + number, fixed, start), 6, said))
    return rows


@st.composite
def rows(draw: st.DrawFn) -> list[Record]:
    """A few rows to a few dozen, some of them twice."""
    pieces = draw(
        st.lists(
            st.one_of(_exchange(), _exchange(), _exchange(), _status(), _odd(), _fan_out()), min_size=1, max_size=7
        )
    )
    found = [row for piece in pieces for row in piece]
    again = draw(st.lists(st.integers(0, len(found) - 1), max_size=3))
    return found + [found[number] for number in again]


@dataclass(frozen=True)
class Delivered:
    """Flow logs as files, each in its own format, and what they say: `rows` without what the formats lack."""

    rows: list[Record]
    texts: list[str]

    def write(self, folder: Path) -> None:
        for number, text in enumerate(self.texts):
            (folder / f"{number}.log").write_text(text)


_ALWAYS = ("srcaddr", "dstaddr", "bytes")
_MOSTLY = tuple(name for name in COLUMNS if name not in _ALWAYS)


@st.composite
def delivered(draw: st.DrawFn) -> Delivered:
    """The rows in one or two files, whose formats have any fields in any order."""
    all_rows = draw(rows())
    cut = draw(st.integers(0, len(all_rows)))
    said: list[Record] = []
    texts: list[str] = []
    for part in (all_rows[:cut], all_rows[cut:]):
        if part:
            lacking = draw(st.one_of(st.just([]), st.lists(st.sampled_from(_MOSTLY), max_size=8, unique=True)))
            names = draw(st.permutations([name for name in COLUMNS if name not in lacking]))
            tokens = [name.replace("_", "-") for name in names]
            texts.append("\n".join([" ".join(tokens), *(line(row, tokens) for row in part)]) + "\n")
            said += [{name: row.get(name) for name in names} for row in part]
    return Delivered(said, texts)
