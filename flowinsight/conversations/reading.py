"""What each flow says, as columns of numbers: between whom, and what its action and TCP flags tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flowinsight import iana
from flowinsight.conversations.columns import (
    Columns,
    Flags,
    Numbers,
    from_arrow,
    from_flags,
    in_one,
    texts_to_arrow,
    to_arrow,
)
from flowinsight.conversations.grouping import NEVER
from flowinsight.errors import EngineError

_ADDED = ("records", "copies", "packets", "bytes", "payload")
_KEPT = {"protocol": 0, "sender_port": 0, "receiver_port": 0, "first": NEVER, "last": -NEVER}
"""Columns that stay as they are, and what stands for NULL in them."""

_ENDS = ("sender", "receiver", "through")


@dataclass(frozen=True)
class Places:
    """Addresses in their order; everywhere else a place stands for one. The upper and the lower 64 bits of each."""

    highs: npt.NDArray[np.uint64]
    lows: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.lows)

    def number(self, place: int) -> int:
        """The address, as a number of 128 bits."""
        return int(self.highs[place]) << 64 | int(self.lows[place])


@dataclass(frozen=True)
class Flows:
    """The flows that have two ends and are no NAT gateway's outside leg.

    `columns`: scope and observer (places in `texts`, which are in their order), protocol, sender, receiver and through (places
    of addresses, through -1 where there is no hop), sender_port, receiver_port, bin and chart_bin (where they begin, or NEVER),
    records, copies, packets, bytes, payload, first (or NEVER), last (or -NEVER).
    `flags`: asked, and what action and TCP flags say; a field that is absent says nothing.
    `outside_legs` and `without_endpoints` are the records, copies included, of what was asked for and is not among them.
    """

    columns: Columns
    flags: Mapping[str, Flags]
    texts: Mapping[str, tuple[str, ...]]
    places: Places
    outside_legs: int
    without_endpoints: int

    def __len__(self) -> int:
        return len(self.columns["protocol"])


def read(table: pa.Table, *, bin_seconds: int, chart_seconds: int | None) -> Flows:
    """Flows as `flows.sum_up` brings them; EngineError where their numbers are too large to be added up."""
    _check(table)
    outside, asked = from_flags(table["outside_leg"]), from_flags(table["asked"])
    ends = np.logical_and.reduce(
        [from_flags(pc.is_valid(table[name])) for name in ("sender_lo", "receiver_lo", "protocol")]
    )
    counted = _numbers(table["records"]) + _numbers(table["copies"])
    legs, endless = (int(counted[asked & apart].sum()) for apart in (outside, ~outside & ~ends))
    if not (kept := ends & ~outside).all():
        table = table.filter(to_arrow(kept))
    codes, texts = {}, {}
    for name in ("scope", "observer"):
        codes[name], texts[name] = _texts(table[name])
    ends_of, places = _placed(table)
    columns = {name: _numbers(table[name], none) for name, none in _KEPT.items()}
    columns |= {name: _numbers(table[name]) for name in _ADDED} | codes | ends_of
    columns |= {"bin": _bins(columns["first"], bin_seconds), "chart_bin": _bins(columns["first"], chart_seconds)}
    return Flows(columns, _said(table, columns["protocol"]), texts, places, legs, endless)


def _check(table: pa.Table) -> None:
    for name in _ADDED:
        if (pc.sum(table[name].cast(pa.float64())).as_py() or 0) >= NEVER:
            raise EngineError(f"The {name} of these records are more than can be added up: ask about less.")


def _said(table: pa.Table, protocol: Numbers) -> Mapping[str, Flags]:
    """What each flow says, by the rules of TCP flags."""
    of_flags = _numbers(table["tcp_flags"], -1)
    tcp = protocol == iana.TCP
    flagged = tcp & (of_flags >= 0)
    syn, synack = flagged & (of_flags & 18 == 2), flagged & (of_flags & 18 == 18)
    rejected = _is(table["action"], "REJECT")
    controlled = rejected & _is(table["reject_reason"], "BPA", "EC")
    by_group = rejected & ~controlled
    return {
        "asked": from_flags(table["asked"]),
        "accepted": _is(table["action"], "ACCEPT"),
        "rejected": rejected,
        "passed": ~rejected,
        "flagged": flagged,
        "syn": syn,
        "synack": synack,
        "marked": syn | synack,
        "opener": ~flagged | (of_flags == 0) | syn,
        "answers": synack & ~rejected,
        "resets": flagged & (of_flags & 6 == 4) & ~rejected,
        "controlled": controlled,
        "unexplained": by_group & ~flagged,
        "attempts": by_group & syn,
        "blocked": by_group & synack,
        "midway": by_group & flagged & ~syn & ~synack,
    }


def _placed(table: pa.Table) -> tuple[dict[str, Numbers], Places]:
    """The addresses of each flow as places, -1 for none, and the addresses."""
    (high, highs), (low, lows) = (
        _ordered(pa.concat_arrays([in_one(table[f"{end}_{half}"]) for end in _ENDS])) for half in ("hi", "lo")
    )
    place, pairs = _ordered(to_arrow(high * len(lows) + low, low < 0))
    of_high, of_low = np.divmod(pairs, max(1, len(lows)))
    return dict(zip(_ENDS, np.split(place, len(_ENDS)), strict=True)), Places(highs[of_high], lows[of_low])


def _ordered(column: pa.Array | pa.ChunkedArray) -> tuple[Numbers, npt.NDArray[Any]]:
    """Each number as its place among the different ones, -1 for NULL, and those in their order."""
    encoded = in_one(column).dictionary_encode()
    values = from_arrow(encoded.dictionary)
    order = np.argsort(values)
    return _ranked(encoded, order), values[order]


def _texts(column: pa.ChunkedArray) -> tuple[Numbers, tuple[str, ...]]:
    """Each text as its place among the different ones, and those in their order."""
    encoded = in_one(column).dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    order = sorted(range(len(texts)), key=texts.__getitem__)
    return _ranked(encoded, np.array(order, np.int64)), tuple(texts[place] for place in order)


def _ranked(encoded: pa.DictionaryArray, order: Numbers) -> Numbers:
    ranks = np.full(len(order) + 1, -1, np.int64)  # the last one, for NULL
    ranks[order] = np.arange(len(order))
    ranked: Numbers = ranks[from_arrow(encoded.indices, -1)]
    return ranked


def _numbers(column: pa.ChunkedArray, none: int = 0) -> Numbers:
    numbers: Numbers = from_arrow(column, none).astype(np.int64, copy=False)
    return numbers


def _is(column: pa.ChunkedArray, *texts: str) -> Flags:
    return from_flags(pc.is_in(column, texts_to_arrow(texts)))


def _bins(first: Numbers, seconds: int | None) -> Numbers:
    """When the bin of a width begins that a time lies in."""
    bins = np.full(len(first), NEVER)
    if seconds is not None:
        known = first != NEVER
        bins[known] = first[known] // seconds * seconds
    return bins
