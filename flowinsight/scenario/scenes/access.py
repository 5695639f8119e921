"""People and partners who are let in: administration by SSH, and a partner whose rule is withdrawn."""

from flowinsight.scenario.config import DAY
from flowinsight.scenario.estate import rule_change as removed_at
from flowinsight.scenario.exchange import Exchange, Outcome, Refusal
from flowinsight.scenario.internet import OFFICE, PARTNER
from flowinsight.scenario.stage import Stage, Telling

PARTNER_PORT = 8443


def administration(stage: Stage) -> Telling:
    """SSH from the office to the bastion, and from there to the servers."""
    bastion, dice, done = stage.inside("bastion-1"), stage.dice, list[Exchange]()
    for hour in (8, 11, 13, 16):
        start, length = stage.at(hour, dice.randrange(10)), 60 * dice.randint(10, 35)
        done += stage.session(start, start + length, OFFICE, bastion, 22, stage.port(), sent=2_000, received=9_000)
        inner = stage.inside(dice.choice(("app-1", "app-2", "web-1", "batch-1")))
        done += stage.session(
            start + 30, start + length - 30, bastion, inner, 22, stage.port(), sent=1_800, received=8_000
        )
    facts = {
        "story": "Administration: office to bastion, bastion to servers.",
        "client": OFFICE.address,
        "server": bastion.address,
        "server_public": stage.network["bastion-1"].public,
        "port": 22,
    }
    return Telling(done, facts)


def rule_change(stage: Stage) -> Telling:
    """The partner calls every ten minutes. From the change on it is rejected, but the connection it had open lives on."""
    gateway, changed = stage.inside("gateway-1"), removed_at(stage.config)
    done = [_call(stage, at, changed) for at in range(stage.at(0, 4), stage.midnight + DAY, 600)]
    facts: dict[str, object] = {
        "story": "The partner was accepted until its rule was removed and is rejected since; "
        "a connection that was open at that minute was not cut.",
        "client": PARTNER.address,
        "server": gateway.address,
        "port": PARTNER_PORT,
        "changed_at": changed,
    }
    if stage.day == 0:
        port = stage.port()
        opened, closed = changed - 1_800, changed + 2_400
        done += stage.session(opened, closed, PARTNER, gateway, PARTNER_PORT, port, sent=4_000, received=30_000)
        facts |= {"survivor": {"client_port": port, "opened": opened, "closed": closed}}
    return Telling(done, facts)


def _call(stage: Stage, at: int, changed: int) -> Exchange:
    gateway, then = stage.inside("gateway-1"), at + stage.dice.randrange(60)
    if then >= changed:
        refusal = Refusal.AT_SERVER
        return stage.probe(then, PARTNER, gateway, PARTNER_PORT, Outcome.REJECTED, refusal=refusal, tries=3)
    return stage.data(then, PARTNER, gateway, PARTNER_PORT, sent=2_500, received=40_000, seconds=6)
