"""A second evaluator of Logs Insights queries: plain Python, one record after the other.

It shares the parsed query with the engine and nothing else; every rule is written out again.
"""

import base64
import json
import math
import re
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import quote, unquote

from flowinsight.sandbox.logslang.insights import syntax as s


@dataclass(frozen=True)
class Time:
    milliseconds: int


@dataclass(frozen=True)
class Json:
    value: Any


Value = None | str | float | bool | Time | Json
NAMES = {"srcaddr": "srcAddr", "dstaddr": "dstAddr", "srcport": "srcPort", "dstport": "dstPort", "start": "startTime"}
NAMES |= {"end": "endTime", "account-id": "accountId", "interface-id": "interfaceId", "log-status": "logStatus"}
LENGTHS = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000, "d": 86400000, "w": 604800000}
CAPS = {"ms": 1000, "s": 60, "m": 60, "h": 24}


@dataclass(frozen=True)
class Record:
    log_group: str
    log_stream: str
    timestamp_ms: int
    ingestion_ms: int
    message: str
    ptr: str


@dataclass
class Row:
    """What names mean for one row; `record` is None after stats."""

    record: Record | None
    made: dict[str, Value] = field(default_factory=dict)

    def __getitem__(self, name: s.Name) -> Value:
        if name.text in self.made:
            return self.made[name.text]
        for length in range(len(name.parts) - 1, 0, -1):
            prefix = ".".join(name.parts[:length])
            if prefix in self.made:
                inner = self.made[prefix]
                return descend(inner.value, name.parts[length:]) if isinstance(inner, Json) else None
        if self.record is None:
            return None
        found = system(self.record, name.text)
        return discovered(self.record, name) if found is None else found


def system(record: Record, name: str) -> Value:
    match name:
        case "@timestamp":
            return Time(record.timestamp_ms)
        case "@ingestionTime":
            return Time(record.ingestion_ms)
        case "@message":
            return record.message
        case "@logStream":
            return record.log_stream
        case "@log":
            return record.log_group
        case "@ptr":
            return record.ptr
    return None


def discovered(record: Record, name: s.Name) -> Value:
    if name.text.startswith("@"):
        return None
    words = record.message.split(" ")
    names = [NAMES.get(token, token) for token in DEFAULT]
    if len(words) == len(names) and name.text in names:
        return words[names.index(name.text)]
    document = parsed(record.message)
    if not isinstance(document, dict):
        return None
    whole = text(descend(document, (name.text,)))
    return whole if whole is not None else text(descend(document, name.parts))


DEFAULT = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
]


def parsed(message: str) -> Any:
    try:
        return json.loads(message, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        return None


def descend(node: Any, path: Iterable[str]) -> Value:
    for step in path:
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isdigit() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return None if node is None else Json(node)


# Values


def text(value: Value) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "1" if value else "0"
        case float() if not math.isfinite(value):
            return None
        case float():
            shown = f"{value:.4f}".rstrip("0").rstrip(".")
            return "0" if shown == "-0" else shown
        case Time(milliseconds=milliseconds):
            moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
            return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{milliseconds % 1000:03}"
        case Json(value=inner):
            if isinstance(inner, (dict, list)) or inner is None:
                return None
            return text(inner) if isinstance(inner, (bool, str)) else json.dumps(inner)
    raise TypeError(value)


def shown(value: Value) -> str | None:
    if isinstance(value, Json) and isinstance(value.value, (dict, list)):
        return json.dumps(value.value, separators=(",", ":"), ensure_ascii=False)
    return text(value)


def number(value: Value) -> float | None:
    match value:
        case bool():
            return float(value)
        case float():
            return value
        case Time(milliseconds=milliseconds):
            return float(milliseconds)
    written = text(value)
    if written is None or not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", written, re.ASCII):
        return None
    return float(written) if math.isfinite(float(written)) else None


def truth(value: Value) -> bool | None:
    if isinstance(value, bool):
        return value
    found = number(value)
    return None if found is None else found != 0


def present(value: Value) -> bool:
    return value is not None and not (isinstance(value, Json) and value.value is None)


def compare(operator: str, left: Value, right: Value) -> bool | None:
    a, b = number(left), number(right)
    x, y = text(left), text(right)
    if x is None or y is None:
        return None
    if a is not None and b is not None:
        return OPERATORS[operator](a, b)
    if operator not in ("=", "!=") and (a is not None or b is not None):
        return False
    return OPERATORS[operator](x, y)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def natural(value: str) -> list[tuple[str, int, str]]:
    """Runs of digits by length and value, everything else by its characters."""
    pieces = re.findall(r"[0-9]+|[^0-9]", value)
    return [("0", len(piece), piece) if piece[0] in "0123456789" else (piece, 0, "") for piece in pieces]


def before(left: Value, right: Value) -> int:
    """Compare two values as sort does, ascending: missing, texts, numbers."""

    def rank(value: Value) -> tuple[Any, ...]:
        found, written = number(value), text(value)
        if isinstance(value, (float, bool, Time)):
            return (2, found or 0.0)
        if written is None:
            return (0,)
        return (1, natural(written), written) if found is None else (2, found, written)

    a, b = rank(left), rank(right)
    return (a > b) - (a < b)


# Expressions


def evaluate(expression: s.Expression, row: Row) -> Value:
    match expression:
        case s.Text(value=written):
            return written
        case s.Number(value=written):
            return float(written)
        case s.Truth(value=known):
            return known
        case s.Name():
            return row[expression]
        case s.Arithmetic():
            return arithmetic(
                expression.operator, *(number(evaluate(e, row)) for e in (expression.left, expression.right))
            )
        case s.Comparison():
            return compare(expression.operator, evaluate(expression.left, row), evaluate(expression.right, row))
        case s.Like():
            return like(text(evaluate(expression.value, row)), expression.pattern)
        case s.In():
            value = evaluate(expression.value, row)
            tests = [compare("=", value, evaluate(choice, row)) for choice in expression.choices]
            return None if text(value) is None else any_true(tests)
        case s.Not():
            turned = truth(evaluate(expression.value, row))
            return None if turned is None else not turned
        case s.Logical():
            sides = [truth(evaluate(side, row)) for side in expression.parts]
            return any_true(sides) if expression.operator == "or" else all_true(sides)
        case s.Call():
            return call(expression, row)
    raise TypeError(expression)


def any_true(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False


def all_true(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return False if False in found else None if None in found else True


def like(value: str | None, pattern: s.Text | s.Regex) -> bool | None:
    if value is None:
        return None
    if isinstance(pattern, s.Regex):
        return re.search(pattern.source, value, re.ASCII) is not None
    return pattern.value in value


def arithmetic(operator: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None
        case "%":
            return math.fmod(left, right) if right else None
    return float(left**right)


def floor_time(value: Value, period: s.Period) -> Time | None:
    found = number(value)
    if found is None:
        return None
    unit = period.unit
    length = min(period.count, CAPS.get(unit, period.count)) * LENGTHS[unit]
    offset = 4 * 86400000 if unit == "w" else 0
    return Time((math.floor(found) - offset) // length * length + offset)


def call(expression: s.Call, row: Row) -> Value:
    name, arguments = expression.function, expression.arguments
    if name == "bin":
        assert isinstance(arguments[0], s.Period)
        return floor_time(row[s.Name("@timestamp", ("@timestamp",))], arguments[0])
    if name == "datefloor":
        assert isinstance(arguments[1], s.Period)
        return floor_time(evaluate(arguments[0], row), arguments[1])
    return function(name, [evaluate(argument, row) for argument in arguments])


def function(name: str, values: list[Value]) -> Value:
    match name:
        case "ispresent":
            return present(values[0])
        case "coalesce":
            return next((value for value in values if present(value)), None)
        case "if":
            return values[1] if truth(values[0]) else values[2]
        case "case":
            pairs = zip(values[::2], values[1::2], strict=False)
            other = values[-1] if len(values) % 2 else None
            return next((value for condition, value in pairs if truth(condition)), other)
        case "jsonparse":
            document = parsed(values[0]) if isinstance(values[0], str) else None
            return Json(document) if isinstance(document, (dict, list)) else None
        case "isempty":
            return not text(values[0])
        case "isblank":
            return not (text(values[0]) or "").strip(" \t\r\n\f\v")
        case "concat":
            return "".join(text(value) or "" for value in values)
        case "isnumeric":
            return number(values[0]) is not None
        case "greatest" | "least":
            numbers = [found for found in map(number, values) if found is not None]
            return (max if name == "greatest" else min)(numbers, default=None)
    if name in ADDRESSES:
        return ADDRESSES[name](text(values[0]), text(values[1]) if len(values) > 1 else None)
    if name in ON_NUMBERS:
        numbers = [found for found in map(number, values) if found is not None]
        return ON_NUMBERS[name](*numbers) if len(numbers) == len(values) else None
    texts = [text(value) for value in values]
    return None if None in texts else ON_TEXTS[name](*texts)


def half_away(value: float, places: float = 0) -> float:
    scale = 10.0 ** int(places)
    whole = math.floor(abs(value) * scale)
    whole += abs(value) * scale - whole >= 0.5
    return math.copysign(whole / scale, value)


ON_NUMBERS: dict[str, Callable[..., Value]] = {
    "abs": abs,
    "ceil": lambda a: float(math.ceil(a)),
    "floor": lambda a: float(math.floor(a)),
    "log": lambda a: math.log(a) if a > 0 else None,
    "sqrt": lambda a: math.sqrt(a) if a >= 0 else None,
    "round": half_away,
    "tonumber": lambda a: a,
    "tomillis": lambda a: float(math.floor(a)),
    "frommillis": lambda a: Time(math.floor(a)),
    "toint": lambda a: float(math.trunc(a)) if -(2**31) <= math.trunc(a) < 2**31 else None,
    "dectohex": lambda a: f"{'-' if math.trunc(a) < 0 else ''}0x{abs(math.trunc(a)):x}",
}


def substring(value: str, start: str, length: str | None = None) -> str | None:
    first, count = number(start), None if length is None else number(length)
    if first is None or (length is not None and count is None):
        return None
    begin = max(0, int(first))
    return value[begin:] if count is None else value[begin : begin + max(0, int(count))]


ON_TEXTS: dict[str, Callable[..., Value]] = {
    "strlen": lambda a: float(len(a)),
    "messagesize": lambda a: float(len(a.encode())),
    "toupper": str.upper,
    "tolower": str.lower,
    "ltrim": lambda a, b=" \t\r\n\f\v": a.lstrip(b),
    "rtrim": lambda a, b=" \t\r\n\f\v": a.rstrip(b),
    "trim": lambda a, b=" \t\r\n\f\v": a.strip(b),
    "substr": substring,
    "replace": lambda a, b, c: a.replace(b, c) if b else a,
    "strcontains": lambda a, b: b in a,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "urlencode": lambda a: quote(a, safe="-_.~"),
    "urldecode": unquote,
    "base64encode": lambda a: base64.b64encode(a.encode()).decode(),
    "split": lambda a, b: Json(a.split(b)),
}


def address(value: str | None) -> IPv4Address | IPv6Address | None:
    try:
        return None if value is None or "%" in value else ip_address(value)
    except ValueError:
        return None


def within(value: str | None, network: str | None, *versions: int) -> bool:
    found = address(value)
    assert network is not None
    return found is not None and found.version in versions and found in ip_network(network, strict=False)


ADDRESSES: dict[str, Callable[[str | None, str | None], Value]] = {
    "isvalidip": lambda a, _: address(a) is not None,
    "isvalidipv4": lambda a, _: isinstance(address(a), IPv4Address),
    "isvalidipv6": lambda a, _: isinstance(address(a), IPv6Address),
    "isipinsubnet": lambda a, b: within(a, b, 4, 6),
    "isipv4insubnet": lambda a, b: within(a, b, 4),
    "isipv6insubnet": lambda a, b: within(a, b, 6),
    "isprivateip": lambda a, _: any(within(a, b, 4) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    "ipv4tonumber": lambda a, _: float(int(found)) if isinstance(found := address(a), IPv4Address) else None,
}


# Aggregates


def aggregate(expression: s.Call, rows: list[Row]) -> Value:
    name, arguments = expression.function, expression.arguments
    if name == "count" and (not arguments or isinstance(arguments[0], s.Star)):
        return float(len(rows))
    values = [evaluate(arguments[0], row) for row in rows]
    if name == "count":
        return float(sum(map(present, values)))
    if name in ("count_distinct", "countdistinct"):
        return float(len({text(value) for value in values} - {None}))
    if name in ("earliest", "latest"):
        moments = [(row[s.Name("@timestamp", ("@timestamp",))], value) for row, value in zip(rows, values, strict=True)]
        kept = [(number(moment), value) for moment, value in moments if value is not None]
        return (min if name == "earliest" else max)(kept, key=lambda pair: pair[0] or 0, default=(0, None))[1]
    if name in ("sortsfirst", "sortslast"):
        texts = sorted((written for written in map(text, values) if written is not None), key=cmp_to_key(before))
        return None if not texts else texts[0 if name == "sortsfirst" else -1]
    numbers = [found for found in map(number, values) if found is not None]
    found = numeric_aggregate(name, arguments, sorted(numbers))
    times = any(isinstance(value, Time) for value in values) and name in ("min", "max")
    return Time(int(found)) if times and found is not None else found


def numeric_aggregate(name: str, arguments: tuple[s.Expression, ...], numbers: list[float]) -> float | None:
    if not numbers or (name in ("stddev", "variance") and len(numbers) < 2):
        return None
    match name:
        case "sum":
            return math.fsum(numbers)
        case "avg":
            return math.fsum(numbers) / len(numbers)
        case "min":
            return numbers[0]
        case "max":
            return numbers[-1]
        case "median":
            return statistics.median(numbers)
        case "stddev":
            return statistics.stdev(numbers)
        case "variance":
            return statistics.variance(numbers)
    assert isinstance(arguments[1], s.Number)
    place = float(arguments[1].value) / 100 * (len(numbers) - 1)
    low = math.floor(place)
    high = min(low + 1, len(numbers) - 1)
    return numbers[low] + (numbers[high] - numbers[low]) * (place - low)


def aggregated(expression: s.Expression, rows: list[Row], known: dict[str, Value]) -> Value:
    """Evaluate an output of stats: aggregates over the group, earlier outputs by name, and arithmetic on them."""
    if isinstance(expression, s.Call) and expression.function in AGGREGATES:
        return aggregate(expression, rows)
    match expression:
        case s.Name():
            return known[expression.text]
        case s.Arithmetic(operator=operator, left=left, right=right):
            return arithmetic(operator, *(number(aggregated(side, rows, known)) for side in (left, right)))
    return evaluate(expression, Row(None, known))


AGGREGATES = frozenset(
    [
        "count",
        "count_distinct",
        "countdistinct",
        "sum",
        "avg",
        "min",
        "max",
        "pct",
        "median",
        "stddev",
        "variance",
        "earliest",
        "latest",
        "sortsfirst",
        "sortslast",
    ]
)


# Commands


@dataclass(frozen=True)
class State:
    rows: list[Row]
    shown: dict[str, None]
    extracted: dict[str, None]
    grouped: bool = False


def run(query: s.Query, records: list[Record], limit: int = 10_000) -> list[list[tuple[str, str]]]:
    """Return the rows of a query as lists of (field, value)."""
    newest = sorted(records, key=lambda record: (-record.timestamp_ms, record.ptr))
    state = State([Row(record) for record in newest], {}, {})
    for command in query.commands:
        state = apply(command, state)
    rows = state.rows
    if not any(isinstance(command, s.Limit) for command in query.commands):
        rows = rows[:limit]
    names = list(state.shown)
    if not state.grouped:
        names = [*dict.fromkeys([*(names or ["@timestamp", "@message"]), *state.extracted]), "@ptr"]
    found = []
    for row in rows:
        pairs = [(name, shown(row[s.Name(name, tuple(name.split(".")))])) for name in names]
        found.append([(name, value) for name, value in pairs if value is not None])
    return found


def apply(command: s.Command, state: State) -> State:
    match command:
        case s.Fields():
            return replace(compute(command.outputs, state), shown=state.shown | names_of(command.outputs))
        case s.Display():
            return replace(compute(command.outputs, state), shown=names_of(command.outputs), extracted={})
        case s.Filter(condition=condition):
            return replace(state, rows=[row for row in state.rows if truth(evaluate(condition, row))])
        case s.Parse():
            return extract(command, state)
        case s.Stats():
            return group(command, state)
        case s.Sort(keys=keys):
            rows = list(state.rows)
            for key in reversed(keys):
                values = {id(row): sort_value(key, row) for row in rows}
                rows.sort(key=lambda row, v=values: cmp_to_key(before)(v[id(row)]), reverse=key.descending)  # type: ignore[misc]
            return replace(state, rows=rows)
        case s.Limit(count=count):
            return replace(state, rows=state.rows[:count])
        case s.Dedup(names=names):
            return replace(state, rows=first_of_each(names, state.rows))
        case s.Unnest():
            return spread(command, state)
    raise TypeError(command)


def sort_value(key: s.SortKey, row: Row) -> Value:
    return row.made[key.name] if key.name in row.made else evaluate(key.value, row)


def names_of(outputs: tuple[s.Output, ...]) -> dict[str, None]:
    return dict.fromkeys(output.name for output in outputs)


def compute(outputs: tuple[s.Output, ...], state: State) -> State:
    for output in outputs:
        if not (isinstance(output.value, s.Name) and output.value.text == output.name):
            for row in state.rows:
                row.made[output.name] = evaluate(output.value, row)
    return state


def extract(command: s.Parse, state: State) -> State:
    for row in state.rows:
        found = re.search(command.expression, text(row[command.source]) or "", re.ASCII)
        missing = text(row[command.source]) is None or found is None
        groups = [None] * len(command.names) if missing or found is None else [group or "" for group in found.groups()]
        row.made.update(zip(command.names, groups, strict=True))
    target = dict.fromkeys(command.names)
    return (
        replace(state, shown=state.shown | target)
        if state.grouped
        else replace(state, extracted=state.extracted | target)
    )


def group(command: s.Stats, state: State) -> State:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in state.rows:
        values = [evaluate(output.value, row) for output in command.by]
        groups.setdefault(tuple(text(v) if isinstance(v, Json) else v for v in values), []).append(row)
    names = [output.name for output in command.by]
    rows = []
    for key in sorted(groups, key=lambda values: [group_rank(value) for value in values]):
        known: dict[str, Value] = dict(zip(names, key, strict=True))
        for output in command.outputs:
            known[output.name] = aggregated(output.value, groups[key], known)
        rows.append(Row(None, known))
    return State(rows, dict.fromkeys(names) | names_of(command.outputs), {}, grouped=True)


def group_rank(value: Value) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    return (1, value) if isinstance(value, str) else (1, number(value))


def first_of_each(names: tuple[s.Name, ...], rows: list[Row]) -> list[Row]:
    seen: set[tuple[str | None, ...]] = set()
    kept = []
    for row in rows:
        key = tuple(text(row[name]) for name in names)
        if None in key or key not in seen:
            kept.append(row)
        seen.add(key)
    return kept


def spread(command: s.Unnest, state: State) -> State:
    rows = []
    for row in state.rows:
        value = row[command.source]
        several = isinstance(value, Json) and isinstance(value.value, list)
        elements: list[Value] = [Json(e) for e in value.value] if isinstance(value, Json) and several else [value]
        rows += [Row(row.record, row.made | {command.name: element}) for element in elements]
    target = {command.name: None}
    shown_too = replace(state, rows=rows, shown=state.shown | target)
    return shown_too if state.grouped else replace(state, rows=rows, extracted=state.extracted | target)
