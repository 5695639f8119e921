"""python -m flowinsight.scenario OUT_DIR: a company's flow logs with known truth, from a seed."""

import argparse
import sys
from datetime import date
from pathlib import Path

from flowinsight.scenario.config import Config, ScenarioError
from flowinsight.scenario.record import FORMATS
from flowinsight.scenario.write import write


def main(arguments: list[str]) -> int:
    """Write a run; 0 when done, 2 with a sentence when it cannot be."""
    options = _parser().parse_args(arguments)
    try:
        config = Config(options.seed, options.start, options.days, options.scale)
        truth = write(config, options.folder, FORMATS[options.format], options.files)
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    totals = truth["totals"]
    assert isinstance(totals, dict)
    sys.stdout.write(
        f"{totals['records']:,} records, {totals['nodata']:,} NODATA, {totals['skipdata']:,} SKIPDATA "
        f"in {totals['files']:,} files under {options.folder}\n"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flowinsight.scenario", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="OUT_DIR", help="an empty or new folder")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes (default: 1)")
    parser.add_argument(
        "--start", type=date.fromisoformat, default=date(2026, 11, 2), help="first day, UTC (2026-11-02)"
    )
    parser.add_argument("--days", type=int, default=1, help="how many days (1)")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="volume of ordinary business (1: about 58,000 lines a day)"
    )
    parser.add_argument("--format", choices=sorted(FORMATS), default="full", help="record format (full)")
    parser.add_argument(
        "--files",
        choices=("slot", "hour", "day"),
        default="slot",
        help="a file every five minutes as AWS does, or fewer",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
