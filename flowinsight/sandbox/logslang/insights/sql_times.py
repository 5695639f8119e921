"""Functions of times in SQL. Times are milliseconds since 1970, UTC.

Documented: a period is capped by its unit (60 for s and m, 24 for h, 1000 for ms), so `bin(300s)` is one minute.
Inferred: weeks start on Monday, longer units follow the calendar, no cap on them.
"""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flowinsight.sandbox.logslang.insights.functions import CAPS, MILLISECONDS, MONTHS, PERIODS
from flowinsight.sandbox.logslang.insights.probing import DATE_PATTERN, TIME_FORMAT, complaint
from flowinsight.sandbox.logslang.insights.sql import Arguments, Builder, Sql, time
from flowinsight.sandbox.logslang.insights.syntax import Period

MONDAY = 4 * 86_400_000  # 1970-01-05
# The letters of Java's DateTimeFormatter that parseDate takes, as strptime writes them.
JAVA = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "dd": "%d", "HH": "%H", "hh": "%I", "mm": "%M",
    "ss": "%S", "SSS": "%g", "a": "%p", "EEEE": "%A", "EEE": "%a", "XXX": "%z", "XX": "%z", "Z": "%z",
}  # fmt: skip


def floored(value: str, period: Period) -> str:
    """Return the start of the period a time lies in."""
    unit = PERIODS[period.unit]
    count = min(period.count, CAPS.get(unit, period.count))
    if unit in MONTHS:
        return _months(value, count * MONTHS[unit], 0)
    length = count * MILLISECONDS[unit]
    offset = MONDAY if unit == "w" else 0
    return f"({value} - ((({value} - {offset}) % {length}) + {length}) % {length})"


def ceiled(value: str, period: Period) -> str:
    """Return the end of the period a time lies in, the time itself when it is one."""
    unit = PERIODS[period.unit]
    count = min(period.count, CAPS.get(unit, period.count))
    start = floored(value, period)
    end = (
        _months(value, count * MONTHS[unit], count * MONTHS[unit])
        if unit in MONTHS
        else f"({start} + {count * MILLISECONDS[unit]})"
    )
    return f"(CASE WHEN {start} = {value} THEN {value} ELSE {end} END)"


def _months(value: str, count: int, later: int) -> str:
    moment = f"make_timestamp_ms({value})"
    months = f"((year({moment}) - 1970) * 12 + month({moment}) - 1)"
    start = f"({months} - (({months} % {count}) + {count}) % {count} + {later})"
    year = f"(1970 + CAST(floor({start} / 12.0) AS BIGINT))"
    month = f"((({start} % 12) + 12) % 12 + 1)"
    return f"epoch_ms(make_timestamp({year}, {month}, 1, 0, 0, 0.0))"


def _zone(a: Arguments) -> str:
    name = a.literal(2, "the name of a time zone") if len(a) > 2 else "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise a.refuse(2, f"There is no time zone {name}.") from error
    return a.bind(name)


def _format_date(a: Arguments) -> Sql:
    pattern = _checked(a, TIME_FORMAT, a.literal(1, "a format such as %Y-%m-%d"))
    moment = f"make_timestamp_ms({time(a.values[0])}) AT TIME ZONE 'UTC' AT TIME ZONE {_zone(a)}"
    return Sql(f"strftime({moment}, {pattern})", "text")


def _parse_date(a: Arguments) -> Sql:
    pattern = _checked(a, DATE_PATTERN, _strptime(a, a.literal(1, "a format such as yyyy-MM-dd")))
    parsed = f"try_strptime({a.text()}, {pattern})"
    return Sql(f"CAST(epoch_ms(CAST({parsed} AS TIMESTAMP) AT TIME ZONE {_zone(a)}) AS DOUBLE)", "number")


def _checked(a: Arguments, statement: str, pattern: str) -> str:
    problem = complaint(statement, pattern)
    if problem is not None:
        raise a.refuse(1, f"The format cannot be used: {problem}.")
    return a.bind(pattern)


PIECE = re.compile(r"'(?P<quoted>[^']*)'|(?P<run>(?P<letter>[A-Za-z])(?P=letter)*)|(?P<other>[^A-Za-z'])")


def _strptime(a: Arguments, pattern: str) -> str:
    """Translate a DateTimeFormatter pattern; text between single quotation marks stands for itself."""
    pieces = []
    for piece in PIECE.finditer(pattern):
        run = piece["run"]
        if run is not None and run not in JAVA:
            raise a.refuse(1, f"parseDate does not know {run} here; it knows {', '.join(JAVA)}.")
        pieces.append(JAVA[run] if run else (piece["quoted"] or piece["other"] or "'").replace("%", "%%"))
    return "".join(pieces)


TIMES: dict[str, Builder] = {
    "frommillis": lambda a: Sql(time(a.values[0]), "time"),
    "tomillis": lambda a: Sql(f"CAST({time(a.values[0])} AS DOUBLE)", "number"),
    "formatdate": _format_date,
    "strftime": _format_date,
    "parsedate": _parse_date,
}
