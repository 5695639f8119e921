"""Lines of events and of objects: each record stands beside the message or the line that AWS delivered."""

import gzip
import hashlib
import io
from datetime import UTC, datetime
from typing import Any

from flowinsight import grammar, snapshots
from flowinsight.fetchers import brought, log_events, s3_objects
from flowinsight.fetchers.s3_layout import Location
from flowinsight.fetchers.s3_listing import Listing, S3Object
from flowinsight.investigation import investigate
from flowinsight.question import Question, TimeRange
from flowinsight.snapshots import Circumstances, archive
from flowinsight.snapshots.facts import Events, Object
from flowinsight.sources import LogGroup, S3Objects
from tests.snapshots.conftest import BEGUN

HOUR = TimeRange(BEGUN, BEGUN + 3600)
QUESTION = Question(HOUR, grammar.parse(":22"), limit=1000)


def _line(number: int) -> str:
    return f"2 210987654321 eni-0feedc0de 10.77.3.{number} 10.77.4.5 {40_000 + number} 22 6 1 90 {BEGUN} {BEGUN + 59} ACCEPT OK"


BODIES = {
    "one.log.gz": gzip.compress("\n".join(map(_line, range(1, 6))).encode()),
    "two.log.gz": gzip.compress("\n".join(map(_line, range(6, 9))).encode()),
}


class _Bucket:
    """Two objects, as S3 would tell of them and give them."""

    def get_object(self, **request: Any) -> dict[str, Any]:
        assert request["IfMatch"] == f'"{request["Key"]}"'
        told = {"VersionId": "v7", "ChecksumSHA256": "c2Vl", "LastModified": datetime.fromtimestamp(BEGUN, UTC)}
        return {**told, "Body": io.BytesIO(BODIES[request["Key"]])}


def test_records_of_objects_stand_beside_their_lines() -> None:
    bucket, source = _Bucket(), S3Objects("larkfield-logs")
    place = Location("AWSLogs/", "210987654321", "eu-central-1", hive=False)
    objects = tuple(S3Object(key, len(body), f'"{key}"', "STANDARD", place) for key, body in BODIES.items())
    listing, collected = Listing(objects, (), 2), s3_objects.Collected(keep=True)
    s3_objects.fetch(listing, source, bucket, collected)
    fetched = s3_objects.read(listing, collected)

    made = snapshots.freeze(
        investigate(QUESTION, fetched.loaded),
        fetched.loaded,
        snapshots.of_fetched(brought.by_objects(source, fetched), "210987654321", "eu-central-1"),
        Circumstances(0),
    )

    assert made.sources.sources[0] == Object(
        "larkfield-logs", "one.log.gz", objects[0].size, '"one.log.gz"', "v7", "sha256:c2Vl", BEGUN
    )
    rows = made.table(archive.RECORDS).to_pylist()
    assert [row["original"].decode() for row in rows] == list(map(_line, range(1, 9)))
    assert [(row["from_source"], row["from_line"]) for row in rows[4:6]] == [(0, 5), (1, 1)]


def test_records_of_events_stand_beside_their_messages() -> None:
    plan = log_events.plan(QUESTION, LogGroup("flows", "eu-central-1"))
    messages = {hashlib.sha256(_line(n).encode()).hexdigest(): (_line(n), BEGUN * 1000) for n in range(1, 9)}
    collected = log_events.Collected(messages=messages, requests=3)
    for a_slice in plan.slices:
        collected.done.update(plan.scans(a_slice))
    loaded = log_events.read(plan, collected).loaded

    read = brought.by_patterns(plan, collected)
    origin = snapshots.of_fetched(read, "210987654321", "eu-central-1")
    made = snapshots.freeze(investigate(QUESTION, loaded), loaded, origin, Circumstances(0))

    (said,) = made.sources.sources
    assert isinstance(said, Events)
    assert (said.account, said.region, said.group, said.statistics) == (
        "210987654321", "eu-central-1", "flows", {"events": 8, "requests": 3},
    )  # fmt: skip
    assert all(statement.text in said.patterns for statement in plan.statements)
    assert [row["original"].decode() for row in made.table(archive.RECORDS).to_pylist()] == list(
        map(_line, range(1, 9))
    )
