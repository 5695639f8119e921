"""Charts as SVG: lengths are shares of the width, so they fit any window and any paper, and need no script to be seen."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from flowinsight.reports.content import Bars, Bin, Timeline, Tone, visible

HEIGHT, TOP, FOOT = 170, 8, 20
"""Pixels of a timeline: its bars, the room above them, and the row of times under them."""
TICKS = 5
"""Times under a timeline, about."""
_STEPS = (60, 300, 600, 900, 1800, *(hours * 3600 for hours in (1, 2, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760)))
GRID = 4

_LABELS: dict[Tone, str] = {"accepted": "Accepted", "rejected": "Rejected", "other": "No action"}


def safe(text: object) -> str:
    """The text for an HTML page: markup escaped, hidden characters made visible."""
    return escape(visible(str(text)), quote=True)


def key(colours: tuple[tuple[Tone, str], ...]) -> str:
    """What each colour stands for."""
    items = "".join(
        f'<li><svg width="10" height="10" aria-hidden="true"><rect class="{tone}" width="10" height="10" rx="2"/></svg>'
        f"{safe(label)}</li>"
        for tone, label in colours
    )
    return f'<ul class="key">{items}</ul>' if items else ""


def bars(drawn: Bars) -> str:
    """Bars under each other, as a table: a label, its bar, and what it comes to."""
    most = max((bar.length for bar in drawn.bars), default=0) or 1
    rows = []
    for bar in drawn.bars:
        at, parts = 0, []
        for length, tone, _ in bar.lengths:
            if length:
                parts.append(
                    f'<rect class="{tone}" x="{100 * at / most:.2f}%" width="{100 * length / most:.2f}%" height="13" rx="1.5"/>'
                )
            at += length
        tip = "\n".join([bar.label, *(said for _, _, said in bar.lengths)])
        rows.append(
            f'<tr data-tip="{_tip(tip)}"><th scope="row"{_MONO if drawn.mono else ""}>{safe(bar.label)}</th>'
            f'<td><svg width="100%" height="13" aria-hidden="true">{"".join(parts)}</svg></td><td>{safe(bar.said)}</td></tr>'
        )
    return f'{key(drawn.key)}<table class="bars"><tbody>{"".join(rows)}</tbody></table>'


_MONO = ' class="mono"'


def _tip(text: str) -> str:
    return escape(visible(text, lines=True), quote=True)


def timeline(drawn: Timeline) -> str:
    """Stacked bars over time, with a scale on the left and times in UTC under them."""
    tones = [tone for tone in _LABELS if tone != "other" or any(one.other for one in drawn.bins)]
    start, end = _edges(drawn)
    most = max((one.records for one in drawn.bins), default=0)
    scale, marks = _scale(most), "".join(_bar(one, drawn, (start, end), _scale(most)) for one in drawn.bins)
    said = f"{sum(one.records for one in drawn.bins):,} records; at most {most:,} in {_length(drawn.width)}"
    steps = [(scale * step // GRID, _y(scale * step // GRID, scale)) for step in range(GRID + 1)]
    lines = "".join(f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>' for _, y in steps)
    numbers = "".join(f'<text class="scale" x="0" y="{y - 2}">{value:,}</text>' for value, y in steps if value)
    height = HEIGHT + TOP + FOOT
    arriving = drawn.arriving is not None and any(one.second + drawn.width > drawn.arriving for one in drawn.bins)
    note = '<p class="muted">Pale bars were still arriving.</p>' if arriving else ""
    return (
        f"{key(tuple((tone, _LABELS[tone]) for tone in tones))}{note}"
        f'<svg width="100%" height="{height}" role="img" aria-label="Records over time: {safe(said)}">'
        f"{lines}{marks}{numbers}{''.join(_times(start, end))}</svg>"
    )


def _edges(drawn: Timeline) -> tuple[int, int]:
    """Whole bins that hold the span and everything drawn."""
    seconds = [one.second for one in drawn.bins]
    start = min([drawn.span[0] // drawn.width * drawn.width, *seconds])
    ends = [start, *seconds]
    return start, max(-(-drawn.span[1] // drawn.width) * drawn.width, max(ends) + drawn.width)


def _scale(most: int) -> int:
    """The number at the top of the scale: divisible by GRID, in steps of 1, 2, 2.5 or 5 and zeros."""
    step = 1
    while True:
        for factor in (1, 2, 2.5, 5):
            top = int(GRID * step * factor)
            if top >= most and step * factor == int(step * factor):
                return max(top, GRID)
        step *= 10


def _y(value: int, scale: int) -> int:
    return TOP + HEIGHT - HEIGHT * value // scale


def _bar(one: Bin, drawn: Timeline, edges: tuple[int, int], scale: int) -> str:
    start, end = edges
    left, width = 100 * (one.second - start) / (end - start), 100 * drawn.width / (end - start)
    arriving = drawn.arriving is not None and one.second + drawn.width > drawn.arriving
    base, marks = float(TOP + HEIGHT), []
    for tone, count in (("accepted", one.accepted), ("rejected", one.rejected), ("other", one.other)):
        high = HEIGHT * count / scale
        base -= high
        if count:
            marks.append(
                f'<rect class="{tone}" x="{left + width * 0.05:.3f}%" width="{width * 0.9:.3f}%" '
                f'y="{base:.1f}" height="{max(high, 0.8):.1f}"/>'
            )
    tip = _told(one, drawn.width)
    slot = f'<rect class="slot" x="{left:.3f}%" width="{width:.3f}%" y="{TOP}" height="{HEIGHT}"/>'
    state = ' class="arriving"' if arriving else ""
    return f'<g{state} data-tip="{_tip(tip)}"><title>{safe(tip)}</title>{"".join(marks)}{slot}</g>'


def _told(one: Bin, width: int) -> str:
    counts = ((one.accepted, "accepted"), (one.rejected, "rejected"), (one.other, "without an action"))
    said = ", ".join(f"{count:,} {name}" for count, name in counts if count)
    return f"{_moment(one.second, '%d %b %Y %H:%M')} UTC, {_length(width)}: {said}"


def _length(seconds: int) -> str:
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}{'' if seconds == unit else 's'}"
    return f"{seconds} seconds"


def _moment(second: int, form: str) -> str:
    return datetime.fromtimestamp(second, UTC).strftime(form)


def _times(start: int, end: int) -> Iterator[str]:
    """Round times, evenly spaced; every other one stands back where there is little room."""
    step = next((step for step in _STEPS if (end - start) / step <= TICKS), end - start)
    form = "%H:%M" if end - start <= 6 * 3600 else "%d %b %H:%M" if step < 86400 else "%d %b %Y"
    for number, second in enumerate(range(-(-start // step) * step, end + 1, step)):
        x = 100 * (second - start) / (end - start)
        anchor = "start" if x < 6 else "end" if x > 94 else "middle"
        between = ' class="between"' if number % 2 else ""
        yield f'<text x="{x:.1f}%" y="{HEIGHT + TOP + 14}" text-anchor="{anchor}"{between}>{_moment(second, form)}</text>'
