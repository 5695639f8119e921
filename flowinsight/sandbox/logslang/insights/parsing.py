"""From text to a query. Nothing that cannot be executed is let through: it is a MalformedQuery with its place."""

from functools import lru_cache
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from flowinsight.sandbox.logslang.insights import checking
from flowinsight.sandbox.logslang.insights.building import Builder
from flowinsight.sandbox.logslang.insights.compiling import to_sql
from flowinsight.sandbox.logslang.insights.grammar import GRAMMAR
from flowinsight.sandbox.logslang.insights.problems import MalformedQuery
from flowinsight.sandbox.logslang.insights.syntax import Query, Span

__all__ = ["LONGEST", "MalformedQuery", "parse_query"]

LONGEST = 10_000  # characters, from the API model

COMMANDS = frozenset(
    ["fields", "display", "filter", "where", "parse", "stats", "sort", "limit", "dedup", "unnest", "estimate"]
)
ELSEWHERE = frozenset(
    [
        "accum",
        "addtotals",
        "anomaly",
        "appendcols",
        "autoregress",
        "cidrlookup",
        "countfrequent",
        "diff",
        "expand",
        "filldown",
        "fillmissing",
        "filterindex",
        "join",
        "logcompare",
        "lookup",
        "outlier",
        "pattern",
        "relevantfields",
        "sessionize",
        "unmask",
    ]
)


@lru_cache(1)
def _grammar() -> Lark:
    return Lark(GRAMMAR, start="query", parser="lalr", propagate_positions=True, maybe_placeholders=True)


def parse_query(text: str) -> Query:
    """Read a query and compile it once for trial. Raises MalformedQuery with the offsets of the piece to blame."""
    if len(text) > LONGEST:
        raise MalformedQuery(f"A query has at most {LONGEST} characters, this one has {len(text)}.", LONGEST, len(text))
    try:
        query = _read(text)
        checking.check(query)
        to_sql(query, "events")
    except RecursionError as error:
        raise MalformedQuery("The query is nested too deeply.", 0, len(text)) from error
    return query


def _read(text: str) -> Query:
    try:
        tree = _grammar().parse(text)
        query: Any = Builder(text).transform(tree)
    except UnexpectedInput as error:
        raise _explained(text, error) from error
    except VisitError as error:
        if isinstance(error.orig_exc, MalformedQuery):
            raise error.orig_exc from error
        raise
    return Query(query.commands, query.source)


def _explained(text: str, error: UnexpectedInput) -> MalformedQuery:
    start, end = _place(text, error)
    found = text[start:end]
    expected = error.accepts or error.expected if isinstance(error, UnexpectedToken) else set()
    if not found:
        return MalformedQuery("The query ends too early.", len(text), len(text))
    if "FIELDS" in expected or (start == 0 and "SOURCE" in expected):
        word = found.lower()
        if word in ELSEWHERE:
            return MalformedQuery(f"The command {found} is not implemented by this engine.", start, end)
        return MalformedQuery(f"There is no command {found}; there are {', '.join(sorted(COMMANDS))}.", start, end)
    return MalformedQuery(f"{found!r} was not expected here.", start, end)


def _place(text: str, error: UnexpectedInput) -> tuple[int, int]:
    if isinstance(error, UnexpectedToken) and isinstance(error.token, Token) and error.token.type != "$END":
        at = Span(error.token.start_pos or 0, error.token.end_pos or 0)
        return at.start, at.end
    if isinstance(error, UnexpectedCharacters):
        start = error.pos_in_stream or 0
        return start, min(start + 1, len(text))
    return len(text), len(text)
