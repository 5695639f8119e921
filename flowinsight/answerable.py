"""Why some logs could never have shown what is asked: reasons that forbid 'none seen', and cautions that do not."""

from collections.abc import Iterator

from flowinsight import db, rollups
from flowinsight.addresses import Addresses, format_address, is_v4
from flowinsight.conditions import PLACES
from flowinsight.coverage import Coverage
from flowinsight.fields import BY_TOKEN
from flowinsight.filters import Endpoint, Filter, Ports
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange

NEVER_CAPTURED = {
    "169.254.169.254": "the instance metadata service",
    "fd00:ec2::254": "the instance metadata service",
    "169.254.169.123": "the Amazon Time Sync Service",
    "fd00:ec2::123": "the Amazon Time Sync Service",
    "169.254.169.253": "the Amazon DNS server",
    "fd00:ec2::253": "the Amazon DNS server",
    "169.254.169.250": "Windows licence activation",
    "169.254.169.251": "Windows licence activation",
}
"""Addresses whose traffic flow logs leave out. Source: AWS VPC User Guide, flow log limitations."""

DHCP = frozenset({67, 68})


def reasons(question: Question, loaded: Loaded, coverage: Coverage) -> tuple[str, ...]:
    """Sentences that say why these logs could not show what is asked; empty when they could."""
    return tuple(
        dict.fromkeys(
            [
                *loaded.left_out,
                *_not_captured(question),
                *_missing_fields(question, loaded),
                *_outside_traffic_type(question, loaded, coverage),
                *_outside_time(question, loaded, coverage),
            ]
        )
    )


def _asked(question: Question) -> Iterator[Filter]:
    return (one for one in question.filters if one.op == "is")


def addresses_of(question: Question) -> list[Addresses]:
    """The addresses a question is about, on either side or on one."""
    found: list[Addresses] = []
    for one in _asked(question):
        for value in one.values:
            if isinstance(value, Addresses) and one.field in {"address", "client", "server"}:
                found.append(value)
            elif isinstance(value, Endpoint):
                found.append(value.addresses)
    return found


def ports_of(question: Question) -> list[Ports]:
    """The ports a question is about."""
    values = [value for one in _asked(question) for value in one.values]
    return [
        value if isinstance(value, Ports) else value.ports for value in values if isinstance(value, Ports | Endpoint)
    ]


def _not_captured(question: Question) -> Iterator[str]:
    for addresses in addresses_of(question):
        if addresses.single is not None:
            what = NEVER_CAPTURED.get(format_address(addresses.single))
            if what:
                yield f"Flow logs never record traffic to {what} ({addresses.text})."
    ports = ports_of(question)
    if ports and all(port.first in DHCP and port.last in DHCP for port in ports):
        yield "Flow logs never record DHCP traffic (ports 67 and 68)."


def _missing_fields(question: Question, loaded: Loaded) -> Iterator[str]:
    for one in question.filters:
        needed = {"port": "dstport", "service": "dstport", "endpoint": "dstport"}.get(one.field, one.field)
        if needed in BY_TOKEN and needed not in loaded.tokens and loaded.tokens:
            yield f"No format in these logs has the field {needed}."
    if (
        addresses_of(question)
        and loaded.tokens
        and not loaded.tokens & {"srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr"}
    ):
        yield "No format in these logs has an address."


def _outside_traffic_type(question: Question, loaded: Loaded, coverage: Coverage) -> Iterator[str]:
    wanted = _actions_asked(question)
    told = [said for traffic, said in _recorded(loaded) if traffic not in (wanted or {"ACCEPT"})]
    yield from told
    if told or not wanted or "action" not in loaded.tokens or coverage.traffic_type == "ALL":
        return
    seen = loaded.part.actions if loaded.part is not None else actions(loaded)
    if not wanted & seen:
        missing = " or ".join(sorted(wanted))
        yield f"These logs hold no {missing} at all: their flow log may not record it."


def _actions_asked(question: Question) -> set[str]:
    """The actions that records of a question can have; empty where it does not say."""
    left = {"ACCEPT", "REJECT"}
    for one in question.filters:
        if one.field == "action":
            values = set(map(str, one.values))
            left &= values if one.op == "is" else left - values
    return set() if len(left) == 2 else left


def _recorded(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """What the flow logs record that do not record all traffic, and that as a sentence, as the account says it."""
    due = loaded.due or ()
    for only, what, other in (("ACCEPT", "accepted", "rejected"), ("REJECT", "rejected", "accepted")):
        count = sum(one.traffic == only for one in due)
        if count:
            whose = (
                "The flow logs here" if count == len(due) else f"The flow logs of {count:,} of {len(due):,} interfaces"
            )
            yield only, f"{whose} record {what} traffic only: they cannot show {other} traffic."


def actions(loaded: Loaded) -> frozenset[str]:
    """The actions that occur in a source."""
    found = db.rows(loaded.connection.cursor(), f"SELECT DISTINCT action FROM {db.RECORDS} WHERE action IS NOT NULL")
    return frozenset(row["action"] for row in found)


def _outside_time(question: Question, loaded: Loaded, coverage: Coverage) -> Iterator[str]:
    if not loaded.tally.records + loaded.tally.status_rows:
        yield "These logs hold no record and no status row."
    elif coverage.newest is None:
        if question.time != TimeRange():
            yield "These logs hold no times that a flow log can have."
    elif coverage.interfaces == 0 and any(one.field in PLACES for one in question.filters):
        yield "No interface that this question names wrote anything in this time range."
    elif coverage.interfaces == 0:
        yield "These logs hold nothing in this time range."


def cautions(question: Question, loaded: Loaded, coverage: Coverage) -> tuple[str, ...]:
    """Sentences that a careful reader would want to know, and that do not make an answer impossible."""
    found = [
        f"If {addresses.text} is a public address of your own, records hold its private address instead: ask for that one."
        for addresses in addresses_of(question)
        if addresses.single is not None and addresses.single in Addresses.parse("internet")
    ]
    found += rollups.cautions(loaded)
    found += [_resolver(addresses) for addresses in addresses_of(question) if _may_be_resolver(addresses)]
    if loaded.tokens and not loaded.tokens & {"pkt-srcaddr", "pkt-dstaddr"}:
        found.append(
            "The format has no pkt-srcaddr and pkt-dstaddr: what stands behind a NAT gateway or a node cannot be told."
        )
    if loaded.tokens and "tcp-flags" not in loaded.tokens:
        found.append(
            "The format has no tcp-flags: who started is decided by weaker evidence, and a handshake cannot be told."
        )
    if not _actions_asked(question):
        found += [said for traffic, said in _recorded(loaded) if traffic == "ACCEPT"]
    if coverage.narrowed and coverage.absent and loaded.due is not None and not loaded.left_out:
        found.append(
            f"{coverage.absent:,} times {coverage.bin_seconds // 60} minutes of an interface show no sign that it was at work; "
            "to look for one in each would take too many requests. A shorter time can be looked into, and Logs Insights sees all."
        )
    if coverage.traffic_type == "unknown" and "action" in loaded.tokens:
        found.append("These logs hold only one of ACCEPT and REJECT: the flow log may record nothing else.")
    if coverage.expected is None and coverage.interfaces:
        count = "1 interface" if coverage.interfaces == 1 else f"{coverage.interfaces:,} interfaces"
        found.append(f"{count} wrote records; whether others exist cannot be known from these logs.")
    return tuple(found)


def _may_be_resolver(addresses: Addresses) -> bool:
    number = addresses.single
    return number is not None and is_v4(number) and number in Addresses.parse("inside") and number & 0xFF == 2


def _resolver(addresses: Addresses) -> str:
    return f"{addresses.text} may be the Amazon DNS server of its VPC, whose traffic flow logs never record."


def verdict(coverage: Coverage, why_not: tuple[str, ...], *, found: bool) -> str:
    """What an answer may claim. An empty one is exactly one of four; a found one says how far the logs reach."""
    if not found and why_not:
        return "cannot be seen in these logs"
    return f"{'seen' if found else 'none seen'}, {grade(coverage)}"


def grade(coverage: Coverage) -> str:
    """Gaps make a coverage partial; where records were left out on purpose, an interface without any says nothing."""
    if coverage.skipdata or (coverage.absent and not coverage.narrowed):
        return "partly covered"
    return "coverage unknown" if not coverage.expected or coverage.absent else "covered"
