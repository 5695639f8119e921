"""What the sandbox refuses and changes so that it behaves as AWS does, as data: code looks its error codes up here.

The rows stand in `rules.csv`; `docs/sandbox.md` is generated from them, so a rule and its description cannot drift
apart. Evidence is one of three: **documented** by AWS (documentation or API model), **reported** by people who met it
(public issues and tools), **inferred** from documented facts. AWS itself was not observed.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

Evidence = Literal["documented", "reported", "inferred"]


@dataclass(frozen=True)
class Rule:
    """One behaviour: `code` is the AWS error code it answers with, empty where the rule is no refusal."""

    id: str
    call: str
    says: str
    code: str
    evidence: Evidence
    source: str

    def __post_init__(self) -> None:
        if self.evidence not in get_args(Evidence):
            raise ValueError(
                f"Rule {self.id}: evidence is one of {', '.join(get_args(Evidence))}, not {self.evidence!r}."
            )


def _read(path: Path) -> dict[str, Rule]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        row["id"]: Rule(
            row["id"], row["call"], row["says"], row["code"], cast("Evidence", row["evidence"]), row["source"]
        )
        for row in rows
    }


RULES = _read(Path(__file__).with_name("rules.csv"))
