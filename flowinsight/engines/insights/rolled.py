"""The rollup of records: the side that serves and its port are kept, the other side's ports only as lowest and highest."""

from flowinsight import iana
from flowinsight.engines.insights.columns import Columns

TOLD_APART = (
    "srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr", "protocol", "action", "tcp-flags", "flow-direction",
    "reject-reason", "interface-type", "log-status",
)  # fmt: skip
"""What a rollup tells records apart by, beside where they were written, the side that serves, its port and the bin."""

SUMMED = ("packets", "bytes", "srcport", "dstport")
"""What it adds up or keeps the edges of."""

SYN = tuple(flags for flags in range(64) if flags & 18 == 2)
SYN_ACK = tuple(flags for flags in range(64) if flags & 18 == 18)
"""TCP flags by value: the language has no operators for bits."""

SOURCE_SERVES, DESTINATION_SERVES = "1", "0"
"""The values of the column `serves`."""


def commands(columns: Columns) -> list[str]:
    """The commands that say of each record which side serves, by itself alone, and what it carried.

    SYN without ACK goes to a server, SYN-ACK comes from one, a rejected record was going to one; else the lower port serves,
    the destination where both are equal. Payload is what 60 bytes of headers a packet leave over IPv4, 80 over IPv6.
    """
    ports = f"{_port(columns, 'srcport', 'dstport')} as servedport, {_port(columns, 'dstport', 'srcport')} as otherport"
    return [
        f"fields {_sender(columns)} as sender, {_ported(columns)} as ported, {_serves(columns)} as serves",
        f"fields {_payload(columns)} as carried, {ports}",
    ]


def _sender(columns: Columns) -> str:
    names = columns.named(["pkt-srcaddr", "srcaddr"])
    return f"if(isValidIp({names[0]}), {names[0]}, {names[1]})" if len(names) > 1 else names[0] if names else '""'


def _ported(columns: Columns) -> str:
    listed = ", ".join(map(str, sorted(iana.WITH_PORTS)))
    names = columns.named(["protocol"])
    return f"if({names[0]} in [{listed}], 1, 0)" if names else "0"


def _serves(columns: Columns) -> str:
    pairs: list[tuple[str, str]] = []
    for protocol in columns.named(["protocol"]):
        for flags in columns.named(["tcp-flags"]):
            pairs.append((f"{protocol} = 6 and {flags} in [{', '.join(map(str, SYN))}]", DESTINATION_SERVES))
            pairs.append((f"{protocol} = 6 and {flags} in [{', '.join(map(str, SYN_ACK))}]", SOURCE_SERVES))
    pairs += [(f'{action} = "REJECT"', DESTINATION_SERVES) for action in columns.named(["action"])]
    ports = columns.named(["srcport", "dstport"])
    if len(ports) > 1 and columns.named(["protocol"]):
        listed = ", ".join(map(str, sorted(iana.WITH_PORTS)))
        pairs.append((f"{columns.names['protocol']} in [{listed}] and {ports[0]} < {ports[1]}", SOURCE_SERVES))
    if not pairs:
        return DESTINATION_SERVES
    return f"case({', '.join(f'{condition}, {side}' for condition, side in pairs)}, {DESTINATION_SERVES})"


def _payload(columns: Columns) -> str:
    named = columns.named(["protocol", "bytes", "packets"])
    if len(named) < 3:
        return "0"
    protocol, size, packets = named
    left = f"greatest({size} - {packets} * if(isValidIpV4(sender), 60, 80), 0)"
    return f"if({protocol} = 6 and isValidIp(sender), {left}, 0)"


def _port(columns: Columns, of_source: str, of_destination: str) -> str:
    source, destination = ((columns.named([token]) or ['""'])[0] for token in (of_source, of_destination))
    return f'if(ported = 1, if(serves = {SOURCE_SERVES}, {source}, {destination}), "")'


def keys(hit: str) -> dict[str, str]:
    """What rows are told apart by beside their fields. Rows that are no records have neither."""
    return {"side": f'if({hit} = 1, serves, "")', "port": f'if({hit} = 1, servedport, "")'}


def sums(columns: Columns) -> dict[str, str]:
    """What is added up, and between which other ports."""
    found = {"payload": "sum(carried)", "lowest": "min(otherport)", "highest": "max(otherport)"}
    return found | {token: f"sum({name})" for token in ("packets", "bytes") for name in columns.named([token])}
