"""A break-in: a port scan finds SSH, brute force opens it, and from inside the next targets are looked for."""

from flowinsight.scenario.exchange import Exchange, Outcome, Party, Refusal
from flowinsight.scenario.internet import BURGLAR, SCANNER
from flowinsight.scenario.stage import Facts, Stage, Telling

SCANNED = range(1, 601)
SWEEP_PORT, SWEEP_SOURCE_PORT = 445, 40_044
SWEPT = range(4, 255)  # AWS keeps the first four addresses of a subnet; its router's is never logged
ATTEMPTS = 300


def port_scan(stage: Stage) -> Telling:
    """One source, one host, six hundred ports within twenty minutes; only SSH answers."""
    target, done = stage.inside("bastion-1"), list[Exchange]()
    start = stage.at(3, stage.dice.randrange(10, 20))
    for number, port in enumerate(stage.dice.sample(SCANNED, len(SCANNED))):
        at = start + number * 2
        if port == 22:
            done.append(stage.probe(at, SCANNER, target, port, Outcome.HANDSHAKE_ONLY))
        else:
            done.append(stage.probe(at, SCANNER, target, port, Outcome.REJECTED, refusal=Refusal.AT_SERVER))
    facts: Facts = {
        "story": "A vertical port scan.",
        "client": SCANNER.address,
        "server": target.address,
        "ports": [SCANNED.start, SCANNED.stop - 1],
        "distinct_ports": len(SCANNED),
        "rejected_ports": len(SCANNED) - 1,
        "open_ports": [22],
        "from": start,
        "to": done[-1].at,
    }
    return Telling(done, facts)


def brute_force(stage: Stage) -> Telling:
    """Many short, similar, accepted SSH connections, then a long one: the password was found."""
    target, start, done = stage.inside("bastion-1"), stage.at(3, 40), list[Exchange]()
    ports = stage.dice.sample(range(32_768, 61_000), ATTEMPTS + 1)
    for number, port in enumerate(ports[1:]):
        size, back = 1_900 + stage.dice.randrange(60), 2_400 + stage.dice.randrange(60)
        done.append(
            stage.data(start + number * 8, BURGLAR, target, 22, sent=size, received=back, seconds=3, client_port=port)
        )
    success, port = start + ATTEMPTS * 8 + 20, ports[0]
    done += stage.session(success, success + 5_400, BURGLAR, target, 22, port, sent=4_000, received=25_000)
    facts: Facts = {
        "story": "SSH brute force that succeeds.",
        "client": BURGLAR.address,
        "server": target.address,
        "port": 22,
        "failed_attempts": ATTEMPTS,
        "from": start,
        "success": {"client_port": port, "from": success, "to": success + 5_400},
    }
    return Telling(done, facts)


def sweep(stage: Stage) -> Telling:
    """From the bastion, one fixed source port, one service, every address of the app subnet."""
    source, start, done = stage.inside("bastion-1"), stage.at(4, 45), list[Exchange]()
    here = {i.address: i for i in stage.network.interfaces.values() if i.subnet.name == "shop-app" and i.born is None}
    for number in SWEPT:
        address = f"10.20.2.{number}"
        target = Party(address, here.get(address))
        refusal = Refusal.AT_SERVER if target.interface else None
        outcome = Outcome.REJECTED if refusal else Outcome.NO_REPLY
        at = start + number * 2
        done.append(
            stage.probe(at, source, target, SWEEP_PORT, outcome, refusal=refusal, client_port=SWEEP_SOURCE_PORT)
        )
    facts: Facts = {
        "story": "A horizontal sweep from a fixed source port.",
        "client": source.address,
        "client_port": SWEEP_SOURCE_PORT,
        "port": SWEEP_PORT,
        "targets": len(SWEPT),
        "rejected_by": sorted(here),
        "no_reply": len(SWEPT) - len(here),
        "from": done[0].at,
        "to": done[-1].at,
    }
    return Telling(done, facts)
