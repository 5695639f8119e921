"""IANA's names of protocols and services, and how the tables are made anew."""

import csv
import re
from pathlib import Path

import pytest

from flowinsight import iana
from flowinsight.data import refresh

DATA = Path(refresh.__file__).parent


@pytest.mark.parametrize(
    ("number", "name"),
    [(1, "ICMP"), (6, "TCP"), (17, "UDP"), (58, "IPv6-ICMP"), (0, "HOPOPT"), (47, "GRE"), (132, "SCTP")],
)
def test_protocols_have_ianas_keywords(number: int, name: str) -> None:
    assert iana.protocol_name(number) == name
    assert iana.protocol_number(name.lower()) == number


def test_a_protocol_without_a_name_says_its_number() -> None:
    assert iana.protocol_name(200) == "protocol 200"
    assert iana.protocol_number("nothing") is None


@pytest.mark.parametrize(("name", "number"), [("icmpv6", 58), ("ospf", 89), ("Tcp", 6)])
def test_names_that_everybody_uses_are_known_too(name: str, number: int) -> None:
    assert iana.protocol_number(name) == number


@pytest.mark.parametrize(
    ("port", "protocol", "name"),
    [
        (22, 6, "ssh"),
        (53, 17, "domain"),
        (443, 6, "https"),
        (5432, 6, "postgresql"),
        (123, 17, "ntp"),
        (22, 1, None),
        (0, 6, None),
    ],
)
def test_services_have_ianas_names(port: int, protocol: int, name: str | None) -> None:
    assert iana.service_name(port, protocol) == name


def test_a_service_is_found_by_its_name_with_its_protocol_where_it_has_only_one() -> None:
    assert iana.service_port("SSH") in {(22, 6), (22, None)}
    assert iana.service_port("no-such-service") is None


def test_all_assigned_protocols_and_services_are_there() -> None:
    assert len([number for number in range(256) if not iana.protocol_name(number).startswith("protocol ")]) > 140
    assert len(iana.assigned_ports(6)) > 5000
    assert len(iana.assigned_ports(17)) > 5000


def test_protocols_that_have_ports_are_the_five_with_ports() -> None:
    assert {iana.protocol_name(number) for number in iana.WITH_PORTS} == {"TCP", "UDP", "DCCP", "SCTP", "UDPLite"}


_PROTOCOLS = """Decimal,Keyword,Protocol,IPv6 Extension Header,Reference
0,HOPOPT,IPv6 Hop-by-Hop Option,Y,[RFC8200]
6,TCP,Transmission Control,,[RFC9293]
13,ARGUS (deprecated),ARGUS,,[x]
61,,any host internal protocol,,[x]
148-252,,Unassigned,,[x]
200,,Unassigned,,[x]
253,,Use for experimentation and testing,Y,[RFC3692]
255,Reserved,,,[x]
"""
_SERVICES = """Service Name,Port Number,Transport Protocol,Description
ssh,22,tcp,The Secure  Shell
ssh,22,udp,The Secure Shell
,23,tcp,Reserved
odd,24-26,tcp,A range
mosh,60000,dccp,x
quic,443,quic,not a transport that records have
"""


def test_refreshing_writes_what_iana_assigned_and_the_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.csv").write_text(_PROTOCOLS)
    (tmp_path / "s.csv").write_text(_SERVICES)
    (tmp_path / "README.md").write_text((DATA / "README.md").read_text())
    monkeypatch.setattr(refresh, "HERE", tmp_path)
    paths = ["--protocols", str(tmp_path / "p.csv"), "--services", str(tmp_path / "s.csv")]

    refresh.main([*paths, "--date", "2031-02-03"])

    with (tmp_path / "protocols.csv").open() as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == [
            ("0", "HOPOPT", "IPv6 Hop-by-Hop Option"),
            ("6", "TCP", "Transmission Control"),
            ("13", "ARGUS", "ARGUS"),
            ("61", "", "any host internal protocol"),
        ]
    with (tmp_path / "services.csv").open() as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == [
            ("22", "tcp udp", "ssh", "The Secure Shell"),
            ("60000", "dccp", "mosh", "x"),
        ]
    assert (tmp_path / "README.md").read_text().count("| 2031-02-03 |") == 2


def test_every_table_has_the_day_it_was_taken() -> None:
    dated = re.findall(r"^\| `([\w-]+\.csv)`.*\| (\d{4}-\d\d-\d\d) \|$", (DATA / "README.md").read_text(), re.MULTILINE)

    assert {name for name, _ in dated} == {path.name for path in DATA.glob("*.csv")}
