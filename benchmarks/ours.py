"""What is measured of FlowInsight, each through the functions that the command line and the page call."""

import shutil
from pathlib import Path

from benchmarks.volume import DAY, FIRST_DAY
from flowinsight import grammar, views
from flowinsight.fetchers.files import load
from flowinsight.investigation import investigate
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files
from flowinsight.store import ingest, open_store

HOUR = TimeRange(FIRST_DAY + 10 * 3600, FIRST_DAY + 11 * 3600)
TOP = Question(filters=tuple(grammar.parse(":22")), dimensions=("srcaddr",), measures=("bytes",), limit=10)


def read(folder: Path) -> int:
    """Every line of the files accounted for, in memory, ready to be asked."""
    return load(Files((folder,))).tally.lines


def question(folder: Path) -> int:
    return len(views.rows(prepare(TOP, load(Files((folder,))))).rows)


def question_cached(folder: Path, cache: Path) -> int:
    return len(views.rows(prepare(TOP, load(Files((folder,)), cache=cache))).rows)


def read_cached(folder: Path, cache: Path) -> int:
    return load(Files((folder,)), cache=cache).tally.lines


def ingest_all(folder: Path, store: Path) -> int:
    shutil.rmtree(store, ignore_errors=True)
    return ingest(store, [folder]).tally.lines


def page(store: Path, address: str) -> int:
    """Everything the page shows for one address."""
    loaded = open_store(store)
    return len(investigate(Question(filters=tuple(grammar.parse(address))), loaded).conversations)


def one_hour(store: Path) -> int:
    asked = Question(HOUR, TOP.filters, TOP.dimensions, TOP.measures, limit=10)
    return len(views.rows(prepare(asked, open_store(store, HOUR))).rows)


def one_day(store: Path, address: str) -> int:
    day = TimeRange(FIRST_DAY, FIRST_DAY + DAY)
    return len(views.conversations(prepare(Question(day, tuple(grammar.parse(address))), open_store(store, day))).rows)
