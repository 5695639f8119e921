"""One question, and everything a page or a snapshot shows of its answer, all computed from one scan."""

from dataclasses import dataclass
from typing import Any

from flowinsight import answerable, coverage, db, rollups, views
from flowinsight.answer import Statement
from flowinsight.chosen import Chosen, bring
from flowinsight.conversations.observers import find_homes
from flowinsight.conversations.outcome import OUTCOMES
from flowinsight.coverage import Coverage
from flowinsight.legs import Untold, untold
from flowinsight.loaded import Loaded
from flowinsight.prepared import Prepared, prepare
from flowinsight.question import Question
from flowinsight.roles import Role, roles
from flowinsight.tops import tops, uses

BELIEVED = 20
"""Interfaces that are named as believed, those of most conversations."""

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
    listed, mine = views.conversations(prepared), bring(prepared)
    lists = tops(mine)
    width, timeline = rollups.times(loaded, width) or (width, mine.timeline())
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
        roles=roles(question, mine),
        untold=untold(prepared),
        scopes=mine.scopes,
        homes=_homes(prepared),
        in_progress=_in_progress(prepared),
        bin_seconds=width,
        timeline=timeline,
        clients=lists["clients"],
        servers=lists["servers"],
        services=lists["services"],
        protocols=lists["protocols"],
        outcomes=_by_ladder(lists["outcomes"]),
        uses=uses(mine),
        conversations=listed.rows,
        truncated=listed.truncated,
        believed=_believed(mine),
    )


def _believed(mine: Chosen) -> dict[str, int]:
    groups, names = mine.by("observer"), mine.model.texts["observer"]
    counted = [(names[key], n) for key, n in zip(groups.keys.tolist(), groups.counts.tolist(), strict=True)]
    return dict(sorted(counted, key=lambda one: (-one[1], one[0]))[:BELIEVED])


def _homes(prepared: Prepared) -> tuple[str, ...]:
    addresses = answerable.addresses_of(prepared.question)
    numbers = {one.single for one in addresses if one.single is not None}
    if len(numbers) != 1 or any(one.field in PLACES for one in prepared.question.filters):
        return ()
    find_homes(prepared.connection)
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
