"""A report on disk: written as a whole, in the language that its name asks for."""

from pathlib import Path

from flowinsight import whole
from flowinsight.errors import ReportError
from flowinsight.reports import markdown, page
from flowinsight.reports.content import Report

ENDINGS = (".html", ".md")


def checked(path: Path) -> Path:
    """The path, when a report can be written there; ReportError otherwise, so that nobody waits for an answer in vain."""
    if path.suffix not in ENDINGS:
        raise ReportError(
            f"{path} is neither {' nor '.join(ENDINGS)}: the name of a report says what it is written in."
        )
    if not path.parent.is_dir():
        raise ReportError(f"{path.parent} is not a folder: make it first.")
    return path


def rendered(report: Report, ending: str) -> bytes:
    """The report as bytes; `ending` is one of ENDINGS."""
    return page.render(report) if ending == ".html" else markdown.render(report).encode()


def write(report: Report, path: Path) -> None:
    """Write it to a checked path: whatever interrupts it, there is the whole report or what was there before."""
    content = rendered(report, path.suffix)
    try:
        whole.write(path, content)
    except OSError as error:
        raise ReportError(f"{path} cannot be written: {error.strerror}.") from error
