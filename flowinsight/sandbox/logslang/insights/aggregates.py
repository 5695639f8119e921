"""The functions of stats in SQL.

Exact where CloudWatch may approximate: countDistinct (documented as approximate for many values), pct and median.
Inferred: sums and the like pass over what is no number and are missing when nothing is left; min and max are about
numbers and times; percentiles interpolate linearly; stddev and variance are those of a sample.
"""

from collections.abc import Callable

from flowinsight.sandbox.logslang.insights import syntax as s
from flowinsight.sandbox.logslang.insights.checking import blame
from flowinsight.sandbox.logslang.insights.sql import Sql, number, present, sort_keys, text


def aggregate(call: s.Call, inner: Callable[[s.Expression], Sql], moment: Callable[[], Sql]) -> Sql:
    """Write one aggregate; `inner` writes its argument, `moment` the time of a record."""
    if call.function == "count" and (not call.arguments or isinstance(call.arguments[0], s.Star)):
        return _number("count(*)")
    value = inner(call.arguments[0])
    match call.function:
        case "count":
            return _number(f"count(*) FILTER (WHERE {present(value)})")
        case "count_distinct" | "countdistinct":
            return _number(f"count(DISTINCT {text(value)})")
        case "min" | "max":
            kept = value if value.kind == "time" else Sql(number(value), "number")
            return Sql(f"{call.function}({kept.text})", kept.kind)
        case "pct":
            return _number(f"quantile_cont({number(value)}, {_share(call)})")
        case "earliest":
            return Sql(f"arg_min({value.text}, {moment().text})", value.kind)
        case "latest":
            return Sql(f"arg_max({value.text}, {moment().text})", value.kind)
        case "sortsfirst":
            return Sql(f"arg_min({text(value)}, {_rank(value)})", "text")
        case "sortslast":
            return Sql(f"arg_max({text(value)}, {_rank(value)})", "text")
    return _number(f"{PLAIN[call.function]}({number(value)})")


PLAIN = {"sum": "sum", "avg": "avg", "median": "median", "stddev": "stddev_samp", "variance": "var_samp"}


def _number(expression: str) -> Sql:
    return Sql(f"CAST({expression} AS DOUBLE)", "number")


def _share(call: s.Call) -> float:
    percent = call.arguments[1]
    if not isinstance(percent, s.Number) or not 0 <= float(percent.value) <= 100:
        raise blame(percent, "The percentile must be a number from 0 to 100.")
    return float(percent.value) / 100


def _rank(value: Sql) -> str:
    """Return one value that orders as the natural sort does; NULLs are filled, because a row of NULLs orders nothing."""
    keys = sort_keys(Sql(text(value), "text"))
    fills = ("false", "0", "''", "''")
    return "row(" + ", ".join(f"coalesce({key}, {fill})" for key, fill in zip(keys, fills, strict=True)) + ")"
