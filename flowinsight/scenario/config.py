"""What a run is asked for. Two equal configurations give the same bytes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from flowinsight.errors import FlowInsightError

DAY = 86_400
LARGEST_SCALE = 5_000.0  # beyond it one minute would hold more connections than there are client ports


class ScenarioError(FlowInsightError):
    """A made-up company was asked for something it cannot be."""


@dataclass(frozen=True)
class Config:
    """Seed, first day (UTC), number of days, and volume.

    `scale` multiplies the ordinary business: 1 is a day of about 40,000 records, less thins it, each one more adds
    about 50,000 records a day of plain traffic. Planted scenes never change with it.
    """

    seed: int = 1
    first_day: date = date(2026, 11, 2)
    days: int = 1
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ScenarioError(f"A run needs at least one day, not {self.days}.")
        if not 0 <= self.scale <= LARGEST_SCALE:
            raise ScenarioError(f"The scale must lie between 0 and {LARGEST_SCALE:g}, not {self.scale:g}.")

    @property
    def start(self) -> int:
        """Unix seconds of the first midnight."""
        return midnight(self.first_day)

    @property
    def end(self) -> int:
        """Unix seconds of the midnight after the last day."""
        return self.start + self.days * DAY


def dice(seed: int, *names: object) -> Random:
    """A source of randomness that depends on the seed and the names alone, on every machine."""
    return Random("/".join(map(str, (seed, *names))))  # noqa: S311  repeatability is wanted, secrecy is not


def midnight(day: date) -> int:
    """Unix seconds of 00:00 UTC of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def day_of(second: int) -> date:
    """The UTC day a Unix second lies in."""
    return date(1970, 1, 1) + timedelta(days=second // DAY)
