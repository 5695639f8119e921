"""The same question over the same records gives the same answer, however the records were brought."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws, conditions, db, grammar, views
from flowinsight.conversations.matched import MARGIN
from flowinsight.fetchers import files, log_events, log_groups, s3_objects
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files, LogGroup, S3Objects
from tests.aws.conftest import Delivered

BY_RECORD = ("srcaddr", "dstaddr", "dstport", "protocol", "action")
ASKED = [
    ":443", "rejected :22", "from 10.20.0.20", "10.20.0.0/20 :443", "192.0.2.0/24", "8080-8090 5432",
    "udp not 10.20.0.0/24", "10.20.0.20:8080", "10.20.1.12,10.20.1.10-10.20.1.14",
]  # fmt: skip


@pytest.fixture(scope="module")
def span(delivered: Delivered) -> TimeRange:
    return TimeRange(delivered.start + 900, delivered.end - 900)


@pytest.fixture(scope="module")
def elsewhere(identity: aws.Identity, delivered: Delivered, downloaded: Path, span: TimeRange) -> dict[str, Loaded]:
    """What files and objects hold does not depend on the filters, so it is brought once."""
    text = S3Objects(delivered.bucket, "AWSLogs/", ("111122223333",))
    parquet = S3Objects(delivered.bucket, "lake/")
    return {
        "files": files.load(Files((downloaded,))),
        "text": s3_objects.load(Question(span), text, identity).loaded,
        "Parquet": s3_objects.load(Question(span), parquet, identity).loaded,
    }


@pytest.fixture(scope="module")
def source(identity: aws.Identity, delivered: Delivered) -> LogGroup:
    groups, _ = log_groups.discover(identity)
    (found,) = [item.source for item in groups if item.source.name == delivered.group]
    return found


def needed(question: Question) -> Callable[[Loaded], list[dict[str, Any]]]:
    """Every record a question is answered from, evidence beside it included, in one order."""
    condition = conditions.around(question, margin=MARGIN)
    sql = f"SELECT * FROM {db.RECORDS} WHERE {condition.sql} ORDER BY ALL"
    return lambda loaded: db.rows(loaded.connection, sql, condition.parameters)


@pytest.mark.usefixtures("in_one_slice")
@pytest.mark.parametrize("text", ASKED)
def test_files_filter_patterns_and_s3_bring_the_same_records(
    identity: aws.Identity, span: TimeRange, elsewhere: dict[str, Loaded], source: LogGroup, text: str
) -> None:
    question = Question(span, tuple(grammar.parse(text)))
    records = needed(question)
    expected = records(elsewhere["files"])
    assert expected
    by_pattern = log_events.load(question, source, identity)
    assert by_pattern.complete
    assert records(by_pattern.loaded) == expected
    assert records(elsewhere["text"]) == expected
    assert records(elsewhere["Parquet"]) == expected


@pytest.mark.usefixtures("in_one_slice")
@pytest.mark.parametrize(("text", "dimensions"), [("from 10.20.0.20", ()), ("10.20.0.0/20 :443", BY_RECORD)])
def test_files_filter_patterns_and_s3_give_the_same_answer(
    identity: aws.Identity,
    span: TimeRange,
    elsewhere: dict[str, Loaded],
    source: LogGroup,
    text: str,
    dimensions: tuple[str, ...],
) -> None:
    question = Question(span, tuple(grammar.parse(text)), dimensions, limit=10_000)
    expected = views.rows(prepare(question, elsewhere["files"])).rows
    assert expected
    by_pattern = log_events.load(question, source, identity).loaded
    assert views.rows(prepare(question, by_pattern)).rows == expected
    assert views.rows(prepare(question, elsewhere["Parquet"])).rows == expected


def test_status_rows_come_with_a_pattern_too(
    identity: aws.Identity, span: TimeRange, elsewhere: dict[str, Loaded], source: LogGroup
) -> None:
    sql = f"SELECT * FROM {db.ROWS} WHERE status_row AND start BETWEEN ? AND ? ORDER BY ALL"
    inside = (span.start, span.end)
    expected = db.rows(elsewhere["files"].connection, sql, inside)
    assert {row["log_status"] for row in expected} >= {"NODATA"}
    fetched = log_events.load(Question(span, tuple(grammar.parse(":443"))), source, identity).loaded
    assert db.rows(fetched.connection, sql, inside) == expected
