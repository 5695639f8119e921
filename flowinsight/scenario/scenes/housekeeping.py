"""What machines do among themselves: names, time, monitoring, copies, builds."""

from functools import partial

from flowinsight.scenario.config import DAY, dice
from flowinsight.scenario.exchange import Exchange
from flowinsight.scenario.internet import CLOCK, RESOLVER, UPDATES
from flowinsight.scenario.network import Interface
from flowinsight.scenario.stage import Stage, Telling

SERVERS = ("bastion-1", "gateway-1", "web-1", "web-2", "app-1", "app-2", "batch-1", "dns-1", "monitor-1")
WATCHED = ("bastion-1", "gateway-1", "web-1", "web-2", "app-1", "app-2", "batch-1", "dns-1", "db-1", "db-2")


def dns(stage: Stage) -> Telling:
    """The company runs its own resolver, so its DNS is in the records (Amazon's own is not)."""
    resolver, dice, done = stage.inside("dns-1"), stage.dice, list[Exchange]()
    for name in SERVERS:
        if name == "dns-1":
            continue
        for at in stage.moments(stage.business(70)):
            done.append(stage.datagram(at, stage.inside(name), resolver, 53, sent=40, received=dice.randint(60, 400)))
    for at in stage.moments(stage.business(160)):
        done.append(stage.datagram(at, resolver, RESOLVER, 53, sent=45, received=dice.randint(60, 900)))
    return Telling(done, {"story": "DNS to the company's own resolver.", "server": resolver.address, "port": 53})


def ntp(stage: Stage) -> Telling:
    """Port 123 on both sides: ports alone cannot tell who asked."""
    done = [
        stage.datagram(stage.at(hour, stage.dice.randrange(60)), stage.inside(name), CLOCK, 123, sent=48, received=48,
                       client_port=123)
        for name in ("bastion-1", "dns-1", "monitor-1") for hour in range(24)
    ]  # fmt: skip
    return Telling(done, {"story": "Time from a public server, port 123 on both sides.", "server": CLOCK.address})


def monitoring(stage: Stage) -> Telling:
    """A scrape of every machine three times an hour."""
    monitor, done = stage.inside("monitor-1"), list[Exchange]()
    for at in range(stage.midnight, stage.midnight + DAY, 1_200):
        for number, name in enumerate(WATCHED):
            server, then = stage.inside(name), at + 7 * number
            done.append(stage.data(then, monitor, server, 9100, sent=300, received=stage.dice.randint(9_000, 20_000)))
    return Telling(done, {"story": "Monitoring scrapes port 9100.", "client": monitor.address, "port": 9100})


def ping(stage: Stage) -> Telling:
    """ICMP and ICMPv6 echo, both with replies."""
    done: list[Exchange] = []
    for at in range(stage.at(0, 5), stage.midnight + DAY, 1_800):
        done.append(stage.ping(at, stage.inside("monitor-1"), stage.inside("db-1")))
        done.append(stage.ping(at, stage.inside("monitor-1", six=True), stage.inside("app-1", six=True)))
    facts = {
        "story": "Echo requests every half hour, over ICMP to the database and over ICMPv6 to an app server.",
        "client": stage.inside("monitor-1").address,
        "client_ipv6": stage.inside("monitor-1", six=True).address,
        "server": stage.inside("db-1").address,
        "server_ipv6": stage.inside("app-1", six=True).address,
    }
    return Telling(done, facts)


def syslog(stage: Stage) -> Telling:
    """UDP that is never answered, and is not meant to be."""
    target = stage.inside("monitor-1")
    done = [
        stage.datagram(at, stage.inside("app-2"), target, 514, sent=stage.dice.randint(90, 700), received=0)
        for at in stage.moments(90)
    ]
    facts = {"story": "Syslog over UDP: allowed, never answered.", "server": target.address, "port": 514}
    return Telling(done, facts)


def replication(stage: Stage) -> Telling:
    """A connection that starts at 21:40 and ends at 02:10 the next day: every day begins inside one."""
    client, server = stage.inside("db-2"), stage.inside("db-1")
    last_night, tonight = (_nightly_port(stage, day) for day in (stage.day - 1, stage.day))
    copying = partial(stage.session, client=client, server=server, port=5432, sent=900, received=60_000)
    ending = copying(stage.midnight, stage.at(2, 10), client_port=last_night, opens=False)
    starting = copying(stage.at(21, 40), stage.at(24), client_port=tonight, closes=False)
    facts = {
        "story": "Replication runs overnight in one connection. Its middle windows carry no flags.",
        "client": client.address,
        "server": server.address,
        "ends": {"at": stage.at(2, 10), "client_port": last_night},
        "starts": {"at": stage.at(21, 40), "client_port": tonight},
    }
    return Telling([*ending, *starting], facts)


def _nightly_port(stage: Stage, day: int) -> int:
    return dice(stage.config.seed, "replication port", day).randrange(32_768, 61_000)


def backup(stage: Stage) -> Telling:
    """One short copy whose two observers report windows that do not even touch: one conversation, not two."""
    client, server = stage.inside("app-1"), stage.inside("db-1")
    observers = stage.network["app-1"], stage.network["db-1"]
    at = next(s for s in range(stage.at(4), stage.at(4, 10)) if _apart(*observers, s))
    copy = stage.data(at, client, server, 5433, sent=2_000, received=48_000_000)
    seen = {i.id: list(i.reported(i.window_of(at))) for i in observers}
    facts = {
        "story": "One copy, logged by both interfaces with identical bytes in windows that do not overlap.",
        "client": client.address,
        "server": server.address,
        "port": 5433,
        "bytes_to_client": copy.received.bytes,
        "bytes_to_server": copy.sent.bytes,
        "windows": seen,
    }
    return Telling([copy], facts)


def _apart(one: Interface, other: Interface, second: int) -> bool:
    (start, end), (start_2, end_2) = (i.reported(i.window_of(second)) for i in (one, other))
    return end < start_2 or end_2 < start


def build(stage: Stage) -> Telling:
    """A machine that exists for three hours of the first day only."""
    interface = stage.network["build-1"]
    if stage.day != 0 or interface.born is None or interface.gone is None:
        return Telling([], {})
    done = [
        stage.data(
            at, stage.inside("build-1"), stage.dice.choice(UPDATES), 443, sent=1_500, received=2_000_000, seconds=20
        )
        for at in range(interface.born + 60, interface.gone - 120, 300)
    ]
    facts = {
        "story": "A build machine came and went.",
        "interface": interface.id,
        "lifetime": [interface.born, interface.gone],
    }
    return Telling(done, facts)
