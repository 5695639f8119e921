"""Conditions on one value: `= ERROR*`, `!= %^10%`, `>= 400`.

Rules and where they come from:
- `=` and `!=` take text, numbers and regular expressions; `< <= > >=` take numbers only (documented).
- `*` at the start or the end of a text stands for anything; inside it is an asterisk (documented on the page of 2019:
  `Ev*ent` matches only `Ev*ent`; the present page says "wild card" without saying where).
- What may stand without quotation marks is letters, digits, underscore and `*` (documented), and `. : / - + @ #` as
  in the documented `123.123.*` and `*.html*` (inferred).
"""

import math
import re
from dataclasses import dataclass
from string import ascii_letters, digits
from typing import Final

from flowinsight.sandbox.logslang.matching.cursor import Cursor
from flowinsight.sandbox.logslang.matching.regexes import Regex, read_regex

OPERATORS: Final = ("!=", "<=", ">=", "=", "<", ">")  # the longer first
BARE: Final = ascii_letters + digits + "_*.:/-+@#"
NUMBER: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(NUMBER)


def number(text: str) -> float | None:
    """Return the number a text spells, or None. Python's and SQL's further spellings (inf, 1_000) are not numbers."""
    if _NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


@dataclass(frozen=True)
class Text:
    """A text to compare with, its outer asterisks taken off. `number` is set for an unquoted number."""

    core: str
    anything_before: bool
    anything_after: bool
    number: float | None

    def accepts(self, value: str) -> bool:
        if self.anything_before and self.anything_after:
            return self.core in value
        if self.anything_before:
            return value.endswith(self.core)
        if self.anything_after:
            return value.startswith(self.core)
        return value == self.core


@dataclass(frozen=True)
class Comparison:
    """One operator and the value on its right."""

    operator: str
    value: Text | Regex

    def accepts(self, value: str) -> bool:
        """Compare as text for = and !=, as numbers for the rest; what is no number is neither less nor more."""
        if isinstance(self.value, Regex):
            return (self.value.python.search(value) is not None) == (self.operator == "=")
        if self.operator in ("=", "!="):
            return self.value.accepts(value) == (self.operator == "=")
        return self.accepts_number(number(value))

    def accepts_number(self, left: float | None) -> bool:
        right = None if isinstance(self.value, Regex) else self.value.number
        if left is None or right is None:
            return False
        match self.operator:
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case ">=":
                return left >= right
            case "=":
                return left == right
        return left != right


def read_operator(cursor: Cursor) -> str:
    for operator in OPERATORS:
        if cursor.take(operator):
            return operator
    raise cursor.fail(f"Expected one of = != < <= > >=, found {cursor.found()}.")


def read_comparison(cursor: Cursor) -> Comparison:
    """Read an operator and its value."""
    operator = read_operator(cursor)
    cursor.skip_space()
    start = cursor.position
    value: Text | Regex = read_regex(cursor) if cursor.peek() == "%" else read_text(cursor)
    if operator not in ("=", "!=") and (isinstance(value, Regex) or value.number is None):
        raise cursor.fail(f"{operator} compares numbers; there is no number after it.", start)
    return Comparison(operator, value)


def read_text(cursor: Cursor) -> Text:
    if cursor.peek() == '"':
        return _text(*read_quoted(cursor), bare=False)
    bare = cursor.run(BARE)
    if not bare:
        raise cursor.fail(
            f"Expected a value, found {cursor.found()}; other characters go between double quotation marks."
        )
    return _text(bare, bare, bare=True)


def read_quoted(cursor: Cursor) -> tuple[str, str]:
    r"""Read "..." and return it twice: with `\"` and `\\` undone, and with escaped characters blanked by NUL."""
    cursor.expect('"', "before a text")
    raw = cursor.until('"', "quotation mark")
    return re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL), re.sub(r"\\.", "\0", raw, flags=re.DOTALL)


def _text(text: str, shape: str, *, bare: bool) -> Text:
    r"""Take the outer asterisks off; `shape` is the text with its escaped characters blanked, so `\*` stays."""
    before = shape.startswith("*")
    after = shape.endswith("*") and len(shape) > 1
    core = text[before : len(text) - after]
    return Text(core, before, after or shape == "*", number(text) if bare else None)
