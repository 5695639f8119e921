"""The company in the account, and its traffic as the flow logs of the sandbox see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flowinsight.sandbox.running import key_of
from flowinsight.scenario.company import Company
from flowinsight.scenario.config import Config, day_of
from flowinsight.scenario.network import Interface
from flowinsight.scenario.record import Record


@dataclass(frozen=True)
class CompanyInAccount:
    """Which interfaces stand where, and the records of any span."""

    company: Company
    accounts: tuple[str, ...]

    def covered(self, account: str, resource: str) -> tuple[Interface, ...]:
        """Return the interfaces a flow log on a VPC, a subnet or an interface sees, in the company's order."""
        return tuple(
            interface
            for interface in self.company.network.interfaces.values()
            if interface.vpc.account == account and resource in (interface.id, interface.subnet.id, interface.vpc.id)
        )

    def records(self, start: int, end: int, interfaces: Iterable[Interface]) -> Iterator[Record]:
        """Yield every record of these interfaces whose `end` lies in [start, end), Unix seconds, in that order."""
        return self.company.records(start, end, [interface.name for interface in interfaces])

    def described(self, now: float) -> dict[str, Any]:
        """Return accounts with their keys and what is there at `now` (Unix seconds), as JSON."""
        network = self.company.network
        return {
            "accounts": [{"account": account, "access_key": key_of(account)} for account in self.accounts],
            "region": network.vpcs[0].region,
            "vpcs": {vpc.name: vpc.id for vpc in network.vpcs},
            "subnets": {subnet.name: subnet.id for subnet in network.subnets},
            "interfaces": {
                name: _described(one) for name, one in network.interfaces.items() if not (one.gone and one.gone <= now)
            },
        }


def company_of(seed: int, now: float) -> Company:
    """Return the company whose history begins on the day of `now` (epoch seconds)."""
    return Company(Config(seed=seed, first_day=day_of(int(now))))


def _described(interface: Interface) -> dict[str, Any]:
    return {
        "id": interface.id,
        "account": interface.vpc.account,
        "vpc": interface.vpc.name,
        "subnet": interface.subnet.name,
        "address": interface.address,
        "public": interface.public,
        "role": interface.role,
        "owner": interface.owner,
    }
