"""What the logs covered, drawn: interfaces by time."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import plotly.graph_objects as go

from flowinsight.charts import MONO, TIMES, Palette, drawn

STATES = ("not logged", "no traffic (NODATA)", "records", "records lost (SKIPDATA)")
"""What an interface can have done in a bin of time, by the number that stands for it in the figure."""

_OF_STATUS = {"absent": 0, "NODATA": 1, "OK": 2, "SKIPDATA": 3}
INTERFACES = 200


def coverage_map(
    rows: Sequence[dict[str, Any]], span: tuple[int, int], width: int, palette: Palette, zone: tzinfo = UTC
) -> go.Figure:
    """Each interface's state in each bin of `span` (Unix seconds, end exclusive); at most INTERFACES of them."""
    names = sorted({row["interface_id"] for row in rows})[:INTERFACES]
    bins = range(span[0] // width * width, span[1], width)
    known = {(row["interface_id"], row["bin"]): _OF_STATUS[row["status"]] for row in rows}
    states = [[known.get((name, second), 0) for second in bins] for name in names]
    trace = {
        "type": "heatmap", "x": [datetime.fromtimestamp(second, zone).replace(tzinfo=None) for second in bins], "y": names,
        "z": states, "zmin": -0.5, "zmax": 3.5, "colorscale": _steps(palette), "xgap": 0, "ygap": 1,
        "customdata": [[STATES[state] for state in row] for row in states],
        "hovertemplate": "%{y}, %{x|%d %b %H:%M}: %{customdata}<extra></extra>",
        "colorbar": {"tickvals": list(range(4)), "ticktext": STATES, "orientation": "h", "y": 1.0, "yanchor": "bottom",
                     "thickness": 8, "len": 0.75, "tickfont": {"color": palette.ink}},
    }  # fmt: skip
    return drawn(
        [trace], palette, 110 + 16 * len(names), x=TIMES,
        y={"type": "category", "autorange": "reversed", "showgrid": False, "tickfont": {"family": MONO, "color": palette.ink}},
    )  # fmt: skip


def _steps(palette: Palette) -> list[tuple[float, str]]:
    colours = (palette.grid, palette.other, palette.accepted, palette.warning)
    return [(edge, colour) for n, colour in enumerate(colours) for edge in (n / 4, (n + 1) / 4)]


def by_interface(
    rows: Sequence[dict[str, Any]], span: tuple[int, int], width: int, *, lives: bool = False
) -> list[dict[str, Any]]:
    """Bins of each interface by state. Those it does not account for are not logged, unless the rows know its time (`lives`)."""
    bins = len(range(span[0] // width * width, span[1], width))
    counted: dict[str, dict[str, int]] = {}
    for row in rows:
        states = counted.setdefault(row["interface_id"], dict.fromkeys(_OF_STATUS, 0))
        states[row["status"]] += 1
    return [
        {"interface": name, "records": states["OK"], "nodata": states["NODATA"], "skipdata": states["SKIPDATA"],
         "absent": states["absent"] if lives else max(bins - sum(states.values()), 0)}
        for name, states in sorted(counted.items(), key=lambda item: (item[1]["OK"] + item[1]["NODATA"], item[0]))
    ]  # fmt: skip
