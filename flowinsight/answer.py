"""What an engine was sent, what it said, and what it cost: the only place rows get their types."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flowinsight import fields
from flowinsight.addresses import format_address
from flowinsight.question import Question

_ADDRESS_COLUMNS = {field.name for field in fields.ADDRESSES} | {"client", "server", "hop", "peer", "through"}


@dataclass(frozen=True)
class Statement:
    """Exactly what an engine is sent: `text` in `language`, with the values bound to its placeholders in order."""

    engine: str
    language: str
    text: str
    parameters: tuple[object, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Rows in the order asked for, at most as many as the question's limit; `truncated` when there were more."""

    question: Question
    statement: Statement
    rows: tuple[dict[str, Any], ...]
    truncated: bool
    deduplicated: bool
    bytes_scanned: int = 0
    dollars: float = 0.0


def limited(
    question: Question, statement: Statement, rows: Sequence[dict[str, Any]], *, deduplicated: bool = False
) -> Answer:
    """The answer of a query that was sent with one row more than the limit, addresses as text."""
    kept = tuple(readable(row) for row in rows[: question.limit])
    return Answer(question, statement, kept, truncated=len(rows) > question.limit, deduplicated=deduplicated)


def readable(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its addresses as text; every other value stays what it is."""
    return {
        name: format_address(value) if name in _ADDRESS_COLUMNS and isinstance(value, int) else value
        for name, value in row.items()
    }
