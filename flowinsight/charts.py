"""Figures from an investigation. Plotly is imported here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import plotly.graph_objects as go

from flowinsight import iana
from flowinsight.investigation import OTHER, Investigation


@dataclass(frozen=True)
class Palette:
    """Colours of a figure. Red means rejected, and nothing else."""

    ink: str
    muted: str
    grid: str
    accepted: str
    rejected: str
    third: str
    other: str


LIGHT = Palette("#111a27", "#4b5563", "#e4e8ee", "#3b78d8", "#c8324a", "#1b9e8f", "#9aa3b0")
DARK = Palette("#e4e9f0", "#aab4c2", "#27313d", "#5e97f2", "#f0657b", "#3dc0af", "#6b7787")

SANS = "Inter, sans-serif"
MONO = "JetBrains Mono, monospace"

CONFIG = {"displayModeBar": False, "responsive": True}
"""Plotly's own settings for every figure."""


def in_bytes(number: float) -> str:
    """A number of bytes with a decimal unit, as AWS bills them."""
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if abs(number) < 1000 or unit == "TB":
            return f"{number:,.0f} {unit}" if unit == "B" or abs(number) >= 100 else f"{number:,.1f} {unit}"
        number /= 1000
    raise AssertionError("unreachable")


def timeline(investigation: Investigation, palette: Palette) -> go.Figure:
    """Records over time, accepted and rejected, in bins of UTC."""
    rows = investigation.timeline
    times = [datetime.fromtimestamp(row["bin"], UTC) for row in rows]
    width = investigation.bin_seconds * 1000
    figure = go.Figure()
    for name, colour in (("accepted", palette.accepted), ("rejected", palette.rejected), ("other", palette.other)):
        values = [row[name] for row in rows]
        if name == "other" and not any(values):
            continue
        label = name.capitalize() if name != "other" else "No action"
        figure.add_bar(
            x=times, y=values, name=label, width=width * 0.92, marker={"color": colour, "line_width": 0},
            hovertemplate="%{y:,} records",
        )  # fmt: skip
    figure.update_layout(barmode="stack", hovermode="x unified", dragmode="select", selectdirection="h")
    figure.update_yaxes(tickformat="~s", rangemode="tozero")
    figure.update_xaxes(type="date", tickformat="%H:%M\n%d %b %Y", hoverformat="%d %b %Y %H:%M UTC", showgrid=False)
    return _styled(figure, palette, 240)


def talkers(rows: Sequence[dict[str, Any]], name: str, palette: Palette) -> go.Figure:
    """Bytes by client or server: what clients sent and what they received."""
    shown = list(reversed(rows))
    labels = [str(row[name]) for row in shown]
    figure = go.Figure()
    for key, label, colour in (
        ("sent", "Sent by clients", palette.accepted),
        ("received", "Received by clients", palette.third),
    ):
        figure.add_bar(
            y=labels, x=[row[key] for row in shown], name=label, orientation="h", marker={"color": colour, "line_width": 0},
            customdata=[[row[name], in_bytes(row[key])] for row in shown], hovertemplate="%{customdata[0]}: %{customdata[1]}",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.3, clickmode="event+select")
    figure.update_xaxes(tickformat="~s", ticksuffix="B", rangemode="tozero")
    figure.update_yaxes(type="category", tickfont={"family": MONO, "size": 12, "color": palette.ink}, showgrid=False)
    return _styled(figure, palette, max(150, 70 + 27 * len(shown)))


def shares(labels: Sequence[str], values: Sequence[int], palette: Palette, unit: str) -> go.Figure:
    """Horizontal bars of counts, the largest on top, with their share of the whole."""
    total = sum(values) or 1
    texts = [f"{value:,} · {value / total:.1%}" for value in values]
    figure = go.Figure(
        go.Bar(
            y=list(reversed(labels)), x=list(reversed(values)), orientation="h", text=list(reversed(texts)),
            textposition="auto", marker={"color": palette.accepted, "line_width": 0},
            hovertemplate="%{y}: %{x:,} " + unit + "<extra></extra>", cliponaxis=False,
        )
    )  # fmt: skip
    figure.update_layout(bargap=0.3, showlegend=False)
    figure.update_xaxes(tickformat="~s", rangemode="tozero")
    figure.update_yaxes(type="category", tickfont={"color": palette.ink}, showgrid=False)
    return _styled(figure, palette, max(150, 50 + 30 * len(labels)))


def protocol_label(value: object) -> str:
    return iana.protocol_name(value) if isinstance(value, int) else OTHER


def service_label(port: object, protocol: object) -> str:
    """A service as a person names it: 22/tcp ssh; ICMP where there is no port."""
    if port == OTHER:
        return OTHER
    if not isinstance(protocol, int):
        return "unknown"
    if not isinstance(port, int):
        return (
            iana.protocol_name(protocol)
            if protocol not in iana.WITH_PORTS
            else f"{iana.protocol_name(protocol)}, port unknown"
        )
    named = iana.service_name(port, protocol)
    return f"{port}/{iana.protocol_name(protocol).lower()}{f' {named}' if named else ''}"


def _styled(figure: go.Figure, palette: Palette, height: int) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 12, "t": 4, "b": 4},
        font={"family": SANS, "size": 12, "color": palette.muted},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": {"family": SANS}},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"color": palette.ink},
            "traceorder": "normal",
        },
    )
    figure.update_xaxes(gridcolor=palette.grid, zeroline=False, title=None, automargin=True)
    figure.update_yaxes(gridcolor=palette.grid, zeroline=False, title=None, automargin=True)
    return figure
