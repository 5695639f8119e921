"""Which functions there are and how many arguments they take; names are compared in lower case, as AWS spells some of
them in two ways (`ispresent`, `isPresent`).
"""

MANY = 255

SCALAR: dict[str, tuple[int, int]] = {
    # numbers
    "abs": (1, 1), "ceil": (1, 1), "floor": (1, 1), "greatest": (1, MANY), "least": (1, MANY), "log": (1, 1),
    "round": (1, 2), "sqrt": (1, 1), "haversine": (4, 4), "tonumber": (1, 1), "toint": (1, 1), "tolong": (1, 1),
    "todouble": (1, 1),
    # times
    "bin": (1, 1), "datefloor": (2, 2), "dateceil": (2, 2), "frommillis": (1, 1), "tomillis": (1, 1), "now": (0, 0),
    "parsedate": (2, 3), "formatdate": (2, 3), "strftime": (2, 3), "querystarttime": (0, 0), "queryendtime": (0, 0),
    "querytimerange": (0, 0),
    # anything
    "ispresent": (1, 1), "coalesce": (1, MANY), "case": (2, 21), "if": (3, 3), "isnumeric": (1, 1),
    "messagesize": (1, 1),
    # JSON
    "jsonparse": (1, 1), "jsonstringify": (1, 1), "jsonarraysize": (1, 1), "jsonarraycontains": (2, 2),
    # addresses
    "isvalidip": (1, 1), "isvalidipv4": (1, 1), "isvalidipv6": (1, 1), "isipinsubnet": (2, 2),
    "isipv4insubnet": (2, 2), "isipv6insubnet": (2, 2), "ipv4tonumber": (1, 1), "isprivateip": (1, 1),
    "ispublicip": (1, 1), "isreservedip": (1, 1),
    # strings
    "isempty": (1, 1), "isblank": (1, 1), "concat": (1, MANY), "ltrim": (1, 2), "rtrim": (1, 2), "trim": (1, 2),
    "strlen": (1, 1), "toupper": (1, 1), "tolower": (1, 1), "substr": (2, 3), "replace": (3, 3),
    "regexreplace": (3, 3), "strcontains": (2, 3), "startswith": (2, 2), "endswith": (2, 2), "urlencode": (1, 1),
    "urldecode": (1, 1), "base64encode": (1, 1), "base64decode": (1, 1), "split": (2, 2), "hextoascii": (1, 1),
    "hextodec": (1, 1), "dectohex": (1, 1),
}  # fmt: skip

AGGREGATE: dict[str, tuple[int, int]] = {
    "count": (0, 1), "count_distinct": (1, 1), "countdistinct": (1, 1), "sum": (1, 1), "avg": (1, 1), "min": (1, 1),
    "max": (1, 1), "pct": (2, 2), "median": (1, 1), "stddev": (1, 1), "variance": (1, 1), "earliest": (1, 1),
    "latest": (1, 1), "sortsfirst": (1, 1), "sortslast": (1, 1),
}  # fmt: skip

ELSEWHERE = frozenset(["values", "topk"])  # documented, not implemented here

PERIODS = {
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
    **dict.fromkeys(("mo", "mon", "mons", "mos", "month", "months"), "mo"),
    **dict.fromkeys(("q", "qtr", "qtrs", "quarter", "quarters"), "q"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "y"),
}
MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
MONTHS = {"mo": 1, "q": 3, "y": 12}
CAPS = {"ms": 1000, "s": 60, "m": 60, "h": 24}  # documented: `bin(300s)` is one minute
