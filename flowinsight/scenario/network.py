"""The company's network: accounts, VPCs, subnets, flow logs and the interfaces in them.

Two of the three VPCs use the same private range, one subnet has no flow log, and interfaces keep bad time:
the three things that make real records hard to read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flowinsight.scenario.config import dice

WINDOW = 60  # seconds, the shorter of AWS's two aggregation intervals
LATEST_CLOCK = 45  # seconds; AWS: start and end may be up to 60 s late


@dataclass(frozen=True)
class Vpc:
    """One network: the scope inside which a private address means something."""

    name: str
    id: str
    account: str
    region: str
    cidr: str
    cidr6: str


@dataclass(frozen=True)
class FlowLog:
    """A flow log over one VPC or one subnet, traffic type ALL, delivered to S3."""

    id: str
    vpc: Vpc
    resource: str


@dataclass(frozen=True)
class Subnet:
    """A subnet; `flow_log` is None where nobody turned one on."""

    name: str
    id: str
    vpc: Vpc
    cidr: str
    flow_log: FlowLog | None


@dataclass(frozen=True, eq=False)
class Interface:
    """A network interface. Records of it carry its private addresses, never `public`.

    `phase` is when in the minute its windows open, `late` by how many seconds its reported times lag;
    together they shift the windows of two observers of one conversation against each other.
    `role` is instance, load_balancer, database or nat_gateway; `owner` is the instance's or gateway's id, else a
    name; `group` names its security group. `born` and `gone` are Unix seconds, None for always.
    """

    name: str
    id: str
    subnet: Subnet
    address: str
    address6: str | None
    public: str | None
    role: str
    owner: str
    group: str | None
    phase: int
    late: int
    born: int | None = None
    gone: int | None = None

    @property
    def instance(self) -> str | None:
        """`instance-id`: `-` for interfaces that AWS manages."""
        return self.owner if self.role == "instance" else None

    @property
    def kind(self) -> str | None:
        """`interface-type`: application load balancers and databases have none."""
        return self.role if self.role == "nat_gateway" else None

    @property
    def vpc(self) -> Vpc:
        return self.subnet.vpc

    @property
    def logged(self) -> bool:
        return self.subnet.flow_log is not None

    def lives(self, start: int, end: int) -> bool:
        """Whether it exists at any second of [start, end)."""
        return (self.born is None or self.born < end) and (self.gone is None or self.gone > start)

    def window_of(self, second: int) -> int:
        """The number of the aggregation window a packet at `second` falls into."""
        return (second - self.phase) // WINDOW

    def opens(self, window: int) -> int:
        """The true second a window opens; it closes WINDOW seconds later."""
        return window * WINDOW + self.phase

    def reported(self, window: int) -> tuple[int, int]:
        """`start` and `end` as every record of that window carries them (Unix seconds).

        Real interfaces share one pair over all records of a window, with a few seconds between windows.
        """
        ragged = (window * 2_654_435_761 + self.phase * 97) >> 7
        first = self.opens(window) + self.late
        return first + ragged % 5, first + WINDOW - 1 - (ragged >> 3) % 6


@dataclass(frozen=True)
class Rule:
    """What a security group lets in: protocol (`tcp`, `udp`, `icmp`), ports, and a source range."""

    protocol: str
    first_port: int
    last_port: int
    source: str
    removed_at: int | None = None


@dataclass(frozen=True)
class Group:
    """A security group. Everything may leave, except from `larkfield-app` to port 25."""

    name: str
    id: str
    vpc: Vpc
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Network:
    """Everything that exists; interfaces by name."""

    vpcs: tuple[Vpc, ...]
    groups: tuple[Group, ...]
    subnets: tuple[Subnet, ...]
    flow_logs: tuple[FlowLog, ...]
    interfaces: Mapping[str, Interface]

    def __getitem__(self, name: str) -> Interface:
        return self.interfaces[name]

    def nat_of(self, vpc: Vpc) -> Interface | None:
        """The NAT gateway's interface in a VPC, if it has one."""
        found = (i for i in self.interfaces.values() if i.role == "nat_gateway" and i.vpc is vpc)
        return next(found, None)


class Ids:
    """AWS-shaped identifiers from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = dice(seed, "ids")

    def new(self, prefix: str, lead: str = "0") -> str:
        """`prefix-` and 17 hexadecimal digits, of which `lead` are the first."""
        return f"{prefix}-{lead}{self._random.getrandbits(4 * (17 - len(lead))):0{17 - len(lead)}x}"
