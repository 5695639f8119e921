"""The same question in a notebook: frames to compute with, figures to look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from flowinsight import charts, grammar, periods, wording
from flowinsight.fetchers.files import load
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.sources import Files

LISTED = 100_000

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]


@dataclass(frozen=True)
class Result:
    """An answer. `conversations`, `clients`, `servers` and `services` are frames, times in Unix seconds; figures are Plotly's."""

    investigation: Investigation
    loaded: Loaded

    def __str__(self) -> str:
        found = self.investigation
        return "\n".join([*wording.sentences(found), f"{wording.verdict(found)}.", *found.reasons])

    __repr__ = __str__

    @property
    def conversations(self) -> pd.DataFrame:
        return _frame(self.investigation.conversations)

    @property
    def clients(self) -> pd.DataFrame:
        return _frame(self.investigation.clients)

    @property
    def servers(self) -> pd.DataFrame:
        return _frame(self.investigation.servers)

    @property
    def services(self) -> pd.DataFrame:
        return _frame(self.investigation.services)

    def timeline(self) -> Any:  # noqa: ANN401 a Plotly figure, whose types are not published
        """Accepted and rejected records over time."""
        return charts.timeline(self.investigation, charts.LIGHT)

    def talkers(self) -> Any:  # noqa: ANN401 a Plotly figure
        """The top clients by bytes."""
        return charts.talkers(self.investigation.clients, "client", charts.LIGHT)

    def outcomes(self) -> Any:  # noqa: ANN401 a Plotly figure
        """Conversations by what came of them."""
        return charts.outcomes(self.investigation, charts.LIGHT)

    def ask(self, query: str, time: str = "") -> "Result":
        """Another question to the same logs, which stay in memory."""
        newest = self.investigation.coverage.newest or 0
        question = Question(periods.Reader(newest).parse(time), grammar.parse(query), limit=LISTED)
        return Result(investigate(question, self.loaded), self.loaded)


def ask(files: Paths, query: str = "", time: str = "") -> Result:
    """Answer a question from flow log files or folders.

    `query` is what the box takes (`":22 rejected"`), `time` what its time range takes (`"2026-11-02 08:00 - 2026-11-02 18:00"`,
    UTC). QuestionError and SourceError say what is wrong.
    """
    paths = [files] if isinstance(files, str | PathLike) else list(files)
    loaded = load(Files(tuple(Path(path) for path in paths)))
    everything = Result(investigate(Question(limit=1), loaded), loaded)
    return everything.ask(query, time)


def _frame(rows: tuple[dict[str, Any], ...]) -> pd.DataFrame:
    return pd.DataFrame.from_records(list(rows))
