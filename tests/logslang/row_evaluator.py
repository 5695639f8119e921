"""A second evaluator of Logs Insights queries: plain Python, one record after the other.

It shares the parsed query with the engine and nothing else; every rule is written out again, here and in the modules
row_values, row_records and row_functions.
"""

import math
import re
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cmp_to_key
from typing import Any

from flowinsight.sandbox.logslang.insights import syntax as s
from tests.logslang.row_functions import arithmetic, floor_time, function
from tests.logslang.row_records import Record, Row
from tests.logslang.row_values import Json, Time, Value, before, compare, number, present, shown, text, truth


def evaluate(expression: s.Expression, row: Row) -> Value:
    match expression:
        case s.Text(value=written):
            return written
        case s.Number(value=written):
            return float(written)
        case s.Truth(value=known):
            return known
        case s.Name():
            return row[expression]
        case s.Arithmetic():
            return arithmetic(
                expression.operator, *(number(evaluate(e, row)) for e in (expression.left, expression.right))
            )
        case s.Comparison():
            return compare(expression.operator, evaluate(expression.left, row), evaluate(expression.right, row))
        case s.Like():
            return like(text(evaluate(expression.value, row)), expression.pattern)
        case s.In():
            value = evaluate(expression.value, row)
            tests = [compare("=", value, evaluate(choice, row)) for choice in expression.choices]
            return None if text(value) is None else any_true(tests)
        case s.Not():
            turned = truth(evaluate(expression.value, row))
            return None if turned is None else not turned
        case s.Logical():
            sides = [truth(evaluate(side, row)) for side in expression.parts]
            return any_true(sides) if expression.operator == "or" else all_true(sides)
        case s.Call():
            return call(expression, row)
    raise TypeError(expression)


def any_true(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False


def all_true(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return False if False in found else None if None in found else True


def like(value: str | None, pattern: s.Text | s.Regex) -> bool | None:
    if value is None:
        return None
    if isinstance(pattern, s.Regex):
        return re.search(pattern.source, value, re.ASCII) is not None
    return pattern.value in value


def call(expression: s.Call, row: Row) -> Value:
    name, arguments = expression.function, expression.arguments
    if name == "bin":
        assert isinstance(arguments[0], s.Period)
        return floor_time(row[s.Name("@timestamp", ("@timestamp",))], arguments[0])
    if name == "datefloor":
        assert isinstance(arguments[1], s.Period)
        return floor_time(evaluate(arguments[0], row), arguments[1])
    return function(name, [evaluate(argument, row) for argument in arguments])


def aggregate(expression: s.Call, rows: list[Row]) -> Value:
    name, arguments = expression.function, expression.arguments
    if name == "count" and (not arguments or isinstance(arguments[0], s.Star)):
        return float(len(rows))
    values = [evaluate(arguments[0], row) for row in rows]
    if name == "count":
        return float(sum(map(present, values)))
    if name in ("count_distinct", "countdistinct"):
        return float(len({text(value) for value in values} - {None}))
    if name in ("earliest", "latest"):
        moments = [(row[s.Name("@timestamp", ("@timestamp",))], value) for row, value in zip(rows, values, strict=True)]
        kept = [(number(moment), value) for moment, value in moments if value is not None]
        return (min if name == "earliest" else max)(kept, key=lambda pair: pair[0] or 0, default=(0, None))[1]
    if name in ("sortsfirst", "sortslast"):
        texts = sorted((written for written in map(text, values) if written is not None), key=cmp_to_key(before))
        return None if not texts else texts[0 if name == "sortsfirst" else -1]
    numbers = [found for found in map(number, values) if found is not None]
    found = numeric_aggregate(name, arguments, sorted(numbers))
    times = any(isinstance(value, Time) for value in values) and name in ("min", "max")
    return Time(int(found)) if times and found is not None else found


def numeric_aggregate(name: str, arguments: tuple[s.Expression, ...], numbers: list[float]) -> float | None:
    if not numbers or (name in ("stddev", "variance") and len(numbers) < 2):
        return None
    match name:
        case "sum":
            return math.fsum(numbers)
        case "avg":
            return math.fsum(numbers) / len(numbers)
        case "min":
            return numbers[0]
        case "max":
            return numbers[-1]
        case "median":
            return statistics.median(numbers)
        case "stddev":
            return statistics.stdev(numbers)
        case "variance":
            return statistics.variance(numbers)
    assert isinstance(arguments[1], s.Number)
    place = float(arguments[1].value) / 100 * (len(numbers) - 1)
    low = math.floor(place)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (numbers[high] - numbers[low]) * (place - low)


def aggregated(expression: s.Expression, rows: list[Row], known: dict[str, Value]) -> Value:
    """Evaluate an output of stats: aggregates over the group, earlier outputs by name, and arithmetic on them."""
    if isinstance(expression, s.Call) and expression.function in AGGREGATES:
        return aggregate(expression, rows)
    match expression:
        case s.Name():
            return known[expression.text]
        case s.Arithmetic(operator=operator, left=left, right=right):
            return arithmetic(operator, *(number(aggregated(side, rows, known)) for side in (left, right)))
    return evaluate(expression, Row(None, known))


AGGREGATES = frozenset(
    [
        "count",
        "count_distinct",
        "countdistinct",
        "sum",
        "avg",
        "min",
        "max",
        "pct",
        "median",
        "stddev",
        "variance",
        "earliest",
        "latest",
        "sortsfirst",
        "sortslast",
    ]
)


@dataclass(frozen=True)
class State:
    rows: list[Row]
    shown: dict[str, None]
    extracted: dict[str, None]
    grouped: bool = False


def run(query: s.Query, records: list[Record], limit: int = 10_000) -> list[list[tuple[str, str]]]:
    """Return the rows of a query as lists of (field, value)."""
    newest = sorted(records, key=lambda record: (-record.timestamp_ms, record.ptr))
    state = State([Row(record) for record in newest], {}, {})
    for command in query.commands:
        state = apply(command, state)
    rows = state.rows
    if not any(isinstance(command, s.Limit) for command in query.commands):
        rows = rows[:limit]
    names = list(state.shown)
    if not state.grouped:
        names = [*dict.fromkeys([*(names or ["@timestamp", "@message"]), *state.extracted]), "@ptr"]
    found = []
    for row in rows:
        pairs = [(name, shown(row[s.Name(name, tuple(name.split(".")))])) for name in names]
        found.append([(name, value) for name, value in pairs if value is not None])
    return found


def apply(command: s.Command, state: State) -> State:
    match command:
        case s.Fields():
            return replace(compute(command.outputs, state), shown=state.shown | names_of(command.outputs))
        case s.Display():
            return replace(compute(command.outputs, state), shown=names_of(command.outputs), extracted={})
        case s.Filter(condition=condition):
            return replace(state, rows=[row for row in state.rows if truth(evaluate(condition, row))])
        case s.Parse():
            return extract(command, state)
        case s.Stats():
            return group(command, state)
        case s.Sort(keys=keys):
            rows = list(state.rows)
            for key in reversed(keys):
                values = {id(row): sort_value(key, row) for row in rows}
                rows.sort(key=lambda row, v=values: cmp_to_key(before)(v[id(row)]), reverse=key.descending)  # type: ignore[misc]
            return replace(state, rows=rows)
        case s.Limit(count=count):
            return replace(state, rows=state.rows[:count])
        case s.Dedup(names=names):
            return replace(state, rows=first_of_each(names, state.rows))
        case s.Unnest():
            return spread(command, state)
    raise TypeError(command)


def sort_value(key: s.SortKey, row: Row) -> Value:
    return row.made[key.name] if key.name in row.made else evaluate(key.value, row)


def names_of(outputs: tuple[s.Output, ...]) -> dict[str, None]:
    return dict.fromkeys(output.name for output in outputs)


def compute(outputs: tuple[s.Output, ...], state: State) -> State:
    for output in outputs:
        if not (isinstance(output.value, s.Name) and output.value.text == output.name):
            for row in state.rows:
                row.made[output.name] = evaluate(output.value, row)
    return state


def extract(command: s.Parse, state: State) -> State:
    for row in state.rows:
        found = re.search(command.expression, text(row[command.source]) or "", re.ASCII)
        missing = text(row[command.source]) is None or found is None
        groups = [None] * len(command.names) if missing or found is None else [group or "" for group in found.groups()]
        row.made.update(zip(command.names, groups, strict=True))
    target = dict.fromkeys(command.names)
    return (
        replace(state, shown=state.shown | target)
        if state.grouped
        else replace(state, extracted=state.extracted | target)
    )


def group(command: s.Stats, state: State) -> State:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in state.rows:
        values = [evaluate(output.value, row) for output in command.by]
        groups.setdefault(tuple(text(v) if isinstance(v, Json) else v for v in values), []).append(row)
    names = [output.name for output in command.by]
    rows = []
    for key in sorted(groups, key=lambda values: [group_rank(value) for value in values]):
        known: dict[str, Value] = dict(zip(names, key, strict=True))
        for output in command.outputs:
            known[output.name] = aggregated(output.value, groups[key], known)
        rows.append(Row(None, known))
    return State(rows, dict.fromkeys(names) | names_of(command.outputs), {}, grouped=True)


def group_rank(value: Value) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    return (1, value) if isinstance(value, str) else (1, number(value))


def first_of_each(names: tuple[s.Name, ...], rows: list[Row]) -> list[Row]:
    seen: set[tuple[str | None, ...]] = set()
    kept = []
    for row in rows:
        key = tuple(text(row[name]) for name in names)
        if None in key or key not in seen:
            kept.append(row)
        seen.add(key)
    return kept


def spread(command: s.Unnest, state: State) -> State:
    rows = []
    for row in state.rows:
        value = row[command.source]
        several = isinstance(value, Json) and isinstance(value.value, list)
        elements: list[Value] = [Json(e) for e in value.value] if isinstance(value, Json) and several else [value]
        rows += [Row(row.record, row.made | {command.name: element}) for element in elements]
    target = {command.name: None}
    shown_too = replace(state, rows=rows, shown=state.shown | target)
    return shown_too if state.grouped else replace(state, rows=rows, extracted=state.extracted | target)
