"""The shop itself: visitors, load balancer, web, app, database; and a staging copy of it on the same addresses."""

from flowinsight.scenario.exchange import Exchange
from flowinsight.scenario.internet import VISITORS, VISITORS_6
from flowinsight.scenario.stage import Stage, Telling


def shop(stage: Stage) -> Telling:
    """A visit ends at the load balancer, which starts a connection of its own: two conversations, never joined."""
    done: list[Exchange] = []
    for at in stage.moments(stage.business(1_300)):
        done += _visit(stage, at)
    facts = {
        "story": "Visitors reach the load balancer; it opens its own connections to the web servers. "
        "No visitor is ever a client of a web server.",
        "through": stage.inside("alb").address,
        "front_port": 443,
        "back_port": 8080,
    }
    return Telling(done, facts)


def _visit(stage: Stage, at: int) -> list[Exchange]:
    dice, alb = stage.dice, stage.inside("alb")
    number = dice.randint(1, 2)
    web, app, db = stage.inside(f"web-{number}"), stage.inside(f"app-{number}"), stage.inside("db-1")
    page, seconds = dice.randint(8_000, 400_000), dice.randint(1, 55)
    chain = [
        stage.data(at, dice.choice(VISITORS), alb, 443, sent=dice.randint(600, 4_000), received=page, seconds=seconds),
        stage.data(at, alb, web, 8080, sent=dice.randint(500, 3_500), received=page - 2_000, seconds=seconds),
    ]
    if dice.random() < 0.5:
        chain.append(stage.data(at + 1, web, app, 9000, sent=dice.randint(400, 2_000), received=page // 4))
        chain.append(stage.data(at + 1, app, db, 5432, sent=dice.randint(300, 2_500), received=page // 3, seconds=2))
    return chain


def late_packets(stage: Stage) -> Telling:
    """Packets that arrive after a connection is closed are rejected although nobody forbade anything."""
    alb, done = stage.inside("alb"), []
    for at in stage.moments(12):
        visitor, port = stage.dice.choice(VISITORS), stage.port()
        done.append(stage.data(at, visitor, alb, 443, sent=900, received=30_000, seconds=4, client_port=port))
        done.append(stage.stray(at + 130, visitor, alb, 443, port))
    story = "Late packets of finished visits: REJECT without SYN, kind mid-connection, not held against the visitor."
    return Telling(done, {"story": story, "server": alb.address, "port": 443, "strays": 12})


def lost_records(stage: Stage) -> Telling:
    """A long request, in the middle of which one of its two observers loses its records."""
    client, server, port = stage.inside("alb"), stage.inside("web-1"), stage.port()
    begin, end = stage.at(11, 10), stage.at(11, 35)
    done = list(stage.session(begin, end, client, server, 8080, port, sent=40_000, received=900_000))
    facts = {
        "story": "The web server's interface lost its records for six minutes (SKIPDATA); the load balancer has them.",
        "client": client.address,
        "client_port": port,
        "server": server.address,
        "port": 8080,
        "lost_by": stage.network["web-1"].id,
        "status_rows": 6,
        "seen_by": stage.network["alb"].id,
        "from": begin,
        "to": end,
    }
    return Telling(done, facts)


def ipv6_visitors(stage: Stage) -> Telling:
    """Visits over IPv6."""
    alb, dice = stage.inside("alb", six=True), stage.dice
    done = [
        stage.data(at, dice.choice(VISITORS_6), alb, 443, sent=1_200, received=dice.randint(9_000, 90_000), seconds=5)
        for at in stage.moments(stage.business(120))
    ]
    return Telling(done, {"story": "Visits over IPv6 to the load balancer's IPv6 address.", "server": alb.address})


def staging(stage: Stage) -> Telling:
    """The same three private addresses as in the shop, in another network."""
    web, app, db = stage.inside("staging-web-1"), stage.inside("staging-app-1"), stage.inside("staging-db-1")
    done: list[Exchange] = []
    for at in stage.moments(70):
        size = stage.dice.randint(2_000, 50_000)
        done.append(stage.data(at, web, app, 9000, sent=700, received=size, seconds=1))
        done.append(stage.data(at, app, db, 5432, sent=400, received=size // 2, seconds=1))
    return Telling(
        done,
        {
            "story": "Staging uses the shop's private addresses: app and database conversations exist in both networks.",
            "networks": [stage.network["app-1"].vpc.id, stage.network["staging-app-1"].vpc.id],
            "addresses": [web.address, app.address, db.address],
        },
    )
