"""Flow logs in volume: random, from a seed, in the default format, in files as AWS delivers them."""

import gzip
from pathlib import Path
from typing import IO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from flowinsight import fields

FIRST_DAY = 1_700_006_400
DAY = 86_400
INSIDE, OUTSIDE, INTERFACES = 3_000, 40_000, 400
BUSY = "10.9.9.9"
"""An address inside that every run has records of."""


def write(folder: Path, records: int, files: int, days: int = 1, *, packed: bool = True) -> None:
    """Write so many records in so many `.log.gz` (or `.log`), in the order of time, over so many days. A folder that is there
    is kept.
    """
    if folder.exists():
        return
    partial = folder.with_suffix(".partial")
    partial.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(7)
    inside = pa.concat_arrays([pa.array([BUSY]), _addresses(dice, INSIDE - 1, "10.")])
    outside = _addresses(dice, OUTSIDE, "")
    interfaces = pa.array([f"eni-{number:017x}" for number in dice.integers(0, 2**62, INTERFACES)])
    for number in range(files):
        span = days * DAY / files
        table = _table(dice, records // files, FIRST_DAY + int(number * span), int(span), (inside, outside, interfaces))
        with _opened(partial / f"{number:05}.log", packed=packed) as file:
            file.write((" ".join(fields.DEFAULT_FORMAT) + "\n").encode())
            options = csv.WriteOptions(include_header=False, delimiter=" ", quoting_style="none")
            csv.write_csv(table, file, options)
    partial.rename(folder)


def _opened(path: Path, *, packed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(f"{path}.gz", "wb", compresslevel=6)) if packed else path.open("wb")


def _addresses(dice: np.random.Generator, count: int, first: str) -> pa.Array:
    bytes_of = dice.integers(1, 223, (count, 4))
    return pa.array([first + ".".join(map(str, row[1 if first else 0 :])) for row in bytes_of.tolist()])


def _table(
    dice: np.random.Generator, rows: int, start: int, span: int, names: tuple[pa.Array, pa.Array, pa.Array]
) -> pa.Table:
    inside, outside, interfaces = names
    who = dice.integers(0, len(inside), rows)
    ours, theirs = inside.take(pa.array(who)), outside.take(pa.array(dice.zipf(1.3, rows) % len(outside)))
    leaving = pa.array(dice.random(rows) < 0.5)
    client, service = dice.integers(1024, 65535, rows), dice.choice([22, 443, 80, 53, 5432, 3306, 8080], rows)
    packets = dice.integers(1, 500, rows)
    starts = np.sort(start + dice.integers(0, max(1, span), rows))
    silent = pa.array(dice.random(rows) < 0.01)
    columns = {
        "srcaddr": pc.if_else(leaving, ours, theirs),
        "dstaddr": pc.if_else(leaving, theirs, ours),
        "srcport": pc.if_else(leaving, client, service),
        "dstport": pc.if_else(leaving, service, client),
        "protocol": np.where(service == 53, 17, 6),
        "packets": packets,
        "bytes": packets * dice.integers(40, 1500, rows),
    }
    texts = {name: pc.if_else(silent, "-", pa.array(column).cast(pa.string())) for name, column in columns.items()}
    action = pc.if_else(silent, "-", pa.array(np.where(dice.random(rows) < 0.8, "ACCEPT", "REJECT")))
    return pa.table(
        {
            "version": np.full(rows, 2),
            "account": pa.array(["123456789012"]).take(pa.array(np.zeros(rows, np.int64))),
            "interface": interfaces.take(pa.array(who % len(interfaces))),
            **texts,
            "start": starts,
            "end": starts + dice.integers(1, 60, rows),
            "action": action,
            "status": pc.if_else(silent, "NODATA", "OK"),
        }
    )
