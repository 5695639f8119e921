"""The same question over the same records gives the same answer, however the records were brought."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws, conditions, db, fields, grammar, views
from flowinsight.addresses import parse_address
from flowinsight.conversations.matched import MARGIN
from flowinsight.fetchers import files, log_events, log_groups, s3_objects
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files, LogGroup, S3Objects
from flowinsight.store import ingest, open_store
from tests.aws.conftest import Delivered
from tests.reference.answers import Reference
from tests.reference.records import Record

BY_RECORD = ("srcaddr", "dstaddr", "dstport", "protocol", "action")
ASKED = [
    ":443", "rejected :22", "from 10.20.0.20", "10.20.0.0/20 :443", "192.0.2.0/24", "8080-8090 5432",
    "udp not 10.20.0.0/24", "10.20.0.20:8080", "10.20.1.12,10.20.1.10-10.20.1.14",
]  # fmt: skip


@pytest.fixture(scope="module")
def span(delivered: Delivered) -> TimeRange:
    return TimeRange(delivered.start + 900, delivered.end - 900)


@pytest.fixture(scope="module")
def elsewhere(
    identity: aws.Identity,
    delivered: Delivered,
    downloaded: Path,
    span: TimeRange,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Loaded]:
    """What files, a store and objects hold does not depend on the filters, so it is brought once."""
    ingest(kept := tmp_path_factory.mktemp("store") / "kept", [downloaded])
    text = S3Objects(delivered.bucket, "AWSLogs/", ("111122223333",))
    parquet = S3Objects(delivered.bucket, "lake/")
    return {
        "files": files.load(Files((downloaded,))),
        "store": open_store(kept, span.widened(MARGIN)),
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
    for place in ("store", "text", "Parquet"):
        assert records(elsewhere[place]) == expected, place


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
    for place in ("store", "Parquet"):
        assert views.rows(prepare(question, elsewhere[place])).rows == expected, place


@pytest.fixture(scope="module")
def rows(downloaded: Path) -> list[Record]:
    """What the shop's files say, each line taken apart word by word."""
    found: list[Record] = []
    for path in sorted(downloaded.glob("*.log.gz")):
        header, *lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        tokens = [fields.BY_TOKEN[word] for word in header.split()]
        for line in lines:
            values = {token.name: _value(token, word) for token, word in zip(tokens, line.split(), strict=True)}
            found.append({**dict.fromkeys(field.name for field in fields.FIELDS), **values})
    return found


def _value(field: fields.Field, word: str) -> str | int | None:
    if word == "-":
        return None
    if field.kind == "address":
        return parse_address(word)
    return word if field.kind == "text" else int(word)


@pytest.mark.usefixtures("in_one_slice")
@pytest.mark.parametrize("text", [":443", "rejected :22", "udp not 10.20.0.0/24"])
def test_every_way_gives_the_answer_of_the_reference(
    identity: aws.Identity,
    span: TimeRange,
    elsewhere: dict[str, Loaded],
    source: LogGroup,
    rows: list[Record],
    text: str,
) -> None:
    question = Question(span, tuple(grammar.parse(text)), limit=10_000)
    expected = Reference(rows, question).conversation_rows()
    assert expected
    ways = {**elsewhere, "filter pattern": log_events.load(question, source, identity).loaded}
    for way, loaded in ways.items():
        found = views.conversations(prepare(question, loaded)).rows
        assert [
            {name: row[name] for name in wanted} for row, wanted in zip(found, expected, strict=True)
        ] == expected, way


def test_status_rows_come_with_a_pattern_too(
    identity: aws.Identity, span: TimeRange, elsewhere: dict[str, Loaded], source: LogGroup
) -> None:
    sql = f"SELECT * FROM {db.ROWS} WHERE status_row AND start BETWEEN ? AND ? ORDER BY ALL"
    inside = (span.start, span.end)
    expected = db.rows(elsewhere["files"].connection, sql, inside)
    assert {row["log_status"] for row in expected} >= {"NODATA"}
    fetched = log_events.load(Question(span, tuple(grammar.parse(":443"))), source, identity).loaded
    assert db.rows(fetched.connection, sql, inside) == expected
