r"""The regular expressions allowed between percent signs.

Documented (FilterAndPatternSyntax, "Supported regular expressions"): letters, digits, `: _ # = @ / ; , -`, the
operators `^ $ ? [ ] { } | \ * + .`, the classes `\d \D \s \S \w \W` and `\xhh`; no parentheses, nothing multi-byte.
A space occurs in the documented example `%^shutting down%`.

The text is rewritten so that Python's `re` and RE2 read it alike: `^` and `$` mean the ends of the string (Python's
`$` also matches before a last line feed), `\s` is tab, line feed, form feed, carriage return and space in both, and
`{,n}` is `{0,n}`.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from string import ascii_letters, digits

from flowinsight.sandbox.logslang.matching.cursor import Cursor, PatternError

# Written differently for the two readers, so kept as marks until the reader is known.
END = "\0end\0"  # the end of the text: \Z in Python, \z in RE2
KEEP = "\0keep\0"  # after a repeat: gives nothing back (Python's possessive +; RE2 needs no such help)
LITERALS = ascii_letters + digits + ":_#=@/;,- "
OPERATORS = "^$?[]{}|\\*+."
WHITESPACE = r"\t\n\f\r "
NOT_WHITESPACE = f"\\x00-\\x08\\x0B\\x0E-\\x1F!-{chr(0x10FFFF)}"
MOST_REPEATS = 1000  # RE2's own limit


def for_python(expression: str) -> str:
    return expression.replace(END, r"\Z").replace(KEEP, "+")


def for_re2(expression: str) -> str:
    return expression.replace(END, r"\z").replace(KEEP, "")


@dataclass(frozen=True)
class Regex:
    """A checked expression; it matches anywhere in a text unless it is anchored."""

    source: str
    canonical: str

    @cached_property
    def python(self) -> re.Pattern[str]:
        return re.compile(for_python(self.canonical), re.ASCII)

    @property
    def re2(self) -> str:
        return for_re2(self.canonical)


def read_regex(cursor: Cursor) -> Regex:
    """Read `%...%`; the cursor stands on the first percent sign."""
    cursor.expect("%", "before a regular expression")
    start = cursor.position
    source = cursor.until("%", "regular expression")
    if not source:
        raise PatternError("There is no regular expression between the percent signs.", start)
    inner = _Reader(source, start)
    regex = Regex(source, inner.alternatives())
    try:
        _ = regex.python
    except re.error as error:
        raise PatternError(f"The regular expression %{source}% cannot be read: {error.msg}.", start) from error
    return regex


class _Reader(Cursor):
    """Rewrites one expression, checking every character of it."""

    def __init__(self, source: str, offset: int) -> None:
        super().__init__(source)
        self.offset = offset

    def fail(self, message: str, position: int | None = None) -> PatternError:
        return PatternError(message, self.offset + (self.position if position is None else position))

    def alternatives(self) -> str:
        pieces: list[str] = []
        while not self.at_end():
            pieces.append(self.piece())
        return "".join(pieces)

    def piece(self) -> str:
        if self.take("|"):
            return "|"
        if self.take("^"):
            return r"\A" + self.no_repeat()
        if self.take("$"):
            return END + self.no_repeat()
        return self.atom() + self.repeat()

    def atom(self) -> str:
        character = self.peek()
        if self.take("["):
            return self.character_class()
        if self.take("\\"):
            return self.escape(in_class=False)
        if character in "*+?":
            raise self.fail(f"There is nothing for {character} to repeat.")
        if character == "{":
            raise self.fail("A literal { must be written \\{ or \\x7B; a repeat count needs something before it.")
        if character not in LITERALS + "}]" and character != ".":
            raise self.fail(f"{character!r} is not allowed in a regular expression; write it as \\xhh.")
        self.position += 1
        return character if character == "." else re.escape(character)

    def repeat(self) -> str:
        if self.peek() in tuple("*+?"):
            suffix = self.peek()
            self.position += 1
        elif self.peek() == "{":
            suffix = self.count()
        else:
            return ""
        # A lazy repeat finds a match exactly where a greedy one does, and only that is asked here.
        self.take("?")
        return suffix + self.no_repeat()

    def count(self) -> str:
        found = re.compile(r"\{(\d*)(,?) ?(\d*)\}").match(self.text, self.position)
        if found is None or (not found[1] and not found[3]):
            raise self.fail("A repeat count is {m}, {m,}, {,n} or {m,n}.")
        least, most = int(found[1] or 0), int(found[3] or 0)
        if max(least, most) > MOST_REPEATS:
            raise self.fail(f"A repeat count may be at most {MOST_REPEATS}.")
        self.position = found.end()
        return f"{{{least}}}" if not found[2] else f"{{{least},{found[3]}}}"

    def no_repeat(self) -> str:
        if self.peek() in tuple("*+?{"):
            raise self.fail(f"{self.peek()} cannot repeat what stands before it.")
        return ""

    def character_class(self) -> str:
        opened = self.position - 1
        pieces = ["[^" if self.take("^") else "["]
        if self.take("]"):
            pieces.append(r"\]")
        while not self.take("]"):
            if self.at_end():
                raise self.fail("This character class is never closed with ].", opened)
            pieces.append(self.class_member())
        return "".join([*pieces, "]"])

    def class_member(self) -> str:
        character = self.peek()
        if self.take("\\"):
            return self.escape(in_class=True)
        if character not in LITERALS + OPERATORS:
            raise self.fail(f"{character!r} is not allowed in a regular expression; write it as \\xhh.")
        self.position += 1
        return character if character == "-" or character.isalnum() else re.escape(character)

    def escape(self, *, in_class: bool) -> str:
        character = self.peek()
        self.position += 1
        match character:
            case "s":
                return WHITESPACE if in_class else f"[{WHITESPACE}]"
            case "S":
                return NOT_WHITESPACE if in_class else f"[^{WHITESPACE}]"
            case "d" | "D" | "w" | "W":
                return "\\" + character
            case "x":
                return self.hexadecimal()
        if character == "" or character.isalnum() or character not in LITERALS + OPERATORS:
            raise self.fail(f"\\{character} is not a supported escape.", self.position - 2)
        return re.escape(character)

    def hexadecimal(self) -> str:
        pair = self.text[self.position : self.position + 2]
        if re.fullmatch("[0-9A-Fa-f]{2}", pair) is None or int(pair, 16) > 0x7F:
            raise self.fail("\\x is followed by two hexadecimal digits of an ASCII character, such as \\x3A.")
        self.position += 2
        return "\\x" + pair
