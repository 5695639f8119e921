"""Which clients are new: those without any record in the time before, as far as the logs reach back."""

from dataclasses import dataclass, replace

from flowinsight import conditions, coverage, db
from flowinsight.addresses import format_address
from flowinsight.conversations import matched
from flowinsight.errors import QuestionError
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange

DAY, DAYS = 86400, 7


@dataclass(frozen=True)
class Newness:
    """Clients by whether the baseline knows them. `periods` is the baseline, `covered` how many of its periods have no gap.

    A client is new where it has no record in the baseline and every period is covered; else it is new in these logs only.
    """

    periods: tuple[TimeRange, ...]
    covered: int
    clients: int
    new: tuple[dict[str, object], ...]

    @property
    def certain(self) -> bool:
        return self.covered == len(self.periods)


def baseline(time: TimeRange) -> tuple[TimeRange, ...]:
    """The period of the same length just before, and the same hours on each of the seven days before."""
    if time.start is None or time.end is None:
        raise QuestionError(
            "What is new needs a time range with a beginning and an end, to compare with the time before it."
        )
    start, end = time.start, time.end
    periods = [TimeRange(2 * start - end, start)]
    periods += [TimeRange(start - n * DAY, min(end - n * DAY, start)) for n in range(1, DAYS + 1)]
    return tuple(dict.fromkeys(periods))


_CLIENTS = """
SELECT scope, client, count(*) AS conversations, count(DISTINCT server) AS servers,
  sum(bytes_to_server)::BIGINT AS sent, sum(bytes_to_client)::BIGINT AS received, min(first) AS first, max(last) AS last,
  count(*) FILTER (outcome IN ('rejected', 'no reply')) AS unanswered
FROM chosen GROUP BY ALL ORDER BY first, client
"""

_KNOWN = f"""
SELECT DISTINCT scope, sender AS address FROM {matched.IDENTIFIED} WHERE $condition
UNION SELECT DISTINCT scope, receiver FROM {matched.IDENTIFIED} WHERE $condition
"""


def newness(question: Question, loaded: Loaded, connection: db.Connection | None = None) -> Newness:
    """The clients of a question that its baseline does not know; QuestionError where its time has an open side."""
    periods = baseline(question.time)
    prepared = prepare(question, loaded, connection=connection)
    found = db.rows(prepared.connection, _CLIENTS)
    asked = conditions.all_of(*map(conditions.matching, question.filters))
    earlier = conditions.all_of(conditions.any_of(*(conditions.in_range("start", period) for period in periods)), asked)
    sql = _KNOWN.replace("$condition", earlier.sql)
    known = {
        (row["scope"], row["address"])
        for row in db.rows(prepared.connection, sql, (*earlier.parameters, *earlier.parameters))
    }
    covered = sum(_is_covered(replace(question, time=period), loaded) for period in periods)
    new = [
        {**row, "client": format_address(row["client"])} for row in found if (row["scope"], row["client"]) not in known
    ]
    return Newness(periods, covered, len(found), tuple(new))


def _is_covered(question: Question, loaded: Loaded) -> bool:
    counted = coverage.measure(loaded, question, loaded.connection.cursor())
    return counted.interfaces > 0 and not counted.absent and not counted.skipdata
