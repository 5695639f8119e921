"""Functions of addresses in SQL. DuckDB's own address type is an extension that is not always there.

An IPv4 address is compared as a number, an IPv6 address as its 32 hexadecimal digits; what is neither is in no
network. Inferred: the network must be written out in the query; bits behind its prefix are ignored; what is public or
reserved follows IANA's registries of special-purpose addresses.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from flowinsight.sandbox.logslang.insights.sql import Arguments, Builder, Sql

OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = rf"{OCTET}(?:\.{OCTET}){{3}}"
GROUP = "[0-9a-fA-F]{1,4}"
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
RESERVED = (
    "0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "100::/64",
    "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8",
)  # fmt: skip


def _truth(text: str) -> Sql:
    return Sql(text, "truth")


def is_v4(value: str) -> str:
    return f"regexp_full_match({value}, '{IPV4}')"


def is_v6(value: str) -> str:
    """Say whether a text is an IPv6 address: eight groups, or fewer with one `::`, the last two perhaps an IPv4."""
    plain = _without_v4(value)
    full = f"(regexp_full_match({plain}, '{GROUP}(?::{GROUP}){{7}}'))"
    short = (
        f"(regexp_full_match({plain}, '(?:{GROUP}(?::{GROUP})*)?::(?:{GROUP}(?::{GROUP})*)?')"
        f" AND (length({plain}) - length(replace({plain}, '::', ''))) = 2"
        f" AND regexp_extract_all({plain}, '{GROUP}').len() <= 7)"
    )
    return f"({full} OR {short})"


def _without_v4(value: str) -> str:
    """Write a trailing IPv4 address as two groups. Which two does not matter here: they are 0:0."""
    return f"regexp_replace({value}, ':{IPV4}$', ':0:0')"


def number_v4(value: str) -> str:
    part = "TRY_CAST(string_split({0}, '.')[{1}] AS BIGINT)"
    terms = " + ".join(f"{part.format(value, place)} * {256 ** (4 - place)}" for place in range(1, 5))
    return f"(CASE WHEN {is_v4(value)} THEN {terms} END)"


def digits_v6(value: str) -> str:
    """Return the 32 hexadecimal digits of an IPv6 address."""
    tail = f"regexp_extract({value}, '{IPV4}$')"
    plain = f"regexp_replace({value}, ':{IPV4}$', ':' || {_tail_groups(tail)})"
    left = _padded(f"string_split({plain}, '::')[1]")
    right = f"CASE WHEN contains({plain}, '::') THEN {_padded(f'string_split({plain}, $sep$::$sep$)[2]')} ELSE '' END"
    return f"(CASE WHEN {is_v6(value)} THEN rpad({left}, CAST(32 - length({right}) AS INTEGER), '0') || {right} END)"


def _tail_groups(tail: str) -> str:
    part = "lpad(lower(to_hex(TRY_CAST(string_split({0}, '.')[{1}] AS BIGINT))), 2, '0')"
    a, b, c, d = (part.format(tail, place) for place in range(1, 5))
    return f"coalesce({a} || {b} || ':' || {c} || {d}, '')"


def _padded(groups: str) -> str:
    listed = f"list_filter(string_split(lower({groups}), ':'), lambda g: g <> '')"
    return f"coalesce(array_to_string(list_transform({listed}, lambda g: lpad(g, 4, '0')), ''), '')"


def inside(value: str, networks: Sequence[IPv4Network | IPv6Network], once: Callable[[str], str]) -> str:
    """Say whether an address lies in one of some networks. It is read `once`, however many networks a query asks about."""
    v4 = [(str(int(n.network_address)), str(int(n.broadcast_address))) for n in networks if n.version == 4]
    v6 = [
        (f"'{int(n.network_address):032x}'", f"'{int(n.broadcast_address):032x}'") for n in networks if n.version == 6
    ]
    tests = [_between(once(number_v4(value)), v4)] if v4 else []
    tests += [_between(once(digits_v6(value)), v6)] if v6 else []
    return f"({' OR '.join(tests)})"


def _between(address: str, ranges: list[tuple[str, str]]) -> str:
    """Look for an address in ranges; in several at once, because reading it again for each makes the text huge."""
    if len(ranges) == 1:
        return f"coalesce({address} BETWEEN {ranges[0][0]} AND {ranges[0][1]}, false)"
    listed = ", ".join(f"[{first}, {last}]" for first, last in ranges)
    return f"coalesce(list_bool_or(list_transform([{listed}], lambda r: {address} BETWEEN r[1] AND r[2])), false)"


def _in_subnet(*versions: int) -> Builder:
    def build(a: Arguments) -> Sql:
        written = a.literal(1, "a network such as 192.0.2.0/24")
        try:
            network = ip_network(written, strict=False)
        except ValueError as error:
            raise a.refuse(1, f"{written} is no network; write it as 192.0.2.0/24 or 2001:db8::/32.") from error
        return _truth(inside(a.text(), [network], a.once) if network.version in versions else "false")

    return build


def _in_any(a: Arguments, networks: tuple[str, ...]) -> str:
    return inside(a.text(), [ip_network(network) for network in networks], a.once)


def _public(a: Arguments) -> Sql:
    valid = f"({is_v4(a.text())} OR {is_v6(a.text())})"
    return _truth(f"coalesce({valid} AND NOT {_in_any(a, PRIVATE + RESERVED)}, false)")


ADDRESSES: dict[str, Builder] = {
    "isvalidip": lambda a: _truth(f"coalesce({is_v4(a.text())} OR {is_v6(a.text())}, false)"),
    "isvalidipv4": lambda a: _truth(f"coalesce({is_v4(a.text())}, false)"),
    "isvalidipv6": lambda a: _truth(f"coalesce({is_v6(a.text())}, false)"),
    "isipinsubnet": _in_subnet(4, 6),
    "isipv4insubnet": _in_subnet(4),
    "isipv6insubnet": _in_subnet(6),
    "ipv4tonumber": lambda a: Sql(f"CAST({number_v4(a.text())} AS DOUBLE)", "number"),
    "isprivateip": lambda a: _truth(_in_any(a, PRIVATE)),
    "ispublicip": _public,
    "isreservedip": lambda a: _truth(_in_any(a, RESERVED)),
}
