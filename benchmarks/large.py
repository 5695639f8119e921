"""python -m benchmarks large: what takes longer to make than to ask. Memory of ingest, ten million records, a hundred million.

The records lie in plain text, which is ten times as quick to write as gzip; as text a hundred million take 12 GB, and their
store 2 GB more.
"""

import argparse
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from benchmarks import volume
from benchmarks.measure import measure
from benchmarks.table import Row, add_folder, folder_of, show

_A_FILE = 250_000


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks large", description=__doc__)
    parser.add_argument("--day", type=int, default=10_000_000, help="records of one day (10,000,000)")
    parser.add_argument("--month", type=int, default=100_000_000, help="records of thirty days (100,000,000)")
    parser.add_argument("--times", type=int, default=3, help="runs of each question, of which the fastest counts (3)")
    add_folder(parser)
    options = parser.parse_args(arguments)
    folder = folder_of(options)
    show(
        chain(_memory(folder, options), _day(folder, options), _month(folder, options)),
        folder,
        keep=bool(options.folder),
    )
    return 0


def _ingested(folder: Path, records: int, days: int) -> tuple[str, Row]:
    """The store of so many records as an argument of `measure`, and the row of its ingest."""
    logs, store = folder / f"plain-{days}-{records}", f"path:{folder / f'store-{days}-{records}'}"
    volume.write(logs, records, files=max(1, records // _A_FILE), days=days, packed=False)
    made = measure("ours", "ingest_all", f"path:{logs}", store, times=1)
    return store, Row(
        f"ingest of {records:,} records of {days} day{'s'[: days - 1]}", "FlowInsight", made, aim="under 1,500 MB"
    )


def _memory(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Whether ingest holds the same memory whatever it reads: a quarter of twice the day, and all of it."""
    for records in (options.day // 2, options.day * 2):
        yield _ingested(folder, records, 1)[1]


def _day(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Everything a page shows for one address of one day."""
    store, row = _ingested(folder, options.day, 1)
    yield row
    scan = measure("peers", "duckdb_address", store, volume.BUSY, times=options.times)
    yield Row(f"one address of {options.day:,}, one GROUP BY", "plain DuckDB", scan, scan)
    page = measure("ours", "page", store, volume.BUSY, times=options.times)
    yield Row("everything the page shows for it", "FlowInsight", page, scan, "2")


def _month(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """One address in thirty days."""
    store, row = _ingested(folder, options.month, 30)
    yield row
    day = measure("ours", "one_day", store, volume.BUSY, times=options.times)
    yield Row(f"one address, one day, of {options.month:,} in 30 days", "FlowInsight", day, aim="2 s, 2,000 MB")
    scan = measure("peers", "duckdb_address", store, volume.BUSY, times=1)
    yield Row("the same address, all 30 days, one GROUP BY", "plain DuckDB", scan, scan)
    page = measure("ours", "page", store, volume.BUSY, times=1)
    yield Row("everything the page shows for it, all 30 days", "FlowInsight", page, scan)
