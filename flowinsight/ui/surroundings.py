"""What surrounds a report made from the page: the source by its name, who asked, and what addresses are called."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from flowinsight import snapshots
from flowinsight.names.inventory import Inventory
from flowinsight.reports import frozen
from flowinsight.reports.content import About, Seal, Step
from flowinsight.snapshots import Name, asked, facts
from flowinsight.sources import Files
from flowinsight.ui import inventories
from flowinsight.ui.sources import Chosen


@dataclass(frozen=True)
class Surroundings:
    """Of a source; `names` and `seal` are those of a snapshot, `known` the interfaces of an account."""

    source: str
    facts: tuple[tuple[str, str], ...] = ()
    names: tuple[Name, ...] = ()
    known: Inventory | None = None
    present: int | None = None
    seal: Seal | None = None

    def about(self, addresses: Iterable[tuple[str, str | None]], note: str = "", steps: tuple[Step, ...] = ()) -> About:
        """For a report in which these addresses stand, each with its network where that is known."""
        names = self.names if self.known is None else tuple(asked.called(addresses, self.known))
        return About(
            int(time.time()), self.source, note=note, facts=self.facts, seal=self.seal, steps=steps, present=self.present,
            names=names,
        )  # fmt: skip


def of(chosen: Chosen) -> Surroundings:
    """What is known of the source that was chosen."""
    if isinstance(chosen.place, Files):
        path = chosen.place.paths[0]
        if len(chosen.place.paths) > 1 or not snapshots.is_snapshot(path):
            return Surroundings(chosen.name)
        snapshot = snapshots.open_snapshot(path)
        return Surroundings(chosen.name, names=snapshot.facts.names, seal=frozen.seal(snapshot))
    account = chosen.place.account
    by = (("Asked by", facts.caller(account.identity, account.caller)),)
    return Surroundings(chosen.name, by, known=inventories.of(account), present=account.present)
