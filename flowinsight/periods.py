"""Time ranges as people type them, in the person's zone, and the canonical text in UTC that a link carries."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from flowinsight.errors import QuestionError
from flowinsight.question import TimeRange
from flowinsight.times import parse_length

EXAMPLES = "last 24h · yesterday 14:00-16:00 · 2026-11-02 · 2026-11-02T08:00/2026-11-02T18:00 · since 2026-11-02 08:00"

_T = TypeVar("_T")
_LENGTH_WORDS = {"minute": "1m", "hour": "1h", "day": "1d", "week": "1w"}
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_DAY = r"today|yesterday|\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Reader:
    """What typed words are relative to: `newest` (Unix seconds, exclusive) for "last" and days by name, `zone` for clocks."""

    newest: int
    zone: tzinfo = UTC

    def parse(self, text: str) -> TimeRange:
        """The range a text means; empty text is everything. QuestionError says how to write one."""
        words = re.sub(r"\s+", " ", text.strip()).replace("–", "-")
        for way in (self._last, self._days, self._within_a_day, self._pair):
            found = way(words)
            if found is not None:
                return found
        if not words or words.lower() == "everything":
            return TimeRange()
        raise QuestionError(f"{text} is not a time range. Write one of: {EXAMPLES}.")

    def _last(self, words: str) -> TimeRange | None:
        match = re.fullmatch(r"(?:last )?(\d{1,6}[smhdw])|last (minute|hour|day|week)", words, re.IGNORECASE)
        if not match:
            return None
        length = parse_length((match[1] or _LENGTH_WORDS[match[2].lower()]).lower())
        return TimeRange(self.newest - length, self.newest)

    def _days(self, words: str) -> TimeRange | None:
        match = re.fullmatch(_DAY, words, re.IGNORECASE)
        if not match:
            return None
        day = self._day(words)
        return TimeRange(self._at(day, time()), self._at(day + timedelta(days=1), time()))

    def _within_a_day(self, words: str) -> TimeRange | None:
        match = re.fullmatch(rf"(?:({_DAY})[ T])?({_CLOCK}) ?(?:-|to) ?({_CLOCK})", words, re.IGNORECASE)
        if not match:
            return None
        day, start, end = self._day(match[1] or "today"), _clock(match[2]), _clock(match[3])
        return TimeRange(self._at(day, start), self._at(day if end > start else day + timedelta(days=1), end))

    def _pair(self, words: str) -> TimeRange | None:
        for pattern in (r"since (.+)()", r"until ()(.+)", r"(.*?) ?(?:/| to | - ) ?(.*)"):
            match = re.fullmatch(pattern, words, re.IGNORECASE)
            if match:
                start, end = (None if edge in {"", ".."} else self._moment(edge) for edge in match.groups())
                return TimeRange(start, end)
        return None

    def _moment(self, text: str) -> int:
        if re.fullmatch(r"\d{9,11}", text):
            return int(text)
        match = re.fullmatch(rf"(?:(today|yesterday) )?({_CLOCK})", text, re.IGNORECASE)
        if match:
            return self._at(self._day(match[1] or "today"), _clock(match[2]))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise QuestionError(f"{text} is not a time. Write one of: {EXAMPLES}.") from error
        return int((moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).timestamp())

    def _day(self, word: str) -> date:
        today = datetime.fromtimestamp(self.newest - 1, self.zone).date()
        by_name = {"today": today, "yesterday": today - timedelta(days=1)}.get(word.lower())
        return _checked(lambda: date.fromisoformat(word), word) if by_name is None else by_name

    def _at(self, day: date, clock: time) -> int:
        return int(datetime.combine(day, clock, self.zone).timestamp())

    def moment(self, text: str) -> int:
        """Unix seconds of one time as typed; QuestionError otherwise."""
        return self._moment(re.sub(r"\s+", " ", text.strip()))


def _clock(text: str) -> time:
    return _checked(lambda: time.fromisoformat(text.zfill(5) if text.count(":") == 1 else text.zfill(8)), text)


def _checked(read: Callable[[], _T], text: str) -> _T:
    try:
        return read()
    except ValueError as error:
        raise QuestionError(f"{text} is not a time. Write one of: {EXAMPLES}.") from error


def canonical(period: TimeRange) -> str:
    """ISO 8601 in UTC, as `2026-11-02T08:00Z/2026-11-02T18:00Z` with `..` for an open side; empty for everything."""
    if period == TimeRange():
        return ""
    return "/".join(".." if edge is None else iso(edge) for edge in (period.start, period.end))


def iso(second: int) -> str:
    """A time in UTC, as ISO 8601 writes it, to the minute where it is one."""
    moment = datetime.fromtimestamp(second, UTC)
    return moment.strftime("%Y-%m-%dT%H:%MZ" if moment.second == 0 else "%Y-%m-%dT%H:%M:%SZ")


def moved(period: TimeRange, steps: float) -> TimeRange:
    """The range shifted by `steps` of its own length; a range with an open side cannot be."""
    if period.start is None or period.end is None:
        raise QuestionError("Only a range with a beginning and an end can be shifted.")
    by = int((period.end - period.start) * steps)
    return TimeRange(period.start + by, period.end + by)


def said(period: TimeRange, zone: tzinfo) -> str:
    """The range in words a person reads, in their zone."""
    if period == TimeRange():
        return "everything"
    start, end = (None if edge is None else datetime.fromtimestamp(edge, zone) for edge in (period.start, period.end))
    if start is None or end is None:
        return f"since {_shown(start)}" if start else f"until {_shown(end)}" if end else "everything"
    same_day = start.date() == end.date()
    return f"{_shown(start)} – {end.strftime('%H:%M') if same_day and not end.second else _shown(end)}"


def _shown(moment: datetime) -> str:
    return moment.strftime("%-d %b %Y %H:%M:%S" if moment.second else "%-d %b %Y %H:%M")
