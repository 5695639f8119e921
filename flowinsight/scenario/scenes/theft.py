"""What the intruder left behind: a beacon, and a large transfer out through the NAT gateway."""

from flowinsight.scenario.internet import COMMAND, DROPBOX
from flowinsight.scenario.stage import Facts, Stage, Telling

EVERY = 60
A_MINUTE = 84_000_000  # payload bytes


def beacon(stage: Stage) -> Telling:
    """A short call home once a minute, from six in the morning until ten at night."""
    client = stage.inside("web-2")
    first, last = stage.at(6), stage.at(22)
    done = [
        stage.data(at, client, COMMAND, 443, sent=310, received=180, client_port=stage.port())
        for at in range(first, last, EVERY)
    ]
    facts: Facts = {
        "story": "A beacon: one connection start a minute, all alike.",
        "client": client.address,
        "server": COMMAND.address,
        "port": 443,
        "every": EVERY,
        "connection_starts": len(done),
        "from": first,
        "to": last,
    }
    return Telling(done, facts)


def exfiltration(stage: Stage) -> Telling:
    """One connection, forty-five minutes, gigabytes out: seen three times, by three kinds of record."""
    client, start, port = stage.inside("batch-1"), stage.at(5, 20), stage.port()
    end = start + 2_700
    done = list(stage.session(start, end, client, DROPBOX, 443, port, sent=A_MINUTE, received=20_000))
    nat = stage.network["nat"]
    facts: Facts = {
        "story": "Exfiltration through the NAT gateway. The instance's own interface and the gateway's inside leg name "
        "the instance; the outside leg shows the gateway only and is never a client.",
        "client": client.address,
        "server": DROPBOX.address,
        "port": 443,
        "bytes_to_server": sum(exchange.sent.bytes for exchange in done),
        "bytes_to_client": sum(exchange.received.bytes for exchange in done),
        "from": start,
        "to": end,
        "legs": {"own": stage.network["batch-1"].id, "inside": nat.id, "outside": nat.id},
        "gateway": nat.address,
    }
    return Telling(done, facts)
