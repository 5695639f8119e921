"""Rows of numbers grouped by what they have in common, and added up: exactly, in integers, and without sorting them."""

import numpy as np

from flowinsight.conversations.columns import Flags, Numbers, from_arrow, to_arrow

NEVER = 2**62
"""Stands for a time that no record tells; less than nothing where it is the last of several."""

_WIDEST = 2**31


def numbered(*columns: Numbers) -> tuple[Numbers, int]:
    """For each row the number of its group, from 0 on, and how many groups there are. Rows are of one group where they agree in
    every column. Values may be anything that 62 bits hold.
    """
    key, size = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        values, width = _narrow(column)
        if size * width > NEVER:
            key, size = _dense(key)
        key, size = key * width + values, size * width
    return _dense(key)


def _narrow(column: Numbers) -> tuple[Numbers, int]:
    """A column of as different values, none below zero, and how many there can be."""
    low = int(column.min(initial=NEVER))
    width = int(column.max(initial=low)) - low + 1
    return _dense(column) if width > _WIDEST else (column - low, width)


def _dense(key: Numbers) -> tuple[Numbers, int]:
    encoded = to_arrow(key).dictionary_encode()
    return from_arrow(encoded.indices).astype(np.int64), len(encoded.dictionary)


def one_of_each(group: Numbers, count: int) -> Numbers:
    """The place of one row of each group."""
    places = np.empty(count, np.int64)
    places[group] = np.arange(len(group))
    return places


def added(values: Numbers, group: Numbers, count: int) -> Numbers:
    """The sum of each group; zero for a group without rows."""
    sums = np.zeros(count, np.int64)
    np.add.at(sums, group, values)
    return sums


def least(values: Numbers, group: Numbers, count: int, none: int = NEVER) -> Numbers:
    """The least of each group; `none` for a group without rows."""
    found = np.full(count, none, np.int64)
    np.minimum.at(found, group, values)
    return found


def most(values: Numbers, group: Numbers, count: int, none: int = -NEVER) -> Numbers:
    """The most of each group; `none` for a group without rows."""
    found = np.full(count, none, np.int64)
    np.maximum.at(found, group, values)
    return found


def any_of(flags: Flags, group: Numbers, count: int) -> Flags:
    """Whether any row of each group has the flag."""
    found = np.zeros(count, np.bool_)
    found[group[flags]] = True
    return found
