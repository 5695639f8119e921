"""The handful of queries on which asking by Logs Insights rests, where AWS's documentation leaves something open.

What comes back is told as facts about CloudWatch: names of columns, presence and absence. No address, account or name of anyone
is among them, so that what one account answered can be kept and compared with another.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flowinsight.engines.insights_query import QueryResult

Fact = str | int | bool | list[str] | None
Facts = dict[str, Fact]
MISSING = "(absent)"
"""Stands for a field that a row does not have."""


@dataclass(frozen=True)
class Probe:
    """A query, what it settles, and the facts its answer tells. Without rows it tells nothing."""

    name: str
    settles: str
    text: str
    read: Callable[[QueryResult], Facts]


def _kind(text: str | None) -> str:
    """A value as what it is, so that no value of a record is told."""
    if text is None:
        return MISSING
    if text in {"", "-"}:
        return repr(text)
    for name, pattern in _KINDS:
        if re.fullmatch(pattern, text):
            return name
    return "text"


_KINDS = (
    ("whole number", r"-?\d+"),
    ("number", r"-?\d+(\.\d+)?([eE][+-]?\d+)?"),
    ("YYYY-MM-DD HH:MM:SS.mmm", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"),
)


def _columns(found: QueryResult) -> Facts:
    numbers = [text for text in found.rows[0].values() if _kind(text) == "whole number"]
    return {"columns": sorted(found.rows[0]), "one whole number": len(numbers) == 1}


def _first(*names: str) -> Callable[[QueryResult], Facts]:
    """The kinds of these values of the first row."""
    return lambda found: {name: _kind(found.rows[0].get(name)) for name in names}


def _as_they_are(found: QueryResult, *names: str) -> Facts:
    """Values of the first row that are no values of a record."""
    return {name: found.rows[0].get(name, MISSING) for name in names}


def _same(found: QueryResult) -> Facts:
    row = found.rows[0]
    return {"a quoted number is the same number": row.get("quoted") == row.get("bare")}


def _unnested(found: QueryResult) -> Facts:
    counts = {row.get("part", MISSING): row.get("n") for row in found.rows}
    return {"parts": sorted(counts), "each part has every record": len(set(counts.values())) == 1}


def _concatenated(found: QueryResult) -> Facts:
    return {"parts": sorted(row.get("part", MISSING) for row in found.rows)}


def _counted(found: QueryResult) -> Facts:
    return {"CloudWatch counts the rows": found.result_count == len(found.rows)}


PROBES = (
    Probe(
        "estimate", "what the column of an estimate is called", "stats count(*) as n | estimate",
        _columns,
    ),
    Probe(
        "missing field", "what a field that no record has is in stats",
        "stats count(*) as n, count(noSuchField) as c, sum(noSuchField) as s by noSuchField",
        lambda found: {**_first("noSuchField", "s")(found), "c": found.rows[0].get("c", MISSING), "rows": len(found.rows)},
    ),
    Probe(
        "mask", "whether a masked value is an empty text and one group",
        'fields if(protocol = 999, srcAddr, "") as masked | stats count(*) as n by masked',
        lambda found: {**_first("masked")(found), "rows": len(found.rows)},
    ),
    Probe(
        "unnest", "whether each record can be counted twice in one scan",
        'fields jsonParse("[1, 2]") as parts | unnest parts into part | stats count(*) as n by part', _unnested,
    ),
    Probe(
        "unnest of concat", "whether a list can be made of a record's own fields",
        """fields jsonParse(concat('["', logStatus, 'x", "y"]')) as parts | filter logStatus = "OK"
| unnest parts into part | stats count(*) as n by part | sort part""",
        _concatenated,
    ),
    Probe(
        "dash", "what a field that is - in the record is",
        """filter logStatus = "NODATA"
| fields bytes, srcAddr, ispresent(bytes) as present, isNumeric(bytes) as numeric | limit 1""",
        lambda found: {**_first("bytes", "srcAddr")(found), **_as_they_are(found, "present", "numeric")},
    ),
    Probe(
        "sum of dashes", "what a sum of fields that are - is",
        'filter logStatus = "NODATA" | stats sum(bytes) as s, max(bytes) as m, count(bytes) as c, count(*) as n',
        lambda found: {**_first("s", "m")(found), "every record is counted": found.rows[0].get("c") == found.rows[0].get("n")},
    ),
    Probe(
        "quoted numbers", "whether a number equals its text",
        'stats sum(if(protocol = 6, 1, 0)) as bare, sum(if(protocol = "6", 1, 0)) as quoted', _same,
    ),
    Probe(
        "second", "how the time of an event is computed with",
        "fields floor(toMillis(@timestamp) / 1000) as second | stats count(*) as n by second | sort second desc | limit 1",
        _first("second"),
    ),
    Probe(
        "bin", "how the beginning of a bin is written", "stats count(*) as n by bin(5m) as t", _first("t"),
    ),
    Probe("rows", "whether statistics count the rows", "stats count(*) as n by action", _counted),
)  # fmt: skip
"""All but those of `names` and `ends`, which are not one query."""


def differences(expected: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Sentences about facts that are not as expected. What there was nothing to see of is none."""
    for name, facts in found.items():
        for fact, value in facts.items():
            usual = expected.get(name, {}).get(fact)
            if value is not None and usual is not None and value != usual:
                yield f"{name}: {fact} is {_shown(value)}, and in the sandbox {_shown(usual)}."


def _shown(value: Fact) -> str:
    if isinstance(value, bool):
        return "so" if value else "not so"
    return ", ".join(value) if isinstance(value, list) else str(value)
