"""Which clients are new: those without any record in the time before, as far as the logs reach back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
    pairs: frozenset[tuple[object, object]] = field(repr=False)
    names: frozenset[object] = field(repr=False)

    @property
    def certain(self) -> bool:
        return self.covered == len(self.periods)

    @property
    def word(self) -> str:
        """What may be said of a client without a record in the baseline."""
        return "new" if self.certain else "new in these logs"

    def of(self, row: Mapping[str, object]) -> str:
        """The same of the client of a row; one that is of no single network is new where it is new in one of them."""
        found = (row["scope"], row["client"]) in self.pairs if "scope" in row else row["client"] in self.names
        return self.word if found else "no"


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


_NEW = f"""
WITH known AS (
  SELECT DISTINCT scope, sender AS client FROM {matched.IDENTIFIED} WHERE $condition
  UNION SELECT DISTINCT scope, receiver FROM {matched.IDENTIFIED} WHERE $condition)
SELECT scope, client, count(*) AS conversations, count(DISTINCT server) AS servers,
  sum(bytes_to_server)::BIGINT AS sent, sum(bytes_to_client)::BIGINT AS received, min(first) AS first, max(last) AS last,
  count(*) FILTER (outcome IN ('rejected', 'no reply')) AS unanswered
FROM chosen ANTI JOIN known USING (scope, client) GROUP BY ALL ORDER BY first, client
"""

_CLIENTS = "SELECT count(*) AS n FROM (SELECT DISTINCT scope, client FROM chosen)"


def newness(question: Question, loaded: Loaded, connection: db.Connection | None = None) -> Newness:
    """The clients of a question that its baseline does not know; QuestionError where its time has an open side."""
    baseline(question.time)
    return compared(question, loaded, prepare(question, loaded, connection=connection).connection)


def compared(question: Question, loaded: Loaded, connection: db.Connection) -> Newness:
    """The same on a connection on which this question was the last one prepared."""
    periods = baseline(question.time)
    asked = conditions.all_of(*map(conditions.matching, question.filters))
    earlier = conditions.all_of(conditions.any_of(*(conditions.in_range("start", period) for period in periods)), asked)
    sql = _NEW.replace("$condition", earlier.sql)
    found = db.rows(connection, sql, (*earlier.parameters, *earlier.parameters))
    new = tuple({**row, "client": format_address(row["client"])} for row in found)
    covered = sum(_is_covered(replace(question, time=period), loaded) for period in periods)
    pairs = frozenset((row["scope"], row["client"]) for row in new)
    clients = db.one(connection, _CLIENTS)["n"]
    return Newness(periods, covered, clients, new, pairs, frozenset(client for _, client in pairs))


def _is_covered(question: Question, loaded: Loaded) -> bool:
    if not _reached(question.time, loaded):
        return False
    counted = coverage.measure(loaded, question, loaded.connection.cursor())
    return counted.interfaces > 0 and not counted.absent and not counted.skipdata


def reaches_back(time: TimeRange, loaded: Loaded) -> bool:
    """Whether a range has both ends, and these logs hold anything from before it: else nothing can be told from new."""
    return time.start is not None and time.end is not None and _reached(TimeRange(None, time.start), loaded)


def _reached(time: TimeRange, loaded: Loaded) -> bool:
    """Whether the logs had begun by the end of a period, and records of it are here."""
    known = coverage.extent(loaded, TimeRange())
    here = loaded.rolled_by is None and (loaded.part is None or loaded.part.holds(time))
    return here and known is not None and time.end is not None and known[0] < time.end
