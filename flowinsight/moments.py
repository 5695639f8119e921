"""What changed at a moment: each client, server and service before it and after it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flowinsight import answerable, coverage, db
from flowinsight.answer import readable
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange

MINUTE = 60

CHANGES: Mapping[str, str] = {
    "newly rejected": "accepted before, rejected after",
    "stopped without reject": "accepted before, silent after",
    "newly accepted": "not accepted before, accepted after",
    "unchanged": "accepted before and after",
    "never accepted": "rejected or unanswered all along",
}
"""What can have become of a use, the most telling first."""

_COMPARED = f"""
WITH counted AS (
  SELECT scope, client, server, port, protocol,
    {{sides}}
  FROM parts JOIN chosen USING (number) WHERE used AND chart_bin IS NOT NULL GROUP BY ALL)
SELECT scope, client, server, nullif(port, {NOT_A_PORT}) AS port, protocol, * EXCLUDE (scope, client, server, port, protocol),
  CASE
    WHEN accepted_before > 0 AND rejected_after > 0 AND rejected_before = 0 THEN 'newly rejected'
    WHEN accepted_before > 0 AND accepted_after = 0 AND rejected_after = 0 THEN 'stopped without reject'
    WHEN accepted_before = 0 AND accepted_after > 0 THEN 'newly accepted'
    WHEN accepted_before + accepted_after > 0 THEN 'unchanged'
    ELSE 'never accepted' END AS change
FROM counted
ORDER BY list_position([{", ".join(f"'{name}'" for name in CHANGES)}], change),
  accepted_before + accepted_after + rejected_before + rejected_after DESC, client, server, port
"""

_SIDES = ", ".join(
    f"coalesce(sum(to_server_{name} + to_client_{name}) FILTER (chart_bin {sign} ?), 0)::BIGINT AS {name}_{side}"
    for side, sign in (("before", "<"), ("after", ">="))
    for name in ("accepted", "rejected", "bytes")
)


@dataclass(frozen=True)
class Moment:
    """`rows`: client, server, port, protocol, accepted, rejected and bytes before and after, change (see CHANGES).

    `covered` says how far the logs cover each side: only where they do is silence a proof.
    """

    at: int
    half: int
    rows: tuple[dict[str, object], ...]
    covered: tuple[str, str]

    def of(self, change: str) -> list[dict[str, object]]:
        return [row for row in self.rows if row["change"] == change]


def around(question: Question, loaded: Loaded, at: int, half: int, connection: db.Connection | None = None) -> Moment:
    """Compare `half` seconds before and after a moment, taken to its full minute. Who started is decided once for both."""
    moment = at // MINUTE * MINUTE
    asked = replace(question, time=TimeRange(moment - half, moment + half))
    prepared = prepare(asked, loaded, chart_seconds=MINUTE, connection=connection)
    found = db.rows(prepared.connection, _COMPARED.format(sides=_SIDES), [moment] * 6)
    sides = (TimeRange(moment - half, moment), TimeRange(moment, moment + half))
    before, after = (_covered(replace(question, time=side), loaded) for side in sides)
    return Moment(moment, half, tuple(readable(row) for row in found), (before, after))


def _covered(question: Question, loaded: Loaded) -> str:
    counted = coverage.measure(loaded, question, loaded.connection.cursor())
    return answerable.grade(counted) if counted.interfaces else "not covered"
