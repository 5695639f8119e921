"""Traffic to and from the internet that means no harm, the noise that does, and every rung of the ladder once."""

from flowinsight.scenario.exchange import Exchange, Outcome, Party, Refusal
from flowinsight.scenario.internet import NOISE, UPDATES, UPDATES_6
from flowinsight.scenario.stage import Stage, Telling

NOISY_PORTS = (22, 23, 80, 445, 1433, 3306, 3389, 5900, 6379, 8080)


def updates(stage: Stage) -> Telling:
    """HTTPS to the internet: over IPv4 through the NAT gateway, over IPv6 straight out."""
    dice, done = stage.dice, list[Exchange]()
    for at in stage.moments(stage.business(350)):
        name = dice.choice(("app-1", "app-2", "web-1", "web-2", "batch-1"))
        size, seconds = dice.randint(4_000, 900_000), dice.randint(0, 40)
        done.append(
            stage.data(at, stage.inside(name), dice.choice(UPDATES), 443, sent=1_800, received=size, seconds=seconds)
        )
    for at in stage.moments(stage.business(80)):
        done.append(
            stage.data(at, stage.inside("app-1", six=True), UPDATES_6, 443, sent=900, received=60_000, seconds=3)
        )
    facts = {
        "story": "HTTPS through the NAT gateway: the instance's own interface names both ends, the gateway's inside leg "
        "keeps them in its pkt- fields, its outside leg has lost the instance.",
        "through": stage.inside("nat").address,
        "servers": [party.address for party in UPDATES],
        "server_ipv6": UPDATES_6.address,
    }
    return Telling(done, facts)


def never_logged(stage: Stage) -> Telling:
    """A machine in a subnet without a flow log: only the other side of its conversations is ever seen."""
    old, lab = stage.inside("legacy-1"), stage.inside("lab-2")
    done = [stage.data(at, old, lab, 445, sent=5_000, received=70_000, seconds=9) for at in stage.moments(40)]
    facts = {
        "story": "The client's interface is in the inventory and writes no record at all.",
        "client": old.address,
        "never_logged": stage.network["legacy-1"].id,
        "server": lab.address,
        "only_observer": stage.network["lab-2"].id,
        "port": 445,
    }
    return Telling(done, facts)


def noise(stage: Stage) -> Telling:
    """Internet background: many sources, few packets each, some with one fixed source port; all rejected."""
    dice, done = stage.dice, list[Exchange]()
    targets = [stage.inside(name) for name in ("alb", "bastion-1", "gateway-1", "staging-web-1")]
    for at in stage.moments(1_000):
        source, target, port = dice.choice(NOISE), dice.choice(targets), dice.choice(NOISY_PORTS)
        fixed = 61_000 if NOISE.index(source) < 12 else None
        done.append(_knock(stage, at, source, target, port, fixed))
    facts = {
        "story": "Many sources knock on well-known ports; twelve of them always from source port 61000.",
        "sources": sorted({exchange.client.address for exchange in done}),
        "fixed_source_port": 61_000,
        "attempts": len(done),
    }
    return Telling(done, facts)


def _knock(stage: Stage, at: int, source: Party, target: Party, port: int, fixed: int | None) -> Exchange:
    return stage.probe(at, source, target, port, Outcome.REJECTED, refusal=Refusal.AT_SERVER, client_port=fixed)


def ladder(stage: Stage) -> Telling:
    """One service for each outcome, so that every rung can be pointed at."""
    app, done = stage.inside("app-2"), list[Exchange]()
    rungs = {
        Outcome.NO_REPLY: (Party("10.20.3.99"), 5432),
        Outcome.RESET: (stage.inside("db-2"), 6379),
        Outcome.HANDSHAKE_ONLY: (stage.inside("db-2"), 5432),
        Outcome.DATA: (stage.inside("db-2"), 5434),
    }
    for hour in range(1, 23):
        for outcome, (server, port) in rungs.items():
            at = stage.at(hour, 10 + 7 * outcome, stage.dice.randrange(40))
            if outcome is Outcome.DATA:
                done.append(stage.data(at, app, server, port, sent=800, received=4_000))
            else:
                done.append(stage.probe(at, app, server, port, outcome, tries=3 if outcome is Outcome.NO_REPLY else 1))
    facts = {
        "story": "One client meets every outcome: nobody there, port closed, health check, real use.",
        "client": app.address,
        "outcomes": [{"server": s.address, "port": p, "outcome": o.words, "times": 22} for o, (s, p) in rungs.items()],
    }
    return Telling(done, facts)
