"""The company as others use it: any span of its flow log records, any number of times, always the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from flowinsight.scenario.config import DAY, Config, dice
from flowinsight.scenario.estate import network
from flowinsight.scenario.exchange import Exchange
from flowinsight.scenario.network import WINDOW, Network
from flowinsight.scenario.observe import Window, windows
from flowinsight.scenario.record import Record
from flowinsight.scenario.scenes import SCENES
from flowinsight.scenario.stage import Facts, Stage


@dataclass(frozen=True)
class Page:
    """One day of the diary: exchanges by the minute (Unix seconds) they start in, and each scene's facts."""

    minutes: dict[int, list[Exchange]]
    facts: dict[str, Facts]


@dataclass(frozen=True)
class Company:
    """A made-up company. It exists at all times; `config.first_day` only dates the changes in its history."""

    config: Config

    @property
    def network(self) -> Network:
        return network(self.config)

    def records(self, start: int, end: int, interfaces: Iterable[str] | None = None) -> Iterator[Record]:
        """Every record, status rows included, whose `end` lies in [start, end) (Unix seconds), in that order.

        That is the order of delivery: adjoining spans give each record exactly once. `interfaces` are names
        from the inventory (default: all that a flow log covers). Memory does not grow with the span.
        """
        for window in self.windows(start, end, interfaces):
            yield from window.records()

    def windows(self, start: int, end: int, interfaces: Iterable[str] | None = None) -> Iterator[Window]:
        """As `records`, one aggregation window of one interface at a time, with what really happened in it."""
        chosen = None if interfaces is None else frozenset(interfaces)
        return windows(self.config, self.network, self.exchanges, start, end, chosen)

    def exchanges(self, start: int, end: int) -> Iterator[Exchange]:
        """What happens from `start` to `end`, both whole minutes in Unix seconds, observed or not."""
        for minute in range(start, end, WINDOW):
            yield from self.page(minute // DAY).minutes.get(minute, ())

    def page(self, day: int) -> Page:
        """The diary of one day, counted from 1970-01-01."""
        return _page(self.config, day)


def generate(config: Config) -> Iterator[Record]:
    """All records of a run, in the order of their `end`."""
    return Company(config).records(config.start, config.end)


@lru_cache(maxsize=3)
def _page(config: Config, day: int) -> Page:
    minutes: dict[int, list[Exchange]] = {}
    facts: dict[str, Facts] = {}
    for name, scene in SCENES.items():
        number = day - config.start // DAY
        stage = Stage(name, config, network(config), number, day * DAY, dice(config.seed, name, number))
        telling = scene(stage)
        for exchange in telling.exchanges:
            minutes.setdefault(exchange.at // WINDOW * WINDOW, []).append(exchange)
        if telling.facts:
            facts[name] = telling.facts
    return Page(minutes, facts)
