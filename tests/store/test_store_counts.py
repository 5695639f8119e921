"""What wrote rows when, counted by columns, is what counting row by row gives."""

import random
from collections import Counter

import pyarrow as pa
import pytest

from flowinsight.fields import DEFAULT_FORMAT
from flowinsight.records import careful, schema
from flowinsight.store.counts import WINDOWS, windows_of
from flowinsight.survey import LONGEST_WINDOW, WIDTH

Key = tuple[object, ...]


def lines(dice: random.Random, count: int) -> list[str]:
    """Lines of the default format: windows short, long and backwards, starts and ends missing, every status and action."""
    made = []
    for _ in range(count):
        start = dice.randrange(1_700_000_000, 1_700_004_000)
        end = start + dice.choice([0, 1, 59, 600, 601, LONGEST_WINDOW, 10**6, -30])
        times = [dice.choice([str(time)] * 9 + ["-"]) for time in (start, end)]
        status = dice.choice(["OK", "NODATA", "SKIPDATA", "-"])
        address, action = ("10.0.0.1", dice.choice(["ACCEPT", "REJECT", "-"])) if status == "OK" else ("-", "-")
        who = f"{dice.choice('12')} {dice.choice(['eni-0a', 'eni-0b', '-'])}"
        made.append(f"2 {who} {address} {address} - - - - - {' '.join(times)} {action} {status}")
    return made


def one_by_one(rows: list[dict[str, object]]) -> dict[Key, Counter[str]]:
    found: dict[Key, Counter[str]] = {}
    for row in rows:
        start, end = row["start"], row["end"]
        if not isinstance(start, int):
            continue
        last = max(end - 1, start) if isinstance(end, int) else start
        for touched in range(start // WIDTH, min(last, start + LONGEST_WINDOW) // WIDTH + 1):
            status = row["log_status"] if row[schema.STATUS_ROW] else "OK"
            counted = found.setdefault((row["account_id"], row["interface_id"], touched * WIDTH, status), Counter())
            counted["rows"] += 1
            counted["started"] += touched == start // WIDTH
            counted["accepted"] += row["action"] == "ACCEPT"
            counted["rejected"] += row["action"] == "REJECT"
    return found


@pytest.mark.parametrize("seed", range(5))
def test_counts_by_columns_are_those_of_row_by_row(seed: int) -> None:
    table = careful.read_lines(lines(random.Random(seed), 400), DEFAULT_FORMAT).table
    found: dict[Key, Counter[str]] = {}
    for row in windows_of(table).to_pylist():
        counted = found.setdefault((row["account_id"], row["interface_id"], row["bin"], row["log_status"]), Counter())
        counted.update({name: row[name] for name in ("rows", "started", "accepted", "rejected")})
        assert row["first_start"] <= row["last_start"]
        assert row["last_end"] is None or row["last_end"] > row["bin"] - LONGEST_WINDOW
    assert found == one_by_one(table.to_pylist())


def test_texts_and_their_numbers_are_counted_alike() -> None:
    table = careful.read_lines(lines(random.Random(9), 400), DEFAULT_FORMAT).table
    assert sorted(map(str, windows_of(schema.plain(table)).to_pylist())) == sorted(
        map(str, windows_of(table).to_pylist())
    )


@pytest.mark.parametrize("table", [pa.table({}), careful.read_lines([], DEFAULT_FORMAT).table])
def test_nothing_writes_nothing(table: pa.Table) -> None:
    assert windows_of(table).equals(WINDOWS.empty_table())
