"""Protocol and service names, from IANA's registries; the tables and their date are in flowinsight/data/README.md."""

import csv
from functools import cache
from importlib import resources

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
WITH_PORTS = frozenset({TCP, UDP, 33, 132, 136})
"""Protocols whose records have ports: TCP, UDP, DCCP, SCTP, UDP-Lite. In the others a port of 0 means nothing."""

_FAMILIAR = {"icmpv6": ICMPV6, "ipv6-icmp": ICMPV6, "ospf": 89}
"""Names everybody uses that are not IANA's keyword."""


def _rows(name: str) -> list[dict[str, str]]:
    with resources.files("flowinsight.data").joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def _protocols() -> dict[int, str]:
    return {int(row["number"]): row["keyword"] or row["name"] for row in _rows("protocols.csv")}


@cache
def _numbers() -> dict[str, int]:
    return {name.lower(): number for number, name in _protocols().items()} | _FAMILIAR


@cache
def _services() -> dict[tuple[int, str], str]:
    named: dict[tuple[int, str], str] = {}
    for row in _rows("services.csv"):
        for transport in row["protocol"].split():
            named.setdefault((int(row["port"]), transport), row["name"])
    return named


def protocol_name(number: int) -> str:
    """IANA's keyword, such as TCP; 'protocol 200' for a number that has none."""
    return _protocols().get(number, f"protocol {number}")


def protocol_number(name: str) -> int | None:
    """The number of a protocol by IANA's keyword, in any case; None when there is no such protocol."""
    return _numbers().get(name.lower())


def service_name(port: int, protocol: int) -> str | None:
    """IANA's service name of a port, such as ssh for 22 over TCP; None when the port is not assigned."""
    return _services().get((port, protocol_name(protocol).lower()))


@cache
def _ports_by_name() -> dict[str, tuple[int, int | None]]:
    transports: dict[tuple[str, int], list[str]] = {}
    for row in _rows("services.csv"):
        transports.setdefault((row["name"].lower(), int(row["port"])), []).extend(row["protocol"].split())
    found: dict[str, tuple[int, int | None]] = {}
    for (name, port), names in transports.items():
        found.setdefault(name, (port, protocol_number(names[0]) if len(names) == 1 else None))
    return found


def service_port(name: str) -> tuple[int, int | None] | None:
    """The port of a service by IANA's name, and its protocol when it has only one; None when there is no such service."""
    return _ports_by_name().get(name.lower())


@cache
def assigned_ports(protocol: int) -> frozenset[int]:
    """The ports to which IANA assigned a service over this protocol."""
    transport = protocol_name(protocol).lower()
    return frozenset(port for port, name in _services() if name == transport)
