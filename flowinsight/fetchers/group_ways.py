"""The ways in which the records of a question can be read from a log group, each with its price and its precision.

Whatever a way lets through too much is left out here afterwards; only a pattern that a person wrote can let through too little.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from flowinsight import aws
from flowinsight.answer import Statement
from flowinsight.errors import QuestionError
from flowinsight.fetchers import at_work, denominator, filter_pattern, insights_leading, log_events, pattern_check
from flowinsight.fetchers.pace import pace_for
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.sources import LogGroup

WayName = Literal["pattern", "term", "insights", "leading"]
WAYS: tuple[WayName, ...] = get_args(WayName)

FREE = "No charge: FilterLogEvents costs nothing."
"""No price list that was read has a charge for it."""


@dataclass(frozen=True)
class Reading:
    """How a log group is read. `patterns` are a person's own, sent as they are; QuestionError where AWS would refuse one.

    `also` are other log groups, by name or ARN, that Logs Insights is asked about together with it.
    """

    way: WayName = "pattern"
    patterns: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.patterns and self.way != "pattern":
            raise QuestionError("A pattern of your own is a way by itself: choose the way pattern.")
        for pattern in self.patterns:
            pattern_check.check(pattern)

    @property
    def exact(self) -> bool:
        """Whether only what the question is about is brought, and evidence beside it."""
        return self.way != "term" and not self.patterns


EXACT = Reading()
"""By the patterns that the question itself makes."""


@dataclass(frozen=True)
class Offer:
    """A way that fits a question: its name as people call it, what it costs, and how exact it is before it is finished here."""

    way: WayName
    name: str
    price: str
    precision: str


OFFERS: dict[WayName, Offer] = {
    "pattern": Offer(
        "pattern",
        "Filter pattern",
        FREE,
        "Exact: conditions on the fields themselves, one reading for each side a record may match on.",
    ),
    "term": Offer(
        "term",
        "Address as a term",
        FREE,
        "Imprecise, like a search in AWS's console: one reading, which also brings records with the address in another "
        "field or inside a longer one. Those are counted, shown, and left out.",
    ),
    "insights": Offer(
        "insights",
        "Logs Insights",
        "By what CloudWatch reads, told before it runs.",
        "Exact, and in the same scan what every interface wrote; or a rollup, where that is too much to bring.",
    ),
    "leading": Offer(
        "leading",
        "What leads",
        "By what CloudWatch reads, one scan for each list, their number and price told and agreed to before.",
        "However much matches: the first of each list and all others together; records as logged, no conversations.",
    ),
}
"""Every way: those that are free first, and of them the most exact."""

TYPED = Offer("pattern", "Typed pattern", FREE, "As typed: what it leaves out, the answer cannot show.")


def offered(question: Question, source: LogGroup) -> tuple[Offer, ...]:
    """The ways that can answer a question about a log group."""
    fits: dict[WayName, bool] = {
        "pattern": source.has_patterns,
        "term": source.has_patterns and filter_pattern.term_pattern(question) is not None,
        "insights": True,
        "leading": insights_leading.possible(question),
    }
    return tuple(OFFERS[way] for way in WAYS if fits[way])


def offer(reading: Reading) -> Offer:
    """What a reading is called, costs and brings."""
    return TYPED if reading.patterns else OFFERS[reading.way]


def plan(question: Question, source: LogGroup, reading: Reading) -> log_events.Plan:
    """What FilterLogEvents is asked of a log group; QuestionError when the question cannot be asked in that way."""
    if reading.way in ("insights", "leading"):
        raise QuestionError("Logs Insights is no filter pattern: it is priced, and read by `fetchers.insights`.")
    if reading.patterns:
        return log_events.plan(question, source, tuple(map(filter_pattern.typed, reading.patterns)))
    if reading.way == "pattern":
        return log_events.plan(question, source)
    term = filter_pattern.term_pattern(question)
    if term is None:
        raise QuestionError("A term is a whole address: ask about one, or choose the way pattern.")
    return log_events.plan(question, source, (term, *_statuses(source)), glimpses=True)


def _statuses(source: LogGroup) -> list[Statement]:
    return [found for tokens in source.formats if (found := filter_pattern.status_pattern(tokens))]


def left_out(reading: Reading) -> tuple[str, ...]:
    """Why records that the question asks for may be missing, in sentences."""
    if not reading.patterns:
        return ()
    return ("Only what the typed pattern lets through was read: what it leaves out, this answer cannot show.",)


def finished(
    to_do: log_events.Plan,
    reading: Reading,
    identity: aws.Identity,
    collected: log_events.Collected,
    cancelled: Callable[[], bool] = lambda: False,
) -> Loaded:
    """The records that were brought and what was sent for them, with the interfaces that should have written, and a look at
    whether those were at work.
    """
    source, region = to_do.source, to_do.source.region or identity.region
    found = denominator.of_group(source, identity)
    looked = not to_do.narrowed
    if found.due and to_do.narrowed and not reading.patterns:
        logs, pace = aws.client(identity, "logs", source.region), pace_for(identity, region)
        looked = at_work.look(to_do, found.due, logs, collected, pace=pace, cancelled=cancelled)
    loaded = denominator.joined(log_events.read(to_do, collected).loaded, found)
    return replace(loaded, narrowed=not looked, left_out=left_out(reading), sent=_sent(to_do))


def _sent(to_do: log_events.Plan) -> Statement:
    """The patterns of a plan, one a line; an empty one matches every event."""
    return Statement(
        filter_pattern.ENGINE, filter_pattern.LANGUAGE, "\n".join(one.text or '""' for one in to_do.statements)
    )


def said_beside(count: int) -> str:
    """How much was brought that is no part of the answer."""
    records = "1 record was" if count == 1 else f"{count:,} records were"
    return f"{records} brought that the question is not about: false matches, left out of the answer."


def parted(text: str) -> tuple[str, ...]:
    """The patterns of a text with one on each line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def joined(patterns: Sequence[str]) -> str:
    return "\n".join(patterns)


def objection(pattern: str) -> QuestionError | None:
    """Why AWS would refuse a pattern, with the position; None when it would not."""
    try:
        pattern_check.check(pattern)
    except QuestionError as error:
        return error
    return None
