"""Space-delimited patterns: `[version, account, ..., action = REJECT, status]`.

Documented: one name per field; what stands between double quotation marks or brackets is one field, without them; `...`
stands for any number of unnamed fields; conditions on different fields must all hold; `[]` matches every event and
numbers its fields; a blank entry is an unnamed field. Documented by example: the last name takes the rest of the line
(`[w1=ERROR, w2]` matches a line of any length, and AWS asks for the trailing name). Reported: a condition names the
field it stands in (another name is "Invalid filter pattern"); tabs separate fields as spaces do (the widely used
patterns for Lambda's REPORT line). Inferred: only one `...`, names are unique and made of letters, digits and
underscore, `...` may stand for no field at all, an unclosed quotation mark or bracket runs to the end of the line,
and `=` compares text (`dstport = 22` does not match `022`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from string import ascii_letters, digits

from flowinsight.sandbox.logslang.matching import lines
from flowinsight.sandbox.logslang.matching.cursor import Cursor
from flowinsight.sandbox.logslang.matching.logic import One, Some, Tree, holds, leaves, read_tree
from flowinsight.sandbox.logslang.matching.regexes import Regex, for_python
from flowinsight.sandbox.logslang.matching.values import Comparison, Text, read_comparison


@dataclass(frozen=True)
class Column:
    """One field's name (empty when unnamed) and the conditions on it."""

    name: str
    test: Tree[Comparison] | None

    def accepts(self, value: str) -> bool:
        return self.test is None or holds(self.test, lambda comparison: comparison.accepts(value))

    def expression(self, *, rest: bool) -> str | None:
        """Return the expression of a field that is accepted, None where its conditions cannot be written as one."""
        if self.test is None:
            return lines.REST if rest else lines.FIELD
        texts = _equalities(self.test)
        return lines.field_equal_to(texts, rest=rest) if texts else None


def _equalities(tree: Tree[Comparison]) -> list[Text]:
    """Return the texts of `= a || = b`, nothing where the condition is of another form."""
    match tree:
        case One(leaf=Comparison(operator="=", value=Text() as text)):
            return [text]
        case Some(parts=parts):
            found = [_equalities(part) for part in parts]
            return [text for texts in found for text in texts] if all(found) else []
    return []


@dataclass(frozen=True)
class Columns:
    """Fields before `...` and after it; `after` is None when there is no `...`."""

    before: tuple[Column, ...]
    after: tuple[Column, ...] | None

    @property
    def all(self) -> tuple[Column, ...]:
        return self.before + (self.after or ())

    @cached_property
    def written(self) -> tuple[str, tuple[Column, ...]]:
        """The line as one expression, and the fields whose conditions could not be written into it.

        Each of those is captured instead, by three groups of which one takes part in a match.
        """
        pieces = [column.expression(rest=column is self._rest) for column in self.all]
        text = [
            piece or (lines.CAPTURED_REST if column is self._rest else lines.CAPTURED)
            for piece, column in zip(pieces, self.all, strict=True)
        ]
        left = tuple(column for piece, column in zip(pieces, self.all, strict=True) if piece is None)
        count = len(self.before)
        return lines.assemble(text[:count], None if self.after is None else text[count:]), left

    @property
    def _rest(self) -> Column | None:
        return self.before[-1] if self.after is None else None

    @cached_property
    def _match(self) -> Callable[[str], re.Match[str] | None]:
        return re.compile(for_python(self.written[0])).match

    def matches(self, message: str) -> bool:
        found = self._match(message)
        if found is None:
            return False
        groups = found.groups()
        for place, column in enumerate(self.written[1]):
            value = next((group for group in groups[3 * place : 3 * place + 3] if group is not None), "")
            if not column.accepts(value):
                return False
        return True

    def extract(self, message: str) -> dict[str, str] | None:
        """Name the fields `$name`, and by position `$3` where they have no name."""
        if not self.matches(message):
            return None
        values = lines.split(message, None if self.after is not None else len(self.before))
        names = [column.name for column in self.before]
        names += [""] * (len(values) - len(self.all))
        names += [column.name for column in self.after or ()]
        return {f"${name or place}": value for place, (name, value) in enumerate(zip(names, values, strict=True), 1)}

    def regexes(self) -> int:
        tests = [leaf for column in self.all if column.test is not None for leaf in leaves(column.test)]
        return sum(isinstance(test.value, Regex) for test in tests)


def read_columns(cursor: Cursor) -> Columns:
    """Read `[...]`; the cursor stands on the bracket."""
    cursor.expect("[", "at the start")
    before: list[Column] = []
    after: list[Column] | None = None
    cursor.skip_space()
    if cursor.take("]"):
        after = []
    else:
        while True:
            cursor.skip_space()
            if cursor.take("..."):
                if after is not None:
                    raise cursor.fail("Only one ... may stand for unnamed fields.", cursor.position - 3)
                after = []
            else:
                (before if after is None else after).append(_read_column(cursor, [*before, *(after or [])]))
            cursor.skip_space()
            if not cursor.take(","):
                break
        cursor.expect("]", "or a comma after a field")
    cursor.skip_space()
    if not cursor.at_end():
        raise cursor.fail("Nothing may follow the closing bracket.")
    return Columns(tuple(before), None if after is None else tuple(after))


def _read_column(cursor: Cursor, earlier: list[Column]) -> Column:
    start = cursor.position
    if cursor.peek() in (",", "]"):
        return Column("", None)
    if cursor.peek() == "(":
        names: set[str] = set()
        test = read_tree(cursor, lambda inner: _read_named(inner, names))
    else:
        name = _read_name(cursor)
        cursor.skip_space()
        names = {name}
        test = None
        if cursor.peek() not in (",", "]", ""):
            cursor.position = start
            test = read_tree(cursor, lambda inner: _read_named(inner, names))
    (name,) = names
    if any(column.name == name for column in earlier):
        raise cursor.fail(f"The name {name} stands for two fields; names must differ.", start)
    return Column(name, test)


def _read_named(cursor: Cursor, names: set[str]) -> Comparison:
    start = cursor.position
    name = _read_name(cursor)
    names.add(name)
    if len(names) > 1:
        other = next(iter(names - {name}))
        raise cursor.fail(
            f"The conditions at one position must be on one field, not on {other} and {name}; "
            "conditions at different positions must hold together.",
            start,
        )
    cursor.skip_space()
    return read_comparison(cursor)


def _read_name(cursor: Cursor) -> str:
    start = cursor.position
    name = cursor.run(ascii_letters + digits + "_")
    if not name or name[0] in digits:
        raise cursor.fail(
            f"Expected the name of a field (letters, digits and _, not starting with a digit), found {cursor.found()}."
            if not name
            else f"The name {name} starts with a digit.",
            start,
        )
    return name
