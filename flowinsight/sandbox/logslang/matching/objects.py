"""JSON patterns: `{ $.user.id = 1 && ($.action = "GET" || $.error IS NULL) }`.

Documented: selectors `$.a.b`, `$.a[0]`, `$.['a.b']`, and `*` for any element or property (once in a selector, three
times in a pattern); `=` and `!=` with text, numbers and regular expressions, `< <= > >=` with numbers; `IS NULL`,
`IS TRUE`, `IS FALSE`, `NOT EXISTS`; a selector that points at an array or object satisfies no comparison.
Reported: neither does one that points at a boolean, and an unquoted text compares with a number by its digits.
Inferred: neither does null or a missing property, also for `!=`; with `*`, one element that satisfies is enough; of a
repeated property the last counts; a message that is no JSON object matches nothing, not even NOT EXISTS.
"""

import json
from dataclasses import dataclass
from string import ascii_letters, digits
from typing import Any, Final, Literal, NoReturn

from flowinsight.sandbox.logslang.matching.cursor import Cursor
from flowinsight.sandbox.logslang.matching.logic import Tree, holds, leaves, read_tree
from flowinsight.sandbox.logslang.matching.regexes import Regex
from flowinsight.sandbox.logslang.matching.values import Comparison, Text, number, read_comparison

NAME: Final = ascii_letters + digits + "-_"
MOST_WILDCARDS: Final = 3


class _Digits(str):
    """A JSON number, kept as it was written so that `4*` can be compared with it."""

    __slots__ = ()


@dataclass(frozen=True)
class Anything:
    """`*`: every element of an array, every property of an object."""


Step = str | int | Anything
State = Literal["NULL", "TRUE", "FALSE", "NOT EXISTS"]


@dataclass(frozen=True)
class Condition:
    """What the nodes a selector points at must satisfy."""

    steps: tuple[Step, ...]
    test: Comparison | State

    def accepts(self, event: dict[str, Any]) -> bool:
        nodes = _select([event], self.steps)
        match self.test:
            case "NOT EXISTS":
                return not nodes
            case "NULL":
                return any(node is None for node in nodes)
            case "TRUE":
                return any(node is True for node in nodes)
            case "FALSE":
                return any(node is False for node in nodes)
            case Comparison() as comparison:
                return any(isinstance(node, str) and _compare(comparison, node) for node in nodes)


def _compare(comparison: Comparison, node: str) -> bool:
    value = comparison.value
    if isinstance(value, Text) and value.number is not None:
        left = number(node)
        return comparison.operator == "!=" if left is None else comparison.accepts_number(left)
    return comparison.accepts(node)


def _select(nodes: list[Any], steps: tuple[Step, ...]) -> list[Any]:
    for step in steps:
        nodes = [child for node in nodes for child in _children(node, step)]
    return nodes


def _children(node: object, step: Step) -> list[Any]:
    match node, step:
        case dict(), Anything():
            return list(node.values())
        case list(), Anything():
            return node
        case dict(), str() if step in node:
            return [node[step]]
        case list(), int() if step < len(node):
            return [node[step]]
    return []


@dataclass(frozen=True)
class Object:
    """A condition on a JSON event."""

    tree: Tree[Condition]

    def matches(self, message: str) -> bool:
        event = _parse(message)
        return event is not None and holds(self.tree, lambda condition: condition.accepts(event))

    def extract(self, message: str) -> dict[str, str] | None:
        """Extract nothing: a JSON pattern names no fields (reported for TestMetricFilter)."""
        return {} if self.matches(message) else None

    def regexes(self) -> int:
        tests = [leaf.test for leaf in leaves(self.tree)]
        return sum(isinstance(test, Comparison) and isinstance(test.value, Regex) for test in tests)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _parse(message: str) -> dict[str, Any] | None:
    try:
        event = json.loads(message, parse_int=_Digits, parse_float=_Digits, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def read_object(cursor: Cursor) -> Object:
    """Read `{ ... }`; the cursor stands on the brace."""
    cursor.expect("{", "at the start")
    tree = read_tree(cursor, _read_condition)
    cursor.expect("}", "after the condition")
    cursor.skip_space()
    if not cursor.at_end():
        raise cursor.fail("Nothing may follow the closing brace.")
    if sum(isinstance(step, Anything) for leaf in leaves(tree) for step in leaf.steps) > MOST_WILDCARDS:
        raise cursor.fail(f"A pattern may use * in at most {MOST_WILDCARDS} selectors.", 0)
    return Object(tree)


def _read_condition(cursor: Cursor) -> Condition:
    steps = _read_selector(cursor)
    cursor.skip_space()
    start = cursor.position
    words = cursor.run(ascii_letters + " ").strip()
    match words:
        case "":
            return Condition(steps, read_comparison(cursor))
        case "IS NULL" | "IS TRUE" | "IS FALSE":
            state: State = "NULL" if words == "IS NULL" else "TRUE" if words == "IS TRUE" else "FALSE"
            return Condition(steps, state)
        case "NOT EXISTS":
            return Condition(steps, "NOT EXISTS")
    raise cursor.fail(f"Expected = != < <= > >=, IS NULL, IS TRUE, IS FALSE or NOT EXISTS, found {words}.", start)


def _read_selector(cursor: Cursor) -> tuple[Step, ...]:
    start = cursor.position
    cursor.expect("$", "before a selector such as $.eventName")
    if cursor.peek() != ".":
        raise cursor.fail("A selector starts with $. and the name of a property.")
    steps: list[Step] = []
    while cursor.peek() in (".", "["):
        if cursor.take(".") and cursor.peek() != "[":
            steps.append(Anything() if cursor.take("*") else _read_property(cursor))
        else:
            steps.append(_read_bracket(cursor))
    if sum(isinstance(step, Anything) for step in steps) > 1:
        raise cursor.fail("A selector may use * only once.", start)
    return tuple(steps)


def _read_property(cursor: Cursor) -> str:
    name = cursor.run(NAME)
    if not name:
        raise cursor.fail(f"Expected the name of a property (letters, digits, - and _), found {cursor.found()}.")
    return name


def _read_bracket(cursor: Cursor) -> Step:
    cursor.expect("[", "in a selector")
    step: Step
    if cursor.take("*"):
        step = Anything()
    elif cursor.peek() in ("'", '"'):
        quote = cursor.peek()
        cursor.take(quote)
        step = cursor.until(quote, "name in quotation marks")
    else:
        place = cursor.run(digits)
        if not place or len(place) > 9:
            raise cursor.fail(f"Expected an array index, * or a quoted name, found {cursor.found()}.")
        step = int(place)
    cursor.expect("]", "after the element")
    return step
