"""Functions of numbers in SQL. What has no value (a root of a negative number, a text) is missing."""

from flowinsight.sandbox.logslang.insights.sql import Arguments, Builder, Sql

EARTH = 6371.0  # kilometres, the mean radius


def _number(text: str) -> Sql:
    return Sql(text, "number")


def _rounded(a: Arguments) -> Sql:
    """Round half away from zero, as most languages' round does."""
    places = f"TRY_CAST(trunc({a.number(1)}) AS INTEGER)" if len(a) > 1 else "0"
    return _number(f"round({a.number()}, {places})")


def _of_all(function: str) -> Builder:
    return lambda a: _number(f"{function}({', '.join(a.number(place) for place in range(len(a)))})")


def _haversine(a: Arguments) -> Sql:
    lat1, lon1, lat2, lon2 = (f"radians({a.number(place)})" for place in range(4))
    inner = f"sin(({lat2} - {lat1}) / 2) ^ 2 + cos({lat1}) * cos({lat2}) * sin(({lon2} - {lon1}) / 2) ^ 2"
    return _number(f"(2 * {EARTH} * asin(sqrt(least(1.0, {inner}))))")


def _integer(bits: int) -> Builder:
    kind = {32: "INTEGER", 64: "BIGINT"}[bits]
    return lambda a: _number(f"CAST(TRY_CAST(trunc({a.number()}) AS {kind}) AS DOUBLE)")


NUMBERS: dict[str, Builder] = {
    "abs": lambda a: _number(f"abs({a.number()})"),
    "ceil": lambda a: _number(f"ceil({a.number()})"),
    "floor": lambda a: _number(f"floor({a.number()})"),
    "greatest": _of_all("greatest"),
    "least": _of_all("least"),
    "log": lambda a: _number(f"ln(CASE WHEN {a.number()} > 0 THEN {a.number()} END)"),
    "round": _rounded,
    "sqrt": lambda a: _number(f"sqrt(CASE WHEN {a.number()} >= 0 THEN {a.number()} END)"),
    "haversine": _haversine,
    "tonumber": lambda a: _number(a.number()),
    "todouble": lambda a: _number(a.number()),
    "toint": _integer(32),
    "tolong": _integer(64),
    "isnumeric": lambda a: Sql(f"({a.number()} IS NOT NULL)", "truth"),
}
