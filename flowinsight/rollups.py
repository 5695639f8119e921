"""Records that were added up before they came: what a row of `db.RECORDS` stands for, and which questions that can answer.

A source with `Loaded.rolled_by` has rows that stand for several records: those that agree in these fields, in the side that
serves and its port, and in a bin of time. `packets` and `bytes` are sums, `start` and `end` the first and the last, the other
side's port is there where it is always the same. RECORDS then has more columns, those of ALSO.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flowinsight import conditions, db
from flowinsight.conditions import TRUE, Condition
from flowinsight.errors import QuestionError
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange

ALSO = ("stands_for", "payload", "asked_for", "in_progress", "repeated")
"""Records a row stands for; their payload; whether the question asks for them; whether they began before its range and ended
in it; how many equal lines were left out of it. What is not asked for only tells who started.
"""

TIMES = "rolled_times"
"""The table of when records were asked for, of a rollup whose rows no longer say it: bin, width (seconds), accepted, rejected,
other. It counts records as they were logged, by every interface.
"""

_ASKED, _IN_PROGRESS = Condition("asked_for"), Condition("in_progress")


def check(loaded: Loaded, question: Question) -> None:
    """QuestionError where the source is a rollup, and it was made for another question."""
    if loaded.rolled_by is None:
        return
    made = None if loaded.part is None else loaded.part.question
    if made is None or (made.time, made.filters) != (question.time, question.filters):
        raise QuestionError("The records of this answer were added up for its own question: ask the source again.")
    if not question.by_conversation and (missing := [one for one in question.grouping if one not in loaded.rolled_by]):
        raise QuestionError(
            f"The records of this answer were added up, and no longer say {missing[0]}: ask for every record, of a shorter "
            "time or of less."
        )


def asked(loaded: Loaded, question: Question) -> Condition:
    """The rows a question is about."""
    return conditions.asked(question) if loaded.rolled_by is None else _ASKED


def around(loaded: Loaded, question: Question, *, margin: int) -> tuple[Condition, Condition]:
    """The rows that tell who started what a question is about, and which of them it is about."""
    if loaded.rolled_by is not None:
        return TRUE, _ASKED
    return conditions.around(question, margin=margin), conditions.asked_of_around(question)


def in_progress(loaded: Loaded, question: Question, start: int) -> Condition:
    """The rows of records that began before a question's range, whose `start` this is, and ended in it."""
    if loaded.rolled_by is not None:
        return _IN_PROGRESS
    before = replace(question, time=TimeRange(None, start))
    return conditions.all_of(conditions.asked(before), Condition('"end" >= ?', (start,)))


def count(loaded: Loaded) -> str:
    """The SQL aggregate that says how many records some rows stand for."""
    return "count(*)" if loaded.rolled_by is None else "sum(stands_for)"


def times(loaded: Loaded, width: int) -> tuple[int, tuple[dict[str, Any], ...]] | None:
    """The rows of TIMES in bins of `width` seconds, or of as many as they were counted in; None where records say it."""
    if loaded.rolled_by is None:
        return None
    cursor = loaded.connection.cursor()
    if not db.rows(cursor, f"SELECT 1 AS there FROM information_schema.tables WHERE table_name = '{TIMES}'"):
        return None
    counted = db.one(cursor, f"SELECT coalesce(max(width), 1)::BIGINT AS width FROM {TIMES}")["width"]
    width = max(int(width), int(counted))
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in ("accepted", "rejected", "other"))
    sql = f"SELECT bin // {width} * {width} AS bin, {sums} FROM {TIMES} GROUP BY 1 ORDER BY 1"
    return width, tuple(db.rows(cursor, sql))


def cautions(loaded: Loaded) -> Iterator[str]:
    """What a careful reader of a rollup would want to know."""
    if loaded.rolled_by is not None and not loaded.distinct:
        yield (
            "Records were added up before they came: lines that two flow logs wrote over one interface are counted twice, and "
            "of a client's ports only that they were several is known."
        )
    if times(loaded, 1) is not None:
        yield "The bars over time count records as they were logged, by every interface; the conversations count each once."


def every_record(loaded: Loaded, doing: str) -> None:
    """QuestionError where something needs the records themselves and there is only their rollup."""
    if loaded.rolled_by is not None:
        raise QuestionError(
            f"This answer is a rollup: its records were added up before they came, and to {doing} each of them is needed. "
            "Ask for every record, of a shorter time or of less."
        )
