"""A second reader of space-delimited lines, and the SQL translation, must agree with `matches` on random input."""

import os

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowinsight.sandbox.logslang.matching import lines
from flowinsight.sandbox.logslang.matching.columns import Columns
from flowinsight.sandbox.logslang.matching.terms import Terms
from flowinsight.sandbox.logslang.patterns import Pattern, compile_pattern

EXAMPLES = int(os.environ.get("LOGSLANG_EXAMPLES", "80"))

PIECES = [
    "a",
    "b",
    "ab",
    "A",
    "2",
    "10",
    "-",
    "1e3",
    "4.5",
    "007",
    '"',
    "[",
    "]",
    " ",
    "  ",
    "\t",
    "\n",
    "\v",
    "\u00e9",
    "%",
    "*",
]
messages = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.lists(st.sampled_from(["a", "b", "ab", "10", "4.5", "-", '"a b"', "[b]", "2e999"]), max_size=6).map(" ".join),
)
WORDS = st.sampled_from(
    ["a", "b", "ab", "*b", "a*", "*a*", "*", "10", "4.5", '"a b"', '""', '"*"', '"[b"', '"\\"a"', '"b]"', '" a "']
)
REGEXES = st.sampled_from(["%^a%", "%b$%", r"%^\d+$%", "%[^a]%", r"%\s%", r"%[\S]b%", "%a.b%", "%^$%", "%a{,2}$%"])


@st.composite
def conditions(draw: st.DrawFn, name: str, *, regexes: bool) -> str:
    kinds = ["text", "text", "number"] + (["regex"] if regexes else [])
    match draw(st.sampled_from(kinds)):
        case "regex":
            return f"{name} {draw(st.sampled_from(['=', '!=']))} {draw(REGEXES)}"
        case "number":
            operator = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
            return f"{name} {operator} {draw(st.sampled_from(['10', '4.5', '1e3', '-1']))}"
    return f"{name} {draw(st.sampled_from(['=', '=', '=', '!=']))} {draw(WORDS)}"


@st.composite
def columns(draw: st.DrawFn) -> str:
    count = draw(st.integers(1, 4))
    fields = []
    for place in range(count):
        name = f"w{place}"
        match draw(st.integers(0, 4)):
            case 0 | 1:
                fields.append(name)
            case 2 | 3:
                fields.append(draw(conditions(name, regexes=place == 0)))
            case _:
                parts = [draw(conditions(name, regexes=False)) for _ in range(2)]
                joined = f" {draw(st.sampled_from(['||', '&&']))} ".join(parts)
                fields.append(f"({joined})" if draw(st.booleans()) else joined)
    if draw(st.booleans()):
        fields.insert(draw(st.integers(0, count)), "...")
    return f"[{', '.join(fields)}]"


@st.composite
def terms(draw: st.DrawFn) -> str:
    found = [
        draw(st.sampled_from(["", "", "-", "?"]))
        + draw(st.sampled_from(["a", "b", "ab", '"a b"', '"\\""', '" "', "10"]))
        for _ in range(draw(st.integers(0, 3)))
    ]
    if draw(st.booleans()):
        found.append(draw(st.sampled_from(["", "-", "?"])) + draw(REGEXES))
    return " ".join(found)


def scan(line: str) -> list[tuple[str, int]]:
    """Read the fields of a line one character at a time: each field's text and where it starts."""
    spaces = "\t\n\f\r "
    found: list[tuple[str, int]] = []
    place = 0
    while place < len(line):
        if line[place] in spaces:
            place += 1
            continue
        start = place
        closing = {'"': '"', "[": "]"}.get(line[place])
        if closing is None:
            while place < len(line) and line[place] not in spaces:
                place += 1
            found.append((line[start:place], start))
            continue
        end = line.find(closing, place + 1)
        end = len(line) if end < 0 else end
        found.append((line[start + 1 : end], start))
        place = end + 1
    return found


def accepts_by_scanning(pattern: Pattern, line: str) -> bool:
    columns = pattern.meaning
    assert isinstance(columns, Columns)
    before, after = columns.before, columns.after
    fields = scan(line)
    values = [text for text, _ in fields]
    if after is None:
        if len(values) > len(before):
            start = fields[len(before) - 1][1]
            values = [*values[: len(before) - 1], line[start:].strip("\t\n\f\r ")]
        if len(values) < len(before):
            return False
        pairs = list(zip(before, values, strict=True))
    else:
        if len(values) < len(before) + len(after):
            return False
        tail = values[len(values) - len(after) :]
        pairs = [*zip(before, values, strict=False), *zip(after, tail, strict=True)]
    return all(column.accepts(value) for column, value in pairs)


@settings(max_examples=EXAMPLES, deadline=None)
@given(columns(), st.lists(messages, min_size=1, max_size=8))
def test_a_line_read_character_by_character_gives_the_same_answer(text: str, events: list[str]) -> None:
    pattern = compile_pattern(text)
    for event in events:
        assert pattern.matches(event) == accepts_by_scanning(pattern, event), (text, event)


@settings(max_examples=EXAMPLES, deadline=None)
@given(messages)
def test_splitting_agrees_with_reading_character_by_character(line: str) -> None:
    assert lines.split(line, None) == [text for text, _ in scan(line)]


def _answers(conditions: list[tuple[str, tuple[str, ...]]], events: list[str]) -> list[list[bool]]:
    """Return what each condition says of each event."""
    with duckdb.connect(config={"disabled_optimizers": "type_pushdown"}) as connection:
        connection.execute("CREATE TABLE events (place INTEGER, message VARCHAR)")
        connection.executemany("INSERT INTO events VALUES (?, ?)", list(enumerate(events)))
        found = [
            connection.execute(f"SELECT {text} FROM events ORDER BY place", parameters).fetchall()
            for text, parameters in conditions
        ]
    return [[row[0] for row in rows] for rows in found]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.one_of(columns(), terms()), st.lists(messages, min_size=1, max_size=8))
def test_the_sql_condition_and_the_single_expression_agree_with_matches(text: str, events: list[str]) -> None:
    pattern = compile_pattern(text)
    expected = [pattern.matches(event) for event in events]
    condition, expression = pattern.to_sql(), pattern.to_regex()
    single = [("regexp_matches(message, ?)", (expression,))] if expression is not None else []
    kept, *alone = _answers([(condition.text, condition.parameters), *single], events)
    assert condition.exact == (expression is not None) or isinstance(pattern.meaning, Terms)
    assert not condition.exact or kept == expected, condition
    assert all(kept[place] for place, matched in enumerate(expected) if matched), condition
    assert alone in ([], [expected]), expression


def test_equalities_are_one_expression_and_other_conditions_are_not() -> None:
    assert compile_pattern("[v, port = 22 || port = 8*, action = REJECT, status]").to_regex() is not None
    assert compile_pattern("?a ?b").to_regex() == "a|b"
    assert compile_pattern("").to_regex() == ""
    for other in ("[v, port != 22, rest]", "[v, port > 22, rest]", "a b", "-a", "{ $.a = 1 }"):
        assert compile_pattern(other).to_regex() is None
        assert compile_pattern(other).to_sql().exact == (other in ("a b", "-a"))


def test_a_hostile_pattern_stays_a_parameter() -> None:
    condition = compile_pattern('"\'; DROP TABLE events; --" ?x').to_sql()
    assert "DROP" not in condition.text
    assert condition.parameters == ("'; DROP TABLE events; --",)


def test_a_column_name_that_is_no_plain_name_is_refused() -> None:
    with pytest.raises(ValueError, match="plain name"):
        compile_pattern("a").to_sql("message) OR (true")
