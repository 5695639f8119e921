"""python -m benchmarks snapshots: saving and opening a snapshot of 100,000 records, beside the same records as plain Parquet."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from benchmarks import volume
from flowinsight import snapshots
from flowinsight.fetchers import files
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.snapshots import Circumstances
from flowinsight.sources import Files

HEAD = "| work | by | seconds | processor s | ratio | aim |\n|---|---|--:|--:|--:|---|"

Times = tuple[float, float]
"""Seconds and processor seconds."""


def measured(work: Callable[[], object], runs: int) -> Times:
    """The median of so many runs."""
    found = [_once(work) for _ in range(runs)]
    return statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)


def _once(work: Callable[[], object]) -> Times:
    began, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - worked


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks snapshots", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="records of the snapshot (100,000)")
    parser.add_argument("--times", type=int, default=5, help="runs of each, of which the median counts (5)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        volume.write(Path(folder) / "logs", options.records, files=1)
        source = Files((Path(folder) / "logs",))
        held = files.load(source)
        _show(Path(folder), source, held, investigate(Question(limit=1000), held), options.times)
    return 0


def _show(folder: Path, source: Files, held: Loaded, found: Investigation, runs: int) -> None:
    plain, kept = folder / "plain.parquet", folder / "a.flowsnap"
    table: pa.Table = held.connection.cursor().sql("FROM delivered").to_arrow_table()

    def save() -> None:
        snapshots.save(snapshots.freeze(found, held, snapshots.of_files(source), Circumstances(0)), kept)

    rows = (
        ("save", "Parquet alone", lambda: parquet.write_table(table, plain, compression="zstd"), ""),
        ("save", "FlowInsight", save, "2 s"),
        ("open", "Parquet alone", lambda: parquet.read_table(plain), ""),
        ("open and check", "FlowInsight", lambda: snapshots.load(snapshots.open_snapshot(kept)), "1 s"),
    )
    print(HEAD)
    beside = 0.0
    for work, by, run, aim in rows:
        seconds, processor = measured(run, runs)
        beside = beside if aim else seconds
        print(f"| {work} | {by} | {seconds:.2f} | {processor:.2f} | {seconds / beside:.1f} | {aim} |", flush=True)
