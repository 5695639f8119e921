"""The account of every line: what it was counted as, and why when it could not be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import pyarrow as pa

MOST_REASONS = 100
"""How many different reasons an account keeps; lines beyond are counted together."""
OTHER_REASONS = "for other reasons"


@dataclass(frozen=True)
class Reason:
    """Why lines could not be read: how many, and the first of them (at most 200 characters)."""

    count: int
    sample: str


@dataclass(frozen=True)
class Tally:
    """`lines` is always the sum of records, nodata, skipdata, skipped (headers, blanks, comments) and unparsable.

    `milliseconds` counts records whose times were converted; `contradictory` counts records that carry traffic and yet say
    NODATA or SKIPDATA.
    """

    lines: int = 0
    records: int = 0
    nodata: int = 0
    skipdata: int = 0
    skipped: int = 0
    unparsable: int = 0
    milliseconds: int = 0
    contradictory: int = 0
    reasons: dict[str, Reason] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def status_rows(self) -> int:
        return self.nodata + self.skipdata

    def __add__(self, other: "Tally") -> "Tally":
        return total((self, other))


NUMBERS = tuple(item.name for item in fields(Tally) if item.type == "int" or item.type is int)


def unparsable(why: str, line: str, count: int = 1) -> Tally:
    return Tally(lines=count, unparsable=count, reasons={why: Reason(count, line[:200])})


def skipped(count: int) -> Tally:
    return Tally(lines=count, skipped=count)


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum, in one pass: an account may be made of millions of lines."""
    numbers = dict.fromkeys(NUMBERS, 0)
    reasons: dict[str, Reason] = {}
    problems: list[str] = []
    for tally in tallies:
        for name in NUMBERS:
            numbers[name] += getattr(tally, name)
        for why, reason in tally.reasons.items():
            _count(reasons, why, reason)
        problems += tally.problems
    return Tally(**numbers, reasons=reasons, problems=tuple(problems))


def _count(reasons: dict[str, Reason], why: str, reason: Reason) -> None:
    if why not in reasons and len(reasons) >= MOST_REASONS:
        why = OTHER_REASONS
    known = reasons.get(why)
    reasons[why] = reason if known is None else Reason(known.count + reason.count, known.sample)


@dataclass(frozen=True)
class Batch:
    """Records read together: a table in the schema of `schema.columns`, its account, and the format it was read by.

    `headed` says that the format was told, by a header or by a person, and not taken for the default one. `position` is how
    many bytes of the file had been read when the batch was made.
    """

    table: pa.Table
    tally: Tally
    tokens: tuple[str, ...]
    headed: bool = True
    position: int = 0
