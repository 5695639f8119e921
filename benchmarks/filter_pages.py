"""python -m benchmarks pages: how long a page of FilterLogEvents takes in the sandbox, over a million events of one log group."""

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator

from flowinsight import fields
from flowinsight.sandbox import filter_events
from flowinsight.sandbox.events import Batch, EventStore, Selection
from flowinsight.sandbox.logslang.patterns import compile_pattern
from flowinsight.sandbox.settings import Settings

NOON, SLOT, STREAMS = 1_795_176_000, 600, 40
PAGES = 12
"""Pages of each pattern that are measured, from the oldest event on."""
HEAD = "| pattern | median ms | slowest ms | processor ms, median | events of a page |\n|---|--:|--:|--:|--:|"
PATTERNS = {
    "none": "",
    "one address": "srcaddr = 10.0.3.7",
    "an address that never occurs": "srcaddr = 210.85.244.94",
    "two ports": "dstport = 22 || dstport = 80",
    "rejected": "action = REJECT",
    "a wildcard": "srcaddr = 10.0.3.*",
    "a number": "bytes >= 89000",
    "not equal": "action != ACCEPT",
    "a regular expression of one field": r"dstaddr = %^17[2-9]\.%",
}


def filled(store: EventStore, events: int, handle: int) -> None:
    """Put random records of the default format into a group: so many, in the order of time, from a seed."""
    dice = random.Random(3)
    streams = [store.new_handle() for _ in range(STREAMS)]
    for slot in range(events // 10_000):
        times = sorted((NOON + slot * SLOT + dice.randrange(SLOT)) * 1000 for _ in range(10_000))
        lines = [_line(dice, number, moment // 1000) for number, moment in enumerate(times)]
        store.append(handle, Batch(times[-1], [streams[n % STREAMS] for n in range(len(times))], times, lines))


def _line(dice: random.Random, number: int, start: int) -> str:
    source = f"10.0.{dice.randrange(8)}.{dice.randrange(256)}"
    target = ".".join(str(dice.randrange(1, 224)) for _ in range(4))
    ports = f"{dice.randrange(1024, 65536)} {dice.choice((22, 80, 443, 5432))} 6"
    counts = f"{dice.randrange(1, 90)} {dice.randrange(40, 90_000)} {start} {start + 59}"
    action = "REJECT" if number % 20 == 0 else "ACCEPT"
    return f"2 111122223333 eni-{number % STREAMS:017x} {source} {target} {ports} {counts} {action} OK"


def written(condition: str) -> str:
    """The pattern of the default format with one condition, whose first word is the field's name."""
    name = condition.partition(" ")[0]
    names = [token.replace("-", "") for token in fields.DEFAULT_FORMAT]
    return f"[{', '.join(condition if each == name else each for each in names)}]" if condition else ""


def pages(store: EventStore, handle: int, text: str) -> Iterator[tuple[float, float, int]]:
    """Seconds, processor seconds and events of the first pages, from reading the pattern to the answer's text."""
    pattern, after = compile_pattern(text) if text else None, None
    for _ in range(PAGES):
        began, worked = time.perf_counter(), time.process_time()
        scan = Settings().scan_events_per_page
        page = filter_events.read_page(store, Selection(handle), pattern, filter_events.PAGE_EVENTS, after, scan)
        json.dumps([filter_events.described(event, "stream") for event in page.events])
        yield time.perf_counter() - began, time.process_time() - worked, len(page.events)
        after = page.resume
        if after is None:
            return


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks pages", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the log group (1,000,000)")
    store = EventStore()
    handle = store.new_handle()
    filled(store, parser.parse_args(arguments).events, handle)
    print(HEAD)
    for name, condition in PATTERNS.items():
        seconds, worked, found = zip(*pages(store, handle, written(condition)), strict=True)
        times = statistics.median(seconds), max(seconds), statistics.median(worked)
        milliseconds = " | ".join(f"{one * 1000:,.0f}" for one in times)
        print(f"| {name} | {milliseconds} | {statistics.median(found):,.0f} |", flush=True)
    return 0
