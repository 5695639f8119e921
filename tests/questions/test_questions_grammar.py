"""The text box: what a person types, and where an error points."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowinsight import conditions, fields, grammar
from flowinsight.errors import QuestionError
from flowinsight.filters import Filter, value_text
from flowinsight.question import Question
from tests.questions.asking import filters


def _typed(text: str) -> list[tuple[str, str, list[str]]]:
    return [(one.field, one.op, [value_text(value) for value in one.values]) for one in grammar.parse(text)]


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        ("10.0.3.7", "address", ["10.0.3.7"]),
        ("10.0.0.0/16", "address", ["10.0.0.0/16"]),
        ("10.0.9.9/16", "address", ["10.0.0.0/16"]),
        ("2001:db8::/32", "address", ["2001:db8::/32"]),
        ("2001:0DB8::0001", "address", ["2001:db8::1"]),
        ("10.0.0.5-10.0.0.9", "address", ["10.0.0.5-10.0.0.9"]),
        ("10.0.0.5-9", "address", ["10.0.0.5-10.0.0.9"]),
        ("10.0.0.1,10.0.0.2", "address", ["10.0.0.1", "10.0.0.2"]),
        ("10.0.3.7:5432", "endpoint", ["10.0.3.7:5432"]),
        ("[2001:db8::1]:443", "endpoint", ["[2001:db8::1]:443"]),
        ("10.0.0.0/16:8000-8100/tcp", "endpoint", ["10.0.0.0/16:8000-8100/tcp"]),
        (":22", "port", ["22"]),
        ("22", "port", ["22"]),
        ("22/tcp", "port", ["22/tcp"]),
        ("8000-8100", "port", ["8000-8100"]),
        ("22,443", "port", ["22", "443"]),
        ("22 443", "port", ["22", "443"]),
        ("ssh", "port", ["22"]),
        ("rejected", "action", ["REJECT"]),
        ("Accepted", "action", ["ACCEPT"]),
        ("accepted rejected", "action", ["ACCEPT", "REJECT"]),
        ("udp", "protocol", ["17"]),
        ("ICMP", "protocol", ["1"]),
        ("tcp,udp", "protocol", ["6", "17"]),
        ("eni-0a1b", "interface-id", ["eni-0a1b"]),
        ("vpc-0a1b", "vpc-id", ["vpc-0a1b"]),
        ("i-01234567890123456", "instance-id", ["i-01234567890123456"]),
        ("from 10.0.0.1", "client", ["10.0.0.1"]),
        ("to 10.0.0.1", "server", ["10.0.0.1"]),
        ("to 10.0.0.1:443", "server", ["10.0.0.1:443"]),
        ("to :443", "service", ["443"]),
        ("FROM internet", "client", ["internet"]),
        ("inside", "address", ["inside"]),
        ("outside", "address", ["outside"]),
        ("internet", "address", ["internet"]),
        ("pkt-srcaddr=10.0.0.9", "pkt-srcaddr", ["10.0.0.9"]),
        ("pktSrcAddr=10.0.0.9", "pkt-srcaddr", ["10.0.0.9"]),
        ("pkt_srcaddr=10.0.0.9", "pkt-srcaddr", ["10.0.0.9"]),
        ("tcp-flags=2,18", "tcp-flags", ["2", "18"]),
        ("protocol=tcp", "protocol", ["6"]),
        ("action=reject", "action", ["REJECT"]),
    ],
)
def test_a_word_is_read_as_a_person_means_it(text: str, field: str, values: list[str]) -> None:
    assert _typed(text) == [(field, "is", values)]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("inside -> 10.0.3.7:5432", [("client", "is", ["inside"]), ("server", "is", ["10.0.3.7:5432"])]),
        ("inside→internet", [("client", "is", ["inside"]), ("server", "is", ["internet"])]),
        ("10.0.0.1->10.0.0.2", [("client", "is", ["10.0.0.1"]), ("server", "is", ["10.0.0.2"])]),
        ("-> :22", [("service", "is", ["22"])]),
        ("10.0.0.1 ->", [("client", "is", ["10.0.0.1"])]),
        ("to 10.0.0.1,10.0.0.2:22", [("server", "is", ["10.0.0.1", "10.0.0.2:22"])]),
        ("not 10.0.0.1", [("address", "not", ["10.0.0.1"])]),
        ("not not 10.0.0.1", [("address", "is", ["10.0.0.1"])]),
        ("not from internet", [("client", "not", ["internet"])]),
        ("from not internet", [("client", "not", ["internet"])]),
        ("tcp-flags!=0", [("tcp-flags", "not", ["0"])]),
        ("not tcp-flags!=0", [("tcp-flags", "is", ["0"])]),
        ("10.0.0.1 10.0.0.2", [("address", "is", ["10.0.0.1"]), ("address", "is", ["10.0.0.2"])]),
        ("not 22 not 443", [("port", "not", ["22"]), ("port", "not", ["443"])]),
        (":22 rejected from internet", [
            ("port", "is", ["22"]), ("action", "is", ["REJECT"]), ("client", "is", ["internet"])]),
        ("", []),
        ("   ", []),
    ],
)  # fmt: skip
def test_words_are_anded_in_any_mix(text: str, read: list[tuple[str, str, list[str]]]) -> None:
    assert _typed(text) == read


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("10.0.0.1 bogus", "bogus"),
        (":22 10.0.0.256 udp", "10.0.0.256"),
        ("10.0.0.0/33", "10.0.0.0/33"),
        (":70000", ":70000"),
        ("9-2", "9-2"),
        ("22/nothing", "22/nothing"),
        ("10.0.0.9-10.0.0.5", "10.0.0.9-10.0.0.5"),
        ("10.0.0.1-2001:db8::1", "10.0.0.1-2001:db8::1"),
        ("22,10.0.0.1", "22,10.0.0.1"),
        ("from :22", ":22"),
        ("from 10.0.0.1:22", "10.0.0.1:22"),
        ("to rejected", "rejected"),
        ("from", "from"),
        ("10.0.0.1 not", "not"),
        ("->", "->"),
        ("10.0.0.1 -> -> 10.0.0.2", "->"),
        ("10.0.0.1 and 10.0.0.2", "and"),
        ("22 or 443", "or"),
        ("from to 10.0.0.1", "to"),
        ("nofield=1", "nofield=1"),
        ("bytes=many", "bytes=many"),
        ("srcaddr=here", "srcaddr=here"),
        ("10.0.0.1:", "10.0.0.1:"),
        ("[2001:db8::1", "[2001:db8::1"),
        ("bytes=", "bytes="),
        ("bytes=-1", "bytes=-1"),
        ("bytes=1_000", "bytes=1_000"),
        ("bytes=99999999999999999999", "bytes=99999999999999999999"),
        ("to rejected,10.0.0.1", "rejected,10.0.0.1"),
        ("action=", "action="),
    ],
)
def test_an_error_points_at_the_word_with_a_sentence(text: str, word: str) -> None:
    with pytest.raises(QuestionError) as caught:
        grammar.parse(text)
    error = caught.value

    assert error.position is not None
    assert text[error.position : error.position + error.length] == word
    assert str(error).endswith((".", "X -> Y.", ":22."))


@settings(max_examples=100, deadline=None)
@given(st.lists(filters(), max_size=3))
def test_filters_written_as_a_line_are_read_back_the_same(made: list[Filter]) -> None:
    once = grammar.parse(grammar.unparse(made))

    assert grammar.parse(grammar.unparse(once)) == once
    assert {(one.op, one.field) for one in once} == {(one.op, one.field) for one in made}


@settings(max_examples=100, deadline=None)
@given(filters())
def test_one_filter_written_as_a_line_is_read_back_the_same(made: Filter) -> None:
    assert grammar.parse(grammar.unparse([made])) == (made,)


@pytest.mark.parametrize("protocol", range(256))
def test_every_protocol_written_as_a_line_is_read_back(protocol: int) -> None:
    asked = (Filter("protocol", (protocol,)),)

    assert grammar.parse(grammar.unparse(asked)) == asked


def _parsed(text: str) -> tuple[Filter, ...] | QuestionError:
    try:
        return grammar.parse(text)
    except QuestionError as error:
        return error


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_either_a_question_or_an_error_that_points_into_it(text: str) -> None:
    read = _parsed(text)
    if isinstance(read, QuestionError):
        assert read.position is not None
        assert 0 <= read.position < read.position + read.length <= len(text)
        return
    assert grammar.parse(grammar.unparse(read)) == read


@settings(max_examples=100, deadline=None)
@given(filters(), filters())
def test_what_a_person_typed_never_becomes_query_text(one: Filter, other: Filter) -> None:
    """Only the shape of a filter changes the statement: its field, and how many values it has of which kind."""
    condition = conditions.asked(Question(filters=(one, other)))

    assert _WORDS.fullmatch(condition.sql), condition.sql
    assert condition.sql.count("?") == len(condition.parameters)


_NAMES = "|".join({name for field in fields.FIELDS for name in (field.name, f"{field.name}_hi", f"{field.name}_lo")})
_WORDS = re.compile(rf'(?:"?(?:{_NAMES})"?|[()=?, ]|>=|<|::UBIGINT|::UHUGEINT|BETWEEN|AND|OR|NOT|coalesce|true|false)+')
"""All that a condition may be written with: columns, and words of SQL."""

HOSTILE = ["'; DROP TABLE records; --", "x' OR '1'='1", "$(reboot)", "`id`", "%s{}", "\\", "?"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_statement(text: str) -> None:
    value = "".join(text.split())
    plain, hostile = (conditions.asked(Question(filters=(Filter("instance-id", (name,)),))) for name in ("i-1", value))

    assert hostile.sql == plain.sql
    assert hostile.parameters == (value,)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_the_box_is_refused_or_bound(text: str) -> None:
    with pytest.raises(QuestionError):
        grammar.parse(text)
