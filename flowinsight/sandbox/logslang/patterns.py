"""Filter patterns of CloudWatch Logs, as FilterLogEvents, metric filters and TestMetricFilter understand them.

    >>> compile_pattern("[version, account, eni, ..., action = REJECT, status]").matches(line)

A pattern starting with `{` is about JSON, with `[` about space-delimited fields, anything else is terms. The rules and
where each of them comes from stand in the modules under `matching`.
"""

import re
from dataclasses import dataclass

from flowinsight.sandbox.logslang.matching.columns import Columns, read_columns
from flowinsight.sandbox.logslang.matching.cursor import Cursor, PatternError
from flowinsight.sandbox.logslang.matching.objects import Object, read_object
from flowinsight.sandbox.logslang.matching.sql import (
    SqlCondition,
    columns_regex,
    columns_sql,
    terms_regex,
    terms_sql,
)
from flowinsight.sandbox.logslang.matching.terms import Terms, read_terms

__all__ = ["LONGEST", "MOST_REGEXES", "Pattern", "PatternError", "SqlCondition", "compile_pattern"]

LONGEST = 1024  # characters, from the API model
MOST_REGEXES = 2  # documented


@dataclass(frozen=True)
class Pattern:
    """A filter pattern that was read once and can be asked about any number of messages."""

    text: str
    meaning: Terms | Columns | Object

    def matches(self, message: str) -> bool:
        return self.meaning.matches(message)

    def extract(self, message: str) -> dict[str, str] | None:
        """Return TestMetricFilter's extractedValues (`$name`, or `$3` for an unnamed field), None without a match."""
        return self.meaning.extract(message)

    def to_regex(self) -> str | None:
        """Return one RE2 expression that is found in exactly the messages this pattern matches, if there is one."""
        match self.meaning:
            case Terms() as terms:
                return terms_regex(terms)
            case Columns() as columns:
                return columns_regex(columns)
            case Object():
                return None

    def to_sql(self, column: str = "message") -> SqlCondition:
        """Return a condition for DuckDB over a VARCHAR column that no matching message fails.

        Where it is not `exact` (numbers, `!=` and regular expressions on fields; JSON), ask `matches` about the messages
        it lets through. `column` is an unquoted identifier (else ValueError); the pattern is only ever a parameter.
        """
        if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", column) is None:
            raise ValueError(f"{column!r} is not the plain name of a column.")
        match self.meaning:
            case Terms() as terms:
                return terms_sql(terms, column)
            case Columns() as columns:
                return columns_sql(columns, column)
            case Object():
                return SqlCondition("true", (), exact=False)


def compile_pattern(text: str) -> Pattern:
    """Read a filter pattern; an empty one matches everything. Raises PatternError with the place to blame."""
    if len(text) > LONGEST:
        raise PatternError(f"A filter pattern has at most {LONGEST} characters, this one has {len(text)}.", LONGEST)
    cursor = Cursor(text)
    cursor.skip_space()
    meaning = _read(cursor)
    if meaning.regexes() > MOST_REGEXES:
        raise PatternError(f"A filter pattern may contain at most {MOST_REGEXES} regular expressions.", 0)
    return Pattern(text, meaning)


def _read(cursor: Cursor) -> Terms | Columns | Object:
    match cursor.peek():
        case "{":
            return read_object(cursor)
        case "[":
            return read_columns(cursor)
    return read_terms(cursor)
