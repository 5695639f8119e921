"""Times a person gives: ISO 8601 or epoch seconds in, Unix seconds out; and lengths of time such as 5m."""

import re
from datetime import UTC, datetime

from flowinsight.errors import QuestionError

STILL_ARRIVING = 15 * 60
"""Seconds before the present in which records of a live source are still on their way."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def parse_time(text: str) -> int:
    """Unix seconds of ISO 8601 text (UTC where it names no zone) or of epoch seconds; QuestionError otherwise."""
    if re.fullmatch(r"-?[0-9]{1,12}", text):
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QuestionError(
            f"{text} is not a time: write 2026-11-02T14:30, with a zone if it is not UTC, or epoch seconds."
        ) from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def parse_length(text: str) -> int:
    """Seconds of a length such as 60s, 5m, 1h, 1d, 2w; QuestionError otherwise."""
    match = re.fullmatch(r"([0-9]{1,6})([smhdw])", text)
    if not match or not int(match[1]):
        raise QuestionError(f"{text} is not a length of time: write 60s, 5m, 1h or 1d.")
    return int(match[1]) * _UNITS[match[2]]
