"""The report of a case: its questions, answers and notes in the order in which they came about."""

from flowinsight.reports.content import Report, Section, Step, Steps
from flowinsight.roles import utc


def report(title: str, steps: tuple[Step, ...]) -> Report:
    """The report of at least one step."""
    count = f"{len(steps):,} question{'' if len(steps) == 1 else 's'}"
    subtitle = f"{count}, from {utc(steps[0].at)} to {utc(steps[-1].at)} UTC"
    return Report(title, subtitle, (Section("Questions, answers and notes", (Steps(steps),)),))
