"""Filter patterns for the log actions: compiled once, refused with AWS's error."""

from functools import lru_cache
from typing import Any

from flowinsight.sandbox import refusals
from flowinsight.sandbox.logslang.patterns import Pattern, PatternError, compile_pattern


@lru_cache(512)
def _compiled(text: str) -> Pattern:
    return compile_pattern(text)


def compiled(text: str) -> Pattern:
    """Compile a pattern, or raise the InvalidParameterException AWS answers with."""
    try:
        return _compiled(text)
    except PatternError as error:
        raise refusals.logs("filter-pattern", f"Invalid filter pattern: {error}") from error


def described_matches(text: str, messages: list[str]) -> list[dict[str, Any]]:
    """Return TestMetricFilter's matches: number (from 1), message and extracted values of each that matches."""
    pattern = compiled(text)
    return [
        {"eventNumber": number, "eventMessage": message, "extractedValues": dict(pattern.extract(message) or {})}
        for number, message in enumerate(messages, start=1)
        if pattern.matches(message)
    ]
