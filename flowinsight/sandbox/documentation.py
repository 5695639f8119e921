"""The tables of `docs/sandbox.md`, generated from the data they describe.

    python -m flowinsight.sandbox.documentation

writes them between the page's markers; a test checks that the page is current.
"""

import csv
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from flowinsight.sandbox.fault_rules import CODES
from flowinsight.sandbox.rules import RULES
from flowinsight.sandbox.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"


def updated(page: str) -> str:
    """Return the page with every generated table replaced; ValueError names a marker that is missing."""
    for name, table in (
        ("rules", rules_table()),
        ("differences", differences_table()),
        ("settings", settings_table()),
        ("faults", faults_table()),
    ):
        begin, end = f"<!-- {name}: generated -->", f"<!-- {name}: end -->"
        if begin not in page or end not in page:
            raise ValueError(f"The page lacks the markers {begin} and {end}.")
        before, rest = page.split(begin)
        page = f"{before}{begin}\n{table}\n{end}{rest.split(end)[1]}"
    return page


def rules_table() -> str:
    rows = [
        (rule.call, rule.says, f"`{rule.code}`" if rule.code else "", rule.evidence, rule.source)
        for rule in RULES.values()
    ]
    return _table(("Call", "Rule", "Error", "Evidence", "Source"), rows)


def differences_table() -> str:
    with Path(__file__).with_name("differences.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["area"], row["here"], row["on AWS"]) for row in csv.DictReader(lines)]
    return _table(("Area", "Here", "On AWS"), rows)


def settings_table() -> str:
    return _table(("Setting", "Default"), [(f"`{item.name}`", f"`{item.default}`") for item in fields(Settings)])


def faults_table() -> str:
    names = ("ec2", "s3", "json", "query")
    rows = [(f"`{kind}`", *(f"{codes[name][0]} `{codes[name][1]}`" for name in names)) for kind, codes in CODES.items()]
    return _table(("Kind", "EC2", "S3", "Logs, KMS", "IAM, STS"), rows)


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE} is current.\n")
