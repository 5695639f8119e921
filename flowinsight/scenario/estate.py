"""The estate of Larkfield Books, a shop with a website: which interface stands where.

Public addresses are from the ranges reserved for documentation (RFC 5737, RFC 3849): nobody real is shown.
"""

from functools import lru_cache
from random import Random
from types import MappingProxyType

from flowinsight.scenario.config import Config, dice
from flowinsight.scenario.internet import PARTNER
from flowinsight.scenario.network import (
    LATEST_CLOCK,
    WINDOW,
    FlowLog,
    Group,
    Ids,
    Interface,
    Network,
    Rule,
    Subnet,
    Vpc,
)

SHOP_ACCOUNT = "111122223333"
RESEARCH_ACCOUNT = "012345678910"  # a leading zero: an account id is text
REGION = "eu-central-1"

VPCS = (  # name, account, IPv4 range, IPv6 range
    ("shop", SHOP_ACCOUNT, "10.20.0.0/16", "2001:db8:20::/56"),
    ("staging", SHOP_ACCOUNT, "10.20.0.0/16", "2001:db8:21::/56"),
    ("research", RESEARCH_ACCOUNT, "10.40.0.0/16", "2001:db8:40::/56"),
)

SUBNETS = (  # name, VPC, range, whether a flow log covers it
    ("shop-public", "shop", "10.20.0.0/24", True),
    ("shop-web", "shop", "10.20.1.0/24", True),
    ("shop-app", "shop", "10.20.2.0/24", True),
    ("shop-data", "shop", "10.20.3.0/24", True),
    ("staging-web", "staging", "10.20.1.0/24", True),
    ("staging-app", "staging", "10.20.2.0/24", True),
    ("staging-data", "staging", "10.20.3.0/24", True),
    ("research-lab", "research", "10.40.1.0/24", True),
    ("research-old", "research", "10.40.9.0/24", False),
)

INTERFACES = (  # name, subnet, address, IPv6 suffix, elastic address, what it belongs to, security group
    ("alb", "shop-public", "10.20.0.20", ":20", "203.0.113.10", "load_balancer", "alb"),
    ("bastion-1", "shop-public", "10.20.0.40", None, "203.0.113.30", "instance", "bastion"),
    ("gateway-1", "shop-public", "10.20.0.50", None, "203.0.113.40", "instance", "partner"),
    ("web-1", "shop-web", "10.20.1.11", None, None, "instance", "web"),
    ("web-2", "shop-web", "10.20.1.12", None, None, "instance", "web"),
    ("app-1", "shop-app", "10.20.2.11", "2::11", None, "instance", "app"),
    ("app-2", "shop-app", "10.20.2.12", None, None, "instance", "app"),
    ("batch-1", "shop-app", "10.20.2.30", None, None, "instance", "app"),
    ("dns-1", "shop-app", "10.20.2.53", None, None, "instance", "dns"),
    ("monitor-1", "shop-app", "10.20.2.60", "2::60", None, "instance", "monitor"),
    ("build-1", "shop-app", "10.20.2.70", None, None, "instance", "app"),
    ("db-1", "shop-data", "10.20.3.10", None, None, "database", "db"),
    ("db-2", "shop-data", "10.20.3.11", None, None, "database", "db"),
    ("staging-web-1", "staging-web", "10.20.1.11", None, "203.0.113.50", "instance", "staging"),
    ("staging-app-1", "staging-app", "10.20.2.11", None, None, "instance", "staging"),
    ("staging-db-1", "staging-data", "10.20.3.10", None, None, "database", "staging"),
    ("lab-1", "research-lab", "10.40.1.11", "1::11", "203.0.113.60", "instance", "lab"),
    ("lab-2", "research-lab", "10.40.1.12", None, None, "instance", "lab"),
    ("lab-3", "research-lab", "10.40.1.13", None, None, "instance", "lab"),
    ("legacy-1", "research-old", "10.40.9.90", None, None, "instance", "lab"),
    ("nat", "shop-public", "10.20.0.30", None, "203.0.113.20", "nat_gateway", None),
)

OWNED = {"instance": "i", "nat_gateway": "nat"}  # roles whose owner has an id of its own
GROUPS = (  # name, VPC, what it lets in: protocol, port or ports, source
    ("alb", "shop", ("tcp 443 0.0.0.0/0", "tcp 443 ::/0")),
    ("bastion", "shop", ("tcp 22 0.0.0.0/0", "tcp 9100 10.20.2.60/32")),
    ("partner", "shop", (f"tcp 8443 {PARTNER.address}/32", "tcp 9100 10.20.2.60/32")),
    ("web", "shop", ("tcp 8080 10.20.0.20/32", "tcp 22 10.20.0.40/32", "tcp 9100 10.20.2.60/32")),
    ("app", "shop", ("tcp 9000 10.20.1.0/24", "tcp 22 10.20.0.40/32", "tcp 9100 10.20.2.60/32", "icmpv6 -1 ::/0")),
    ("dns", "shop", ("udp 53 10.20.0.0/16", "tcp 9100 10.20.2.60/32")),
    ("monitor", "shop", ("udp 514 10.20.0.0/16",)),
    (
        "db",
        "shop",
        ("tcp 5432-5434 10.20.0.0/16", "tcp 6379 10.20.2.0/24", "tcp 9100 10.20.2.60/32", "icmp -1 10.20.2.60/32"),
    ),
    ("staging", "staging", ("tcp 0-65535 10.20.0.0/16", "tcp 443 0.0.0.0/0", "icmp -1 0.0.0.0/0")),
    ("lab", "research", ("tcp 0-65535 10.40.0.0/16", "tcp 22 0.0.0.0/0")),
)

CLOCKS = {"app-1": (10, 0), "db-1": (40, 36)}  # phase, lateness: windows of one packet can lie apart altogether
BUILD_HOURS = (9, 12)  # build-1 exists on the first day between these hours only


@lru_cache(maxsize=4)
def network(config: Config) -> Network:
    """The estate as one seed gives it.

    The NAT gateway's interface id sorts after all others, so that "the lowest id" and "the instance's own interface"
    name the same believed observer.
    """
    ids = Ids(config.seed)
    vpcs = {n: Vpc(n, ids.new("vpc"), account, REGION, v4, v6) for n, account, v4, v6 in VPCS}
    flow_logs = {n: FlowLog(ids.new("fl"), vpc, vpc.id) for n, vpc in vpcs.items() if n != "research"}
    lab = ids.new("subnet")
    flow_logs["research"] = FlowLog(ids.new("fl"), vpcs["research"], lab)
    subnets = {
        n: Subnet(n, lab if n == "research-lab" else ids.new("subnet"), vpcs[v], cidr, flow_logs[v] if on else None)
        for n, v, cidr, on in SUBNETS
    }
    clock = dice(config.seed, "clocks")
    interfaces = {row[0]: _interface(row, subnets, ids, clock, config) for row in INTERFACES}
    groups = (Group(f"larkfield-{n}", ids.new("sg"), vpcs[v], _rules(rules, config)) for n, v, rules in GROUPS)
    fixed = (tuple(vpcs.values()), tuple(groups), tuple(subnets.values()), tuple(flow_logs.values()))
    return Network(*fixed, MappingProxyType(interfaces))


def _rules(texts: tuple[str, ...], config: Config) -> tuple[Rule, ...]:
    return tuple(_rule(text, config) for text in texts)


def _rule(text: str, config: Config) -> Rule:
    protocol, ports, source = text.split()
    first, _, last = (ports, "", ports) if ports == "-1" else ports.partition("-")
    removed = rule_change(config) if source == f"{PARTNER.address}/32" else None
    return Rule(protocol, int(first), int(last or first), source, removed)


def rule_change(config: Config) -> int:
    """The second at which the partner's rule is removed: 14:30 on the first day."""
    return config.start + 14 * 3_600 + 30 * 60


_Row = tuple[str, str, str, str | None, str | None, str, str | None]


def _interface(row: _Row, subnets: dict[str, Subnet], ids: Ids, clock: Random, config: Config) -> Interface:
    name, subnet, address, suffix, public, role, group = row
    prefix = subnets[subnet].vpc.cidr6.split("::")[0]
    born, gone = (config.start + hour * 3_600 for hour in BUILD_HOURS)
    temporary = name == "build-1"
    drawn = clock.randrange(WINDOW), clock.randrange(LATEST_CLOCK)
    phase, late = CLOCKS.get(name, drawn)
    return Interface(
        name=name,
        id=ids.new("eni", "0f" if role == "nat_gateway" else f"0{clock.randrange(10)}"),
        subnet=subnets[subnet],
        address=address,
        address6=f"{prefix}:{suffix}" if suffix else None,
        public=public,
        role=role,
        owner=ids.new(OWNED[role]) if role in OWNED else f"larkfield-{name}",
        group=f"larkfield-{group}" if group else None,
        phase=phase,
        late=late,
        born=born if temporary else None,
        gone=gone if temporary else None,
    )
