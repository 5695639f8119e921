"""A question asked by Logs Insights gets the answer of tests/reference, on random flow logs, formats and questions."""

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from flowinsight import coverage, db, rollups, views
from flowinsight.conversations.matched import MARGIN
from flowinsight.fetchers import insights
from flowinsight.fetchers.insights_slices import Collected
from flowinsight.loaded import Loaded
from flowinsight.prepared import prepare
from flowinsight.question import Question, TimeRange
from flowinsight.sources import LogGroup
from tests.agreement.flow_logs import COLUMNS, START, rows
from tests.agreement.questions import questions
from tests.agreement.test_agreement_with_reference import agreeing
from tests.insights.language import NOBODY, Language, names_of
from tests.ledger import TOLERATED
from tests.reference import filters
from tests.reference.answers import Reference
from tests.reference.records import Record, is_in, is_status_row, line
from tests.reference.rollup import rollup

_ALWAYS = {"srcaddr", "dstaddr", "bytes", "start"}


@dataclass(frozen=True)
class Asked:
    """A question about the rows of a log group, each written in one of its formats."""

    question: Question
    formats: tuple[tuple[str, ...], ...]
    written: list[tuple[Record, tuple[str, ...]]]

    @property
    def lines(self) -> list[tuple[int, str]]:
        return [(row["start"], line(row, tokens)) for row, tokens in self.written]

    @property
    def rows(self) -> list[Record]:
        """What lies in the time that is read."""
        return [row for row, _ in self.written if is_in(self.question.time.widened(MARGIN), row)]

    def later(self, seconds: int) -> "Asked":
        """The same at another time."""
        time = self.question.time
        assert time.start is not None
        assert time.end is not None
        question = replace(self.question, time=TimeRange(time.start + seconds, time.end + seconds))
        return Asked(question, self.formats, [(_later(row, seconds), tokens) for row, tokens in self.written])


def _later(row: Record, seconds: int) -> Record:
    return {
        name: row[name] + seconds if name in ("start", "end") and row[name] is not None else row[name] for name in row
    }


@st.composite
def _formats(draw: st.DrawFn) -> tuple[tuple[str, ...], ...]:
    """One format or two, which a query can only tell apart by their lengths."""
    lacking = draw(st.lists(st.sampled_from(sorted(set(COLUMNS) - _ALWAYS)), max_size=8, unique=True))
    first = draw(st.permutations([name for name in COLUMNS if name not in lacking]))
    shorter = draw(st.booleans())
    second = draw(st.permutations([name for name in first if name in _ALWAYS or name != first[0]]))
    both = (first, second) if shorter and len(second) < len(first) else (first,)
    return tuple(tuple(name.replace("_", "-") for name in names) for names in both)


@st.composite
def asking(draw: st.DrawFn) -> Asked:
    """A random question about random logs."""
    question = replace(draw(questions()), time=TimeRange(START + draw(st.sampled_from([0, 600, 1150])), START + 3000))
    formats = draw(_formats())
    written: list[tuple[Record, tuple[str, ...]]] = []
    for row in draw(rows()):
        tokens = draw(st.sampled_from(formats))
        there = {name: row.get(name) for name in (token.replace("-", "_") for token in tokens)}
        if there.get("start") is not None:
            written.append((_without_leg(there, question), tokens))
    return Asked(question, formats, written)


def _without_leg(row: Record, question: Question) -> dict[str, Any]:
    """Which addresses are a gateway's is learnt from inside legs that match: of others nothing is brought. See the ledger."""
    if filters.around(question, row, MARGIN):
        return dict(row)
    return {name: None if name.startswith("pkt_") else value for name, value in row.items()}


def _load(asked: Asked, grain: Any, *, parsed: bool, width: int) -> Loaded:
    note(f"{asked.question}\n{asked.formats}\n" + "\n".join(text for _, text in asked.lines))
    group = LogGroup("flow", formats=asked.formats)
    names = frozenset() if parsed else names_of(asked.formats, [token for one in asked.formats for token in one])
    to_do = replace(insights.planned(asked.question, [group], names, grain=grain), width=width)
    collected, language = Collected(), Language(asked.lines, asked.formats)
    insights.fetch(to_do, NOBODY, collected, run=language)
    found = insights.read(to_do, collected)
    assert found.complete
    assert found.loaded.tally.unparsable == 0
    return found.loaded


_WIDTHS = st.sampled_from([600, 1200, 100_000])


@agreeing
@given(asked=asking(), parsed=st.booleans(), width=_WIDTHS)
def test_every_record_gives_the_conversations_of_the_reference(asked: Asked, *, parsed: bool, width: int) -> None:
    reference = Reference(asked.rows, asked.question)
    prepared = prepare(asked.question, _load(asked, "records", parsed=parsed, width=width))

    same(views.conversations(prepared).rows, reference.conversation_rows(), asked.question.limit)
    told = reference.reconciliation()
    assert {name: prepared.reconciliation[name] for name in told} == told
    counted = reference.coverage
    assert {name: getattr(prepared.coverage, name) for name in counted} == counted


def same(found: Any, told: Any, limit: int) -> None:
    """The rows are those told, up to the limit, but for what the ledger tolerates."""
    tolerated = TOLERATED["insights"].keys()
    for one, wanted in zip(found, told, strict=False):
        assert {name for name, value in wanted.items() if one.get(name) != value} <= tolerated, (one, wanted)
    assert len(found) == min(len(told), limit)


@agreeing
@given(asked=asking(), parsed=st.booleans())
def test_rows_of_a_grouping_are_those_of_the_reference(asked: Asked, *, parsed: bool) -> None:
    loaded = _load(asked, "records", parsed=parsed, width=100_000)

    found = views.rows(prepare(asked.question, loaded)).rows
    assert list(found) == Reference(asked.rows, asked.question).grouped()[: asked.question.limit]


_KEY = (
    "interface_id", "vpc_id", "account_id", "srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr", "protocol", "action",
    "flow_direction",
)  # fmt: skip

_SUMS = {
    "records": "sum(stands_for)", "packets": "sum(packets)", "bytes": "sum(bytes)", "payload": "sum(payload)",
    "syn": "sum(stands_for) FILTER (protocol = 6 AND tcp_flags & 18 = 2)",
    "synack": "sum(stands_for) FILTER (protocol = 6 AND tcp_flags & 18 = 18)",
    "rst": "sum(stands_for) FILTER (protocol = 6 AND tcp_flags & 22 = 4)",
}  # fmt: skip
_EDGES = 'min(start) AS first, max("end") AS last'


@agreeing
@given(asked=asking(), grain=st.sampled_from(["binned", "apart"]), parsed=st.booleans(), width=_WIDTHS)
def test_a_rollup_is_that_of_the_reference(asked: Asked, grain: str, *, parsed: bool, width: int) -> None:
    loaded = _load(asked, grain, parsed=parsed, width=width)
    matching = [row for row in asked.rows if not is_status_row(row) and filters.asked(asked.question, row)]

    sums = ", ".join(f"coalesce({sum_of}, 0)::BIGINT AS {name}" for name, sum_of in _SUMS.items())
    found = db.rows(
        loaded.connection, f"SELECT {', '.join(_KEY)}, {sums}, {_EDGES} FROM records WHERE asked_for GROUP BY ALL"
    )
    assert sorted(map(repr, found)) == sorted(map(repr, _by_key(rollup(matching))))

    reference = Reference(asked.rows, asked.question)
    told = reference.coverage
    covered = coverage.measure(loaded, asked.question, loaded.connection.cursor())
    assert {name: getattr(covered, name) for name in told} == told
    assert loaded.tally.records == len(reference.records)
    apart = rollups.times(loaded, 600)
    assert apart is None or sum(row["accepted"] + row["rejected"] + row["other"] for row in apart[1]) == len(matching)
    assert (apart is None) is (grain == "binned")


def _by_key(rolled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a rollup, its sides and ports together."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rolled:
        key = tuple(row[name] for name in _KEY)
        one = found.setdefault(key, dict(zip(_KEY, key, strict=True)))
        for name in _SUMS:
            one[name] = one.get(name, 0) + row[name]
        for name, which in (("first", min), ("last", max)):
            one[name] = which((value for value in (one.get(name), row[name]) if value is not None), default=None)
    return [{name: one[name] for name in (*_KEY, *_SUMS, "first", "last")} for one in found.values()]
