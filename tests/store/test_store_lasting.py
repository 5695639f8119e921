"""A store survives being killed, crowded, filled up and damaged."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flowinsight import db, fields
from flowinsight.store import StoreError, forget, ingest, listing, manifest, open_store, rebuild, shape, windows

HEADER = " ".join(fields.DEFAULT_FORMAT) + "\n"
NOON = 1_700_000_000
KILLS = int(os.environ.get("FLOWINSIGHT_KILLS", "20"))
RUN = """
import sys
from pathlib import Path
from flowinsight.store import ingest, run
run.COMMIT_SECONDS = -1.0
ingest(Path(sys.argv[1]), [Path(sys.argv[2])], wait=float(sys.argv[3]))
"""


def lines(first: int, count: int, step: int = 1) -> str:
    return "".join(
        f"2 1 eni-0{number % 5} 10.{number >> 8 & 255}.{number & 255}.1 10.9.9.9 4 443 6 1 {number} "
        f"{NOON + number * step} {NOON + number * step + 9} ACCEPT OK\n"
        for number in range(first, first + count)
    )


def stored(store: Path) -> list[tuple[Any, ...]]:
    connection = open_store(store).connection
    return connection.execute(f"SELECT bytes, count(*) FROM {db.ROWS} GROUP BY 1 ORDER BY 1").fetchall()


def start(store: Path, folder: Path, wait: float = 0.0) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(store), str(folder), str(wait)], stderr=subprocess.PIPE, text=True
    )


def deliver(folder: Path, files: int, rows: int, step: int = 1) -> None:
    """Files that overlap, so that each brings records that the one before it had."""
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:03}.log").write_text(HEADER + lines(number * rows // 2, rows, step))


def consistent(store: Path) -> None:
    """What the manifest says, the files hold; the counts by window are those of the rows."""
    named = manifest.read(store)
    rows = open_store(store).connection.execute("SELECT count(*) FROM stored").fetchall()[0][0]
    assert rows == sum(file.rows for file in named.rows)
    assert rows == named.tally.records + named.tally.status_rows - named.duplicates
    assert sum(windows(store).column("started").to_pylist()) == rows


KILLER = """
import os, random, shutil, signal, sys, time
from pathlib import Path
from flowinsight.store import ingest, listing, run
sys.path.insert(0, sys.argv[4])
from test_store_lasting import consistent, stored
run.COMMIT_SECONDS = -1.0
whole, store, folder, kills = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[5])

def forked(job):
    child = os.fork()
    if child == 0:
        try:
            os._exit(job() or 0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
    return child

def read():
    ingest(store, [folder])

def check():
    if not (store / "manifest.json").exists():
        return 0
    consistent(store)
    kept = store / "kept"
    before, now = int(kept.read_text()) if kept.exists() else 0, len(listing(store).sources)
    assert now >= before, "a committed source is gone"
    kept.write_text(str(now))
    if now < 16:
        return 0
    assert stored(store) == stored(whole)
    return 7

def first():
    ingest(whole, [folder])

began = time.monotonic()
assert os.waitpid(forked(first), 0)[1] == 0
took = time.monotonic() - began
dice = random.Random(kills)
for _ in range(kills):
    child = forked(read)
    time.sleep(dice.uniform(0.0, 0.6) * took)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(os.waitpid(forked(check), 0)[1])
    assert code in {0, 7}, code
    if code == 7:
        shutil.rmtree(store)
"""
"""Kills runs at random moments, each a fork of a process without threads, so that it costs no start. A store that has all 16
files is compared with one made without a kill, and the next run begins a new one."""


def test_a_run_that_is_killed_at_any_moment_loses_nothing_and_the_next_goes_on(tmp_path: Path) -> None:
    folder, store, whole = tmp_path / "in", tmp_path / "store", tmp_path / "whole"
    deliver(folder, files=16, rows=60, step=200)
    arguments = [str(whole), str(store), str(folder), str(Path(__file__).parent), str(KILLS)]
    done = subprocess.run([sys.executable, "-c", KILLER, *arguments], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    ingest(store, [folder])
    assert stored(store) == stored(whole)
    consistent(store)
    _no_leftovers(store)


def _no_leftovers(store: Path) -> None:
    ingest(store, [next(iter(store.parent.glob("in/*")))])
    named = set(manifest.read(store).files) | set(manifest.read(store).retired)
    for place in shape.PLACES:
        there = {path.relative_to(store / place).as_posix() for path in (store / place).rglob("*") if path.is_file()}
        assert there <= named


def test_two_writers_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    deliver(tmp_path / "in", files=12, rows=40)
    store = tmp_path / "store"
    processes = [start(store, tmp_path / "in", wait=60.0) for _ in range(2)]
    assert [process.communicate()[1] for process in processes] == ["", ""]
    consistent(store)
    assert len(listing(store).sources) == 12
    assert all(count == 1 for _, count in stored(store))


def test_a_second_writer_that_does_not_wait_is_told_who_is_writing(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(HEADER + lines(0, 5))

    def meanwhile() -> bool:
        with pytest.raises(
            StoreError, match=rf"Another process \({os.getpid()}\) is writing to .*: wait until it is done"
        ):
            ingest(tmp_path / "store", [tmp_path / "a.log"])
        return False

    assert ingest(tmp_path / "store", [tmp_path / "a.log"], cancelled=meanwhile).added == 1


def test_a_reader_sees_the_store_as_it_was_when_opened(tmp_path: Path) -> None:
    for number in range(15):
        (tmp_path / f"{number}.log").write_text(HEADER + lines(number * 10, 10))
        ingest(tmp_path / "store", [tmp_path / f"{number}.log"])
        if number == 2:
            early = open_store(tmp_path / "store")
    assert db.one(early.connection, "SELECT count(*) AS n FROM records") == {"n": 30}


def test_forgetting_deletes_what_only_that_source_delivered(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (tmp_path / "a.log").write_text(HEADER + lines(0, 100))
    (tmp_path / "b.log").write_text(HEADER + lines(60, 100))
    (tmp_path / "c.log").write_text(HEADER + lines(90, 100))
    ingest(store, [tmp_path / f"{name}.log" for name in "abc"])
    sources = {Path(source.path).name: source.id for source in listing(store).sources}
    gone = forget(store, sources["a.log"])
    assert (gone.rows, gone.restored) == (100, 40)
    assert [row[0] for row in stored(store)] == list(range(60, 190))
    consistent(store)
    forget(store, sources["c.log"])
    assert [row[0] for row in stored(store)] == list(range(60, 160))
    forget(store, sources["b.log"])
    assert stored(store) == []
    assert list((store / "rows").rglob("*.parquet")) == []
    assert open_store(store).tally.lines == 0
    assert ingest(store, [tmp_path / "a.log"]).added == 1


def test_forgetting_takes_the_bytes_off_the_disk_at_once(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (tmp_path / "a.log").write_text(HEADER + lines(0, 50).replace("eni-0", "eni-secret"))
    (tmp_path / "b.log").write_text(HEADER + lines(50, 50) + "2 1 unfinished")
    ingest(store, [tmp_path / "a.log", tmp_path / "b.log"])
    forget(store, 1)
    assert not any(b"secret" in path.read_bytes() for path in store.rglob("*") if path.is_file())
    assert len(listing(store).sources) == 1


def test_forgetting_what_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(HEADER)
    ingest(tmp_path / "store", [tmp_path / "a.log"])
    with pytest.raises(StoreError, match="has no source 77"):
        forget(tmp_path / "store", 77)


def test_rebuilding_changes_no_row_and_sorts_each_day(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for number in range(5):
        (tmp_path / f"{number}.log").write_text(HEADER + lines(400 - number * 80, 100, step=200))
        ingest(store, [tmp_path / f"{number}.log"])
    before, counts = stored(store), windows(store).to_pylist()
    for path in [*(store / "windows").rglob("*.parquet"), *(store / "keys").rglob("*.parquet")]:
        path.unlink()
    rebuilt = rebuild(store)
    assert (rebuilt.days, rebuilt.lost, rebuilt.read_again) == (len(listing(store).days), (), ())
    assert stored(store) == before
    assert windows(store).to_pylist() == counts
    assert len(manifest.read(store).rows) == rebuilt.days
    consistent(store)


def test_rebuilding_reads_again_what_is_damaged_and_says_what_is_lost(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for name, first in (("a", 0), ("b", 100_000), ("c", 200_000)):
        (tmp_path / f"{name}.log").write_text(HEADER + lines(first, 50))
        ingest(store, [tmp_path / f"{name}.log"])
    before = stored(store)
    for path in (store / "rows").rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-200])
    (tmp_path / "c.log").unlink()
    rebuilt = rebuild(store)
    assert rebuilt.read_again == (str(tmp_path / "a.log"), str(tmp_path / "b.log"))
    assert rebuilt.lost == (str(tmp_path / "c.log"),)
    assert stored(store) == before[:100]
    consistent(store)


FULL = """
import resource, signal, sys
from pathlib import Path
from flowinsight.store import StoreError, ingest
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    ingest(Path(sys.argv[1]), [Path(sys.argv[2])])
except StoreError as error:
    print(error)
"""


def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (tmp_path / "a.log").write_text(HEADER + lines(0, 50))
    (tmp_path / "b.log").write_text(HEADER + "".join(lines(n * 7919 % 100_000, 1) for n in range(20_000)))
    ingest(store, [tmp_path / "a.log"])
    before = stored(store)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(store), str(tmp_path / "b.log")], check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith(f"There is no room left for {store}. What was stored before is kept"), done
    assert stored(store) == before
    assert ingest(store, [tmp_path / "b.log"]).added == 1
    consistent(store)


def test_a_store_that_cannot_be_written_to_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.log").write_text(HEADER)

    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreError, match="cannot be written to: Read-only file system"):
        ingest(tmp_path / "store", [tmp_path / "a.log"])


MEASURE = """
import sys
from pathlib import Path
from flowinsight.store import ingest
ingest(Path(sys.argv[1]), [Path(sys.argv[2])])
# Not ru_maxrss, which a child inherits from the process that started it.
status = Path("/proc/self/status").read_text().split()
print(int(status[status.index("VmHWM:") + 1]) // 1024)
"""


def test_a_delivery_of_nothing_but_duplicates_takes_no_more_memory(tmp_path: Path) -> None:
    """Every record of the second run has its equal in the store."""
    store = tmp_path / "store"
    text = HEADER + lines(0, 60_000)
    (tmp_path / "a.log").write_text(text)
    (tmp_path / "b.log").write_text(text + "\n")
    peaks = [
        int(subprocess.check_output([sys.executable, "-c", MEASURE, str(store), str(tmp_path / name)]))
        for name in ("a.log", "b.log")
    ]
    assert listing(store).duplicates == 60_000
    assert max(peaks) < 500
