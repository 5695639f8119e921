"""python -m benchmarks people: so many people at once ask the pages questions, each thinking between one and the next.

Every question is another one, so that each is computed: nobody is served what somebody else asked before. With `--shared N`
people who look into the same thing ask the same N questions, each in an order of their own, so that many are answered already.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.visitor import Visitor
from tests.browser.server import serving

THINK = 3.0
HEAD = "| people | answers | p50 ms | p95 ms | slowest ms | server processor ms an answer | busy |\n|--:|--:|--:|--:|--:|--:|--:|"


@dataclass(frozen=True)
class Row:
    """What so many people saw: seconds of each answer, and the processor seconds of the server over a time."""

    people: int
    seconds: tuple[float, ...]
    processor: float
    lasted: float

    def __str__(self) -> str:
        p95 = statistics.quantiles(self.seconds, n=20)[-1]
        each = self.processor / len(self.seconds)
        found = (statistics.median(self.seconds), p95, max(self.seconds), each)
        numbers = " | ".join(f"{one * 1000:,.0f}" for one in found)
        return f"| {self.people} | {len(self.seconds)} | {numbers} | {self.processor / self.lasted:.0%} of one core |"


def questions() -> Iterator[str]:
    """Questions about the example, no two alike: hosts of the company, services, clients from outside, and what is left out."""
    hosts = [f"10.20.{net}.{host}" for net in range(1, 4) for host in (11, 12, 20, 30, 40)]
    ports = [22, 53, 80, 123, 443, 3306, 5432, 6379, 8080, 8443]
    shapes = (
        ":{port} not from {host}",
        "{host} not :{port}",
        "to {host} not to :{port}",
        ":{port} rejected not to {host}",
    )
    found = [shape.format(port=port, host=host) for shape in shapes for port in ports for host in hosts]
    random.Random(7).shuffle(found)
    yield from found


def shared(asked: Iterator[str], count: int) -> Iterator[str]:
    """The same so many questions, over and over, in any order."""
    same, choose = list(islice(asked, count)), random.Random(11)
    while True:
        yield choose.choice(same)


def processor_seconds(pid: int) -> float:
    """What a process and its threads have used. Source: proc(5), fields utime and stime of stat."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _person(
    url: str, asked: Iterator[str], lasts: float, choose: random.Random, opened: asyncio.Barrier
) -> list[float]:
    """Open the page, wait until everybody has, and ask until the time is over."""
    async with Visitor(url) as visitor:
        await visitor.ask()
        await opened.wait()
        until, found = time.monotonic() + lasts, []
        while time.monotonic() < until:
            await asyncio.sleep(THINK * choose.uniform(0.5, 1.5))
            found.append(await visitor.ask(q=next(asked)))
    return found


async def crowd(url: str, pid: int, people: int, lasts: float, asked: Iterator[str]) -> Row:
    """So many people for so many seconds, counted from when everybody has the page open."""
    opened = asyncio.Barrier(people + 1)
    seeds = [random.Random(number) for number in range(people)]
    tasks = [asyncio.create_task(_person(url, asked, lasts, seed, opened)) for seed in seeds]
    await opened.wait()
    before, began = processor_seconds(pid), time.monotonic()
    found = await asyncio.gather(*tasks)
    lasted = time.monotonic() - began
    return Row(people, tuple(one for some in found for one in some), processor_seconds(pid) - before, lasted)


def main(arguments: list[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks people", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1, 10, 25], help="how many at once (1 10 25)")
    parser.add_argument("--seconds", type=float, default=40, help="how long each number of people asks (40)")
    parser.add_argument("--shared", type=int, metavar="N", help="everybody asks the same so many questions")
    options = parser.parse_args(arguments)
    asked = questions()
    with (
        tempfile.TemporaryDirectory(prefix="flowinsight-people-") as folder,
        serving(Path(folder) / "log.txt") as served,
    ):
        asyncio.run(crowd(served.url, served.pid, 1, 3, asked))  # the first visit imports and reads
        print(HEAD)
        for people in options.people:
            mine = shared(asked, options.shared) if options.shared else asked
            print(asyncio.run(crowd(served.url, served.pid, people, options.seconds, mine)), flush=True)
    return 0
