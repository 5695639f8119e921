"""Snapshots of what an account was asked: every source by name, each line as AWS delivered it, and who asked."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flowinsight import aws, cli, snapshots
from flowinsight.answer import Statement
from flowinsight.fetchers import live
from flowinsight.fetchers.filter_pattern import ENGINE, LANGUAGE
from flowinsight.fetchers.live import Live
from flowinsight.investigation import investigate
from flowinsight.records import careful
from flowinsight.sandbox.running import Running
from flowinsight.snapshots import Circumstances, Snapshot, archive, asked
from flowinsight.snapshots.facts import Events, Object
from flowinsight.sources import S3Objects
from flowinsight.ui import first_flow_log
from flowinsight.ui.fetch_job import FetchJob
from tests.snapshots.account import ACCOUNT, BUCKET, GROUP, HOUR, NOON, S3, TIME, opened

Saved = Callable[..., Snapshot]


_NAMING = {"key", "etag", "version", "query_id"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with opened() as running:
        yield running


@pytest.fixture
def saved(sandbox: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Saved:
    """Save an answer from the command line, and open what was saved."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def save(*words: str) -> Snapshot:
        path = tmp_path / "a.flowsnap"
        status = cli.main(["snapshot", "save", *words, *TIME, "--endpoint-url", sandbox.url, "--out", str(path)])
        assert status == 0
        return snapshots.open_snapshot(path)

    return save


def _lines_are_those_of_their_records(made: Snapshot) -> None:
    rows = made.table(archive.RECORDS).to_pylist()
    assert made.facts.inside.lines == len(rows) > 0
    for row in rows:
        tokens = made.facts.row_formats[row["in_format"]].split()
        read = careful.read_line(row["original"].decode(), tokens).row
        assert read is not None
        assert (read["srcport"], read["start"], read["bytes"]) == (row["srcport"], row["start"], row["bytes"])


def test_events_are_told_with_their_account_range_and_patterns_and_every_line(saved: Saved) -> None:
    made = saved(":443", *GROUP)

    (said,) = made.sources.sources
    assert isinstance(said, Events)
    assert (said.account, said.region, said.group) == (ACCOUNT, "eu-central-1", first_flow_log.GROUP)
    assert said.patterns
    assert made.answer.statement == Statement(ENGINE, LANGUAGE, "\n".join(said.patterns))
    assert said.start is not None
    assert said.end is not None
    assert said.start <= (NOON + 900) * 1000 < (NOON + HOUR - 900) * 1000 - 1 <= said.end
    assert said.statistics["events"] >= made.facts.inside.inside
    _lines_are_those_of_their_records(made)


def test_objects_are_told_with_version_checksum_and_time_and_every_line(saved: Saved, sandbox: Running) -> None:
    made = saved(":443", *S3)

    s3 = aws.client(aws.sandbox(sandbox.url), "s3")
    assert made.sources.sources
    for one in made.sources.sources:
        assert isinstance(one, Object)
        told = s3.head_object(Bucket=BUCKET, Key=one.key, VersionId=str(one.version))
        assert (one.bucket, one.size, one.etag) == (BUCKET, told["ContentLength"], told["ETag"])
        assert one.modified == int(told["LastModified"].timestamp())
    _lines_are_those_of_their_records(made)


def test_a_save_asks_for_each_object_once(saved: Saved, sandbox: Running) -> None:
    before = len(sandbox.control("calls"))
    made = saved(":443", *S3)

    asked_for = [call["action"] for call in sandbox.control("calls")[before:]]
    assert asked_for.count("GetObject") == len(made.sources.sources)
    assert "HeadObject" not in asked_for


def test_queries_of_logs_insights_are_told_by_their_ids_and_what_they_read(saved: Saved) -> None:
    made = saved(":443", *GROUP, "--way", "insights", "--grain", "records")

    assert made.sources.sources
    for one in made.sources.sources:
        assert isinstance(one, Events)
        assert one.query_id
        assert one.statistics["bytesScanned"] > 0
        assert one.statistics["recordsScanned"] >= one.statistics["recordsMatched"] > 0
    assert made.facts.inside.inside > 0
    assert made.facts.inside.lines == 0
    assert "values and not lines" in made.sources.notes[0]


def test_it_says_who_asked_by_which_clock_and_what_addresses_are_called(
    saved: Saved, sandbox: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = saved(":443", *GROUP)

    said = made.facts
    assert f"arn:aws:iam::{ACCOUNT}:user/operator" in said.caller
    assert said.clock_offset is not None
    assert abs(time.time() + said.clock_offset - live.now(aws.sandbox(sandbox.url))) < 120
    ends = {row[side] for row in made.answer.conversations for side in ("client", "server")}
    assert said.names
    assert {one.address for one in said.names} <= ends
    assert all(one.at == live.now(aws.sandbox(sandbox.url)) and one.origin for one in said.names)
    assert cli.main(["snapshot", "show", str(tmp_path / "a.flowsnap")]) == 0
    shown = capsys.readouterr().out
    assert f"{abs(said.clock_offset):,.0f} seconds ahead of the account's" in shown
    assert said.names[0].name in shown


def test_the_same_question_asked_in_two_ways_is_one_answer_in_two_snapshots(saved: Saved) -> None:
    by_patterns, by_query = saved(":443", *GROUP), saved(":443", *GROUP, "--way", "insights", "--grain", "records")

    found = snapshots.compare(by_patterns, by_query)
    assert found.unchanged == by_patterns.answer.reconciliation["conversations"] > 0
    assert [found.appeared, found.vanished, found.grew, found.shrank, found.turned] == [()] * 5


@pytest.mark.parametrize("how", [GROUP, S3, (*GROUP, "--way", "insights", "--grain", "apart")])
def test_what_is_redacted_tells_nothing_of_the_account_in_any_byte(
    how: tuple[str, ...], saved: Saved, sandbox: Running
) -> None:
    original = saved(":443", *how, "--note", "ticket 4711")
    made = snapshots.redact(original, bytes(range(32)))

    hidden = {ACCOUNT, BUCKET, first_flow_log.GROUP, "operator", sandbox.url, "4711", "larkfield"}
    hidden |= {one.name for one in original.facts.names}
    for source in original.sources.sources:
        hidden |= {str(value) for name, value in vars(source).items() if value and name in _NAMING}
    shown = snapshots.preview(original, bytes(range(32)))
    hidden |= set(shown.addresses) - set(shown.addresses.values()) | set(shown.words)
    for name, content in made.parts.items():
        told = [word for word in hidden if re.search(rb"(?<!\d)" + re.escape(word.encode()) + rb"(?!\d)", content)]
        assert told == [], name
    assert len(hidden) > 20
    assert made.answer.verdict == original.answer.verdict
    counts = [one.answer.reconciliation["conversations"] for one in (made, original)]
    assert counts[0] == counts[1] > 0


def test_each_part_of_a_rollup_is_named_when_it_is_altered(saved: Saved, tmp_path: Path) -> None:
    made = saved(":443", *GROUP, "--way", "insights", "--grain", "apart")

    assert {archive.ROLLUP, archive.TIMES} <= made.parts.keys()
    for name, content in made.parts.items():
        changed = bytearray(content)
        changed[len(changed) // 2] ^= 1
        archive.save({**made.parts, name: bytes(changed)}, tmp_path / "b.flowsnap")
        assert snapshots.check(tmp_path / "b.flowsnap", {}).altered == (name,)


def test_an_account_that_may_not_name_its_interfaces_is_told_so(sandbox: Running) -> None:
    identity = aws.sandbox(sandbox.url)
    sandbox.control("faults", {"kind": "denied", "service": "ec2"})
    try:
        names = asked.known(identity)
    finally:
        sandbox.control("faults", method="DELETE")

    assert not names.interfaces
    assert "ec2:DescribeNetworkInterfaces is missing" in json.dumps(names.notes)


def test_the_page_keeps_the_objects_of_a_bucket_as_the_command_line_does(saved: Saved, sandbox: Running) -> None:
    made = saved(":443", *S3)
    question = replace(made.question, limit=1000)
    job = FetchJob(question, Live(aws.sandbox(sandbox.url), S3Objects(BUCKET, "logs/")), "one")
    job.start()
    assert job.look(60) == "done", job.error
    assert job.brought
    assert job.brought.fetched

    loaded, origin = job.brought.loaded, snapshots.of_fetched(job.brought.fetched, ACCOUNT, "eu-central-1")
    kept = snapshots.freeze(investigate(question, loaded), loaded, origin, Circumstances(0))
    assert kept.sources.sources == made.sources.sources
    assert kept.parts[archive.RECORDS] == made.parts[archive.RECORDS]
