"""What goes into a store comes out of it: once, whole, and accounted for."""

import gzip
import shutil
from pathlib import Path

import pytest

from flowinsight import db, fields
from flowinsight.errors import SourceError
from flowinsight.fetchers.files import load
from flowinsight.question import TimeRange
from flowinsight.sources import Files
from flowinsight.store import Ingested, Progress, StoreError, ingest, listing, open_store, run, windows
from flowinsight.store import manifest as manifests
from flowinsight.survey import WINDOWS, survey

HEADER = " ".join(fields.DEFAULT_FORMAT) + "\n"
DAY = 86_400
NOON = 1_700_000_000 // DAY * DAY + DAY // 2


def line(number: int, start: int = NOON, interface: str = "eni-0a", status: str = "OK") -> str:
    end = start + 59
    if status != "OK":
        return f"2 1 {interface} - - - - - - - {start} {end} - {status}\n"
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return f"2 1 {interface} {address} 10.9.9.9 40000 443 6 {number % 7 + 1} {number + 40} {start} {end} ACCEPT OK\n"


def lines(numbers: range, start: int = NOON) -> str:
    return "".join(line(number, start + number % 3000) for number in numbers)


def stored(store: Path, time: TimeRange | None = None) -> list[tuple[object, ...]]:
    loaded = open_store(store, time)
    return sorted(loaded.connection.execute(f"FROM {db.ROWS}").fetchall(), key=str)


def delivered(*paths: Path) -> list[tuple[object, ...]]:
    loaded = load(Files(paths))
    return sorted(loaded.connection.execute(f"SELECT DISTINCT * FROM {db.ROWS}").fetchall(), key=str)


def test_rows_come_out_as_they_went_in(tmp_path: Path) -> None:
    day = tmp_path / "in"
    day.mkdir()
    (day / "a.log.gz").write_bytes(gzip.compress((HEADER + lines(range(500))).encode()))
    (day / "b.log").write_text(
        "interface-id srcaddr start end tcp-flags a-field-of-2030 log-status\n"
        f"eni-0b 2001:db8::7 {NOON + DAY} {NOON + DAY + 9} 2 new OK\n"
        f"eni-0b - {NOON + DAY} {NOON + DAY + 9} - - NODATA\n"
    )
    report = ingest(tmp_path / "store", [day])
    assert (report.added, report.duplicates, report.failed, report.cancelled) == (2, 0, (), False)
    assert stored(tmp_path / "store") == delivered(day)
    loaded, files = open_store(tmp_path / "store"), load(Files((day,)))
    assert loaded.tally == files.tally == report.tally
    assert loaded.formats == files.formats
    assert loaded.distinct


def test_the_same_input_twice_does_not_double(tmp_path: Path) -> None:
    path, store = tmp_path / "a.log", tmp_path / "store"
    path.write_text(HEADER + lines(range(100)))
    ingest(store, [path])
    before = stored(store)
    shutil.copy(path, tmp_path / "copy-of-a.log")
    again = ingest(store, [path, tmp_path / "copy-of-a.log"])
    assert (again.added, again.known, again.tally.lines) == (0, 2, 0)
    assert stored(store) == before
    assert open_store(store).tally.records == 100


def test_two_files_with_the_same_bytes_in_one_run_are_one(tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.log"):
        (tmp_path / name).write_text(HEADER + lines(range(10)))
    report = ingest(tmp_path / "store", [tmp_path / "a.log", tmp_path / "b.log", tmp_path / "c.log"])
    assert (report.added, report.known) == (1, 2)


def test_records_that_are_equal_in_every_field_are_one_and_counted(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (tmp_path / "a.log").write_text(HEADER + lines(range(100)) + line(5) + line(5))
    (tmp_path / "b.log.gz").write_bytes(gzip.compress((HEADER + lines(range(50, 150))).encode()))
    report = ingest(store, [tmp_path / "a.log", tmp_path / "b.log.gz"])
    assert report.duplicates == 51 + (line(5) in lines(range(100)))
    assert len(stored(store)) == 202 - report.duplicates
    (tmp_path / "c.log").write_text(HEADER + lines(range(140, 160)))
    assert ingest(store, [tmp_path / "c.log"]).duplicates == 10
    assert stored(store) == delivered(tmp_path / "a.log", tmp_path / "b.log.gz", tmp_path / "c.log")
    assert listing(store).duplicates == report.duplicates + 10


def test_records_that_differ_in_one_field_only_are_kept(tmp_path: Path) -> None:
    first = line(1)
    unlike = [first.replace("443", "444"), first.replace("eni-0a", "eni-0b"), first.replace("ACCEPT", "REJECT")]
    (tmp_path / "a.log").write_text(HEADER + "".join([first, *unlike]))
    (tmp_path / "b.log").write_text(HEADER.replace("\n", " vpc-id\n") + first.replace("\n", " vpc-1\n"))
    (tmp_path / "c.log").write_text(HEADER.replace("\n", " vpc-id\n") + first.replace("\n", " -\n"))
    report = ingest(tmp_path / "store", [tmp_path / "a.log", tmp_path / "b.log", tmp_path / "c.log"])
    assert report.duplicates == 1
    assert len(stored(tmp_path / "store")) == 5


def test_a_growing_file_is_read_on_from_its_last_whole_line(tmp_path: Path) -> None:
    path, store = tmp_path / "grows.log", tmp_path / "store"
    whole = HEADER + lines(range(30))
    read = 0
    for end in (10, len(HEADER), len(HEADER) + 50, 700, 701, len(whole) - 1, len(whole)):
        path.write_text(whole[:end])
        report = ingest(store, [path])
        assert (report.added, report.grown) == ((1, 0) if end == 10 else (0, 1))
        read += report.tally.lines
        assert stored(store) == delivered(path)
        tally = open_store(store).tally
        assert tally == load(Files((path,))).tally
    assert read < 31 + 2 * 7
    (source,) = listing(store).sources
    assert (source.bytes, source.records, source.duplicates) == (len(whole), 30, 0)


def test_a_file_that_was_rewritten_is_a_new_source(tmp_path: Path) -> None:
    path, store = tmp_path / "a.log", tmp_path / "store"
    path.write_text(HEADER + lines(range(10)))
    ingest(store, [path])
    path.write_text(HEADER + lines(range(100, 130)))
    assert ingest(store, [path]).added == 1
    assert len(stored(store)) == 40


@pytest.mark.parametrize("end", ["\n", ""], ids=["with a newline at the end", "without"])
def test_a_format_that_is_said_later_replaces_what_could_not_be_read(end: str, tmp_path: Path) -> None:
    path, store = tmp_path / "custom.log", tmp_path / "store"
    path.write_text("10.0.0.1 10.0.0.2 1700000000\n10.0.0.1 10.0.0.3 1700000000" + end)
    assert ingest(store, [path]).tally.unparsable == 2
    assert ingest(store, [path], ("srcaddr", "dstaddr", "start")).tally.records == 2
    tally = open_store(store).tally
    assert (tally.lines, tally.records, tally.unparsable) == (2, 2, 0)


def test_days_are_partitions_and_odd_starts_have_their_own(tmp_path: Path) -> None:
    store = tmp_path / "store"
    odd = [line(1, 0), line(2, 5_000_000_000), "2 1 eni-0a 10.0.0.1 10.0.0.2 1 2 6 1 40 - - ACCEPT OK\n"]
    (tmp_path / "a.log").write_text(HEADER + line(3, NOON) + line(4, NOON + DAY) + "".join(odd))
    ingest(store, [tmp_path / "a.log"])
    assert listing(store).days == {"2023-11-14": 1, "2023-11-15": 1, "odd": 3}
    assert stored(store) == delivered(tmp_path / "a.log")


def test_only_the_files_that_a_time_range_touches_are_opened(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (tmp_path / "a.log").write_text(HEADER + "".join(line(number, NOON + number * DAY) for number in range(10)))
    ingest(store, [tmp_path / "a.log"])
    loaded = open_store(store, TimeRange(NOON + 3 * DAY, NOON + 4 * DAY))
    starts = [row["start"] for row in db.rows(loaded.connection, "SELECT start FROM records ORDER BY 1")]
    assert starts == [NOON + 3 * DAY, NOON + 4 * DAY]
    assert loaded.tally.records == 10


def test_a_view_of_a_store_is_seen_by_every_cursor(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(HEADER + line(1))
    ingest(tmp_path / "store", [tmp_path / "a.log"])
    cursor = open_store(tmp_path / "store").connection.cursor()
    assert db.one(cursor, "SELECT count(*) AS n FROM records") == {"n": 1}


def test_what_wrote_rows_is_counted_in_every_bin_their_windows_touch(tmp_path: Path) -> None:
    store, hour = tmp_path / "store", NOON // 3600 * 3600
    text = [line(1, hour), line(2, hour + 3599), line(3, hour + 3600), line(0, hour, "eni-0b", "NODATA")]
    (tmp_path / "a.log").write_text(HEADER + "".join(text))
    (tmp_path / "b.log").write_text(HEADER + line(9, hour + 5) + line(0, hour + 60, "eni-0b", "SKIPDATA"))
    ingest(store, [tmp_path / "a.log"])
    ingest(store, [tmp_path / "b.log"])
    found = [{name: row[name] for name in _SHOWN} for row in windows(store).to_pylist()]
    assert found == [
        _window("eni-0a", hour, "OK", 2, 2, hour, hour + 64),
        _window("eni-0b", hour, "NODATA", 1, 1, hour, hour + 59),
        _window("eni-0b", hour, "SKIPDATA", 1, 1, hour + 60, hour + 119),
        _window("eni-0a", hour + 3000, "OK", 1, 1, hour + 3599, hour + 3658),
        _window("eni-0a", hour + 3600, "OK", 1, 2, hour + 3599, hour + 3659),
    ]


_SHOWN = ("interface_id", "bin", "log_status", "started", "rows", "first_start", "last_end")


def _window(
    interface: str, start: int, status: str, started: int, rows: int, first: int, last: int
) -> dict[str, object]:
    return dict(zip(_SHOWN, (interface, start, status, started, rows, first, last), strict=True))


def test_progress_is_of_bytes_read_and_ends_at_all_of_them(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.log").write_text(HEADER + lines(range(number * 100, number * 100 + 100)))
    told: list[Progress] = []
    ingest(tmp_path / "store", [tmp_path / f"{number}.log" for number in range(3)], progress=told.append)
    total = sum((tmp_path / f"{number}.log").stat().st_size for number in range(3))
    assert [report.bytes for report in told] == sorted(report.bytes for report in told)
    assert (told[-1].files, told[-1].all_files, told[-1].bytes, told[-1].all_bytes) == (3, 3, total, total)


def test_a_cancelled_run_keeps_what_was_committed_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "COMMIT_SECONDS", -1.0)
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"{number}.log")
        paths[-1].write_text(HEADER + lines(range(number * 100, number * 100 + 100)))
    store, asked = tmp_path / "store", 0

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > 6

    first = ingest(store, paths, cancelled=enough)
    assert first.cancelled
    kept = len(stored(store))
    assert 0 < kept < 600
    assert kept % 100 == 0
    rest = ingest(store, paths)
    assert rest.known * 100 == kept
    assert stored(store) == delivered(*paths)


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(HEADER + line(ord(name[0])))
    vanishing = tmp_path / "a.log"
    real = Path.open

    def refuse(path: Path, *arguments: object, **options: object) -> object:
        if path == vanishing:
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    report = ingest(tmp_path / "store", [tmp_path / "a.log", tmp_path / "b.log"])
    assert report.failed == (f"{vanishing} cannot be read: Permission denied.",)
    assert report.added == 1


def test_a_link_to_nothing_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(HEADER + line(1))
    dangling = tmp_path / "b.log"
    dangling.symlink_to(tmp_path / "nothing")

    report = ingest(tmp_path.parent / f"{tmp_path.name}-store", [tmp_path])

    assert report.failed == (f"{dangling} cannot be read: No such file or directory.",)
    assert report.added == 1


def test_a_path_that_is_not_there_is_an_error_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no file or folder"):
        ingest(tmp_path / "store", [tmp_path / "nothing"])
    assert not (tmp_path / "store").exists()


def test_a_folder_that_is_no_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a store yet: ingest"):
        open_store(tmp_path)


def test_many_small_files_of_a_day_become_one(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for number in range(14):
        (tmp_path / f"{number}.log").write_text(HEADER + lines(range(number * 10, number * 10 + 10)))
        ingest(store, [tmp_path / f"{number}.log"])
    assert len(manifests.read(store).rows) < 12
    assert len(stored(store)) == 140


def test_a_report_can_be_shown_as_json(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(HEADER + line(1) + "x\n")
    report = ingest(tmp_path / "store", [tmp_path / "a.log"])
    assert isinstance(report, Ingested)
    assert report.to_json()["tally"]["reasons"]["1 columns where the format has 14"] == {"count": 1, "sample": "x"}
    assert listing(tmp_path / "store").to_json()["sources"][0]["records"] == 1


def test_what_a_range_does_not_touch_is_still_known_to_be_there(tmp_path: Path) -> None:
    store, path = tmp_path / "store", tmp_path / "a.log"
    rejected = line(2, NOON + 9 * DAY).replace("ACCEPT", "REJECT")
    path.write_text(HEADER + line(1, NOON) + line(0, NOON + 5 * DAY) + rejected)
    ingest(store, [path])
    one_day = open_store(store, TimeRange(NOON + 5 * DAY, NOON + 5 * DAY + 60))
    assert survey(one_day) == survey(open_store(store)) == survey(load(Files((path,))))
    bins = db.rows(one_day.connection, f"SELECT bin FROM {WINDOWS} WHERE interface IS NOT NULL")
    assert {row["bin"] // DAY for row in bins} == {(NOON + 5 * DAY) // DAY}
