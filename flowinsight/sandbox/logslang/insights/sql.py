"""Pieces of SQL with the kind of their values, and how one kind is taken for another.

Every value of a log is a text; the language compares and computes as if it knew better. The rules here: a text is a
number when all of it reads as one; a truth is 1 or 0; a time counts milliseconds and prints as
`YYYY-MM-DD HH:MM:SS.mmm`; a map or list (kind json) is no value for any function but those for JSON. Numbers print
with up to four decimals (inferred).
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "truth", "time", "json"]
NUMBER = r"^(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)$"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%g"


@dataclass(frozen=True)
class Sql:
    """An expression and the kind of its values; any kind may be NULL, which is a missing value."""

    text: str
    kind: Kind
    constant: str | None = None  # a text or number that stands in the query


class Bindings:
    """The values a query brings along. They go to DuckDB beside the statement, never inside its text."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def __call__(self, value: object) -> str:
        """Return the placeholder that stands for a value."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def text(value: Sql) -> str:
    match value.kind:
        case "text":
            return value.text
        case "number":
            digits = f"rtrim(rtrim(format('{{:.4f}}', {value.text}), '0'), '.')"
            return f"CASE WHEN isfinite({value.text}) THEN regexp_replace({digits}, '^-0$', '0') END"
        case "truth":
            return f"CAST(CAST({value.text} AS INTEGER) AS VARCHAR)"
        case "time":
            return f"strftime(make_timestamp_ms({value.text}), '{TIME_FORMAT}')"
        case "json":
            return json_scalar(value.text, "$")


def number(value: Sql) -> str:
    match value.kind:
        case "number":
            return value.text
        case "truth" | "time":
            return f"CAST({value.text} AS DOUBLE)"
        case "text" | "json":
            # Not TRY_CAST alone: it would also take inf, 1_000 and texts with blanks around them.
            return f"TRY_CAST(regexp_extract({text(value)}, '{NUMBER}') AS DOUBLE)"


def truth(value: Sql) -> str:
    return value.text if value.kind == "truth" else f"({number(value)} <> 0)"


def time(value: Sql) -> str:
    if value.kind == "time":
        return value.text
    # What lies outside the years a timestamp can hold is no time.
    return f"(CASE WHEN abs({number(value)}) <= 8.64e15 THEN CAST(floor({number(value)}) AS BIGINT) END)"


def present(value: Sql) -> str:
    if value.kind == "json":
        return f"(coalesce(json_type({value.text}), 'NULL') <> 'NULL')"
    return f"({value.text} IS NOT NULL)"


def shown(value: Sql) -> str:
    """Return the text a result row carries: of a map or list its JSON, else the value's text."""
    if value.kind != "json":
        return text(value)
    return f"CASE WHEN json_type({value.text}) IN ('OBJECT', 'ARRAY') THEN CAST({value.text} AS VARCHAR) ELSE {text(value)} END"


def json_scalar(document: str, path: str) -> str:
    """Return a scalar inside JSON as a text, NULL for maps, lists and null; true and false are 1 and 0."""
    return (
        f"CASE json_type({document}, {_path(path)})"
        f" WHEN 'BOOLEAN' THEN CASE json_extract_string({document}, {_path(path)}) WHEN 'true' THEN '1' ELSE '0' END"
        f" WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL WHEN 'NULL' THEN NULL"
        f" ELSE json_extract_string({document}, {_path(path)}) END"
    )


def _path(path: str) -> str:
    return "'$'" if path == "$" else path


def sort_keys(value: Sql) -> list[str]:
    """Return what to order by, one after the other, all in the same direction.

    Documented: what is no number comes first; in it, runs of digits compare by length and then by value, everything
    else by its Unicode value. A run of digits is written as 0, its length and itself, which sorts so by itself.
    Inferred: a missing value comes before everything.
    """
    if value.kind in ("number", "time", "truth"):
        return [value.text]
    digits = "'0' || lpad(CAST(length(x) AS VARCHAR), 6, '0') || x"
    pieces = f"regexp_extract_all({text(value)}, '[0-9]+|[^0-9]+')"
    run = f"lambda x: CASE WHEN regexp_matches(x, '^[0-9]') THEN {digits} ELSE x END"
    natural = f"array_to_string(list_transform({pieces}, {run}), '')"
    is_number = f"({number(value)} IS NOT NULL)"
    return [is_number, number(value), f"CASE WHEN NOT {is_number} THEN {natural} END", text(value)]


def compared(operator: str, left: Sql, right: Sql) -> str:
    """Compare as numbers when both sides read as numbers, else as texts; a number is not less than a text, nor more.

    NULL on either side gives NULL, which no filter lets through, negated or not (inferred).
    """
    if left.kind in ("number", "time", "truth") and right.kind in ("number", "time", "truth"):
        return f"({number(left)} {operator} {number(right)})"
    if right.constant is not None:
        return _compared_with_constant(operator, left, right, right.constant)
    both = f"{number(left)} IS NOT NULL AND {number(right)} IS NOT NULL"
    numbers = f"{number(left)} {operator} {number(right)}"
    texts = f"{text(left)} {operator} {text(right)}"
    if operator in ("=", "!="):
        return f"(CASE WHEN {both} THEN {numbers} ELSE {texts} END)"
    one = f"{number(left)} IS NOT NULL OR {number(right)} IS NOT NULL"
    missing = f"{text(left)} IS NULL OR {text(right)} IS NULL"
    return f"(CASE WHEN {missing} THEN NULL WHEN {both} THEN {numbers} WHEN {one} THEN false ELSE {texts} END)"


def _is_number(value: Sql, constant: str) -> bool:
    return value.kind == "number" or (re.fullmatch(NUMBER, constant) is not None and math.isfinite(float(constant)))


def one_of(value: Sql, choices: list[Sql]) -> str:
    """Say whether a value equals one of several; constants are looked up together, which a long list needs."""
    constants = [choice for choice in choices if choice.constant is not None]
    numbers = [number(choice) for choice in constants if _is_number(choice, choice.constant or "")]
    texts = [choice.text for choice in constants if not _is_number(choice, choice.constant or "")]
    tests = [compared("=", value, choice) for choice in choices if choice.constant is None]
    if numbers:
        tests.append(f"coalesce({number(value)} IN ({', '.join(numbers)}), false)")
    if texts:
        tests.append(f"{text(value)} IN ({', '.join(texts)})")
    return f"(CASE WHEN {text(value)} IS NOT NULL THEN {' OR '.join(tests) or 'false'} END)"


def _compared_with_constant(operator: str, left: Sql, right: Sql, constant: str) -> str:
    """Write the same rule shorter, knowing whether the right side reads as a number."""
    if _is_number(right, constant):
        other = "true" if operator == "!=" else "false"
        return (
            f"coalesce({number(left)} {operator} {number(right)}, CASE WHEN {text(left)} IS NOT NULL THEN {other} END)"
        )
    if operator in ("=", "!="):
        return f"({text(left)} {operator} {right.text})"
    return f"(CASE WHEN {number(left)} IS NOT NULL THEN false ELSE {text(left)} {operator} {right.text} END)"


Builder = Callable[["Arguments"], Sql]


@dataclass(frozen=True)
class Arguments:
    """The arguments of a function call, taken for what the function needs.

    `once` has an expression computed before the one that is being written, and returns the column that holds it.
    """

    values: tuple[Sql, ...]
    literals: tuple[str | None, ...]  # the texts that stand in the query, None for anything else
    bind: Bindings
    refuse: Callable[[int, str], Exception]
    once: Callable[[str], str]

    def __len__(self) -> int:
        return len(self.values)

    def text(self, place: int = 0) -> str:
        return text(self.values[place])

    def number(self, place: int = 0) -> str:
        return number(self.values[place])

    def truth(self, place: int = 0) -> str:
        return truth(self.values[place])

    def literal(self, place: int, what: str) -> str:
        """Return an argument that must be written out in the query."""
        found = self.literals[place]
        if found is None:
            raise self.refuse(place, f"This must be {what} between quotation marks.")
        return found
