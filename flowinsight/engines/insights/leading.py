"""What leads in a question too wide for its records: the first of each list, and all others together, one scan a list.

These are counts of records as they were logged, before duplicates are removed: no conversations can be told from them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowinsight import iana
from flowinsight.answer import Statement
from flowinsight.engines.insights import kinds, rolled
from flowinsight.engines.insights.columns import Columns
from flowinsight.engines.insights.decoded import whole
from flowinsight.engines.insights.kinds import ASKED, KIND
from flowinsight.engines.insights.query import ENGINE, LANGUAGE, MOST_ROWS
from flowinsight.question import Question

LISTS = ("protocol", "action", "interface-id", "srcaddr", "dstaddr", "service")
"""What is listed by, each where the format has it. `service` is the port of the side that serves, by one record alone."""

WHOLE = "protocol"
"""The list that is always brought whole: it has 256 rows at most, and adds up to the total."""

SUMS = ("records", "bytes", "packets")
OTHER = "Other"

CAUTION = (
    "Records are counted as they were logged, by every interface that saw them; who started is not told, and neither is what "
    "the logs covered."
)


@dataclass(frozen=True)
class Leading:
    """The rows of one list, most bytes first: `value` (None where there is none), records, bytes, packets; and the sums of all
    others.
    """

    by: str
    rows: tuple[dict[str, int | str | None], ...]
    other: dict[str, int]

    def table(self) -> list[dict[str, int | str | None]]:
        """Its rows as they are shown, all others together as the last one. They add up to the total of every list."""
        listed = [{self.by: _worded(self.by, row["value"]), **{name: row[name] for name in SUMS}} for row in self.rows]
        return [*listed, {self.by: OTHER, **self.other}] if any(self.other.values()) else listed


def _worded(by: str, value: int | str | None) -> str:
    text = "-" if value is None else str(value)
    return iana.protocol_name(int(text)) if by == "protocol" and text.isdigit() else text


def lists(columns: Columns) -> tuple[str, ...]:
    """Those of LISTS that these formats can be asked for, WHOLE always first: without it there is no total."""
    needed = {name: {"service": ("srcport", "dstport")}.get(name, (name,)) for name in LISTS}
    return tuple(name for name in LISTS if all(token in columns.names for token in needed[name]))


def compiled(question: Question, columns: Columns, by: str, limit: int) -> Statement:
    """The query of one list."""
    named = "servedport" if by == "service" else columns.names[by]
    sums = [f"sum({name}) as {token}" for token in ("bytes", "packets") for name in columns.named([token])]
    commands = [
        *columns.before,
        *kinds.commands(question, columns, told_apart=True),
        f'filter {KIND} = "{ASKED}"',
        *(rolled.commands(columns) if by == "service" else ()),
        f"fields {named} as value",
        f"stats {', '.join(['count(*) as records', *sums])} by value",
        f"sort {'bytes' if 'bytes' in columns.names else 'records'} desc",
        f"limit {MOST_ROWS if by == WHOLE else int(limit)}",
    ]
    return Statement(ENGINE, LANGUAGE, "\n| ".join(commands))


def told(by: str, rows: Iterable[Mapping[str, str]], limit: int, total: Mapping[str, int] | None) -> Leading:
    """The list of an answer, and what is left of the `total` beside it. Without a total it is that of the list, which is whole.

    Records that arrive late, between two scans, may make a list larger than the total: then nothing is left.
    """
    found = [_row(row) for row in rows]
    everything = total or {name: _sum(found, name) for name in SUMS}
    kept = tuple(found if by == WHOLE else found[:limit])
    return Leading(by, kept, {name: max(everything[name] - _sum(kept, name), 0) for name in SUMS})


def total(whole_list: Leading) -> dict[str, int]:
    """The sums of everything that is asked for, of the list that is brought whole."""
    return {name: _sum(whole_list.rows, name) for name in SUMS}


def _row(row: Mapping[str, str]) -> dict[str, int | str | None]:
    value = row.get("value")
    sums = {name: int(whole(row.get(name)) or 0) for name in SUMS}
    return {"value": None if value in ("-", "", None) else value, **sums}


def _sum(rows: Iterable[Mapping[str, int | str | None]], name: str) -> int:
    return sum(int(row[name] or 0) for row in rows)
