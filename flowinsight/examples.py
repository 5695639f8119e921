"""What ships with FlowInsight to be asked at once."""

from dataclasses import dataclass
from pathlib import Path

from flowinsight.sources import Files

FOLDER = Path(__file__).resolve().parents[1] / "examples"


@dataclass(frozen=True)
class Example:
    """A shipped set of flow logs, and a first question about it."""

    name: str
    about: str
    source: Files
    query: str


EXAMPLES = (
    Example(
        "A company's day (generated)",
        "One day of a small company, generated with known truth: business, a scan, a brute force, a beacon, an exfiltration.",
        Files((FOLDER / "company_day/AWSLogs",)),
        ":22",
    ),
    Example(
        "APT29 evaluation (real captures)",
        "Two days of the MITRE APT29 evaluation: real traffic, with interface and action derived from the captures.",
        Files((FOLDER / "apt29/flowlogs_v2.log.gz",)),
        ":443",
    ),
)
