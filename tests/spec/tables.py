"""A small table in, a small table out. The table in is flow log text, so a test reads as what AWS would have written.

Times may be written as 12:00:00, on one day. Every answer is computed twice, by the embedded engine and by tests/reference, and
must be the same before a test sees it.
"""

import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flowinsight import fields, grammar, views
from flowinsight.addresses import parse_address
from flowinsight.fetchers.files import load
from flowinsight.loaded import Loaded
from flowinsight.prepared import Prepared, prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import Files
from tests.reference.answers import Reference
from tests.reference.records import Record

DAY = "2026-11-02"
_CLOCK = re.compile(r"(?<!\S)\d\d:\d\d:\d\d(?!\S)")


def at(clock: str) -> int:
    """Unix seconds of a time of the day."""
    return int(datetime.fromisoformat(f"{DAY}T{clock}").replace(tzinfo=UTC).timestamp())


def text(log: str) -> str:
    """The lines of a table, times as Unix seconds."""
    lines = [line.strip() for line in log.strip().splitlines()]
    return "\n".join(_CLOCK.sub(lambda match: str(at(match[0])), line) for line in lines) + "\n"


def loaded(*logs: str) -> Loaded:
    """One file for each text."""
    with tempfile.TemporaryDirectory() as folder:
        for number, log in enumerate(logs):
            (Path(folder) / f"{number}.log").write_text(text(log))
        return load(Files((Path(folder),)))


def question(query: str = "", start: str | None = None, end: str | None = None, **options: Any) -> Question:
    time = TimeRange(None if start is None else at(start), None if end is None else at(end))
    return Question(time, grammar.parse(query), **options)


@dataclass(frozen=True)
class Asked:
    """A question and both answers to it."""

    prepared: Prepared
    reference: Reference

    def conversations(self, columns: str) -> list[tuple[Any, ...]]:
        """These columns of the conversations, in the order of their bytes."""
        found = views.conversations(self.prepared).rows
        assert list(found) == self.reference.conversation_rows()
        return [tuple(row[name] for name in columns.split()) for row in found]

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        """These columns of the question's grouping."""
        found = views.rows(self.prepared).rows
        assert list(found) == self.reference.grouped()
        return [tuple(row[name] for name in columns.split()) for row in found]

    def records(self, columns: str) -> list[tuple[Any, ...]]:
        """These columns of the records, newest first."""
        return [tuple(row[name] for name in columns.split()) for row in views.records(self.prepared).rows]

    @property
    def reconciliation(self) -> dict[str, int]:
        told = self.reference.reconciliation()
        assert {name: self.prepared.reconciliation[name] for name in told} == told
        return self.prepared.reconciliation


def ask(
    log: str | tuple[str, ...], query: str = "", start: str | None = None, end: str | None = None, **options: Any
) -> Asked:
    """Ask about flow log text; several texts are several files."""
    logs = (log,) if isinstance(log, str) else log
    asked = question(query, start, end, **options)
    rows = [row for one in logs for row in parsed(one)]
    return Asked(prepare(asked, loaded(*logs)), Reference(rows, asked))


def parsed(log: str) -> list[Record]:
    """The rows of a text whose first line is its header, read in the plainest way."""
    header, *lines = text(log).splitlines()
    return [
        dict(zip(map(_name, header.split()), map(_value, header.split(), line.split()), strict=True)) for line in lines
    ]


def _name(token: str) -> str:
    return fields.BY_TOKEN[token].name


def _value(token: str, word: str) -> object:
    kind = fields.BY_TOKEN[token].kind
    if word == "-":
        return None
    return word if kind == "text" else parse_address(word) if kind == "address" else int(word)
