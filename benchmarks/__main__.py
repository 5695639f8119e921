"""python -m benchmarks: make volume, measure FlowInsight and its peers in the same run, print the table."""

import argparse
import shutil
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from benchmarks import filter_pages, keeping, large, people, volume
from benchmarks.measure import measure
from benchmarks.table import Row, add_folder, folder_of, show

ADDRESS = volume.BUSY


_APART = {"large": large.main, "pages": filter_pages.main, "people": people.main, "snapshots": keeping.main}


def main(arguments: list[str]) -> int:
    """Print the table. `large`, `pages`, `people` and `snapshots` measure something else, each as its module says."""
    if arguments and arguments[0] in _APART:
        return _APART[arguments[0]](arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--records", type=int, default=5_000_000, help="records of a run (5,000,000)")
    parser.add_argument("--times", type=int, default=2, help="runs of each, of which the fastest counts (2)")
    add_folder(parser)
    options = parser.parse_args(arguments)
    folder = folder_of(options)
    rows = chain(_straight(folder, options), _store(folder, options), _days(folder, options))
    show(rows, folder, keep=bool(options.folder))
    return 0


def _straight(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """One question straight over files, and the second question on the same files."""
    logs, cache = folder / f"logs-{options.records}", folder / "cache"
    volume.write(logs, options.records, files=20)
    where, times = f"path:{logs}", options.times
    names = {"plain DuckDB": "duckdb_question", "Polars": "polars_question", "chDB": "chdb_question"}
    peers = {by: measure("peers", name, where, times=times) for by, name in names.items()}
    fastest = min((one for one in peers.values() if one is not None), key=lambda one: one.seconds)
    for by, one in peers.items():
        yield Row("one question over files", by, one, fastest)
    slow = measure("peers", "flowlogs_reader_question", where, times=1)
    yield Row("one question over one file of 20", "flowlogs-reader", slow, fastest)
    yield Row(
        "read the files, every line accounted for", "FlowInsight", measure("ours", "read", where, times=times), fastest
    )
    asked = measure("ours", "question", where, times=times)
    yield Row("one question over files, with conversations and coverage", "FlowInsight", asked, fastest, "1.15")
    shutil.rmtree(cache, ignore_errors=True)
    first = measure("ours", "question_cached", where, f"path:{cache}", times=1)
    yield Row("first question on files, keeping what was parsed", "FlowInsight", first, fastest)
    second = measure("ours", "question_cached", where, f"path:{cache}", times=times)
    yield Row("second question on the same files", "FlowInsight", second, first, "0.3 of the first")
    again = measure("ours", "read_cached", where, f"path:{cache}", times=times)
    yield Row("of which: having the records again", "FlowInsight", again, first)


def _store(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Ingest, and everything a page shows for one address."""
    logs, store, out = (folder / name for name in (f"logs-{options.records}", "store", "copy"))
    copied = measure("peers", "duckdb_copy", f"path:{logs}", f"path:{out}", times=1)
    yield Row("COPY … ORDER BY start, PARTITION_BY day", "plain DuckDB", copied, copied)
    kept = measure("ours", "ingest_all", f"path:{logs}", f"path:{store}", times=1)
    yield Row("ingest", "FlowInsight", kept, copied, "1.5, under 1,500 MB")
    scan = measure("peers", "duckdb_address", f"path:{store}", ADDRESS, times=options.times)
    yield Row("one address, one GROUP BY over the store's files", "plain DuckDB", scan, scan)
    page = measure("ours", "page", f"path:{store}", ADDRESS, times=options.times)
    yield Row("everything the page shows for one address", "FlowInsight", page, scan, "2")


def _days(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """One hour of a store of thirty days, beside one hour of a store of one day with as many records a day."""
    a_day = options.records // 30
    measured = {}
    for days in (1, 30):
        logs, store = folder / f"days-{days}-{a_day}", folder / f"store-{days}"
        volume.write(logs, a_day * days, files=24 * days, days=days)
        measure("ours", "ingest_all", f"path:{logs}", f"path:{store}", times=1)
        measured[days] = measure("ours", "one_hour", f"path:{store}", times=options.times)
    yield Row("one hour of a store of one day", "FlowInsight", measured[1], measured[1])
    yield Row("one hour of a store of thirty days", "FlowInsight", measured[30], measured[1], "1.3")
    one_day = measure("ours", "one_day", f"path:{folder / 'store-30'}", ADDRESS, times=options.times)
    yield Row("one address, one day of thirty", "FlowInsight", one_day)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
