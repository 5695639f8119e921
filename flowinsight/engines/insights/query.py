"""The text of a query: a question's records, each distinct one or rolled up, and what the logs covered beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from flowinsight.answer import Statement
from flowinsight.conditions import PLACES
from flowinsight.engines.insights import kinds, rolled, where
from flowinsight.engines.insights.columns import SECOND, Columns, Format
from flowinsight.engines.insights.kinds import ASKED, HIT, KIND, OTHER, SKIPDATA
from flowinsight.fields import BY_TOKEN
from flowinsight.question import Question

ENGINE, LANGUAGE = "insights", "Logs Insights QL"
MOST_ROWS = 100_000
"""Rows AWS returns of one query. A result of that many may have lost some: one row less is the budget."""

WHERE_WRITTEN = (*PLACES, "tgw-id", "tgw-attachment-id")
"""Fields that say where a row was written. They are never masked."""

Grain = Literal["records", "binned", "apart"]
"""How finely records are told apart, from fine to coarse: each distinct record; rolled up by client ports and time bins; by
day, with the times of everything together beside it in the same scan.
"""
GRAINS: tuple[Grain, ...] = get_args(Grain)

NOT_TOLD_APART = frozenset({"packets", "bytes", "start", "end"})
"""Fields that a rollup adds up, or keeps the edges of: none of its rows says what one record had there."""

TIMED = "T"
"""The letter of rows that say when records were asked for, in the grain that keeps times apart; OTHER are all others."""


@dataclass(frozen=True)
class Scan:
    """What one query brings: a question about some formats, how finely, and in which bins (seconds).

    `cover` is the bin in which is counted what the logs covered; `bin`, a part of it, that of rolled up records. `matching`
    leaves out what does not match instead of masking it: an index may then read less, and nothing is told of what was covered.
    """

    question: Question
    formats: tuple[Format, ...]
    grain: Grain
    bin: int
    cover: int
    matching: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        """The fields that rows of records carry: all of those known, or what a rollup tells apart. `start` is `at`."""
        present = {token for a_format in self.formats for token in a_format} - {"start"}
        if self.grain == "records":
            return tuple(token for token in BY_TOKEN if token in present)
        wanted = {*WHERE_WRITTEN, *rolled.TOLD_APART, *self.question.grouping} - NOT_TOLD_APART
        return tuple(token for token in BY_TOKEN if token in present & wanted)

    @property
    def needed(self) -> frozenset[str]:
        """Every field that the query speaks of."""
        asked = {token for item in self.question.filters for token in _tokens_of(item.field)}
        return frozenset({*self.tokens, *asked, "end", "action", "log-status", *rolled.SUMMED})


def _tokens_of(field: str) -> Iterable[str]:
    return [field] if field in BY_TOKEN else rolled.TOLD_APART[:5] + rolled.SUMMED


def alias(token: str) -> str:
    """The name of a field in the answer."""
    return "k" + "".join(letter for letter in token if letter.isalnum())


def compiled(scan: Scan, columns: Columns, *, twice: bool = False) -> tuple[Statement, ...]:
    """The query as it is sent, the same for every slice of the time.

    `twice` is for where CloudWatch does not take a record twice in one scan: then keeping times apart takes two queries.
    """
    if scan.grain == "apart":
        return tuple(_compiled(scan, columns, _PARTS[part]) for part in (("1", "2") if twice else ("both",)))
    return (_compiled(scan, columns, ()),)


_PARTS = {
    "both": ('fields jsonParse("[1, 2]") as parts', "unnest parts into part"),
    "1": ("fields 1 as part",),
    "2": ("fields 2 as part",),
}
"""Each message twice, or as one of the two: as what it is, and as one of those that are only counted in time."""


def prunable(scan: Scan, columns: Columns) -> bool:
    """Whether an index could make a scan of what matches read less: it knows discovered fields and what stands first."""
    return not columns.before and kinds.around(scan.question, columns) != where.TRUE


def _compiled(scan: Scan, columns: Columns, parts: tuple[str, ...]) -> Statement:
    first = [f"filter {kinds.around(scan.question, columns)}"] if scan.matching else []
    told = kinds.commands(scan.question, columns, told_apart=scan.grain != "records")
    commands = [*columns.before, *first, *told]
    letter, hit = KIND, HIT
    if scan.grain == "apart":
        letter, hit = "letter", "whole"
        commands += [*parts, *_parted(letter, hit)]
    keys = {"what": letter, "at": _at(scan, letter, hit), **_fields(scan, columns, letter, hit)}
    sums = _sums(columns)
    if scan.grain != "records":
        commands += rolled.commands(columns)
        keys |= rolled.keys(hit)
        sums |= rolled.sums(columns)
    return Statement(ENGINE, LANGUAGE, "\n| ".join([*commands, *_grouped(keys, sums), f"limit {MOST_ROWS}"]))


def _parted(letter: str, hit: str) -> list[str]:
    """A message's letter and whether it is a hit, as the part that it is."""
    counted = f'if({KIND} = "{ASKED}", "{TIMED}", if({HIT} = 1, "{OTHER}", {KIND}))'
    return [
        f"filter part = 2 or {HIT} = 1",
        f"fields if(part = 1, {KIND}, {counted}) as {letter}, if(part = 1, {HIT}, 0) as {hit}",
    ]


def _at(scan: Scan, letter: str, hit: str) -> str:
    """The time of a row: its second, or the beginning of its bin."""
    covered = f"floor({SECOND} / {scan.cover}) * {scan.cover}"
    own = SECOND if scan.grain == "records" else f"floor({SECOND} / {scan.bin}) * {scan.bin}"
    return f'if({letter} = "{SKIPDATA}", {SECOND}, if({hit} = 1, {own}, {covered}))'


def _fields(scan: Scan, columns: Columns, letter: str, hit: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for token in scan.tokens:
        (name,) = columns.named([token])
        found[alias(token)] = name if token in WHERE_WRITTEN else f'if({hit} = 1, {name}, "")'
    for name in columns.named(["end"]):
        shown = f'{letter} = "{SKIPDATA}"' + (f" or {hit} = 1" if scan.grain == "records" else "")
        found[alias("end")] = f'if({shown}, {name}, "")'
    return found


def _sums(columns: Columns) -> dict[str, str]:
    found = {"n": "count(*)", "first": f"min({SECOND})", "newest": f"max({SECOND})"}
    for name in columns.named(["action"]):
        found |= {word.lower(): f'sum(if({name} = "{word}", 1, 0))' for word in ("ACCEPT", "REJECT")}
    for name in columns.named(["end"]):
        found["last"] = f"max({name})"
    return found


def _grouped(keys: Mapping[str, str], sums: Mapping[str, str]) -> list[str]:
    made = [f"{expression} as {name}" for name, expression in keys.items() if expression != name]
    listed = ", ".join(f"{expression} as {name}" for name, expression in sums.items())
    return [f"fields {', '.join(made)}", f"stats {listed} by {', '.join(keys)}"]
