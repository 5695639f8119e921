"""Values that cannot be wrong: a question that makes no sense cannot be built, and a link or a file brings the same one back."""

import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowinsight import fields
from flowinsight.addresses import Addresses
from flowinsight.errors import QuestionError
from flowinsight.filters import Endpoint, Filter, Ports
from flowinsight.question import MEASURES, Question, TimeRange
from tests.questions.asking import filters

_GROUPINGS = st.one_of(
    st.just(()),
    st.lists(st.sampled_from(["client", "server", "service", "outcome"]), unique=True).map(tuple),
    st.lists(st.sampled_from(["srcaddr", "tcp-flags", "vpc-id"]), unique=True).map(tuple),
)


@st.composite
def _questions(draw: st.DrawFn) -> Question:
    start = draw(st.one_of(st.none(), st.integers(-1000, 2**40)))
    length = draw(st.one_of(st.none(), st.integers(1, 2**30)))
    time = TimeRange(start, None if length is None else (start or 0) + length)
    measures = tuple(draw(st.lists(st.sampled_from(MEASURES[:3]), min_size=1, unique=True)))
    made = tuple(draw(st.lists(filters(), max_size=3)))
    width = draw(st.one_of(st.none(), st.integers(1, 86400)))
    return Question(time, made, draw(_GROUPINGS), measures, width, draw(st.integers(1, 10**6)))


@settings(max_examples=100, deadline=None)
@given(_questions())
def test_a_question_comes_back_from_its_json(question: Question) -> None:
    assert Question.from_json(question.to_json()) == question


@settings(max_examples=100, deadline=None)
@given(_questions())
def test_equal_questions_have_equal_json_and_the_json_is_canonical(question: Question) -> None:
    again = Question.from_json(question.to_json())

    assert again.to_json() == question.to_json()
    assert json.loads(question.to_json())["limit"] == question.limit


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", "null", "1", "nonsense",
        '{"time":[null,null],"filters":[["address","is",["here"]]],"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[2,1],"filters":[],"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":[],"dimensions":["nothing"],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":[],"dimensions":[],"measures":["__class__"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":[["address","or",["10.0.0.1"]]],"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":[],"dimensions":[],"measures":["bytes"],"bin":0,"limit":1}',
        '{"time":[null,null],"filters":[],"dimensions":[],"measures":["bytes"],"bin":null,"limit":0}',
        '{"time":[null],"filters":[],"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":5,"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":[],"dimensions":[[]],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":[[[],"is",["1"]]],"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,null],"filters":[["address","is",[1]]],"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
        '{"time":[null,1e999],"filters":[],"dimensions":[],"measures":["bytes"],"bin":null,"limit":1}',
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(QuestionError):
        Question.from_json(text)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"dimensions": ("nothing",)}, "neither a field of a record nor of a conversation"),
        ({"dimensions": ("client", "client")}, "named twice"),
        ({"dimensions": ("client", "srcaddr")}, "group by one kind or the other"),
        (
            {"dimensions": ("srcaddr",), "measures": ("conversations",)},
            "Conversations cannot be counted by a field of records",
        ),
        (
            {"dimensions": ("protocol", "srcaddr"), "measures": ("conversations",)},
            "cannot be counted by a field of records",
        ),
        ({"dimensions": ("bytes",)}, "cannot be grouped by in the same question"),
        ({"measures": ()}, "Measures are"),
        ({"measures": ("speed",)}, "Measures are"),
        ({"bin": 0}, "positive number of seconds"),
        ({"limit": 0}, "positive number of rows"),
        ({"limit": 2**70}, "positive number of rows"),
    ],
)
def test_a_question_that_makes_no_sense_cannot_be_built(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(QuestionError, match=sentence):
        Question(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "values", "op"),
    [
        ("nothing", (1,), "is"),
        ("bytes", (), "is"),
        ("bytes", ("many",), "is"),
        ("bytes", (True,), "is"),
        ("bytes", (-1,), "is"),
        ("bytes", (2**70,), "is"),
        ("bytes", (1,), "or"),
        ("srcaddr", ("10.0.0.1",), "is"),
        ("port", (22,), "is"),
        ("instance-id", ("two words",), "is"),
        ("instance-id", ("",), "is"),
        ("instance-id", ('"',), "is"),
        ("client", (Ports(1, 1),), "is"),
    ],
)
def test_a_filter_that_makes_no_sense_cannot_be_built(field: str, values: tuple[object, ...], op: str) -> None:
    with pytest.raises(QuestionError):
        Filter(field, values, op)  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (2, 1), (0, 65536)])
def test_ports_go_from_0_to_65535_lowest_first(first: int, last: int) -> None:
    with pytest.raises(QuestionError):
        Ports(first, last)


def test_a_range_of_time_does_not_end_before_it_begins() -> None:
    with pytest.raises(QuestionError, match="ends before it begins"):
        TimeRange(2, 2)


def test_a_time_that_no_engine_can_hold_is_refused() -> None:
    with pytest.raises(QuestionError, match="no record could hold"):
        TimeRange(0, 10**45)


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Question().limit = 5  # type: ignore[misc]


def test_the_period_before_has_the_same_length_and_ends_where_the_range_begins() -> None:
    question = Question(TimeRange(1000, 1600))

    assert question.previous().time == TimeRange(400, 1000)
    assert question.time == TimeRange(1000, 1600)
    with pytest.raises(QuestionError, match="a beginning and an end"):
        Question(TimeRange(1000)).previous()


def test_the_other_direction_swaps_both_sides_and_is_its_own_opposite() -> None:
    question = Question(
        filters=tuple(
            Filter(field, (Addresses.parse("10.0.0.1"),)) for field in ("client", "srcaddr", "pkt-dstaddr", "address")
        )
    )
    turned = question.reversed()

    assert [one.field for one in turned.filters] == ["server", "dstaddr", "pkt-srcaddr", "address"]
    assert turned.reversed() == question


def test_a_servers_port_cannot_be_turned_into_a_clients() -> None:
    question = Question(filters=(Filter("server", (Endpoint.parse("10.0.0.1:443"),)),))

    with pytest.raises(QuestionError, match="remove the port"):
        question.reversed()


def test_narrowing_twice_by_the_same_filter_is_narrowing_once() -> None:
    a_filter = Filter.parse("port", ["22"])

    assert Question().narrowed(a_filter).narrowed(a_filter).filters == (a_filter,)


@pytest.mark.parametrize(
    ("field", "values", "grouping"),
    [
        ("port", ["22"], ("client",)),
        ("service", ["22"], ("client",)),
        ("endpoint", ["10.0.0.1:22"], ("client",)),
        ("server", ["10.0.0.1:22"], ("client",)),
        ("server", ["10.0.0.1"], ("client", "service")),
        ("address", ["10.0.0.1"], ("client", "service")),
    ],
)
def test_a_port_is_grouped_by_client_and_an_address_by_client_and_service(
    field: str, values: list[str], grouping: tuple[str, ...]
) -> None:
    assert Question(filters=(Filter.parse(field, values),)).grouping == grouping


def test_protocol_alone_is_counted_by_conversation_and_beside_a_record_field_by_record() -> None:
    assert Question(dimensions=("protocol",)).by_conversation
    assert not Question(dimensions=("protocol", "srcaddr")).by_conversation


@pytest.mark.parametrize("field", fields.FIELDS, ids=lambda field: field.token)
def test_every_field_is_found_by_each_of_its_names(field: fields.Field) -> None:
    assert {fields.find(field.token), fields.find(field.name), fields.find(field.insights)} == {field}


def test_there_are_as_many_fields_as_aws_documents() -> None:
    counts = [
        sum(field.version <= version and field.version != 6 for field in fields.FIELDS)
        for version in (2, 3, 4, 5, 7, 8, 9, 10, 11)
    ]

    assert counts == [14, 21, 25, 29, 39, 40, 41, 42, 54]


def test_the_default_format_is_awss() -> None:
    assert " ".join(fields.DEFAULT_FORMAT) == (
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
    )


@pytest.mark.parametrize(
    ("token", "name"),
    [("srcaddr", "srcAddr"), ("pkt-srcaddr", "pktSrcAddr"), ("interface-id", "interfaceId"), ("start", "startTime"),
     ("log-status", "logStatus"), ("tcp-flags", "tcpFlags"), ("action", "action")],
)  # fmt: skip
def test_insights_discovers_fields_in_camel_case(token: str, name: str) -> None:
    assert fields.BY_TOKEN[token].insights == name
