r"""Terms: `ERROR REQUEST -"not found"`, `?ERROR ?WARN`, `%re%`.

Documented: every plain term must occur somewhere in the message, no `-` term may, case counts, terms of other
characters than letters, digits and underscore go between quotation marks; of `?` terms one must occur, and they are
ignored next to any other term; `" "` matches everything. Reported: an unquoted other character is refused with
"Invalid character(s) in term", and in quotation marks a backslash escapes the next character.
"""

from dataclasses import dataclass
from string import ascii_letters, digits

from flowinsight.sandbox.logslang.matching.cursor import SPACE, Cursor
from flowinsight.sandbox.logslang.matching.regexes import Regex, read_regex
from flowinsight.sandbox.logslang.matching.values import read_quoted

Term = str | Regex


@dataclass(frozen=True)
class Terms:
    """What a message must contain, what it must not, and what it must contain one of."""

    required: tuple[Term, ...]
    excluded: tuple[Term, ...]
    optional: tuple[Term, ...]

    def matches(self, message: str) -> bool:
        if any(not _occurs(term, message) for term in self.required):
            return False
        if any(_occurs(term, message) for term in self.excluded):
            return False
        return not self.optional or any(_occurs(term, message) for term in self.optional)

    def extract(self, message: str) -> dict[str, str] | None:
        """Terms name nothing, so a match extracts nothing (documented for TestMetricFilter)."""
        return {} if self.matches(message) else None

    def regexes(self) -> int:
        return sum(isinstance(term, Regex) for term in (*self.required, *self.excluded, *self.optional))


def _occurs(term: Term, message: str) -> bool:
    return term in message if isinstance(term, str) else term.python.search(message) is not None


def read_terms(cursor: Cursor) -> Terms:
    found: dict[str, list[Term]] = {"": [], "-": [], "?": []}
    cursor.skip_space()
    while not cursor.at_end():
        sign = cursor.peek() if cursor.peek() in ("-", "?") else ""
        cursor.take(sign)
        term = _read_term(cursor)
        if sign or term != " ":
            found[sign].append(term)
        cursor.skip_space()
    ignored = found[""] or found["-"]
    return Terms(tuple(found[""]), tuple(found["-"]), () if ignored else tuple(found["?"]))


def _read_term(cursor: Cursor) -> Term:
    if cursor.peek() == "%":
        return read_regex(cursor)
    if cursor.peek() == '"':
        start = cursor.position
        text, _ = read_quoted(cursor)
        if not text:
            raise cursor.fail("There is nothing between the quotation marks.", start)
        return text
    word = cursor.run(ascii_letters + digits + "_")
    if not word or (not cursor.at_end() and cursor.peek() not in SPACE):
        raise cursor.fail(
            f"Invalid character(s) in term: {cursor.found()}. "
            "Put terms with anything but letters, digits and _ between double quotation marks."
        )
    return word
