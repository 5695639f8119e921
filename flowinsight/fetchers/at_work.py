"""Whether interfaces were at work where a pattern left their records out: a look at each bin of time that shows no sign of one.

Without it, no answer by patterns could be called covered; with it, an interface that shows nothing really wrote nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flowinsight import coverage, db
from flowinsight.fetchers import filter_pattern, formats
from flowinsight.fetchers.formats import Format
from flowinsight.fetchers.gathered import gather
from flowinsight.fetchers.log_events import Collected, Plan, Scan, follow
from flowinsight.fetchers.pace import Pace
from flowinsight.loaded import Due
from flowinsight.survey import WINDOWS, survey

MOST_LOOKS = 60
"""Requests: at five a second, the quota of some regions, twelve seconds."""

Signs = set[tuple[str, int]]
"""Interfaces and the bins in which they wrote something."""


def look(
    to_do: Plan,
    due: Sequence[Due],
    logs: Any,  # noqa: ANN401 - a client made by boto3
    collected: Collected,
    *,
    pace: Pace,
    cancelled: Callable[[], bool] = lambda: False,
) -> bool:
    """Add to `collected` a sign of each interface in each coverage bin of the question, where there is one.

    False when that takes too many requests, or was cancelled: then an interface without a sign may have been at work. Raises one
    of the errors of `flowinsight.errors`; calling again with the same `collected` goes on.
    """
    time = to_do.question.time
    if time.start is None or time.end is None:
        return False
    width = coverage.bin_seconds(time.end - time.start)
    signs = _signs({**collected.glimpsed, **collected.messages}.values(), to_do.source.formats, width)
    bins = range(time.start // width * width, time.end, width)
    unseen = {begun: names for begun in bins if (names := _unseen(due, begun, signs))}
    if len(unseen) > MOST_LOOKS:
        return False
    most = collected.requests + MOST_LOOKS

    def brought(scan: Scan) -> Signs | None:
        """What one scan shows; None where it may not be made, or not to its end."""
        known = set(collected.glimpsed)
        if scan not in collected.done and (
            collected.requests >= most or not follow(scan, to_do.source, logs, collected, pace, cancelled)
        ):
            return None
        events = [event for name, event in collected.glimpsed.items() if name not in known]
        return _signs(events, to_do.source.formats, width)

    return all(_looked(begun, width, names, brought) for begun, names in sorted(unseen.items(), reverse=True))


def _looked(begun: int, width: int, names: list[str], brought: Callable[[Scan], Signs | None]) -> bool:
    """One bin: whatever it holds first, and then, by the names of their streams, the interfaces that this did not show."""
    whole = Scan(filter_pattern.EVERYTHING, begun * 1000, (begun + width) * 1000 - 1, glimpse=True)
    found = brought(whole)
    if found is None:
        return False
    rest = [name for name in names if (name, begun) not in found]
    return all(
        brought(Scan(whole.statement, whole.start, whole.end, glimpse=True, streams=name)) is not None for name in rest
    )


def _unseen(due: Sequence[Due], begun: int, signs: Signs) -> list[str]:
    names = (one.interface_id for one in due if one.since is None or one.since <= begun)
    return [name for name in names if (name, begun) not in signs]


def _signs(events: Iterable[tuple[str, int]], known: Sequence[Format], width: int) -> Signs:
    """The interfaces of events, messages and their times in milliseconds, by bin."""
    loaded = gather(formats.read(events, known))
    survey(loaded)
    sql = f"SELECT DISTINCT interface, bin // {width} * {width} AS bin FROM {WINDOWS}"
    return {(row["interface"], row["bin"]) for row in db.rows(loaded.connection, sql)}
