"""Prove that a setup works: records arrive from every flow log, or the cause is named and its repair is a plan."""

from dataclasses import dataclass

from flowinsight.provision.account import Account
from flowinsight.provision.deployed import belongs
from flowinsight.provision.health import Health, health
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.read import read
from flowinsight.provision.wanted import Wanted


@dataclass(frozen=True)
class Verification:
    """`repair` is the plan that brings the setup to what is wanted; it is empty where nothing needs changing."""

    healths: tuple[Health, ...]
    repair: Plan

    @property
    def proven(self) -> bool:
        """Whether everything is as wanted and every flow log has delivered within the hour."""
        return self.repair.empty and bool(self.healths) and all(item.state == "delivering" for item in self.healths)

    @property
    def sentence(self) -> str:
        if self.proven:
            return "The setup works: records arrive from every flow log."
        if any(item.state == "failed" for item in self.healths):
            return "A delivery has failed. The plan that repairs it is ready."
        if not self.repair.empty:
            return "AWS does not have all that is wanted. The plan that brings it there is ready."
        return "Everything is set up, and not every flow log has delivered yet: 10 to 20 minutes are normal."


def verify(wanted: Wanted, account: Account, now: float) -> Verification:
    """Read the setup, and ask every destination for its newest record. `now` is Unix seconds."""
    deployed = read(wanted, account)
    mine = [item for item in deployed.flow_logs if belongs(item.settings, wanted.name)]
    return Verification(tuple(health(item, account, now) for item in mine), plan(wanted, deployed))
