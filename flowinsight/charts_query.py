"""The rows of a Logs Insights query, drawn where they can be: CloudWatch gives every value as text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import plotly.graph_objects as go

from flowinsight.charts import MONO, TIMES, Palette, drawn

NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?")
POINTER = "@ptr"
"""Points at the record, for GetLogRecord; nobody reads it."""
MOST_BARS = 30

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Drawing:
    """What a chart shows: points `x`, which are times or texts, and, by name, as many numbers (None: no value)."""

    name: str
    x: tuple[datetime, ...] | tuple[str, ...]
    series: dict[str, tuple[float | None, ...]]

    @property
    def over_time(self) -> bool:
        return isinstance(self.x[0], datetime)


def names(rows: Sequence[Texts]) -> list[str]:
    """Every field of any row, in the order in which they first come."""
    return [name for name in dict.fromkeys(name for row in rows for name in row) if name != POINTER]


def all_are(kind: re.Pattern[str], rows: Sequence[Texts], name: str) -> bool:
    """Whether the field has values, and every one of them is of the kind."""
    found = [row[name] for row in rows if row.get(name)]
    return bool(found) and all(kind.fullmatch(text) for text in found)


def drawing(rows: Sequence[Texts]) -> Drawing | None:
    """Numbers over time where there is a time, else numbers of the first rows by what they are about.

    None where there is nothing to compare: one row, no numbers, or single records.
    """
    shown = names(rows)
    if len(rows) < 2 or "@message" in shown or "@timestamp" in shown:
        return None
    times = [name for name in shown if all_are(_TIME, rows, name)]
    numbers = [name for name in shown if name not in times and all_are(NUMBER, rows, name)]
    about = [name for name in shown if name not in numbers and name not in times]
    if len(times) == 1 and not about:
        timed = sorted((row for row in rows if row.get(times[0])), key=lambda row: row[times[0]])
        return _drawing(times[0], tuple(_moment(row[times[0]]) for row in timed), timed, numbers)
    if not about and len(numbers) > 1:  # a port or a protocol is a number, and what is counted by it comes after it
        about, numbers = numbers[:1], numbers[1:]
    if times or not about:
        return None
    first = rows[:MOST_BARS]
    return _drawing(
        ", ".join(about), tuple(" ".join(row.get(one, "-") for one in about) for row in first), first, numbers
    )


def _drawing(
    name: str, x: tuple[datetime, ...] | tuple[str, ...], rows: Sequence[Texts], numbers: Sequence[str]
) -> Drawing | None:
    series = {one: tuple(float(row[one]) if row.get(one) else None for row in rows) for one in numbers}
    return Drawing(name, x, series) if series and x else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def figure(shown: Drawing, palette: Palette, zone: tzinfo = UTC) -> go.Figure:
    """Bars over time, or lying bars with the first row on top. At most three series have colours of their own."""
    colours = (palette.accepted, palette.third, palette.warning, palette.other)
    traces = [_trace(shown, name, colours[min(number, 3)], zone) for number, name in enumerate(shown.series)]
    several = {"showlegend": len(traces) > 1, "barmode": "group", "bargap": 0.25, "dragmode": False}
    if shown.over_time:
        return drawn(traces, palette, 280, x=TIMES, y={"tickformat": "~s"}, **several)
    names_axis = {"type": "category", "autorange": "reversed", "showgrid": False, "ticksuffix": " "}
    names_axis["tickfont"] = {"family": MONO, "size": 12, "color": palette.ink}
    height = 40 + 24 * len(shown.x) * len(traces)
    return drawn(traces, palette, height, x={"tickformat": "~s", "rangemode": "tozero"}, y=names_axis, **several)


def _trace(shown: Drawing, name: str, colour: str, zone: tzinfo) -> dict[str, object]:
    marker = {"color": colour, "line": {"width": 0}}
    if shown.over_time:
        x = [one.astimezone(zone).replace(tzinfo=None) for one in shown.x if isinstance(one, datetime)]
        return {"type": "bar", "name": name, "x": x, "y": shown.series[name], "marker": marker}
    return {
        "type": "bar", "name": name, "orientation": "h", "y": shown.x, "x": shown.series[name], "marker": marker,
        "hovertemplate": "%{y}: %{x:,}<extra></extra>",
    }  # fmt: skip
