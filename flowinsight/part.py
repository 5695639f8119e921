"""A source that is a part of another: the records of one question, and what may be asked of them."""

from dataclasses import dataclass

from flowinsight.addresses import Addresses, without
from flowinsight.errors import QuestionError
from flowinsight.filters import Filter, Ports, Value
from flowinsight.question import Question, TimeRange


@dataclass(frozen=True)
class Part:
    """That of a source in which these `actions` occur only the records of `question` are here, and what tells who started."""

    question: Question
    actions: frozenset[str]
    name: str

    def check(self, asked: Question) -> None:
        """QuestionError where the answer may lie in records that are not here: a 'no' to that would mean nothing."""
        if not self.holds(asked.time):
            raise QuestionError(f"{self.name} holds another time than what is asked: ask for a time inside it.")
        if not all(any(_implies(given, one) for given in asked.filters) for one in self.question.filters):
            raise QuestionError(
                f"{self.name} holds only what its own question asked for: keep the parts of that question, and add others."
            )

    def holds(self, time: TimeRange) -> bool:
        """Whether everything of this time that the question asks for is here."""
        return _within(time, self.question.time)


def _within(asked: TimeRange, here: TimeRange) -> bool:
    after = here.start is None or (asked.start is not None and asked.start >= here.start)
    return after and (here.end is None or (asked.end is not None and asked.end <= here.end))


def _implies(given: Filter, one: Filter) -> bool:
    """Whether what `given` lets through is let through by `one`."""
    if given == one:
        return True
    alike = given.field == one.field and given.op == one.op == "is"
    return alike and all(any(_inside(value, wider) for wider in one.values) for value in given.values)


def _inside(value: Value, wider: Value) -> bool:
    match value, wider:
        case Addresses(), Addresses():
            return not without(value.ranges, wider.ranges)
        case Ports(), Ports():
            over = wider.protocol in {None, value.protocol}
            return over and wider.first <= value.first and value.last <= wider.last
        case _:
            return value == wider
