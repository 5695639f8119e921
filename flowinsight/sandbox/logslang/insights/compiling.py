"""From a query to SQL for DuckDB: one common table expression a command, each taking all columns of the one before."""

import re
from dataclasses import dataclass, field

from flowinsight.sandbox.logslang.insights import syntax as s
from flowinsight.sandbox.logslang.insights.discovery import Discovery
from flowinsight.sandbox.logslang.insights.expressions import Moment
from flowinsight.sandbox.logslang.insights.sql import shown
from flowinsight.sandbox.logslang.insights.stages import Stages

DEFAULT_LIMIT = 10_000  # documented
NO_DISCOVERY = Discovery()
NO_MOMENT = Moment()
READ = (
    "SELECT *, string_split(message, ' ') AS words, "
    "CASE WHEN regexp_matches(message, '^\\s*\\{') AND json_valid(message) THEN message END AS object FROM events"
)


@dataclass(frozen=True)
class Events:
    """The records to ask: SQL that yields the columns log_group, log_stream, timestamp_ms, ingestion_ms, message, ptr.

    `sql` is the caller's own text with `$name` placeholders for `parameters`; names of the form v0, v1 are taken.
    """

    sql: str
    parameters: dict[str, object] = field(default_factory=dict)

    @classmethod
    def table(cls, name: str) -> "Events":
        """Ask a whole table or view, named by a plain identifier (else ValueError)."""
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is None:
            raise ValueError(f"{name!r} is not the plain name of a table.")
        return cls(f"SELECT * FROM {name}")


@dataclass(frozen=True)
class Statement:
    """SQL and the values of exactly the placeholders in it."""

    sql: str
    parameters: dict[str, object]


@dataclass(frozen=True)
class Compiled:
    """What to run: the rows, how many records matched, how many there are.

    `columns` names the columns of `rows`, all of them VARCHAR. `matched` is None when every record matches.
    """

    rows: Statement
    columns: tuple[str, ...]
    matched: Statement | None
    scanned: Statement
    estimate: bool


def to_sql(
    query: s.Query,
    events: Events | str,
    *,
    discovery: Discovery = NO_DISCOVERY,
    moment: Moment = NO_MOMENT,
    limit: int = DEFAULT_LIMIT,
) -> Compiled:
    """Compile a query over a table (by name) or a selection. `limit` applies when the query has no limit of its own."""
    chosen = Events.table(events) if isinstance(events, str) else events
    stages = Stages(discovery, moment)
    matched = _apply(stages, query.commands, limit)
    outputs = stages.outputs()
    rows = f"SELECT {', '.join(shown(value) for value in outputs.values())} FROM {stages.last} {stages.ordering}"
    scanned = "SELECT count(*), coalesce(sum(strlen(message)), 0), count(DISTINCT log_group) FROM events"
    return Compiled(
        _statement(stages, chosen, rows),
        tuple(outputs),
        None if matched is None else _statement(stages, chosen, f"SELECT count(*) FROM {matched}"),
        _statement(stages, chosen, scanned),
        isinstance(query.commands[-1], s.Estimate),
    )


def _apply(stages: Stages, commands: tuple[s.Command, ...], limit: int) -> str | None:
    """Add a stage for every command; return the one whose records are those that matched, if any filter was met."""
    matched = None
    counting = True
    for command in commands:
        counting = counting and not isinstance(command, (s.Stats, s.Limit, s.Dedup, s.Unnest))
        stages.apply(command)
        if counting and isinstance(command, s.Filter):
            matched = stages.last
    if not any(isinstance(command, s.Limit) for command in commands):
        stages.apply(s.Limit(limit, anything=False))
    return matched


def _statement(stages: Stages, events: Events, select: str) -> Statement:
    """Put the stages in front of a SELECT, and give it exactly the values it uses: DuckDB refuses others.

    What was discovered is read once, and DuckDB is told so: else it writes every field out wherever it is named, and plans
    for minutes. It leaves out the columns and stages nobody asks for.
    """
    found = "".join(f", {expression} AS {column}" for expression, column in stages.scope.found.items())
    once = "MATERIALIZED " if found else ""
    tables = [f"events AS ({events.sql})", f"read AS ({READ})", f"found AS {once}(SELECT *{found} FROM read)"]
    sql = f"WITH {', '.join([*tables, *stages.written])} {select}"
    values = {**stages.bind.values, **events.parameters}
    return Statement(sql, {name: value for name, value in values.items() if re.search(rf"\${name}\b", sql)})
