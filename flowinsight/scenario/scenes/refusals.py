"""Every way a packet is not let through, beyond the plain attempt from outside."""

from flowinsight.scenario.exchange import Exchange, Outcome, Party, Refusal
from flowinsight.scenario.internet import MAIL, NOISE, OFFICE, UPDATES
from flowinsight.scenario.stage import Facts, Stage, Telling


def reply_blocked(stage: Stage) -> Telling:
    """A stateless network ACL lets the request in and stops the answer: SYN-ACK rejected, as with AWS's ping example."""
    server, done = stage.inside("staging-web-1"), list[Exchange]()
    for hour in (9, 10, 15):
        at = stage.at(hour, 20)
        done.append(stage.probe(at, OFFICE, server, 443, Outcome.REJECTED, refusal=Refusal.REPLY_BLOCKED, tries=3))
        done.append(stage.ping(at + 60, OFFICE, server, refusal=Refusal.REPLY_BLOCKED))
    return Telling(done, _facts("Request accepted, answer rejected.", OFFICE, server, 443, Refusal.REPLY_BLOCKED))


def block_public_access(stage: Stage) -> Telling:
    """VPC Block Public Access in the research network: rejected both ways, and the records have no bytes."""
    lab, dice = stage.inside("lab-1"), stage.dice
    done = [_barred(stage, at, dice.choice(NOISE[:20]), lab, 22) for at in stage.moments(60)]
    done += [_barred(stage, at, lab, UPDATES[0], 443) for at in stage.moments(24)]
    return Telling(done, _facts("Block Public Access, reject-reason BPA.", lab, UPDATES[0], 443, Refusal.BPA))


def _barred(stage: Stage, at: int, client: Party, server: Party, port: int) -> Exchange:
    return stage.probe(at, client, server, port, Outcome.REJECTED, refusal=Refusal.BPA)


def encryption_control(stage: Stage) -> Telling:
    """VPC Encryption Controls stop plain HTTP inside the research network."""
    client, server = stage.inside("lab-1"), stage.inside("lab-2")
    done = [
        stage.probe(at, client, server, 80, Outcome.REJECTED, refusal=Refusal.EC, tries=2) for at in stage.moments(30)
    ]
    return Telling(done, _facts("Encryption controls, reject-reason EC.", client, server, 80, Refusal.EC))


def at_destination(stage: Stage) -> Telling:
    """Accepted where it leaves, rejected where it arrives: one conversation, rejected, both shown."""
    client, server = stage.inside("web-2"), stage.inside("db-2")
    done = [
        stage.probe(at, client, server, 22, Outcome.REJECTED, refusal=Refusal.AT_SERVER, tries=2)
        for at in stage.moments(16)
    ]
    story = "ACCEPT at the client's interface and REJECT at the server's."
    return Telling(done, _facts(story, client, server, 22, Refusal.AT_SERVER))


def leaving(stage: Stage) -> Telling:
    """Mail straight to the internet is not allowed out: the client's own interface rejects it, nobody else sees it."""
    client = stage.inside("batch-1")
    done = [
        stage.probe(at, client, MAIL, 25, Outcome.REJECTED, refusal=Refusal.AT_CLIENT, tries=3)
        for at in stage.moments(20)
    ]
    return Telling(done, _facts("Rejected on the way out.", client, MAIL, 25, Refusal.AT_CLIENT))


def _facts(story: str, client: Party, server: Party, port: int, refusal: Refusal) -> Facts:
    return {
        "story": story,
        "client": client.address,
        "server": server.address,
        "port": port,
        "outcome": Outcome.REJECTED.words,
        "kind": refusal.kind,
    }
