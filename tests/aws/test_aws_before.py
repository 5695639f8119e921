"""The time before a question, read from a log group and from a bucket so that new clients can be told from known ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws, db, grammar, views
from flowinsight.errors import DeniedError
from flowinsight.fetchers import before, files, live, log_events, s3_objects
from flowinsight.fetchers.brought import ByObjects, ByPatterns, Fetched
from flowinsight.fetchers.live import Live
from flowinsight.loaded import Loaded
from flowinsight.newness import baseline, newness
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files, LogGroup, S3Objects
from flowinsight.ui.before_job import BeforeJob
from flowinsight.ui.fetch_job import FetchJob
from tests.aws.conftest import GROUP, NOON, TOKENS

ASKED = Question(TimeRange(NOON + 2700, NOON + 3000), tuple(grammar.parse(":443")))
PERIODS = baseline(ASKED.time)
SOURCES: dict[str, LogGroup | S3Objects] = {
    "log group": LogGroup(GROUP, formats=(TOKENS,)),
    "bucket": S3Objects("larkfield-central", "AWSLogs/111122223333/"),
}
pytestmark = pytest.mark.usefixtures("delivered", "in_one_slice")


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> LogGroup | S3Objects:
    return SOURCES[request.param]


def first_of(source: LogGroup | S3Objects, identity: aws.Identity) -> tuple[Loaded, Fetched]:
    return live.bring(ASKED, Live(identity, source), lambda _: None)


def with_before(
    first: Loaded, fetched: Fetched, identity: aws.Identity, collected: log_events.Collected | None = None
) -> Loaded | None:
    if isinstance(fetched, ByPatterns):
        to_do = before.plan(fetched.plan, PERIODS)
        return before.by_patterns(to_do, PERIODS, first, identity, collected or log_events.Collected())
    assert isinstance(fetched, ByObjects)
    s3, objects = aws.client(identity, "s3"), s3_objects.Collected()
    listing = before.listing(fetched.source, s3, PERIODS, fetched.objects)
    assert not {one.key for one in listing.objects} & {one.key for one in fetched.objects}, "none is read twice"
    s3_objects.fetch(listing, fetched.source, s3, objects)
    return before.by_objects(listing, first, objects)


def starts(loaded: Loaded) -> list[tuple[Any, ...]]:
    """Records of port 443 from the period before the question to its end."""
    sql = f"""SELECT start, interface_id, srcaddr, dstaddr, srcport, dstport, bytes FROM {db.RECORDS}
        WHERE 443 IN (srcport, dstport) AND start >= ? AND start < ? ORDER BY ALL"""
    rows = db.rows(loaded.connection.cursor(), sql, (PERIODS[0].start, ASKED.time.end))
    return [tuple(row.values()) for row in rows]


def test_new_clients_are_those_that_files_with_everything_tell(
    identity: aws.Identity, source: LogGroup | S3Objects, downloaded: Path
) -> None:
    everything = files.load(Files((downloaded,)))
    first, fetched = first_of(source, identity)

    loaded = with_before(first, fetched, identity)

    assert loaded is not None
    assert starts(loaded) == starts(everything), "nothing is lost or doubled"
    told, expected = newness(ASKED, loaded), newness(ASKED, everything)
    assert told.new == expected.new
    assert told.clients - len(told.new) > 0, "some are known"
    assert (told.covered, told.word) == (1, "new in these logs"), "there was no flow log on the days before"
    assert views.conversations(prepare(ASKED, loaded)).rows == views.conversations(prepare(ASKED, first)).rows
    assert prepare(ASKED, loaded).verdict == prepare(ASKED, first).verdict


def test_what_failed_half_way_goes_on_with_what_is_missing(
    identity: aws.Identity, fault: Callable[..., Any], downloaded: Path
) -> None:
    first, fetched = first_of(SOURCES["log group"], identity)
    collected = log_events.Collected()
    fault(kind="denied", service="logs", action="FilterLogEvents")
    with pytest.raises(DeniedError, match="logs:FilterLogEvents is missing"):
        with_before(first, fetched, identity, collected)
    fault()

    loaded = with_before(first, fetched, identity, collected)

    assert loaded is not None
    assert starts(loaded) == starts(files.load(Files((downloaded,))))


def test_what_was_cancelled_is_not_taken_for_the_whole(identity: aws.Identity) -> None:
    first, fetched = first_of(SOURCES["log group"], identity)
    assert isinstance(fetched, ByPatterns)
    to_do = before.plan(fetched.plan, PERIODS)

    assert before.by_patterns(to_do, PERIODS, first, identity, log_events.Collected(), cancelled=lambda: True) is None


def test_interfaces_at_work_in_the_time_before_are_looked_for(
    identity: aws.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = replace(ASKED, filters=tuple(grammar.parse("203.0.113.250")))
    first, fetched = live.bring(question, Live(identity, SOURCES["log group"]), lambda _: None)
    monkeypatch.setattr(log_events, "GLIMPSE", 5)

    loaded = with_before(first, fetched, identity)

    assert loaded is not None
    assert newness(question, loaded).covered == 1


@pytest.mark.usefixtures("impatient")
def test_the_part_of_a_cancelled_fetch_that_is_complete_is_compared_with_all_that_came_before(
    identity: aws.Identity, downloaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_events, "SHORTEST_SLICE", 300)
    longer = replace(ASKED, time=TimeRange(NOON + 2100, NOON + 3000))
    job = FetchJob(longer, Live(identity, SOURCES["log group"]), "longer")
    monkeypatch.setattr(FetchJob, "stopped", property(lambda it: len(it.events.done) >= 18))
    job.start()
    assert job.thread is not None
    job.thread.join(60)
    assert (job.state, job.brought is None) == ("cut", False)
    assert job.brought is not None
    part = replace(longer, time=job.brought.covered)
    monkeypatch.undo()

    reading = BeforeJob(part, job.live, "part", kept=job.brought, periods=baseline(part.time))
    reading.start()
    assert reading.thread is not None
    reading.thread.join(60)

    assert reading.brought is not None
    told, expected = newness(part, reading.brought.loaded), newness(part, files.load(Files((downloaded,))))
    assert (told.new, told.clients) == (expected.new, expected.clients)
