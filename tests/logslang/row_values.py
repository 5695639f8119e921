"""Values as the row-by-row evaluator knows them, and how they compare, count and print."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Time:
    milliseconds: int


@dataclass(frozen=True)
class Json:
    value: Any


Value = None | str | float | bool | Time | Json


def text(value: Value) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "1" if value else "0"
        case float() if not math.isfinite(value):
            return None
        case float():
            shown = f"{value:.4f}".rstrip("0").rstrip(".")
            return "0" if shown == "-0" else shown
        case Time(milliseconds=milliseconds):
            moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
            return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{milliseconds % 1000:03}"
        case Json(value=inner):
            if isinstance(inner, (dict, list)) or inner is None:
                return None
            return text(inner) if isinstance(inner, (bool, str)) else json.dumps(inner)
    raise TypeError(value)


def shown(value: Value) -> str | None:
    if isinstance(value, Json) and isinstance(value.value, (dict, list)):
        return json.dumps(value.value, separators=(",", ":"), ensure_ascii=False)
    return text(value)


def number(value: Value) -> float | None:
    match value:
        case bool():
            return float(value)
        case float():
            return value
        case Time(milliseconds=milliseconds):
            return float(milliseconds)
    written = text(value)
    if written is None or not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", written, re.ASCII):
        return None
    return float(written) if math.isfinite(float(written)) else None


def truth(value: Value) -> bool | None:
    if isinstance(value, bool):
        return value
    found = number(value)
    return None if found is None else found != 0


def present(value: Value) -> bool:
    return value is not None and not (isinstance(value, Json) and value.value is None)


def compare(operator: str, left: Value, right: Value) -> bool | None:
    a, b = number(left), number(right)
    x, y = text(left), text(right)
    if x is None or y is None:
        return None
    if a is not None and b is not None:
        return OPERATORS[operator](a, b)
    if operator not in ("=", "!=") and (a is not None or b is not None):
        return False
    return OPERATORS[operator](x, y)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def natural(value: str) -> list[tuple[str, int, str]]:
    """Runs of digits by length and value, everything else by its characters."""
    pieces = re.findall(r"[0-9]+|[^0-9]", value)
    return [("0", len(piece), piece) if piece[0] in "0123456789" else (piece, 0, "") for piece in pieces]


def before(left: Value, right: Value) -> int:
    """Compare two values as sort does, ascending: missing, texts, numbers."""

    def rank(value: Value) -> tuple[Any, ...]:
        found, written = number(value), text(value)
        if isinstance(value, (float, bool, Time)):
            return (2, found or 0.0)
        if written is None:
            return (0,)
        return (1, natural(written), written) if found is None else (2, found, written)

    a, b = rank(left), rank(right)
    return (a > b) - (a < b)
