"""Real records in sixteen deliveries, and the strangest real lines. Runs where FLOWINSIGHT_TEST_DATA names the folder."""

import json
import os
from pathlib import Path

import pytest

from flowinsight import db, fields
from flowinsight.addresses import format_address
from flowinsight.fetchers.files import load
from flowinsight.records.careful import read_line
from flowinsight.sources import Files

DATA = Path(os.environ["FLOWINSIGHT_TEST_DATA"])
DELIVERIES = [path for path in sorted((DATA / "formats").iterdir()) if path.name != "TRUTH.json"]

TOP = {
    "top10_sources_by_bytes": ("srcaddr", "sum(bytes)", "true"),
    "top10_sources_by_records": ("srcaddr", "count(*)", "true"),
    "top10_destinations_by_bytes": ("dstaddr", "sum(bytes)", "true"),
    "top10_sources_by_rejects": ("srcaddr", "count(*)", "action = 'REJECT'"),
    "top10_pairs_by_bytes": ("srcaddr, dstaddr", "sum(bytes)", "true"),
    "top10_dst_ports_by_records": ("protocol, dstport", "count(*)", "true"),
}
TOTALS = """SELECT count(*) AS records, sum(bytes)::BIGINT AS bytes, sum(packets)::BIGINT AS packets, min(start) AS first_start,
    max("end") AS last_end, count(DISTINCT interface_id) AS enis, count(DISTINCT srcaddr) AS distinct_sources,
    count(*) FILTER (action = 'ACCEPT') AS accept, count(*) FILTER (action = 'REJECT') AS reject FROM records"""


@pytest.mark.parametrize("path", DELIVERIES, ids=[path.name for path in DELIVERIES])
def test_a_delivery_gives_exactly_the_truth(path: Path) -> None:
    truth = json.loads((path.parent / "TRUTH.json").read_text())
    first = "first5000" in path.name
    counts = truth["counts_first_5000"] if first else truth["counts"]
    loaded = load(Files((path,)))
    assert (loaded.tally.unparsable, loaded.tally.problems) == (0, ())
    if counts is None:
        assert loaded.tally.records == 5000
        return
    totals = db.one(loaded.connection, TOTALS)
    assert totals == {name: counts[name] for name in totals}
    assert (loaded.tally.nodata, loaded.tally.skipdata) == (counts["nodata"], counts["skipdata"])
    for name, (keys, measure, where) in TOP.items():
        sql = (
            f"SELECT {keys}, ({measure})::BIGINT AS n FROM records WHERE {where} GROUP BY ALL ORDER BY n DESC LIMIT 10"
        )
        found = [[_text(name, value) for name, value in row.items()] for row in db.rows(loaded.connection, sql)]
        assert [row[-1] for row in found] == [row[-1] for row in counts[name]]
        clear = [row for row in counts[name] if row[-1] > counts[name][-1][-1]]
        assert sorted(map(str, found[: len(clear)])) == sorted(map(str, clear))


def _text(name: str, value: int) -> str | int:
    if name in {"srcaddr", "dstaddr"}:
        return format_address(value)
    return value if name == "n" else str(value)


def _odd_lines() -> list[str]:
    return (DATA / "vpcflow_samples/odd_lines/odd_lines.log").read_text().splitlines()


def test_every_odd_line_is_accounted_for_with_its_reason() -> None:
    lines = _odd_lines()
    account = [read_line(line, None).tally for line in lines]
    assert len(account) == 22
    assert all(tally.lines == 1 for tally in account)
    assert sum(tally.records for tally in account) == 5
    assert sum(tally.nodata for tally in account) == 1
    reasons = [next(iter(tally.reasons)) for tally in account if tally.unparsable]
    assert len(reasons) == 16
    assert sum("say the format" in reason for reason in reasons) == 15
    assert sum("grep" in reason for reason in reasons) == 1


def test_an_odd_line_is_a_record_once_its_format_is_said() -> None:
    v5 = [field.token for field in fields.FIELDS if field.version <= 5]
    ecs = [*v5, *[field.token for field in fields.FIELDS if field.version == 7]]
    lines = _odd_lines()
    assert read_line(lines[0], v5).tally.records == 1
    assert read_line(lines[1], ecs).row is not None
    contradictory = [read_line(line, ecs).tally.contradictory for line in lines[1:4]]
    assert contradictory == [0, 1, 1]


def test_files_delivered_to_a_live_bucket_give_exactly_the_truth() -> None:
    folder = DATA / "vpcflow_samples/s3_delivered_real_ime_lab"
    loaded = load(Files((folder / "AWSLogs",)))
    assert (loaded.tally.records, loaded.tally.nodata, loaded.tally.unparsable) == (153, 1, 0)
