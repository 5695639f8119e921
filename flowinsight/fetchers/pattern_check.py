"""Whether CloudWatch Logs would accept a filter pattern that a person wrote, and where not.

Rules: CloudWatch Logs User Guide, filter pattern syntax. Flow logs are text, so patterns about JSON are refused here.
"""

import re
import warnings
from dataclasses import dataclass

from flowinsight.errors import QuestionError
from flowinsight.fetchers.filter_pattern import LONGEST
from flowinsight.fetchers.narrowing import MOST_REGEXES

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_OPERATOR = re.compile(r"!=|<=|>=|=|<|>")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.*:/@#-])", re.ASCII)
_BARE = re.compile(r"[\w*.:/\-+@#]+", re.ASCII)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_REGEX = re.compile(r"%((?:[^%\\]|\\.)+)%", re.DOTALL)
_NOT_IN_REGEX = re.compile(r"[^A-Za-z0-9:_#=@/;, \-^$?\[\]{}|\\*+.]")
_ESCAPE = re.compile(r"\\(?:[dDsSwW]|x[0-7][0-9A-Fa-f]|[:_#=@/;, \-^$?\[\]{}|\\*+.])")
_NOT_A_COUNT = re.compile(r"\{(?!\d+(?:, ?\d*)?\}|, ?\d+\})")
_TERM = re.compile(r"\w+(?=\s|$)", re.ASCII)


def check(pattern: str) -> None:
    """Return when the pattern can be sent; QuestionError with the position of what cannot."""
    if len(pattern) > LONGEST:
        raise QuestionError(
            f"A filter pattern has at most {LONGEST:,} characters; this one has {len(pattern):,}.", LONGEST
        )
    scanner = _Scanner(pattern)
    scanner.take(_SPACE)
    if scanner.next == "{":
        raise scanner.wrong("Flow log events are text: a pattern about JSON matches none of them.")
    if scanner.next == "[":
        _fields(scanner)
    else:
        _terms(scanner)


@dataclass
class _Scanner:
    """The pattern and how far it has been read."""

    text: str
    at: int = 0
    regexes: int = 0

    @property
    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    @property
    def found(self) -> str:
        return repr(self.next) if self.next else "the end"

    def take(self, what: re.Pattern[str] | str) -> str:
        """Read what matches here and the space behind it; empty text when it does not."""
        if isinstance(what, str):
            text = what if self.text.startswith(what, self.at) else ""
        else:
            match = what.match(self.text, self.at)
            text = match[0] if match else ""
        if text:
            self.at += len(text)
            space = _SPACE.match(self.text, self.at)
            self.at = space.end() if space else self.at
        return text

    def wrong(self, message: str, at: int | None = None, length: int = 1) -> QuestionError:
        return QuestionError(message, self.at if at is None else at, length)


def _fields(scanner: _Scanner) -> None:
    """`[name, name = value, ..., name]`."""
    scanner.take("[")
    names: list[str] = []
    dots = False
    while scanner.next != "]":
        at = scanner.at
        if scanner.take("..."):
            if dots:
                raise scanner.wrong("Only one ... can stand for the fields in between.", at, 3)
            dots = True
        elif scanner.next != ",":
            names.append(_field(scanner, names))
        if not scanner.take(","):
            break
    if not scanner.take("]"):
        raise scanner.wrong(f"A comma or the closing ] belongs here, not {scanner.found}.")
    if scanner.next:
        raise scanner.wrong("Nothing may follow the closing ].")


def _field(scanner: _Scanner, names: list[str]) -> str:
    """`name`, or conditions on it, joined and grouped."""
    at = scanner.at
    name = scanner.take(_NAME)
    if name in names:
        raise scanner.wrong(f"The name {name} stands for two fields.", at, len(name))
    if not name or scanner.next not in {",", "]", ""}:
        scanner.at = at
        name = _tree(scanner, "")
        if name in names:
            raise scanner.wrong(f"The name {name} stands for two fields.", at, len(name))
    return name


def _tree(scanner: _Scanner, first: str) -> str:
    """Conditions joined by && and ||, all of them on the field called `first` (empty: on any one); that name."""
    while True:
        at = scanner.at
        if scanner.take("("):
            first = _tree(scanner, first)
            if not scanner.take(")"):
                raise scanner.wrong("This ( is never closed.", at)
        else:
            name = scanner.take(_NAME)
            if not name:
                raise scanner.wrong(f"The name of a field belongs here, not {scanner.found}: letters, digits and _.")
            if first and name != first:
                raise scanner.wrong(f"One position is one field: {name} stands where {first} is.", at, len(name))
            first = name
            _condition(scanner)
        if not (scanner.take("&&") or scanner.take("||")):
            return first


def _condition(scanner: _Scanner) -> None:
    operator = scanner.take(_OPERATOR)
    if not operator:
        raise scanner.wrong(f"A comparison (= != < > <= >=) belongs here, not {scanner.found}.")
    if operator not in {"=", "!="}:
        if not scanner.take(_NUMBER):
            raise scanner.wrong(f"{operator} compares numbers, and there is none here.")
    elif scanner.next == "%":
        _regex(scanner)
    elif scanner.next == '"':
        _quoted(scanner)
    elif not scanner.take(_BARE):
        raise scanner.wrong(f"A value belongs here, not {scanner.found}; quote other characters.")


def _quoted(scanner: _Scanner) -> str:
    at = scanner.at
    text = scanner.take(_QUOTED)
    if not text:
        raise scanner.wrong("This quotation mark is never closed.", at)
    return text


def _regex(scanner: _Scanner) -> None:
    at = scanner.at
    match = _REGEX.match(scanner.text, at)
    if match is None:
        raise scanner.wrong("An expression stands between two % and is not empty.", at)
    _check_regex(scanner, match[1], at + 1)
    scanner.regexes += 1
    if scanner.regexes > MOST_REGEXES:
        raise scanner.wrong(f"A pattern may hold {MOST_REGEXES} expressions.", at, len(match[0]))
    scanner.take(match[0])


def _check_regex(scanner: _Scanner, text: str, start: int) -> None:
    odd = _NOT_IN_REGEX.search(text)
    if odd:
        raise scanner.wrong(f"{odd[0]!r} may not stand in an expression: write it as \\xhh.", start + odd.start())
    for match in re.finditer(r"\\.?.?.?", text):
        if _ESCAPE.match(text, match.start()) is None and text[match.start() - 1 : match.start()] != "\\":
            raise scanner.wrong("This escape is not one that AWS knows.", start + match.start(), 2)
    plain = re.sub(r"\\.|\[[^\]]*\]", lambda found: "." * len(found[0]), text)
    count = _NOT_A_COUNT.search(plain)
    if count:
        raise scanner.wrong("A repeat count is {2}, {2,}, {,3} or {2,3}.", start + count.start())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # about classes that Python may read differently one day
            re.compile(text)
    except re.error as error:
        raise scanner.wrong(f"The expression cannot be read: {error.msg}.", start + (error.pos or 0)) from error


def _terms(scanner: _Scanner) -> None:
    """`term "a phrase" ?either ?or -without %expression%`."""
    while scanner.next:
        if scanner.next in {"?", "-"}:
            scanner.at += 1
        if scanner.next == "%":
            _regex(scanner)
        elif scanner.next == '"':
            at = scanner.at
            if _quoted(scanner) == '""':
                raise scanner.wrong("There is nothing between the quotation marks.", at, 2)
        elif not scanner.take(_TERM):
            raise scanner.wrong("A term with anything but letters, digits and _ stands between quotation marks.")
