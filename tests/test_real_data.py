"""Answers about flow logs that nobody here wrote equal what was counted apart from them.

FLOWINSIGHT_TEST_DATA names a folder of real flow logs with their TRUTH.json; without it this file is not collected.
"""

import csv
import json
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from flowinsight import views
from flowinsight.fetchers.files import load
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files

EVERYTHING = 10_000_000
DATA = Path(os.environ["FLOWINSIGHT_TEST_DATA"])


@cache
def _load(path: Path) -> Loaded:
    return load(Files((path,)))


def _conversations(path: Path, start: int | None = None, end: int | None = None) -> list[dict[str, Any]]:
    question = Question(TimeRange(start, end), limit=EVERYTHING)
    return list(views.conversations(prepare(question, _load(path))).rows)


_READABLE = (
    ("apt29_eval", "flowlogs_v2.log.gz"),
    ("zeek_internet_host", "flowlogs_v2.log.gz"),
    ("zeek_internet_host", "flowlogs_v5.log.gz"),
    ("proxy_network", "flowlogs_v2.log.gz"),
    ("vpcflow_samples/s3_delivered_real_ime_lab", "AWSLogs"),
    ("formats", "1_default_v2.log.gz"),
    ("formats", "2_custom_v5_all_fields.log.gz"),
    ("formats", "3_custom_order_no_version_no_account.log.gz"),
    ("formats", "4_default_v2_no_header.log.gz"),
    ("formats", "5_s3_layout"),
    ("formats", "14_default_v2_crlf.log.gz"),
    ("formats", "15_mixed_v2_and_v5_headers.log.gz"),
)
_PRESENT = [(folder, name) for folder, name in _READABLE if (DATA / folder / name).exists()]

_COUNTS = {
    "records": "records", "nodata": "nodata", "skipdata": "skipdata", "unparsable_lines": "unparsable", "bytes": "bytes",
    "packets": "packets", "first_start": "first_start", "last_end": "last_end", "distinct_sources": "distinct_sources",
    "accept": "accept", "reject": "reject", "protocol_records": "protocol_records", "protocol_bytes": "protocol_bytes",
}  # fmt: skip
_TOPS = {"top10_sources_by_bytes": "top_sources_by_bytes", "top10_destinations_by_bytes": "top_destinations_by_bytes"}


@pytest.mark.parametrize(("folder", "name"), _PRESENT)
def test_the_summary_of_real_flow_logs_is_their_truth(folder: str, name: str) -> None:
    told = json.loads((DATA / folder / "TRUTH.json").read_text())["counts"]
    summary = views.summary(Question(), _load(DATA / folder / name))

    assert {item: summary[ours] for item, ours in _COUNTS.items()} == {item: told[item] for item in _COUNTS}
    for item, ours in _TOPS.items():
        assert _ranks(summary[ours]) == _ranks(told[item])


def _ranks(top: list[list[Any]]) -> tuple[list[int], set[tuple[str, int]]]:
    """The sizes in order, and who has them, apart from those that share the last place, of which any may be left out."""
    sizes = [size for _, size in top]
    return sizes, {(address, size) for address, size in top if len(top) < 10 or size > sizes[-1]}


Service = tuple[str, str, int, int]


@dataclass(frozen=True)
class Score:
    """Conversations over TCP and UDP against the truth, once each or weighted: those decided, and of them those right."""

    right: int
    decided: int
    total: int

    def __str__(self) -> str:
        return f"{self.right / self.decided:.2%} right of {self.decided / self.total:.2%} decided of {self.total:,}"

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.decided + other.decided, self.total + other.total)


def _originators() -> dict[Service, int]:
    with (DATA / "zeek_internet_host" / "originators.csv").open() as file:
        return {
            (row["client"], row["server"], int(row["port"]), int(row["protocol"])): int(row["connections"])
            for row in csv.DictReader(file)
            if row["protocol"] in {"6", "17"}
        }


def _services(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[Service, dict[str, Any]]]:
    for row in rows:
        if row["protocol"] in {6, 17}:
            yield (row["client"], row["server"], row["port"], row["protocol"]), row


def _scores(rows: Iterable[dict[str, Any]], truth: dict[Service, int]) -> tuple[Score, Score]:
    """Once each, and weighted by the connections the truth counts; what is not in the truth stands for one."""
    once, weighted = Score(0, 0, 0), Score(0, 0, 0)
    for service, row in _services(rows):
        decided = row["decided_by"] != "unknown"
        right, weight = decided and service in truth, truth.get(service, 1)
        once += Score(right, decided, 1)
        weighted += Score(right * weight, decided * weight, weight)
    return once, weighted


_ZEEK = [name for folder, name in _PRESENT if folder == "zeek_internet_host"]


@pytest.mark.parametrize("name", _ZEEK)
def test_who_started_is_right_for_a_public_server(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    truth = _originators()
    rows = _conversations(DATA / "zeek_internet_host" / name)
    once, weighted = _scores(rows, truth)
    known = {service for service, row in _services(rows) if row["decided_by"] != "unknown"}
    missed = {service: count for service, count in truth.items() if service not in known}
    by_evidence = Counter(
        (row["decided_by"], service in truth) for service, row in _services(rows) if row["decided_by"] != "unknown"
    )
    with capsys.disabled():
        print(f"\n{name}: once each {once}; by connections {weighted}; missed {len(missed)} of {len(truth)} rows,")  # noqa: T201
        print(f"  {sum(missed.values())} of {sum(truth.values())} connections; {dict(by_evidence)}")  # noqa: T201

    for score in (once, weighted):
        assert score.right >= 0.995 * score.decided
        assert score.decided >= 0.98 * score.total
    assert len(missed) <= 0.005 * len(truth)
    assert sum(missed.values()) <= 0.005 * sum(truth.values())


@pytest.mark.parametrize("name", _ZEEK)
def test_who_started_is_right_in_random_hours_of_a_public_server(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    truth, path = _originators(), DATA / "zeek_internet_host" / name
    span = views.summary(Question(), _load(path))
    chosen = random.Random(1)
    once, weighted, worst = Score(0, 0, 0), Score(0, 0, 0), 1.0
    for _ in range(50):
        start = chosen.randint(span["first_start"], span["last_end"] - 3600)
        one, by_weight = _scores(_conversations(path, start, start + 3600), truth)
        once, weighted = once + one, weighted + by_weight
        worst = min(worst, one.right / one.decided) if one.decided >= 50 else worst
    with capsys.disabled():
        print(f"\n{name}, 50 hours: once each {once}; weighted {weighted}; worst hour of 50 and more {worst:.2%} right")  # noqa: T201

    for score in (once, weighted):
        assert score.right >= 0.98 * score.decided
