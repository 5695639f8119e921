"""A small source in two formats, with a header, a damaged line, NODATA and IPv6, and a snapshot of it."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from flowinsight import grammar, snapshots
from flowinsight.fetchers import files
from flowinsight.investigation import investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.snapshots import Circumstances, Snapshot
from flowinsight.sources import Files

BEGUN = 1_795_176_000
CUSTOM = (
    "version account-id interface-id vpc-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status "
    "tcp-flags instance-tag secret-code"
)


def _plain(number: int, action: str) -> str:
    start = BEGUN + number * 7
    return (
        f"2 210987654321 eni-0feedc0de{number % 3} 10.77.3.{number % 9 + 20} 10.77.4.5 {40_000 + number} 22 6 {number + 1} "
        f"{(number + 1) * 90} {start} {start + 59} {action} OK"
    )


def _custom(number: int) -> str:
    start = BEGUN + number * 11
    return (
        f"11 210987654321 eni-0abad1dea vpc-0c0ffee 2600:1f18:4a3::{number % 5 + 1} 2600:1f18:4a3::beef {50_000 + number} 443 6 "
        f"9 900 {start} {start + 50} ACCEPT OK 3 payroll-db code{number}"
    )


@pytest.fixture
def source(tmp_path: Path) -> Files:
    """120 records to port 22 and 40 over IPv6, in a plain and a compressed file."""
    lines = [_plain(number, "REJECT" if number % 4 == 0 else "ACCEPT") for number in range(120)]
    lines.insert(50, "this line is no record at all")
    lines.insert(60, f"2 210987654321 eni-0feedc0de1 - - - - - - - {BEGUN} {BEGUN + 60} - NODATA")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/one.log").write_text("\n".join(lines) + "\n")
    (tmp_path / "logs/two.log.gz").write_bytes(gzip.compress("\n".join([CUSTOM, *map(_custom, range(40))]).encode()))
    return Files((tmp_path / "logs",))


@pytest.fixture
def loaded(source: Files) -> Loaded:
    return files.load(source)


@pytest.fixture
def frozen(source: Files, loaded: Loaded) -> Callable[..., Snapshot]:
    """Freeze the answer to a question."""

    def freeze(query: str = "", time: TimeRange = TimeRange(), **how: int) -> Snapshot:  # noqa: B008 - a value
        found = investigate(Question(time, grammar.parse(query), limit=1000), loaded)
        circumstances = Circumstances(BEGUN, "Erin of Larkfield", note="see ticket 4711")
        return snapshots.freeze(found, loaded, snapshots.of_files(source), circumstances, **how)

    return freeze
