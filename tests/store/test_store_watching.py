"""A watched folder: what arrives or grows is read, what is still being copied is left alone."""

import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from flowinsight import fields
from flowinsight.store import Ingested, open_store, watch

HEADER = " ".join(fields.DEFAULT_FORMAT) + "\n"


def line(number: int) -> str:
    return f"2 1 eni-0a 10.0.0.1 10.9.9.9 4 443 6 1 {number} 1700000000 1700000009 ACCEPT OK\n"


def watched(
    folder: Path, store: Path, looks: Sequence[Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> list[Ingested]:
    """The reports of a watch during which these things happen, one between each two looks."""
    rest: Iterator[Callable[[], object]] = iter(looks)
    ended: list[bool] = []

    def between(_: float) -> None:
        happens = next(rest, None)
        if happens is None:
            ended.append(True)
        else:
            happens()

    monkeypatch.setattr(time, "sleep", between)
    return list(watch(store, [folder], every=0.0, cancelled=lambda: bool(ended)))


def nothing() -> None:
    return


def test_a_file_is_read_when_it_has_come_to_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gzip.compress((HEADER + line(1) + line(2)).encode())
    folder, path = tmp_path / "in", tmp_path / "in" / "a.log.gz"
    folder.mkdir()
    looks = [lambda: path.write_bytes(whole[:40]), lambda: path.write_bytes(whole), nothing, nothing, nothing]
    reports = watched(folder, tmp_path / "store", looks, monkeypatch)
    assert [(report.added, report.tally.records, report.tally.problems) for report in reports] == [(1, 2, ())]


def test_text_is_read_as_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.log"

    def grow(text: str) -> Callable[[], object]:
        def more() -> None:
            with path.open("a") as file:
                file.write(text)

        return more

    looks = [grow(HEADER + line(1)), grow(line(2)), nothing, grow(line(3)[:20]), grow(line(3)[20:]), nothing]
    reports = watched(path, tmp_path / "store", looks, monkeypatch)
    assert [(report.added, report.grown) for report in reports] == [(1, 0), (0, 1), (0, 1), (0, 1)]
    tally = open_store(tmp_path / "store").tally
    assert (tally.records, tally.unparsable) == (3, 0)


def test_a_file_that_vanishes_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    first, second = folder / "a.log", folder / "b.log"
    looks: list[Callable[[], object]] = [lambda: first.write_text(HEADER + line(1)), first.unlink]
    looks += [lambda: second.write_text(HEADER + line(2)), nothing]
    reports = watched(folder, tmp_path / "store", looks, monkeypatch)
    assert sum(report.added for report in reports) == 2
