"""Two formats of one length in a log group: answered as if each line said its format, or refused with a sentence."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowinsight import grammar, views
from flowinsight.engines.insights import telling
from flowinsight.errors import SourceError
from flowinsight.fetchers import insights
from flowinsight.fetchers.insights_slices import Collected
from flowinsight.prepared import Prepared, prepare
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from tests.insights.language import NOBODY, Language
from tests.insights.test_insights_slices import FORMAT, HOUR, NOON

Row = dict[str, str]


def _record(number: int) -> Row:
    v6, at = number % 3 == 0, NOON + number * 40
    source, server = (f"2001:db8::{number}", "2001:db8::1:1") if v6 else (f"10.0.0.{number}", "10.0.1.1")
    ports = {"srcport": str(40000 + number), "dstport": str(22 if number % 2 else 0), "protocol": "6"}
    sums = {"packets": str(number), "bytes": str(number * 100), "start": str(at), "end": str(at + 50)}
    ends = {"interface-id": f"eni-{number % 2}", "srcaddr": source, "dstaddr": server}
    return {**ends, **ports, **sums, "action": "REJECT" if number % 5 == 0 else "ACCEPT", "log-status": "OK"}


def _silent(number: int) -> Row:
    """A row of an interface without traffic, or of lost records."""
    at, state = NOON + number * 600, "SKIPDATA" if number == 3 else "NODATA"
    said = {"interface-id": "eni-9", "start": str(at), "end": str(at + 60), "log-status": state}
    return {**dict.fromkeys(FORMAT, "-"), **said}


ROWS = [*map(_record, range(1, 60)), *map(_silent, range(5))]


def _asked(formats: tuple[tuple[str, ...], ...]) -> Prepared:
    """The answer where the rows are written in these formats by turns."""
    written = [
        (int(row["start"]), " ".join(row[token] for token in formats[number % len(formats)]))
        for number, row in enumerate(ROWS)
    ]
    question = Question(HOUR, tuple(grammar.parse("tcp")), limit=1000)
    to_do = insights.planned(question, [LogGroup("flow", formats=formats)], (), grain="records")
    collected = Collected()
    insights.fetch(to_do, NOBODY, collected, run=Language(written, formats))
    return prepare(question, insights.read(to_do, collected).loaded)


@settings(max_examples=6, deadline=None, database=None, derandomize=True)
@given(other=st.permutations(FORMAT))
def test_lines_are_read_as_if_each_said_its_format_or_the_question_is_refused(other: list[str]) -> None:
    formats = (FORMAT, tuple(other))
    assume(formats[0] != formats[1])
    if not telling.apart(formats):
        with pytest.raises(SourceError, match="no value of a line says for certain which of them it is in"):
            _asked(formats)
        return
    found, alone = _asked(formats), _asked((FORMAT,))

    assert views.conversations(found).rows == views.conversations(alone).rows
    assert replace(found.coverage, formats=alone.coverage.formats) == alone.coverage
    assert found.loaded.tally == alone.loaded.tally


def test_most_pairs_of_formats_can_be_told_apart() -> None:
    """A state where another has a number, an address where it has a number: only what is alike changes places in few."""
    swapped = [list(FORMAT) for _ in range(len(FORMAT) - 1)]
    for place, one in enumerate(swapped):
        one[place], one[place + 1] = one[place + 1], one[place]
    told = [telling.apart((FORMAT, tuple(one))) for one in swapped]

    assert told == [False, False, True, False, False, False, False, False, False, True, True]
