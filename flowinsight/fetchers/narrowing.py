"""Values of a question as conditions on one position of a space-delimited pattern: never too narrow, sometimes too wide.

What a pattern lets through too much is left out afterwards by the duck engine, which is exact.
"""

import re
from dataclasses import dataclass

from flowinsight.addresses import MAPPED, Addresses, Range, format_address

MOST_REGEXES = 2
"""Regular expressions in one pattern. Source: CloudWatch Logs User Guide, filter pattern syntax."""

_MOST_PIECES = 40
_V4_LAST = MAPPED + 2**32 - 1
_ANY_V6 = ":"
_BARE = re.compile(r"[A-Za-z0-9_.*]+")
_SAFE = re.compile(r"[A-Za-z0-9_.:/@#+-]+")


@dataclass(frozen=True)
class Test:
    """What one field may be: one of `words` (`*` at the end stands for anything), a match of one of `regexes`, or a number
    from `between[0]` to `between[1]`.
    """

    words: tuple[str, ...] = ()
    regexes: tuple[str, ...] = ()
    between: tuple[int, int] | None = None

    def text(self, name: str) -> str:
        """The condition as the pattern has it, on the field called `name`."""
        if self.between:
            return f"{name} >= {self.between[0]} && {name} <= {self.between[1]}"
        values = [word if _BARE.fullmatch(word) else f'"{word}"' for word in self.words]
        if self.regexes:
            values.append(f"%{'|'.join(self.regexes)}%")
        return " || ".join(f"{name} = {value}" for value in values)

    def excludes(self, other: "Test") -> bool:
        """Whether no value can pass both, for certain."""
        plain = not (self.regexes or other.regexes or self.between or other.between)
        return plain and "*" not in "".join(self.words + other.words) and not set(self.words) & set(other.words)


def word(value: int | str) -> Test | None:
    """A value of a record as it stands there; None for text that means something in a pattern."""
    text = str(value)
    return Test((text,)) if _SAFE.fullmatch(text) else None


def addresses(values: list[Addresses]) -> Test | None:
    """Addresses as whole ones, wildcards at the boundary of an octet, or one expression; None where nothing is narrowed."""
    words: list[str] = []
    regexes: list[str] = []
    for first, last in (a_range for value in values for a_range in value.ranges):
        for piece in _families(first, last):
            found = _v4(*piece) if piece[0] >= MAPPED and piece[1] <= _V4_LAST else _v6(*piece)
            words += found.words
            regexes += found.regexes
    if len(words) + len(regexes) > _MOST_PIECES or "*" in words:
        return None
    return Test(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(regexes)))


def _families(first: int, last: int) -> list[Range]:
    """The range cut at both ends of the IPv4 addresses."""
    edges = ((0, MAPPED - 1), (MAPPED, _V4_LAST), (_V4_LAST + 1, 2**128 - 1))
    return [(max(first, a), min(last, b)) for a, b in edges if first <= b and last >= a]


def _v4(first: int, last: int) -> Test:
    if first == last:
        return Test((format_address(first),))
    low, high = format_address(first).split("."), format_address(last).split(".")
    place = next(number for number in range(4) if low[number] != high[number])
    before = low[:place]
    if (low[place], high[place]) == ("0", "255"):
        return Test((".".join([*before, "*"]),))
    tail = "" if place == 3 else ".*"
    octets = range(int(low[place]), int(high[place]) + 1)
    if len(octets) <= 4:
        return Test(tuple(".".join([*before, str(octet)]) + tail for octet in octets))
    start = "".join(rf"{octet}\." for octet in before)
    end = "$" if place == 3 else r"\."
    return Test((), tuple(f"^{start}{digits}{end}" for digits in numbers(octets[0], octets[-1])))


def _v6(first: int, last: int) -> Test:
    """Whole groups that all addresses share, as far as none of them is zero: zeros may be written as `::`."""
    if first == last:
        return Test((format_address(first),))
    shared: list[str] = []
    for shift in range(112, -1, -16):
        group = (first >> shift) & 0xFFFF
        if not group or first >> shift != last >> shift:
            break
        shared.append(f"{group:x}:")
    return Test((), (f"^{''.join(shared)}" if shared else _ANY_V6,))


def numbers(first: int, last: int) -> list[str]:
    """Expressions that together match the decimal numbers from `first` to `last`, and no other: `1[6-9]`, `2[0-9]`, `3[01]`."""
    found: list[str] = []
    while first <= last:
        size = 1
        while first % (size * 10) == 0 and first + size * 10 - 1 <= last and first:
            size *= 10
        many = min(9 - (first // size) % 10, (last - first + 1) // size - 1)
        while many and len(str(first + many * size)) != len(str(first)):
            many -= 1
        found.append(_digits(first // size, many) + "[0-9]" * (len(str(size)) - 1))
        first += (many + 1) * size
    return found


def _digits(number: int, more: int) -> str:
    head, final = str(number)[:-1], number % 10
    return f"{head}{final}" if not more else f"{head}[{final}-{final + more}]"
