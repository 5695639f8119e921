"""What leads: clients by address or network, services, interfaces, and how each changed since the period before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, assert_never, get_args

from flowinsight import answerable, conditions, db
from flowinsight.addresses import format_address
from flowinsight.conditions import Condition
from flowinsight.conversations.matched import NOT_A_PORT
from flowinsight.errors import QuestionError
from flowinsight.filters import Filter
from flowinsight.investigation import Investigation, investigate
from flowinsight.labels import service_label
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Measure, Question, TimeRange
from flowinsight.reports.content import TOTAL
from flowinsight.tops import OTHER

By = Literal["address", "port", "network", "interface"]
BYS: tuple[By, ...] = get_args(By)

Change = Literal["new", "grew", "same", "shrank", "gone"]
CHANGES: tuple[Change, ...] = get_args(Change)

V4_BITS, V6_BITS = 32, 128


@dataclass(frozen=True)
class Wanted:
    """What to count by, what the order is of, how many rows, and how long the prefixes of networks are."""

    by: By = "address"
    measure: Measure = "bytes"
    most: int = 20
    prefix: int = 24
    prefix6: int = 64

    def __post_init__(self) -> None:
        if self.by not in BYS:
            raise QuestionError(f"What leads is counted by {', '.join(BYS)}; not by {self.by}.")
        if self.measure not in _VALUES:
            raise QuestionError(f"What leads is ordered by {', '.join(_VALUES)}; not by {self.measure}.")
        if not 0 < self.most <= 1000:
            raise QuestionError("A report lists from 1 to 1,000 rows.")
        for prefix, bits, kind in ((self.prefix, V4_BITS, "IPv4"), (self.prefix6, V6_BITS, "IPv6")):
            if not 0 <= prefix <= bits:
                raise QuestionError(f"A prefix of {kind} is 0 to {bits} bits long, and {prefix} is not.")


@dataclass(frozen=True)
class Leading:
    """Rows by the measure: name, network, conversations, records, rejected, sent, received, value, before, change, first, last.

    `gone` are rows of the period before alone, by what they came to there. `other` is what the first rows leave out, and
    `total` everything, so that both add up in both periods. `counts` says how many rows changed how. Where nothing is known of
    the period before (`compared` None), `before` and `change` of every row are None. `grade` is how far the logs cover it.
    """

    wanted: Wanted
    compared: TimeRange | None
    why_not: str
    grade: str
    rows: tuple[dict[str, Any], ...]
    gone: tuple[dict[str, Any], ...]
    other: dict[str, Any] | None
    total: dict[str, Any]
    counts: Mapping[Change, int] = field(default_factory=dict)


_SUMS = """count(*) AS conversations, coalesce(sum(records_to_server + records_to_client), 0)::BIGINT AS records,
  coalesce(sum(rejected_records), 0)::BIGINT AS rejected, coalesce(sum(bytes_to_server), 0)::BIGINT AS sent,
  coalesce(sum(bytes_to_client), 0)::BIGINT AS received, min(first) AS first, max(last) AS last"""

_COUNTED = f"CREATE OR REPLACE TEMP TABLE $table AS SELECT $key, {_SUMS} FROM chosen GROUP BY ALL"

_VALUES: Mapping[Measure, str] = {
    "bytes": "{0}.sent + {0}.received", "records": "{0}.records", "conversations": "{0}.conversations",
}  # fmt: skip

_JOINED = """
CREATE OR REPLACE TEMP TABLE led AS
SELECT coalesce(n.name, b.name) AS name, coalesce(n.detail, b.detail) AS detail, n.conversations, n.records, n.rejected, n.sent,
  n.received, n.first, n.last, $now AS value, $before AS before,
  CASE WHEN b.conversations IS NULL THEN 'new' WHEN n.conversations IS NULL THEN 'gone'
    WHEN $now > $before THEN 'grew' WHEN $now < $before THEN 'shrank' ELSE 'same' END AS change
FROM led_now n FULL JOIN led_before b ON n.name IS NOT DISTINCT FROM b.name AND n.detail IS NOT DISTINCT FROM b.detail
"""

_LISTED = "SELECT * FROM led WHERE change {sign} 'gone' ORDER BY {order} DESC, name, detail LIMIT ?"

_TOTAL = """
SELECT coalesce(sum(conversations), 0)::BIGINT AS conversations, coalesce(sum(records), 0)::BIGINT AS records,
  coalesce(sum(rejected), 0)::BIGINT AS rejected, coalesce(sum(sent), 0)::BIGINT AS sent,
  coalesce(sum(received), 0)::BIGINT AS received, coalesce(sum(value), 0)::BIGINT AS value,
  coalesce(sum(before), 0)::BIGINT AS before, min(first) AS first, max(last) AS last FROM led
"""

_SUMMED = ("conversations", "records", "rejected", "sent", "received", "value", "before")


def lead(
    question: Question, loaded: Loaded, wanted: Wanted, connection: db.Connection | None = None
) -> tuple[Investigation, Leading]:
    """The answer of a question, and what leads in it. `loaded` has to hold the period before as well for the comparison.

    `connection` is a cursor of the source that the caller may interrupt.
    """
    cursor = connection or loaded.connection.cursor()
    compared, why_not, grade = _before(question, loaded, wanted, cursor)
    found = investigate(question, loaded, cursor)
    _count(cursor, "led_now", wanted)
    if compared is None:
        cursor.execute("CREATE OR REPLACE TEMP TABLE led_before AS FROM led_now WHERE false")
    now, before = (_VALUES[wanted.measure].format(side) for side in ("n", "b"))
    cursor.execute(_JOINED.replace("$now", now).replace("$before", before))
    return found, _leading(cursor, wanted, compared, why_not, grade)


def _before(
    question: Question, loaded: Loaded, wanted: Wanted, cursor: db.Connection
) -> tuple[TimeRange | None, str, str]:
    """Count the period before, and how far the logs cover it; None and the reason where nothing can be known of it."""
    if question.time.start is None or question.time.end is None:
        return None, "A change needs a time range with a beginning and an end.", ""
    earlier = question.previous()
    if loaded.rolled_by is not None or (loaded.part is not None and not loaded.part.holds(earlier.time)):
        return None, "Records of the period before are not here: nothing can be said of a change.", ""
    prepared = prepare(earlier, loaded, connection=cursor)
    if not prepared.coverage.interfaces:
        return None, "These logs hold nothing of the period before: nothing can be said of a change.", ""
    _count(cursor, "led_before", wanted)
    return earlier.time, "", answerable.grade(prepared.coverage)


def _count(cursor: db.Connection, table: str, wanted: Wanted) -> None:
    key = _key(wanted)
    cursor.execute(_COUNTED.replace("$table", table).replace("$key", key.sql), list(key.parameters))


def _key(wanted: Wanted) -> Condition:
    """What rows are counted by, as `name` and `detail`, with the values it binds."""
    match wanted.by:
        case "port":
            return Condition(f"nullif(port, {NOT_A_PORT}) AS name, protocol AS detail")
        case "interface":
            return Condition("observer AS name, scope AS detail")
        case "address":
            return _with_network("client")
        case "network":
            v4, v6 = V4_BITS - wanted.prefix, V6_BITS - wanted.prefix6
            of_v6 = "0::UHUGEINT" if v6 == V6_BITS else f"(client >> {v6}) << {v6}"
            return _with_network(f"CASE WHEN client >> 32 = 65535 THEN (client >> {v4}) << {v4} ELSE {of_v6} END")
        case _:
            assert_never(wanted.by)


def _with_network(name: str) -> Condition:
    """A private address in another network is another machine, so its network stands beside it."""
    inside = conditions.finishing(Filter.parse("client", ["inside"]))
    return Condition(f"{name} AS name, CASE WHEN {inside.sql} THEN scope END AS detail", inside.parameters)


def _leading(cursor: db.Connection, wanted: Wanted, compared: TimeRange | None, why_not: str, grade: str) -> Leading:
    known = compared is not None
    rows = db.rows(cursor, _LISTED.format(sign="<>", order="value"), [wanted.most])
    gone = db.rows(cursor, _LISTED.format(sign="=", order="before"), [wanted.most]) if known else []
    total = db.one(cursor, _TOTAL)
    counted = db.rows(cursor, "SELECT change, count(*) AS n FROM led GROUP BY 1")
    names = {row["change"]: int(row["n"]) for row in counted}
    others = sum(count for change, count in names.items() if change != "gone") - len(rows)
    rest = {key: total[key] - sum(row[key] or 0 for row in rows) for key in _SUMMED}
    other = {**dict.fromkeys(total), "name": OTHER, "network": None, "change": None, **rest}
    return Leading(
        wanted,
        compared,
        why_not,
        grade,
        tuple(_readable(row, wanted, known=known) for row in rows),
        tuple(_readable(row, wanted, known=known) for row in gone),
        _unless_unknown(other, known=known) if others or rest["before"] else None,
        _unless_unknown({**total, "name": TOTAL, "network": None, "change": None}, known=known),
        {change: names.get(change, 0) for change in CHANGES} if known else {},
    )


def _readable(row: dict[str, Any], wanted: Wanted, *, known: bool) -> dict[str, Any]:
    """A row with its key as people read it."""
    name, detail = row["name"], row.pop("detail")
    match wanted.by:
        case "address":
            shown = {"name": format_address(name), "network": detail}
        case "network":
            text = format_address(name)
            shown = {"name": f"{text}/{wanted.prefix6 if ':' in text else wanted.prefix}", "network": detail}
        case "port":
            shown = {"name": service_label(name, detail), "network": None}
        case "interface":
            shown = {"name": str(name), "network": detail}
        case _:
            assert_never(wanted.by)
    return _unless_unknown({**row, **shown, "before": row["before"] or 0}, known=known)


def _unless_unknown(row: dict[str, Any], *, known: bool) -> dict[str, Any]:
    return row if known else {**row, "before": None, "change": None}
