"""The account of every line: what it was counted as, and why when it could not be read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import pyarrow as pa


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
        numbers = {name: getattr(self, name) + getattr(other, name) for name in _NUMBERS}
        reasons = dict(self.reasons)
        for why, reason in other.reasons.items():
            known = reasons.get(why)
            reasons[why] = reason if known is None else Reason(known.count + reason.count, known.sample)
        return Tally(**numbers, reasons=reasons, problems=self.problems + other.problems)


_NUMBERS = tuple(item.name for item in fields(Tally) if item.type == "int" or item.type is int)


def unparsable(why: str, line: str, count: int = 1) -> Tally:
    return Tally(lines=count, unparsable=count, reasons={why: Reason(count, line[:200])})


def total(tallies: Iterable[Tally]) -> Tally:
    result = Tally()
    for tally in tallies:
        result += tally
    return result


@dataclass(frozen=True)
class Batch:
    """Records read together: a table in the schema of `schema.columns`, its account, and the format it was read by."""

    table: pa.Table
    tally: Tally
    tokens: tuple[str, ...]
