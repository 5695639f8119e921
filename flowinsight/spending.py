"""What each person has spent on queries today, and how much they may: a file that several processes write to safely.

An amount is set aside before a query runs and replaced by what it really cost afterwards. What was set aside by a process that
died stays spent until the day is over: better too careful than paying twice. Days are those of UTC.
"""

import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flowinsight.errors import FlowInsightError

PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""
_TABLES = """
CREATE TABLE IF NOT EXISTS spent (id TEXT PRIMARY KEY, person TEXT, day TEXT, dollars REAL, what TEXT);
CREATE INDEX IF NOT EXISTS spent_by_day ON spent (person, day);
CREATE TABLE IF NOT EXISTS limits (person TEXT PRIMARY KEY, day REAL, alone REAL);
"""


class SpendingError(FlowInsightError):
    """It would cost more than the person may spend today."""


@dataclass(frozen=True)
class Limits:
    """US dollars: in a day, and for one question that runs without being agreed to. SpendingError for less than nothing."""

    day: float = 5.0
    alone: float = 0.01

    def __post_init__(self) -> None:
        if not (0 <= self.day < float("inf") and 0 <= self.alone < float("inf")):
            raise SpendingError("A limit is an amount of dollars, 0 or more.")


@dataclass(frozen=True)
class Ledger:
    """The file. `most` is what whoever runs FlowInsight lets anybody spend in a day, whatever limit they choose."""

    path: Path
    most: float | None = None
    clock: Callable[[], float] = time.time

    def limits(self, person: str) -> Limits:
        with self._open() as file:
            found = file.execute("SELECT day, alone FROM limits WHERE person = ?", (person,)).fetchone()
        chosen = Limits(*found) if found else Limits()
        return chosen if self.most is None else Limits(min(chosen.day, self.most), min(chosen.alone, self.most))

    def choose(self, person: str, limits: Limits) -> None:
        """The person's own limits, from now on."""
        with self._open() as file:
            file.execute("INSERT OR REPLACE INTO limits VALUES (?, ?, ?)", (person, limits.day, limits.alone))

    def spent(self, person: str) -> float:
        """US dollars spent today and set aside."""
        with self._open() as file:
            return self._spent(file, person)

    def set_aside(self, person: str, dollars: float, what: str) -> str:
        """Set an amount aside before it is spent; an id to settle it with. SpendingError when it is more than is left today."""
        limit, entry = self.limits(person).day, str(uuid.uuid4())
        with self._open() as file:
            spent = self._spent(file, person)
            if spent + dollars > limit:
                raise SpendingError(
                    f"This costs about {dollars:.4f} USD. Of your limit of {limit:.2f} USD a day, {max(limit - spent, 0):.4f} "
                    "USD are left. Narrow the question, or raise your limit."
                )
            file.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?)", (entry, person, self._today(), dollars, what))
        return entry

    def settle(self, entry: str, dollars: float) -> None:
        """What it really cost, which may be more than was set aside."""
        with self._open() as file:
            file.execute("UPDATE spent SET dollars = ? WHERE id = ?", (dollars, entry))

    def _today(self) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(self.clock()))

    def _spent(self, file: sqlite3.Connection, person: str) -> float:
        asked = "SELECT coalesce(sum(dollars), 0) FROM spent WHERE person = ? AND day = ?"
        return float(file.execute(asked, (person, self._today())).fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction that no other process writes beside: all of it is done, or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)) as file:
            file.executescript(_TABLES)
            file.execute("BEGIN IMMEDIATE")
            try:
                yield file
            except BaseException:
                file.execute("ROLLBACK")
                raise
            file.execute("COMMIT")
