"""What a row of an answer is about: records a question asks for, evidence beside them, or only that something was logged.

Records that do not match are not filtered away but masked: their fields become empty, so that they fall into few groups by
interface and time. The same scan then says what the logs covered.
"""

from flowinsight import conditions
from flowinsight.engines.insights import literals, where
from flowinsight.engines.insights.columns import SECOND, Columns
from flowinsight.fields import ADDRESSES
from flowinsight.filters import Filter
from flowinsight.question import Question

UNREADABLE, NODATA, SKIPDATA = "U", "N", "S"
ASKED, EVIDENCE, IN_PROGRESS, OTHER = "1", "2", "3", "0"
"""The letter of a row. ASKED: what the question is about; EVIDENCE: the rest of the same conversations, and what was logged
just before and after; IN_PROGRESS: evidence that ended in the range asked for; OTHER: records the question is not about.
"""

HITS = (ASKED, EVIDENCE, IN_PROGRESS)

KIND, HIT = "kind", "hit"
"""Names in a query: the row's letter, and 1 where it is one of HITS, else 0."""

_HIT = f"{KIND} in [{', '.join(map(literals.word, HITS))}]"


def commands(question: Question, columns: Columns, *, told_apart: bool) -> list[str]:
    """The commands that give each message its SECOND, its KIND and its HIT. The question's time has no open side.

    With `told_apart` matching records are ASKED, EVIDENCE or IN_PROGRESS, else all are ASKED: both directions, and what was
    logged just before and after.
    """
    return [
        f"fields floor(toMillis(@timestamp) / 1000) as {SECOND}",
        f"fields {_flag(_status(columns))} as silent, {_flag(around(question, columns))} as near",
        f"fields {_letter(question, columns, told_apart=told_apart)} as {KIND}",
        f"fields {_flag(_HIT)} as {HIT}",
    ]


def around(question: Question, columns: Columns) -> str:
    """The records an answer needs, evidence included, whatever their time."""
    return _all(question, columns, both_directions=True)


def _all(question: Question, columns: Columns, *, both_directions: bool) -> str:
    def wanted(item: Filter) -> bool:
        return conditions.of_both_directions(item) is both_directions

    return where.all_of(where.matching(item, columns) for item in filter(wanted, question.filters))


def _flag(condition: str) -> str:
    return f"if({condition}, 1, 0)"


def _status(columns: Columns) -> str:
    """A line that only says NODATA or SKIPDATA: with an address it would be a record."""
    addressed = where.any_of(f'{name} != "-"' for name in columns.named([field.token for field in ADDRESSES]))
    said = where.any_of(f'{name} in ["NODATA", "SKIPDATA"]' for name in columns.named(["log-status"]))
    return where.all_of([said, where.negated(addressed)])


def _letter(question: Question, columns: Columns, *, told_apart: bool) -> str:
    readable = where.any_of(f"ispresent({name})" for name in columns.marks)
    pairs = [(where.negated(readable), UNREADABLE)]
    pairs += [(f'silent = 1 and {name} = "SKIPDATA"', SKIPDATA) for name in columns.named(["log-status"])]
    pairs.append(("silent = 1", NODATA))
    if told_apart:
        rest = _all(question, columns, both_directions=False)
        for when, letter in ((_in_time(question), ASKED), (_in_progress(question, columns), IN_PROGRESS)):
            pairs.append((where.all_of(["near = 1", rest, when]), letter))
        pairs.append(("near = 1", EVIDENCE))
    else:
        pairs.append(("near = 1", ASKED))
    listed = ", ".join(f'{condition}, "{letter}"' for condition, letter in pairs if condition != where.FALSE)
    return f'case({listed}, "{OTHER}")'


def _in_time(question: Question) -> str:
    start, end = question.time.start, question.time.end
    edges = [] if start is None else [f"{SECOND} >= {literals.number(start)}"]
    return where.all_of(edges if end is None else [*edges, f"{SECOND} < {literals.number(end)}"])


def _in_progress(question: Question, columns: Columns) -> str:
    ends = columns.named(["end"])
    if question.time.start is None or not ends:
        return where.FALSE
    start = literals.number(question.time.start)
    return where.all_of([f"{SECOND} < {start}", f"{ends[0]} >= {start}"])
