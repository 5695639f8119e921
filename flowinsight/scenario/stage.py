"""What a scene has at hand: the network, one day, dice of its own, and words for kinds of traffic.

Sizes: `sent` and `received` are payload bytes; headers are added here (52 bytes a TCP packet on IPv4, 72 on IPv6,
which the flow model's 60 and 80 take off again).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from flowinsight.scenario.config import Config
from flowinsight.scenario.exchange import (
    ICMP,
    ICMP6,
    LONGEST,
    NOTHING,
    TCP,
    UDP,
    Exchange,
    Load,
    Outcome,
    Party,
    Refusal,
)
from flowinsight.scenario.network import Network

HOURLY = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 11, 12, 11, 10, 10, 11, 12, 13, 14, 12, 9, 6, 4)  # a shop's day


@dataclass(frozen=True)
class Stage:
    """One scene on one day. `midnight` is Unix seconds; `day` counts from the run's first day (may be negative)."""

    scene: str
    config: Config
    network: Network
    day: int
    midnight: int
    dice: Random

    def at(self, hour: int, minute: int = 0, second: int = 0) -> int:
        """A time of this day in Unix seconds."""
        return self.midnight + hour * 3_600 + minute * 60 + second

    def inside(self, name: str, *, six: bool = False) -> Party:
        """One of the company's interfaces, under its IPv4 or IPv6 address."""
        interface = self.network[name]
        address = interface.address6 if six else interface.address
        assert address is not None, f"{name} has no such address"
        return Party(address, interface)

    def business(self, a_day: int) -> int:
        """How many of `a_day` events happen at this run's scale; above 1 the rest is bulk."""
        return round(a_day * min(self.config.scale, 1))

    def moments(self, count: int) -> list[int]:
        """`count` seconds of this day, busier when the shop is."""
        hours = sorted(self.dice.choices(range(24), HOURLY, k=count))
        return [self.midnight + hour * 3_600 + self.dice.randrange(3_600) for hour in hours]

    def port(self) -> int:
        """An ephemeral port as Linux picks them."""
        return self.dice.randrange(32_768, 61_000)

    def data(
        self, at: int, client: Party, server: Party, port: int, *, sent: int, received: int, seconds: int = 0,
        client_port: int | None = None, opens: bool = True, closes: bool = True,
    ) -> Exchange:  # fmt: skip
        """A TCP connection (or a piece of one) in which both sides sent payload."""
        packets_out = 4 * opens + 2 + max(sent // 1_400, received // 2_800)
        packets_back = 3 * opens + 2 + max(received // 1_400, sent // 2_800)
        head = 72 if ":" in client.address else 52
        return Exchange(
            self.scene, at, seconds, client, server, client_port or self.port(), port, TCP,
            Load(packets_out, sent + head * packets_out), Load(packets_back, received + head * packets_back),
            Outcome.DATA, None, opens, closes,
        )  # fmt: skip

    def session(
        self, start: int, end: int, client: Party, server: Party, port: int, client_port: int, *, sent: int,
        received: int, opens: bool = True, closes: bool = True,
    ) -> Iterator[Exchange]:  # fmt: skip
        """One long TCP connection in pieces; `sent` and `received` are payload bytes a minute."""
        for at in range(start, end, LONGEST):
            lasts = min(LONGEST, end - at) - 1
            share = (lasts + 1) / 60
            yield self.data(
                at, client, server, port, sent=int(sent * share), received=int(received * share), seconds=lasts,
                client_port=client_port, opens=opens and at == start, closes=closes and at + LONGEST >= end,
            )  # fmt: skip

    def probe(
        self, at: int, client: Party, server: Party, port: int, outcome: Outcome, *, refusal: Refusal | None = None,
        tries: int = 1, client_port: int | None = None,
    ) -> Exchange:  # fmt: skip
        """A TCP connection attempt that came to no payload."""
        syn = 80 if ":" in client.address else 60
        answer = Load(tries, (syn if refusal else syn - 20) * tries)
        nothing = outcome is Outcome.NO_REPLY or refusal not in (None, Refusal.REPLY_BLOCKED)
        sent, received = Load(tries, syn * tries), NOTHING if nothing else answer
        if outcome is Outcome.HANDSHAKE_ONLY:
            sent, received = Load(3, 3 * syn - 16), Load(2, 2 * syn - 8)
        return Exchange(
            self.scene, at, min(tries - 1, 7), client, server, client_port or self.port(), port, TCP, sent, received,
            outcome, refusal,
        )  # fmt: skip

    def stray(self, at: int, client: Party, server: Party, port: int, client_port: int) -> Exchange:
        """Two late packets of a connection that is over: rejected, and nobody's fault."""
        return Exchange(
            self.scene, at, 2, client, server, client_port, port, TCP, Load(2, 104), NOTHING, Outcome.REJECTED,
            Refusal.AFTER_CLOSE, opens=False,
        )  # fmt: skip

    def datagram(
        self, at: int, client: Party, server: Party, port: int, *, sent: int, received: int,
        client_port: int | None = None,
    ) -> Exchange:  # fmt: skip
        """One UDP packet and its answer; `received` 0 means none came."""
        answer, outcome = (Load(1, received + 28), Outcome.REPLIED) if received else (NOTHING, Outcome.NO_REPLY)
        asking = Load(1, sent + 28)
        return Exchange(
            self.scene, at, 0, client, server, client_port or self.port(), port, UDP, asking, answer, outcome
        )

    def ping(
        self, at: int, client: Party, server: Party, *, times: int = 4, refusal: Refusal | None = None
    ) -> Exchange:
        """Echo requests and, unless refused on their way there, replies. Ports are 0."""
        six = ":" in client.address
        load = Load(times, times * (104 if six else 84))
        answer = load if refusal in (None, Refusal.REPLY_BLOCKED) else NOTHING
        outcome = Outcome.REJECTED if refusal else Outcome.REPLIED
        return Exchange(
            self.scene, at, times - 1, client, server, 0, 0, ICMP6 if six else ICMP, load, answer, outcome, refusal
        )


Facts = Mapping[str, object]


@dataclass(frozen=True)
class Telling:
    """What a scene did on one day: its exchanges, and the facts an observer should be able to find.

    `facts` is empty for ordinary background.
    """

    exchanges: Sequence[Exchange]
    facts: Facts
