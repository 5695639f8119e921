"""The table that a benchmark prints, in the folder that holds its volume."""

import argparse
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Measured

HEAD = (
    "| work | by | seconds | processor s | peak MB | ratio | of processor s | aim |\n|---|---|--:|--:|--:|--:|--:|---|"
)


@dataclass(frozen=True)
class Row:
    """One line: what was done, by whom, and its times as multiples of those of `beside`, with the aim for the first."""

    work: str
    by: str
    measured: Measured | None
    beside: Measured | None = None
    aim: str = ""

    def __str__(self) -> str:
        one, other = self.measured, self.beside
        if one is None:
            return f"| {self.work} | {self.by} | not installed | | | | | |"
        ratios = ["", ""]
        if other is not None:
            ratios = [f"{one.seconds / other.seconds:.2f}", f"{one.processor / other.processor:.2f}"]
        cells = [
            self.work,
            self.by,
            f"{one.seconds:.2f}",
            f"{one.processor:.2f}",
            str(one.megabytes),
            *ratios,
            self.aim,
        ]
        return f"| {' | '.join(cells)} |"


def add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, help="where to keep the volume for the next run")


def folder_of(options: argparse.Namespace) -> Path:
    return options.folder or Path(tempfile.mkdtemp(prefix="flowinsight-bench-"))


def show(rows: Iterable[Row], folder: Path, *, keep: bool) -> None:
    """Print rows as they are measured, and delete the folder unless it is to be kept."""
    try:
        print(HEAD)
        for row in rows:
            print(row, flush=True)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
