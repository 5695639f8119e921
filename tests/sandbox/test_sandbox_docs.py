"""The sandbox's page says what its data says, and every rule with an error code is shown by a test."""

import re
from pathlib import Path

import pytest

from flowinsight.sandbox.documentation import PAGE, updated
from flowinsight.sandbox.rules import RULES, Rule


def test_the_page_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert updated(text) == text, "run: python -m flowinsight.sandbox.documentation"


def test_a_page_without_a_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the markers"):
        updated("# The sandbox")


def test_a_rule_with_other_evidence_is_refused() -> None:
    with pytest.raises(ValueError, match="evidence is one of"):
        Rule("x", "call", "says", "", "guessed", "nowhere")  # type: ignore[arg-type]


def test_every_rule_the_code_refuses_by_exists_and_every_code_is_used() -> None:
    package = Path(PAGE).parents[1] / "flowinsight" / "sandbox"
    source = "\n".join(path.read_text(encoding="utf-8") for path in package.glob("*.py"))
    ways = (r'refusals\.\w+\(\s*"([a-z0-9-]+)"', r'^    \("([a-z0-9-]+)", ', r'RULES\["([a-z0-9-]+)"\]')
    used = {rule for way in ways for rule in re.findall(way, source, re.MULTILINE)}
    assert used <= set(RULES)
    elsewhere = [
        "dry-run",
        "caller-denied",
        "caller-unknown",
        "unknown-operation",
        "query-malformed",
        "delete-unknown-id",
    ]
    assert {rule.id for rule in RULES.values() if rule.code} == used | set(elsewhere)
