"""What was parsed from files is kept, found again by their bytes, and never more than allowed."""

import os
import time
from pathlib import Path

import pytest

from flowinsight import db, fields
from flowinsight.fetchers import files as fetcher
from flowinsight.loaded import Loaded
from flowinsight.records.files import read_file
from flowinsight.sources import Files
from flowinsight.store import cache as parsed
from flowinsight.survey import WINDOWS, survey

HEADER = " ".join(fields.DEFAULT_FORMAT) + "\n"


def line(number: int) -> str:
    return f"2 1 eni-0a 10.0.{number >> 8 & 255}.{number & 255} 10.9.9.9 4 443 6 1 {number} 1700000000 1700000009 ACCEPT OK\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "in"
    inside.mkdir()
    for number in range(3):
        (inside / f"{number}.log").write_text(HEADER + "".join(map(line, range(number * 50, number * 50 + 60))) + "x\n")
    (inside / "short.log").write_text("srcaddr dstaddr vpc-id\n10.0.0.1 - vpc-1\n")
    return inside


def rows(loaded: Loaded) -> list[str]:
    return sorted(map(str, loaded.connection.execute(f"FROM {db.ROWS}").fetchall()))


def windows(loaded: Loaded) -> list[str]:
    return sorted(map(str, loaded.connection.execute(f"FROM {WINDOWS}").fetchall()))


def parses(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are parsed from now on."""
    done: list[Path] = []

    def noted(path: Path, tokens: tuple[str, ...] | None) -> object:
        done.append(path)
        return read_file(path, tokens)

    monkeypatch.setattr("flowinsight.store.cache.read_file", noted)
    return done


def test_with_and_without_a_cache_the_answer_is_the_same(folder: Path, tmp_path: Path) -> None:
    source = Files((folder,))
    plain = fetcher.load(source)
    for _ in range(2):
        kept = fetcher.load(source, cache=tmp_path / "cache")
        assert rows(kept) == rows(plain)
        assert (kept.tally, kept.formats, kept.distinct) == (plain.tally, plain.formats, False)
        assert survey(kept) == survey(plain)
        assert windows(kept) == windows(plain)
        assert db.one(kept.connection.cursor(), "SELECT count(*) AS n FROM records") == {"n": 181}


def test_the_second_question_parses_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher.load(Files((folder,)), cache=tmp_path / "cache")
    done = parses(monkeypatch)
    fetcher.load(Files((folder,)), cache=tmp_path / "cache")
    assert done == []


def test_files_are_known_by_their_bytes_and_the_format_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsed, "_GROUP", 1)
    cache = tmp_path / "cache"
    fetcher.load(Files((folder,)), cache=cache)
    done = parses(monkeypatch)
    (folder / "1.log").rename(folder / "renamed.log")
    assert fetcher.load(Files((folder,)), cache=cache).tally.records == 181
    assert done == []
    (folder / "2.log").write_text(HEADER + line(7))
    assert fetcher.load(Files((folder,)), cache=cache).tally.records == 122
    assert done == [folder / "2.log"]
    fetcher.load(Files((folder / "0.log",), ("srcaddr",)), cache=cache)
    assert done == [folder / "2.log", folder / "0.log"]


@pytest.mark.parametrize("harm", ["cut", "deleted", "description", "windows"])
def test_what_is_damaged_in_the_cache_is_parsed_again(harm: str, folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before = rows(fetcher.load(Files((folder,)), cache=cache))
    for path in cache.glob({"description": "*.json", "windows": "*.windows"}.get(harm, "*.parquet")):
        if harm in {"deleted", "windows"}:
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:50])
    assert rows(fetcher.load(Files((folder,)), cache=cache)) == before


def test_what_was_used_longest_ago_makes_room(folder: Path, tmp_path: Path) -> None:
    cache, long_ago = tmp_path / "cache", time.time() - 2 * parsed.IN_USE
    assert parsed.usable(cache)
    parsed.load([folder / "0.log"], None, cache)
    for path in cache.iterdir():
        os.utime(path, (long_ago, long_ago))
    old = set(cache.iterdir())
    parsed.load([folder / "1.log"], None, cache, largest=1)
    assert not old & set(cache.iterdir())
    assert len(list(cache.iterdir())) == len(old)


def test_a_cache_that_cannot_be_written_is_done_without(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert fetcher.load(Files((folder,)), cache=tmp_path / "file" / "cache").tally.records == 181


def test_the_cache_lies_where_the_person_keeps_caches() -> None:
    assert parsed.folder({"XDG_CACHE_HOME": "/c"}) == Path("/c/flowinsight/files")
    assert parsed.folder({"XDG_CACHE_HOME": "not/absolute"}) == Path.home() / ".cache/flowinsight/files"
    assert parsed.folder({}) == Path.home() / ".cache/flowinsight/files"


def test_files_without_a_record_can_be_asked(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(HEADER)
    for _ in range(2):
        loaded = fetcher.load(Files((tmp_path / "a.log",)), cache=tmp_path / "cache")
        assert (rows(loaded), loaded.tally.skipped) == ([], 1)
