"""Rows grouped and added up in columns are what plain Python makes of the same rows, however far apart their numbers lie."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flowinsight.conversations.columns import from_arrow, from_flags, texts_to_arrow, to_arrow
from flowinsight.conversations.grouping import NEVER, added, least, most, numbered, one_of_each
from flowinsight.conversations.outcome import count_days
from tests.agreement.test_agreement_with_reference import agreeing

_NUMBERS = st.one_of(st.integers(-2, 3), st.sampled_from([0, 2**31, 2**32 + 1, 2**61, NEVER]))
_ROWS = st.lists(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, st.integers(0, 10**9)), max_size=30)


@agreeing
@given(_ROWS)
def test_rows_are_of_one_group_where_they_agree_in_every_column(rows: list[tuple[int, int, int, int]]) -> None:
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    group, count = numbered(*columns[:3])
    one = one_of_each(group, count)

    assert sorted(set(group.tolist())) == list(range(count))
    assert {rows[place][:3] for place in one.tolist()} == {row[:3] for row in rows}
    sums, lowest, highest = (how(columns[3], group, count) for how in (added, least, most))
    for place, number in enumerate(group.tolist()):
        mine = [row[3] for row in rows if row[:3] == rows[place][:3]]
        assert (sums[number], lowest[number], highest[number]) == (sum(mine), min(mine), max(mine))


@agreeing
@given(
    st.lists(st.tuples(st.integers(0, 2), st.one_of(st.integers(0, 200), st.sampled_from([10**10, None]))), max_size=99)
)
def test_days_are_counted_however_many_and_however_far_apart(seen: list[tuple[int, int | None]]) -> None:
    starts = np.array([NEVER if day is None else day * 86400 + 600 for _, day in seen], np.int64)
    counted = count_days(starts, np.array([one for one, _ in seen], np.int64), 3)

    told = Counter(one for one, day in set(seen) if day is not None)
    assert counted.tolist() == [told[one] for one in range(3)]


@agreeing
@given(st.lists(st.one_of(st.none(), st.integers(-(2**62), 2**62)), max_size=40))
def test_numbers_flags_and_texts_come_back_from_arrow_as_they_went(values: list[int | None]) -> None:
    missing = np.array([value is None for value in values], np.bool_)
    column = to_arrow(np.array([0 if value is None else value for value in values], np.int64), missing)

    assert column.to_pylist() == values
    assert from_arrow(column, -7).tolist() == [-7 if value is None else value for value in values]
    assert from_arrow(column.slice(1), -7).tolist() == [-7 if value is None else value for value in values[1:]]
    assert from_flags(to_arrow(missing)).tolist() == missing.tolist()
    assert texts_to_arrow(tuple(map(str, values))).to_pylist() == list(map(str, values))
