"""FilterLogEvents: the events of a log group that match patterns, newest first, each once, within AWS's quota.

A range is read in slices. A slice counts when every pattern has been followed to its end there; what was read of the others
is kept, so a fetch that failed goes on where it stopped. Source: CloudWatch Logs API reference, FilterLogEvents.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from flowinsight import aws, conditions, db
from flowinsight.answer import Statement, readable
from flowinsight.conversations.matched import MARGIN
from flowinsight.errors import ThrottledError
from flowinsight.fetchers import filter_pattern, formats
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.pace import Pace, pace_for
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup

SLICES, SHORTEST_SLICE = 6, 900
MOST_EVENTS = 1_000_000
GLIMPSE = 1000
"""Events of a slice that are looked at whatever they are."""
MOST_WAITS = 5
"""How often a throttled request is made again, after botocore's own attempts."""


@dataclass(frozen=True)
class Scan:
    """One pattern over one slice; milliseconds, inclusive at both ends, None = open. A glimpse ends with its first events;
    `streams` is how the names of the log streams begin that are read.
    """

    statement: Statement
    start: int | None
    end: int | None
    glimpse: bool = False
    streams: str = ""


@dataclass(frozen=True)
class Plan:
    """What will be asked: the scans of the newest slice first.

    `glimpses` adds a page of whatever each slice holds, so that a log group at work is not taken for an empty one.
    """

    question: Question
    source: LogGroup
    statements: tuple[Statement, ...]
    slices: tuple[TimeRange, ...]
    glimpses: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether some events are left out, so that an interface without any may have been at work."""
        return filter_pattern.EVERYTHING not in self.statements

    def scans(self, a_slice: TimeRange) -> list[Scan]:
        start = None if a_slice.start is None else max(0, a_slice.start * 1000)
        end = None if a_slice.end is None else a_slice.end * 1000 - 1
        glimpse = [Scan(filter_pattern.EVERYTHING, start, end, glimpse=True)] if self.glimpses else []
        return [*(Scan(statement, start, end) for statement in self.statements), *glimpse]


@dataclass
class Collected:
    """What has arrived so far, messages and their times (milliseconds) by event id, and which scans are finished.

    `glimpsed` came whatever it is, `messages` because a pattern matched. A failed fetch goes on with the same one.
    """

    messages: dict[str, tuple[str, int]] = field(default_factory=dict)
    glimpsed: dict[str, tuple[str, int]] = field(default_factory=dict)
    done: set[Scan] = field(default_factory=set)
    requests: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Progress:
    """How far a fetch is: slices finished of slices in all, events and requests so far, and from when on it is complete."""

    finished: int
    slices: int
    events: int
    requests: int
    covered: TimeRange | None


@dataclass(frozen=True)
class Fetched:
    """Records and the range they are complete for: that of the question, its newest part, or None.

    Coverage is known only of interfaces and times that wrote a matching record, NODATA or SKIPDATA, or were in a glimpse: a
    pattern leaves out the records that would show that an interface was otherwise at work.
    """

    plan: Plan
    loaded: Loaded
    covered: TimeRange | None
    complete: bool
    requests: int


def plan(
    question: Question, source: LogGroup, statements: tuple[Statement, ...] | None = None, *, glimpses: bool = False
) -> Plan:
    """The scans a question needs, for every format of the log group; `statements` instead of the usual patterns, as they are,
    and then with `glimpses` only where asked for.
    """
    chosen = patterns(question, source) if statements is None else statements
    slices = tuple(slices_of(question.time.widened(MARGIN)))
    wanted = glimpses or statements is None
    return Plan(question, source, chosen, slices, wanted and filter_pattern.EVERYTHING not in chosen)


def patterns(question: Question, source: LogGroup) -> tuple[Statement, ...]:
    """The patterns that bring every record of a question, and the rows of status; an empty text stands for all events."""
    found: list[Statement] = []
    for tokens in source.formats:
        found += filter_pattern.patterns_for(question, tokens)
    if filter_pattern.EVERYTHING in found:
        return (filter_pattern.EVERYTHING,)
    found += filter(None, map(filter_pattern.status_pattern, source.formats))
    return tuple(dict.fromkeys(found))


def slices_of(span: TimeRange) -> Iterator[TimeRange]:
    """The parts in which a range is read, newest first."""
    if span.start is None or span.end is None:
        yield span
        return
    width = max(SHORTEST_SLICE, -(-(span.end - span.start) // SLICES))
    end = span.end
    while end > span.start:
        yield TimeRange(max(span.start, end - width), end)
        end -= width


def fetch(
    to_do: Plan,
    logs: Any,  # noqa: ANN401 - a client made by boto3
    collected: Collected,
    *,
    pace: Pace,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    enough: int = MOST_EVENTS,
) -> None:
    """Bring what `collected` lacks, newest slice first, until all is there, `cancelled` says so, or `enough` events are.

    Raises one of the errors of `flowinsight.errors`; calling again with the same `collected` goes on.
    """
    for a_slice in to_do.slices:
        for scan in to_do.scans(a_slice):
            if scan not in collected.done and not follow(scan, to_do.source, logs, collected, pace, cancelled):
                return
        if progress:
            progress(_progress(to_do, collected))
        if len(collected.messages) >= enough:
            return


def follow(
    scan: Scan,
    source: LogGroup,
    logs: Any,  # noqa: ANN401
    collected: Collected,
    pace: Pace,
    cancelled: Callable[[], bool],
) -> bool:
    """Follow one pattern through one slice to its end, empty pages included; False when cancelled before."""
    request = _request(scan, source)
    tokens: set[str] = set()
    while not cancelled():
        page = _page(logs, request, source, pace)
        collected.requests += 1
        into = collected.glimpsed if scan.glimpse else collected.messages
        into.update({item["eventId"]: (item["message"], item["timestamp"]) for item in page["events"]})
        token = page.get("nextToken")
        if token in tokens:
            collected.problems.append(
                f"AWS gave the same page of {source.label} twice: events of this range may be missing after it."
            )
        if token is None or token in tokens or (scan.glimpse and page["events"]):
            collected.done.add(scan)
            return True
        tokens.add(token)
        request["nextToken"] = token
    return False


def _request(scan: Scan, source: LogGroup) -> dict[str, Any]:
    request: dict[str, Any] = {source.parameter: source.name}
    if scan.start is not None:
        request["startTime"] = scan.start
    if scan.end is not None:
        request["endTime"] = scan.end
    if scan.glimpse:
        request["limit"] = GLIMPSE
    if scan.streams:
        request["logStreamNamePrefix"] = scan.streams
    if scan.statement.text:
        request["filterPattern"] = scan.statement.text
    return request


def _page(logs: Any, request: dict[str, Any], source: LogGroup, pace: Pace) -> dict[str, Any]:  # noqa: ANN401
    for attempt in range(MOST_WAITS + 1):
        pace.wait()
        try:
            with aws.translated(doing=f"read the events of {source.label}"):
                found: dict[str, Any] = logs.filter_log_events(**request)
                return found
        except ThrottledError:
            if attempt == MOST_WAITS:
                raise
            pace.slower()
    raise AssertionError


def covered(to_do: Plan, collected: Collected) -> TimeRange | None:
    """The part of the question's range for which everything has arrived, evidence beside it included."""
    start: int | None = None
    for number, a_slice in enumerate(to_do.slices):
        if not all(scan in collected.done for scan in to_do.scans(a_slice)):
            break
        start = a_slice.start
        if number == len(to_do.slices) - 1:
            return to_do.question.time
    end = to_do.question.time.end
    return TimeRange(start + MARGIN, end) if start is not None and end is not None and start + MARGIN < end else None


def _progress(to_do: Plan, collected: Collected) -> Progress:
    finished = sum(all(scan in collected.done for scan in to_do.scans(one)) for one in to_do.slices)
    return Progress(finished, len(to_do.slices), len(collected.messages), collected.requests, covered(to_do, collected))


def read(to_do: Plan, collected: Collected) -> Fetched:
    """The records of what has arrived."""
    batches = formats.read({**collected.glimpsed, **collected.messages}.values(), to_do.source.formats)
    loaded = gather(batches, map(formats.timed, to_do.source.formats), collected.problems)
    reached = covered(to_do, collected)
    loaded = replace(loaded, narrowed=to_do.narrowed)
    return Fetched(to_do, loaded, reached, reached == to_do.question.time, collected.requests)


def bring(to_do: Plan, identity: aws.Identity, collected: Collected, **how: Any) -> Fetched:  # noqa: ANN401
    """Fetch and read in one. `how` is that of `fetch`."""
    source = to_do.source
    logs = aws.client(identity, "logs", source.region)
    fetch(to_do, logs, collected, pace=pace_for(identity, source.region or identity.region), **how)
    return read(to_do, collected)


def load(question: Question, source: LogGroup, identity: aws.Identity) -> Fetched:
    """The records of a question by its own patterns: plan, fetch and read in one."""
    return bring(plan(question, source), identity, Collected())


@dataclass(frozen=True)
class Beside:
    """Records that a term or a typed pattern brought and the question is not about: how many, and the first of them."""

    count: int
    rows: tuple[dict[str, Any], ...]


def false_matches(to_do: Plan, collected: Collected, limit: int = 100) -> Beside:
    """What the patterns of a plan let through too much."""
    brought = gather(formats.read(collected.messages.values(), to_do.source.formats))
    beside = conditions.around(to_do.question, margin=MARGIN).negated()
    where = f"FROM {db.RECORDS} WHERE {beside.sql}"
    count = db.one(brought.connection, f"SELECT count(*) AS n {where}", beside.parameters)["n"]
    rows = db.rows(brought.connection, f"SELECT * {where} ORDER BY start LIMIT {int(limit)}", beside.parameters)
    return Beside(count, tuple(readable(row) for row in rows))
