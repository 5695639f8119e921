"""One question, and everything a page or a snapshot shows of its answer, all computed from one scan."""

from dataclasses import dataclass
from typing import Any

from flowinsight import answerable, coverage, db, rollups, views
from flowinsight.answer import Statement, readable
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.conversations.outcome import OUTCOMES
from flowinsight.coverage import Coverage
from flowinsight.legs import Untold, untold
from flowinsight.loaded import Loaded
from flowinsight.prepared import Prepared, prepare
from flowinsight.question import Question
from flowinsight.roles import Role, roles
from flowinsight.tops import tops

USERS, USED = 20, 10
"""Clients and services in the picture of who uses what."""

CHART_BINS = (60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 86400, 7 * 86400)
MOST_BINS = 150

_Row = dict[str, Any]


@dataclass(frozen=True)
class Investigation:
    """What a question came to. All counts are of conversations after duplicates are removed, and tie to `reconciliation`.

    `timeline`: bin (Unix seconds), accepted, rejected, other. `clients`, `servers`, `services`, `protocols`, `outcomes`: one
    row each with conversations, records, sent (bytes by clients) and received, most bytes first. `uses`: the same counts for
    the top clients by the top services. `homes`: the networks in which an interface has the one address that is asked for.
    """

    question: Question
    statement: Statement
    coverage: Coverage
    verdict: str
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]
    reconciliation: dict[str, int]
    unparsable: dict[str, int]
    problems: tuple[str, ...]
    roles: tuple[Role, ...]
    untold: tuple[Untold, ...]
    scopes: tuple[str, ...]
    homes: tuple[str, ...]
    in_progress: int
    bin_seconds: int
    timeline: tuple[_Row, ...]
    clients: tuple[_Row, ...]
    servers: tuple[_Row, ...]
    services: tuple[_Row, ...]
    protocols: tuple[_Row, ...]
    outcomes: tuple[_Row, ...]
    uses: tuple[_Row, ...]
    conversations: tuple[_Row, ...]
    truncated: bool
    believed: dict[str, int]


def chart_bin(seconds: int) -> int:
    """The narrowest bin that draws a range in at most MOST_BINS bars."""
    return next((width for width in CHART_BINS if seconds <= width * MOST_BINS), CHART_BINS[-1])


def investigate(question: Question, loaded: Loaded, connection: db.Connection | None = None) -> Investigation:
    """Answer a question. `question.limit` bounds the conversations listed, and nothing else.

    `connection` is a cursor of the source that the caller may interrupt.
    """
    span = coverage.extent(loaded, question.time)
    width = chart_bin(span[1] - span[0]) if span else CHART_BINS[0]
    prepared = prepare(question, loaded, chart_seconds=width, connection=connection)
    width, timeline = rollups.times(loaded, width) or (width, _timeline(prepared))
    listed, lists = views.conversations(prepared), tops(prepared.connection)
    return Investigation(
        question=question,
        statement=prepared.statement,
        coverage=prepared.coverage,
        verdict=prepared.verdict,
        reasons=prepared.reasons,
        cautions=answerable.cautions(question, loaded, prepared.coverage),
        reconciliation=prepared.reconciliation,
        unparsable={why: reason.count for why, reason in loaded.tally.reasons.items()},
        problems=loaded.tally.problems,
        roles=roles(prepared),
        untold=untold(prepared),
        scopes=tuple(row["scope"] for row in _rows(prepared, "SELECT DISTINCT scope FROM chosen ORDER BY scope")),
        homes=_homes(prepared),
        in_progress=_in_progress(prepared),
        bin_seconds=width,
        timeline=timeline,
        clients=lists["clients"],
        servers=lists["servers"],
        services=lists["services"],
        protocols=lists["protocols"],
        outcomes=_by_ladder(lists["outcomes"]),
        uses=tuple(readable(row) for row in _rows(prepared, _USES)),
        conversations=listed.rows,
        truncated=listed.truncated,
        believed={row["observer"]: row["n"] for row in _rows(prepared, _BELIEVED)},
    )


_BELIEVED = "SELECT observer, count(*) AS n FROM chosen GROUP BY ALL ORDER BY n DESC, observer LIMIT 20"

_TIMELINE = """
SELECT chart_bin AS bin, sum(to_server_accepted + to_client_accepted)::BIGINT AS accepted,
  sum(to_server_rejected + to_client_rejected)::BIGINT AS rejected,
  sum(to_server_records + to_client_records - to_server_accepted - to_client_accepted
    - to_server_rejected - to_client_rejected)::BIGINT AS other
FROM parts SEMI JOIN chosen USING (scope, client, server, port, protocol)
WHERE used AND chart_bin IS NOT NULL GROUP BY ALL ORDER BY bin
"""


def _rows(prepared: Prepared, sql: str) -> list[_Row]:
    return db.rows(prepared.connection, sql)


def _timeline(prepared: Prepared) -> tuple[_Row, ...]:
    return tuple(_rows(prepared, _TIMELINE))


_USES = f"""
WITH services AS (SELECT port, protocol FROM chosen GROUP BY ALL ORDER BY count(*) DESC, port, protocol LIMIT {USED}),
clients AS (SELECT client FROM chosen GROUP BY ALL ORDER BY sum(bytes_to_server + bytes_to_client) DESC, client LIMIT {USERS})
SELECT client, nullif(port, {NOT_A_PORT}) AS port, protocol, count(*) AS conversations, count(DISTINCT server) AS servers,
  sum(bytes_to_server)::BIGINT AS sent, sum(bytes_to_client)::BIGINT AS received,
  count(*) FILTER (outcome = 'rejected') AS rejected
FROM chosen SEMI JOIN services USING (port, protocol) SEMI JOIN clients USING (client) GROUP BY ALL ORDER BY ALL
"""


def _homes(prepared: Prepared) -> tuple[str, ...]:
    addresses = answerable.addresses_of(prepared.question)
    numbers = {one.single for one in addresses if one.single is not None}
    if len(numbers) != 1 or any(one.field in PLACES for one in prepared.question.filters):
        return ()
    found = db.rows(prepared.connection, _HOMES, (str(numbers.pop()),))
    return tuple(row["scope"] for row in found)


PLACES = ("vpc-id", "account-id", "interface-id", "instance-id", "subnet-id")
"""A filter on one of these has said already which network is meant."""

_HOMES = """
SELECT DISTINCT scope FROM homes JOIN flows USING (observer) WHERE home = ?::UHUGEINT ORDER BY scope
"""


def _by_ladder(found: tuple[_Row, ...]) -> tuple[_Row, ...]:
    return tuple(sorted(found, key=lambda row: -OUTCOMES.index(row["outcome"])))


def _in_progress(prepared: Prepared) -> int:
    """Records that started before the range and ended inside it: they belong to the range before, and are only counted."""
    time = prepared.question.time
    if time.start is None:
        return 0
    condition = rollups.in_progress(prepared.loaded, prepared.question, time.start)
    sql = f"SELECT coalesce({rollups.count(prepared.loaded)}, 0)::BIGINT AS n FROM {db.RECORDS} WHERE {condition.sql}"
    return int(db.one(prepared.connection, sql, condition.parameters)["n"])
