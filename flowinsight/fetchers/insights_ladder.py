"""How finely a question is asked of Logs Insights, chosen before any money is spent: the rungs of a ladder.

Each rung is one scan of the same bytes; they differ in how many rows come back, of which a query returns 99,999 for certain.
How many records match cannot be known before; it is guessed from the bytes and from what the question asks for. A guess that
is wrong costs no answer: slices adapt to what they bring.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flowinsight.engines.insights.query import Grain
from flowinsight.errors import QuestionError
from flowinsight.filters import Endpoint, Filter
from flowinsight.question import Question

TARGET = 60_000
"""Rows that a slice is made for: far enough from the most that a query returns that the next slice seldom overflows."""

MOST_SLICES = 24
"""Queries that a question may take on one rung before it goes to the next: each takes seconds, and one of the account's slots."""

BYTES_OF_A_FIELD = 8
"""A line of 14 fields has 114 bytes, one of 29 fields 252."""

ROLLED: dict[Grain, float] = {"records": 1, "binned": 2.5, "apart": 6}
"""Records that a row stands for on each rung, at least: unfiltered a rollup by bins is 1.4 to 4.7 times smaller than the
records, of one port 3 to 20 times.
"""

_SHARES = {
    "address": 0.02,
    "client": 0.02,
    "server": 0.02,
    "endpoint": 0.02,
    "port": 0.1,
    "service": 0.1,
    "interface-id": 0.05,
}
_WIDE = 0.5


@dataclass(frozen=True)
class Rung:
    """A way to ask: how finely, in how many slices, and the scans that is paid for."""

    grain: Grain
    slices: int
    scans: int = 1


class TooWideError(QuestionError):
    """Even the coarsest rollup would take more than MOST_SLICES queries; `slices` is how many."""

    def __init__(self, slices: int) -> None:
        super().__init__(
            f"Too much matches: even added up by day it would come in about {slices:,} queries of {TARGET:,} rows. Ask for less, "
            "or for what leads, which is counted at AWS."
        )
        self.slices = slices


def rung(question: Question, formats: Sequence[Sequence[str]], size: int | None) -> Rung:
    """The finest rung on which a question is likely to need no more than MOST_SLICES, else the coarsest with as many as it takes.

    `size` is what will be read, in bytes.
    """
    if size is None:
        return Rung("records", 6)
    line = BYTES_OF_A_FIELD * max(1, min(map(len, formats), default=1))
    matching = size / line * _share(question)
    for grain, stands_for in ROLLED.items():
        slices = max(1, -(-int(matching / stands_for) // TARGET))
        if slices <= MOST_SLICES:
            return Rung(grain, slices)
    return Rung("apart", max(1, -(-int(matching / ROLLED["apart"]) // TARGET)))


def _share(question: Question) -> float:
    """Which part of the records is likely to match."""
    share = 1.0
    for item in question.filters:
        if item.op == "is":
            share *= _SHARES.get(item.field, _WIDE) if _narrow(item) else _WIDE
    return share


def _narrow(item: Filter) -> bool:
    """Whether a filter names single addresses or ports, and not networks."""
    return all(
        getattr(value.addresses if isinstance(value, Endpoint) else value, "single", 0) is not None
        for value in item.values
    )
