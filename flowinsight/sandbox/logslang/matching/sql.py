"""The same question in SQL: a pattern as a condition that DuckDB can evaluate over a column of messages.

Everything a pattern says is bound as a parameter; the statement's text is made of the fixed pieces below and the
checked name of the column.
"""

import re
from dataclasses import dataclass

from flowinsight.sandbox.logslang.matching.columns import Columns
from flowinsight.sandbox.logslang.matching.regexes import for_re2
from flowinsight.sandbox.logslang.matching.terms import Term, Terms


@dataclass(frozen=True)
class SqlCondition:
    """A boolean DuckDB expression with `?` placeholders, and their values in order.

    It holds for every message the pattern matches; only when `exact` does it hold for no other.
    """

    text: str
    parameters: tuple[str, ...]
    exact: bool


def terms_regex(terms: Terms) -> str | None:
    """One RE2 expression for terms, where one suffices."""
    if terms.excluded or len(terms.required) > 1:
        return None
    alternatives = terms.required or terms.optional
    return "|".join(re.escape(term) if isinstance(term, str) else term.re2 for term in alternatives)


def columns_regex(columns: Columns) -> str | None:
    """One RE2 expression for fields, where all their conditions are equalities joined by ||."""
    text, left = columns.written
    return None if left else for_re2(text)


def terms_sql(terms: Terms, column: str) -> SqlCondition:
    parts = [_occurs(term, column) for term in terms.required]
    parts += [f"NOT {_occurs(term, column)}" for term in terms.excluded]
    if terms.optional:
        parts.append(f"({' OR '.join(_occurs(term, column) for term in terms.optional)})")
    ordered = (*terms.required, *terms.excluded, *terms.optional)
    values = tuple(term if isinstance(term, str) else term.re2 for term in ordered)
    return SqlCondition(f"({' AND '.join(parts or ['true'])})", values, exact=True)


def _occurs(term: Term, column: str) -> str:
    return f"contains({column}, ?)" if isinstance(term, str) else f"regexp_matches({column}, ?)"


def columns_sql(columns: Columns, column: str) -> SqlCondition:
    text, left = columns.written
    return SqlCondition(f"regexp_matches({column}, ?)", (for_re2(text),), exact=not left)
