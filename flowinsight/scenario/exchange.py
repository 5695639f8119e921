"""What happened between two parties, before anybody observed it.

An exchange is one connection, or up to five minutes of a longer one. It knows who started and what came of
it: that is the truth. How interfaces saw it is `paths` and `observe`.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NamedTuple

from flowinsight.scenario.config import ScenarioError
from flowinsight.scenario.network import Interface

LONGEST = 300  # seconds; longer connections are several exchanges with the same ports

ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
FIN, SYN, RST, SYN_ACK = 1, 2, 4, 18


class Outcome(IntEnum):
    """The ladder, lowest rung first; a conversation stands on the highest rung any of its exchanges reached."""

    REJECTED = 0
    NO_REPLY = 1
    RESET = 2
    HANDSHAKE_ONLY = 3
    DATA = 4
    REPLIED = 5  # UDP and ICMP

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", " ")


class Refusal(Enum):
    """Where a packet was not let through, and which kind of REJECT that is."""

    AT_SERVER = "at the server", "attempt"
    AT_CLIENT = "at the client", "attempt"
    AFTER_CLOSE = "after close", "mid-connection"
    REPLY_BLOCKED = "the reply", "reply blocked"
    BPA = "block public access", "control"
    EC = "encryption controls", "control"

    @property
    def kind(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Party:
    """One side: an address, and the interface that holds it (None on the internet, or where nothing is)."""

    address: str
    interface: Interface | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What one side sent."""

    packets: int = 0
    bytes: int = 0


NOTHING = Load()


class Flags(NamedTuple):
    """tcp-flags of one side's first packet, of every packet, and of its last."""

    first: int
    every: int
    last: int


NO_FLAGS = Flags(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One connection or a piece of one. `at` is Unix seconds, `lasts` seconds (0: within one second).

    `opens` and `closes`: the TCP handshake, the TCP end lie in this piece.
    """

    scene: str
    at: int
    lasts: int
    client: Party
    server: Party
    client_port: int
    server_port: int
    protocol: int
    sent: Load
    received: Load
    outcome: Outcome
    refusal: Refusal | None = None
    opens: bool = True
    closes: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.lasts <= LONGEST:
            raise ScenarioError(f"{self.scene}: an exchange lasts 0 to {LONGEST} s, not {self.lasts}.")
        if self.client.interface is None and self.server.interface is None:
            raise ScenarioError(f"{self.scene}: nobody would see an exchange between two strangers.")

    @property
    def flags_sent(self) -> Flags:
        """tcp-flags of the client's packets. Unanswered or refused, it repeats its SYN."""
        if self.protocol != TCP:
            return NO_FLAGS
        if self.outcome in (Outcome.DATA, Outcome.HANDSHAKE_ONLY):
            return Flags(SYN * self.opens, 0, FIN * self.closes)
        return Flags(0, SYN * self.opens, 0)

    @property
    def flags_received(self) -> Flags:
        """tcp-flags of the server's packets; a bare ACK shows as 0."""
        if self.protocol != TCP:
            return NO_FLAGS
        if self.outcome is Outcome.RESET:
            return Flags(0, RST, 0)
        if self.refusal is Refusal.REPLY_BLOCKED:
            return Flags(0, SYN_ACK, 0)
        return Flags(SYN_ACK * self.opens, 0, FIN * self.closes)
