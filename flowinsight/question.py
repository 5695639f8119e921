"""A question as a value: a time range, filters, what to group by, what to measure. It knows nothing of how it is answered."""

import json
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, get_args

from flowinsight import fields
from flowinsight.errors import QuestionError
from flowinsight.filters import CONVERSATION_FILTERS, HIGHEST, Endpoint, Filter, value_text

Measure = Literal["bytes", "packets", "records", "conversations"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

CONVERSATION_DIMENSIONS = ("client", "server", "service", "protocol", "outcome")
"""What conversations are grouped by, after duplicates are removed. `protocol` is a record field too."""


@dataclass(frozen=True)
class TimeRange:
    """A half-open range of Unix seconds; a record belongs to it when its `start` does. None leaves that side open."""

    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        if any(edge is not None and abs(edge) > HIGHEST for edge in (self.start, self.end)):
            raise QuestionError("A time is a number of seconds that no record could hold.")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise QuestionError("The time range ends before it begins.")

    def __contains__(self, second: int) -> bool:
        return (self.start is None or self.start <= second) and (self.end is None or second < self.end)

    def widened(self, seconds: int) -> "TimeRange":
        """The range with `seconds` more on both sides."""
        start = None if self.start is None else self.start - seconds
        return TimeRange(start, None if self.end is None else self.end + seconds)


@dataclass(frozen=True)
class Question:
    """What is asked. Invalid ones cannot be built.

    `dimensions` are record fields (counted per record, before duplicates are removed) or conversation fields (after it),
    never both; empty means the grouping that fits the filters. The first of `measures` orders the rows. `bin` is seconds.
    """

    time: TimeRange = TimeRange()
    filters: tuple[Filter, ...] = ()
    dimensions: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ("bytes", "packets", "records")
    bin: int | None = None
    limit: int = 100

    def __post_init__(self) -> None:
        for dimension in self.dimensions:
            if dimension not in CONVERSATION_DIMENSIONS and dimension not in fields.BY_TOKEN:
                raise QuestionError(f"{dimension} is neither a field of a record nor of a conversation.")
        if len(set(self.dimensions)) < len(self.dimensions):
            raise QuestionError("A field is named twice in what to group by.")
        self._check_mixture()
        if not self.measures or any(measure not in MEASURES for measure in self.measures):
            raise QuestionError(f"Measures are {', '.join(MEASURES)}.")
        if clash := set(self.dimensions) & set(self.measures):
            raise QuestionError(f"{min(clash)} is measured: it cannot be grouped by in the same question.")
        if self.bin is not None and not 0 < self.bin <= HIGHEST:
            raise QuestionError("A bin is a positive number of seconds.")
        if not 0 < self.limit < HIGHEST:
            raise QuestionError("The limit is a positive number of rows.")

    def _check_mixture(self) -> None:
        conversation = [name for name in self.dimensions if name in CONVERSATION_DIMENSIONS]
        if len(conversation) in {0, len(self.dimensions)}:
            by_record = bool(self.dimensions) and not set(self.dimensions) - fields.BY_TOKEN.keys()
            if by_record and "conversations" in self.measures and conversation != ["protocol"]:
                raise QuestionError(
                    "Conversations cannot be counted by a field of records: group by client, server or service."
                )
            return
        records = [name for name in self.dimensions if name not in CONVERSATION_DIMENSIONS]
        if conversation != ["protocol"]:
            raise QuestionError(
                f"{conversation[0]} belongs to conversations, counted after duplicates are removed, and {records[0]} to "
                "records, counted before: group by one kind or the other."
            )
        if "conversations" in self.measures:
            raise QuestionError(
                "Conversations cannot be counted by a field of records: group by client, server or service."
            )

    @property
    def grouping(self) -> tuple[str, ...]:
        """The dimensions, or the grouping that fits the filters: clients of a port, clients and services of an address."""
        if self.dimensions:
            return self.dimensions
        asked = {a_filter.field for a_filter in self.filters}
        by_port = asked & {"port", "service", "endpoint"} or any(
            isinstance(value, Endpoint) for a_filter in self.filters for value in a_filter.values
        )
        return ("client",) if by_port else ("client", "service")

    @property
    def by_conversation(self) -> bool:
        """Whether rows are counted over conversations, after duplicates are removed."""
        return self.grouping == ("protocol",) or not set(self.grouping) - set(CONVERSATION_DIMENSIONS)

    @property
    def record_filters(self) -> tuple[Filter, ...]:
        return tuple(a_filter for a_filter in self.filters if a_filter.field not in CONVERSATION_FILTERS)

    @property
    def conversation_filters(self) -> tuple[Filter, ...]:
        return tuple(a_filter for a_filter in self.filters if a_filter.field in CONVERSATION_FILTERS)

    def previous(self) -> "Question":
        """The same question about the period of the same length just before."""
        if self.time.start is None or self.time.end is None:
            raise QuestionError("A period before needs a range with a beginning and an end.")
        return replace(self, time=TimeRange(2 * self.time.start - self.time.end, self.time.start))

    def reversed(self) -> "Question":
        """The same question with its two sides swapped."""
        return replace(self, filters=tuple(_swapped(a_filter) for a_filter in self.filters))

    def narrowed(self, a_filter: Filter) -> Self:
        """The same question with one more filter; a filter it has already is not repeated."""
        return self if a_filter in self.filters else replace(self, filters=(*self.filters, a_filter))

    def to_json(self) -> str:
        """Canonical text: equal questions give equal text, whatever process made them."""
        return json.dumps(
            {
                "time": [self.time.start, self.time.end],
                "filters": [
                    [item.field, item.op, [value_text(value) for value in item.values]] for item in self.filters
                ],
                "dimensions": self.dimensions,
                "measures": self.measures,
                "bin": self.bin,
                "limit": self.limit,
            },
            separators=(",", ":"),
        )

    @staticmethod
    def from_json(text: str) -> "Question":
        """The question that `to_json` wrote; QuestionError for anything else."""
        try:
            data: dict[str, Any] = json.loads(text)
            start, end = (None if edge is None else int(edge) for edge in data["time"])
            filters = tuple(Filter.parse(field, values, op) for field, op, values in data["filters"])
            limit, a_bin = int(data["limit"]), None if data["bin"] is None else int(data["bin"])
            return Question(
                TimeRange(start, end), filters, tuple(data["dimensions"]), tuple(data["measures"]), a_bin, limit
            )
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
            raise QuestionError("This is not a question that FlowInsight wrote.") from error


_SWAPPED = (
    {"client": "server", "server": "client"}
    | {source: source.replace("src", "dst") for source in fields.BY_TOKEN if "src" in source}
    | {target: target.replace("dst", "src") for target in fields.BY_TOKEN if "dst" in target}
)


def _swapped(a_filter: Filter) -> Filter:
    if a_filter.field == "server" and any(isinstance(value, Endpoint) for value in a_filter.values):
        raise QuestionError("A server's port cannot become a client's: remove the port before reversing.")
    return replace(a_filter, field=_SWAPPED.get(a_filter.field, a_filter.field))
