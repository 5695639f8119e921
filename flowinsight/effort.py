"""What an answer will take, counted before it is computed: so that nobody waits long for what they did not mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flowinsight import coverage, db, rollups
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.records.files import status
from flowinsight.survey import WINDOWS

PATIENCE = 15.0
"""Seconds that nobody has to be asked about."""

_LENGTHS = (3600, 6 * 3600, 86400, 7 * 86400)
_MATCHING, _READ = 6e-6, 0.25e-6
"""Seconds for a record that is about what was asked, and for one that is looked at. Measured with 2 million records in a store on
one core: what matches becomes conversations, and takes nearly all of the time."""

_PARSED, _HELD = 1.1e-6, 280
"""Seconds and bytes of memory for a record that is read from a file. Measured with 2 million records in `.log.gz`."""
_COMPRESSED, _PLAIN = 28, 110
"""Bytes of a record in a file, about."""


@dataclass(frozen=True)
class Effort:
    """Of about `records` in the time of a question, it is about `matching`. `parts` are the newest of its time, shortest first,
    each with the records that would match.
    """

    records: int
    matching: int
    parts: tuple[tuple[TimeRange, int], ...] = ()

    @property
    def seconds(self) -> float:
        return self.of(self.matching)

    def of(self, matching: int) -> float:
        """Seconds for an answer about so many records, about."""
        return matching * _MATCHING + self.records * _READ

    @property
    def too_wide(self) -> bool:
        return self.seconds > PATIENCE


def effort(question: Question, loaded: Loaded, connection: db.Connection) -> Effort:
    """Count what a question is about. A short time of few records is not counted: whatever matches, nobody waits long.

    A rollup holds little, however many records it stands for.
    """
    span = coverage.extent(loaded, question.time)
    if span is None or loaded.rolled_by is not None:
        return Effort(0, 0)
    counted = f"SELECT coalesce(sum(records), 0)::BIGINT AS n FROM {WINDOWS} WHERE bin >= ? - width AND bin < ?"
    records = int(db.one(connection, counted, span)["n"])
    if not Effort(records, records).too_wide:
        return Effort(records, 0)
    parts = [TimeRange(span[1] - length, span[1]) for length in _LENGTHS if length < span[1] - span[0]]
    asked = rollups.asked(loaded, question)
    columns = [f"count(*) FILTER (start >= {part.start}) AS part_{number}" for number, part in enumerate(parts)]
    sql = f"SELECT {', '.join(['count(*) AS whole', *columns])} FROM {db.RECORDS} WHERE {asked.sql}"
    found = db.one(connection, sql, asked.parameters)
    return Effort(records, found["whole"], tuple((part, found[f"part_{n}"]) for n, part in enumerate(parts)))


@dataclass(frozen=True)
class Reading:
    """Files, their bytes, and the records in them, about."""

    files: int
    bytes: int
    records: int

    @property
    def seconds(self) -> float:
        return self.records * _PARSED

    @property
    def memory(self) -> int:
        """Bytes of memory that they take, about."""
        return self.records * _HELD

    @property
    def too_wide(self) -> bool:
        return self.seconds > PATIENCE


def reading(files: Iterable[Path]) -> Reading:
    """What it will take to read files, told from their sizes."""
    sizes = [(path.suffix, status(path).st_size) for path in files]
    records = sum(size // (_COMPRESSED if suffix in {".gz", ".zip", ".parquet"} else _PLAIN) for suffix, size in sizes)
    return Reading(len(sizes), sum(size for _, size in sizes), records)
