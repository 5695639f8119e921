"""Whatever a person types, a query keeps its shape: only numbers, addresses and words of a fixed alphabet differ in it."""

import dataclasses
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowinsight.engines.insights import where
from flowinsight.engines.insights.columns import columns
from flowinsight.errors import QuestionError
from flowinsight.fetchers import insights
from flowinsight.fields import FIELDS
from flowinsight.filters import Filter, Op
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.logslang.insights import parse_query
from flowinsight.sources import LogGroup

EVERYTHING = tuple(field.token for field in FIELDS)
TEXTS = tuple(field.token for field in FIELDS if field.kind == "text")
NAMES = columns([EVERYTHING], EVERYTHING, [field.insights for field in FIELDS])

_BREAKERS = [
    '"',
    "'",
    "\\",
    "`",
    "|",
    "#",
    "/",
    "\n",
    "*",
    "%",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    "=",
    "-",
    ";",
    "$",
    "@",
    "\x00",
]
_WORDS = [
    "stats",
    "limit",
    "or",
    "and",
    "not",
    "in",
    "like",
    "fields",
    "1",
    "0x1F",
    "1e3",
    "eni-1",
    "ACCEPT",
    "é",
    "ｅ",
    "\u202e",
    "𝟏",
]
HOSTILE = st.one_of(
    st.text(max_size=20), st.lists(st.sampled_from([*_BREAKERS, *_WORDS, " "]), max_size=8).map("".join)
)


def _shape(piece: Any) -> Any:
    """A parsed query without its texts, its numbers, and its places."""
    if dataclasses.is_dataclass(piece) and not isinstance(piece, type):
        kind = type(piece).__name__
        kept = (
            []
            if kind in ("Text", "Number")
            else [field.name for field in dataclasses.fields(piece) if field.name != "at"]
        )
        return (kind, *(_shape(getattr(piece, name)) for name in kept))
    return tuple(map(_shape, piece)) if isinstance(piece, tuple) else piece


def _condition(a_filter: Filter) -> Any:
    return _shape(parse_query(f"filter {where.matching(a_filter, NAMES)}").commands)


_PLAIN = ("eni-1", "12", "-")


@cache
def _plain_conditions(field: str, op: Op) -> list[Any]:
    """The shapes of conditions with texts that nobody could object to."""
    return [_condition(Filter.parse(field, [plain], op)) for plain in _PLAIN]


@settings(max_examples=3000, deadline=None, database=None, derandomize=True)
@given(field=st.sampled_from(TEXTS), text=HOSTILE, negated=st.booleans())
def test_a_text_never_becomes_a_part_of_the_query(field: str, text: str, *, negated: bool) -> None:
    op: Op = "not" if negated else "is"
    try:
        hostile = _condition(Filter.parse(field, [text], op))
    except QuestionError:
        return
    assert hostile in _plain_conditions(field, op)


@settings(max_examples=1000, deadline=None, database=None, derandomize=True)
@given(
    field=st.sampled_from(
        ["address", "client", "server", "endpoint", "port", "service", "srcaddr", "protocol", "bytes"]
    ),
    text=HOSTILE,
)
def test_what_is_no_address_port_or_number_is_refused_before_it_reaches_a_query(field: str, text: str) -> None:
    try:
        a_filter = Filter.parse(field, [text])
    except QuestionError:
        return
    written = where.matching(a_filter, NAMES)
    assert set(written) <= set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .:/"()[],=<>')
    assert parse_query(f"filter {written}")


@pytest.mark.parametrize("text", ['i-1"|limit1', "i-1\\", "i-1'", "i-1`", "i-1#x", "i-1|stats", "ｉ-1"])
def test_a_word_that_no_field_has_is_refused_with_a_sentence(text: str) -> None:
    try:
        a_filter = Filter("instance-id", (text,))
    except QuestionError:
        return
    with pytest.raises(QuestionError, match="no field of a flow log has them"):
        where.matching(a_filter, NAMES)


def _commands(field: str, grain: Any, value: str) -> Any:
    question = Question(TimeRange(1_795_176_000, 1_795_179_600), (Filter.parse(field, [value]),))
    group = LogGroup("flow", formats=(("version", "srcaddr", "dstaddr", "srcport", "bytes", "start", field),))
    return _shape(parse_query(insights.planned(question, [group], (), grain=grain).statements[0].text).commands)


@cache
def _plain_commands(field: str, grain: Any) -> list[Any]:
    return [_commands(field, grain, plain) for plain in _PLAIN]


@settings(max_examples=25, deadline=None, database=None, derandomize=True)
@given(field=st.sampled_from(TEXTS), text=HOSTILE, grain=st.sampled_from(["records", "binned", "apart"]))
def test_whole_queries_keep_their_shape_too(field: str, text: str, grain: Any) -> None:
    try:
        hostile = _commands(field, grain, text)
    except QuestionError:
        return
    assert hostile in _plain_commands(field, grain)
