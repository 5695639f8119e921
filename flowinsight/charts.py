"""Figures from an investigation. Plotly is imported here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import plotly.graph_objects as go

from flowinsight import iana
from flowinsight.investigation import Investigation
from flowinsight.tops import OTHER


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
    on_bar: str
    warning: str


LIGHT = Palette("#111a27", "#4b5563", "#e4e8ee", "#3b78d8", "#c8324a", "#1b9e8f", "#9aa3b0", "#ffffff", "#d98a1f")
DARK = Palette("#e4e9f0", "#aab4c2", "#27313d", "#5e97f2", "#f0657b", "#3dc0af", "#6b7787", "#0f141b", "#e8a94a")

BARS = 10
"""Bars of a chart before the rest is folded into one."""

SANS = "Inter, sans-serif"
MONO = "JetBrains Mono, monospace"

CONFIG = {
    "displayModeBar": "hover",
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "svg", "filename": "flowinsight"},
    "responsive": True,
}
"""Plotly's own settings for every figure: its one button saves the figure as SVG, drawn in the browser."""


def in_bytes(number: float) -> str:
    """A number of bytes with a decimal unit, as AWS bills them."""
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if abs(number) < 1000 or unit == "TB":
            return f"{number:,.0f} {unit}" if unit == "B" or abs(number) >= 100 else f"{number:,.1f} {unit}"
        number /= 1000
    raise AssertionError("unreachable")


def timeline(investigation: Investigation, palette: Palette, zone: tzinfo = UTC) -> go.Figure:
    """Records over time, accepted and rejected, drawn in a zone. A mark's customdata is its bin in Unix seconds."""
    rows = investigation.timeline
    times = [datetime.fromtimestamp(row["bin"], zone).replace(tzinfo=None) for row in rows]
    width = investigation.bin_seconds * 1000
    figure = go.Figure()
    for name, colour in (("accepted", palette.accepted), ("rejected", palette.rejected), ("other", palette.other)):
        values = [row[name] for row in rows]
        if name == "other" and not any(values):
            continue
        label = name.capitalize() if name != "other" else "No action"
        figure.add_bar(
            x=times, y=values, name=label, width=width * 0.92, offset=width * 0.04,
            marker={"color": colour, "line_width": 0}, customdata=[row["bin"] for row in rows],
            hovertemplate="%{y:,} records",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", hovermode="x unified", dragmode="select", selectdirection="h", clickmode="event+select"
    )
    figure.update_yaxes(tickformat="~s", rangemode="tozero")
    figure.update_xaxes(type="date", tickformat="%H:%M\n%d %b %Y", hoverformat=f"%d %b %Y %H:%M {zone}", showgrid=False)
    return styled(figure, palette, 230)


def folded(rows: Sequence[dict[str, Any]], name: str, most: int = BARS) -> list[dict[str, Any]]:
    """The first rows, and one row OTHER with the sums of the rest: counts of distinct things do not add up and are left out."""
    rest = rows[most:]
    if len(rest) < 2:
        return list(rows)
    sums = {key: sum(row[key] for row in rest) for key in ("conversations", "records", "sent", "received")}
    return [*rows[:most], {**sums, name: OTHER, "protocol": None}]


def talkers(rows: Sequence[dict[str, Any]], name: str, palette: Palette) -> go.Figure:
    """Bytes by client or server: what clients sent and what they received."""
    word = {"client": "from", "server": "to"}[name]
    shown = folded(rows, name)
    labels = [str(row[name]) for row in shown]
    figure = go.Figure()
    for key, label, colour in (("sent", "Sent by client", palette.accepted), ("received", "Received", palette.third)):
        figure.add_bar(
            y=labels, x=[row[key] for row in shown], name=label, orientation="h",
            marker={"color": [palette.other if row[name] == OTHER else colour for row in shown], "line_width": 0},
            customdata=[["" if row[name] == OTHER else f"{word} {row[name]}", in_bytes(row[key])] for row in shown],
            hovertemplate="%{y}: %{customdata[1]}",
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.3, clickmode="event+select", dragmode=False)
    figure.update_xaxes(tickformat="~s", ticksuffix="B", rangemode="tozero")
    figure.update_yaxes(
        type="category",
        autorange="reversed",
        tickfont={"family": MONO, "size": 12, "color": palette.ink},
        showgrid=False,
    )
    return styled(figure, palette, 74 + 26 * len(shown))


@dataclass(frozen=True)
class Share:
    """A bar of a list: its label, its number, and the word that a click on it adds to the question (none for Other)."""

    label: str
    value: int
    word: str = ""
    rejected: bool = False


def shares(bars: Sequence[Share], palette: Palette, unit: str) -> go.Figure:
    """Horizontal bars of counts, the first on top, with their share of the whole."""
    total = sum(bar.value for bar in bars) or 1
    shown = list(reversed(bars))
    colours = [palette.rejected if bar.rejected else palette.accepted if bar.word else palette.other for bar in shown]
    figure = go.Figure(
        go.Bar(
            y=[bar.label for bar in shown], x=[bar.value for bar in shown], orientation="h",
            text=[f"{bar.value:,} · {bar.value / total:.1%}" for bar in shown], textposition="auto",
            insidetextfont={"color": palette.on_bar},
            marker={"color": colours, "line_width": 0}, customdata=[[bar.word] for bar in shown],
            hovertemplate="%{y}: %{x:,} " + unit + "<extra></extra>", cliponaxis=False,
        )
    )  # fmt: skip
    figure.update_layout(bargap=0.3, showlegend=False, clickmode="event+select", dragmode=False)
    figure.update_xaxes(rangemode="tozero", showticklabels=False, showgrid=False)
    figure.update_yaxes(type="category", tickfont={"color": palette.ink}, showgrid=False, ticksuffix=" ")
    return styled(figure, palette, 26 + 30 * len(shown))


def outcomes(investigation: Investigation, palette: Palette) -> go.Figure:
    """Conversations by what came of them, best first."""
    bars = [
        Share(row["outcome"].capitalize(), row["conversations"], row["outcome"], row["outcome"] == "rejected")
        for row in investigation.outcomes
    ]
    return shares(bars, palette, "conversations")


def services(investigation: Investigation, palette: Palette) -> go.Figure:
    """Conversations by service port and protocol, most first, Other last."""
    ordered = sorted(investigation.services, key=lambda row: (row["port"] == OTHER, -row["conversations"]))
    rows = folded(ordered, "port")
    bars = [
        Share(
            service_label(row["port"], row["protocol"]),
            row["conversations"],
            service_word(row["port"], row["protocol"]),
        )
        for row in rows
    ]
    return shares(bars, palette, "conversations")


def protocols(investigation: Investigation, palette: Palette) -> go.Figure:
    """Records by protocol, by IANA's names."""
    bars = [
        Share(protocol_label(row["protocol"]), row["records"], protocol_word(row["protocol"]))
        for row in investigation.protocols
    ]
    return shares(bars, palette, "records")


def uses(investigation: Investigation, palette: Palette) -> go.Figure:
    """Who uses what: top clients by top services. A square's area grows with conversations; red where all were rejected."""
    rows = investigation.uses
    most = max(row["conversations"] for row in rows)
    figure = go.Figure(
        go.Scatter(
            x=[service_label(row["port"], row["protocol"]) for row in rows], y=[row["client"] for row in rows], mode="markers",
            marker={
                "symbol": "square", "line": {"width": 0}, "opacity": 0.9,
                "size": [8 + 16 * (row["conversations"] / most) ** 0.5 for row in rows],
                "color": [palette.rejected if row["rejected"] == row["conversations"] else palette.accepted for row in rows],
            },
            customdata=[
                [f"from {row['client']} {service_word(row['port'], row['protocol'])}", _use(row)] for row in rows
            ],
            hovertemplate="%{y} → %{x}: %{customdata[1]}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(showlegend=False, clickmode="event+select", dragmode=False)
    figure.update_xaxes(type="category", side="top", tickangle=0, tickfont={"color": palette.ink})
    figure.update_yaxes(
        type="category", autorange="reversed", tickfont={"family": MONO, "size": 12, "color": palette.ink}
    )
    return styled(figure, palette, max(180, 60 + 26 * len({row["client"] for row in rows})))


def _use(row: dict[str, Any]) -> str:
    return (
        f"{row['conversations']:,} conversations with {row['servers']:,} servers, {row['rejected']:,} rejected, "
        f"{in_bytes(row['sent'])} sent, {in_bytes(row['received'])} received"
    )


def service_word(port: object, protocol: object) -> str:
    """The word that narrows a question to a service; empty for Other."""
    if isinstance(port, int) and isinstance(protocol, int):
        return f"to :{port}/{iana.protocol_name(protocol).lower()}"
    return protocol_word(protocol) if port != OTHER else ""


def protocol_word(protocol: object) -> str:
    """The word that narrows a question to a protocol; empty for Other."""
    return f"protocol={protocol}" if isinstance(protocol, int) else ""


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


def styled(figure: go.Figure, palette: Palette, height: int) -> go.Figure:
    """The looks that all figures share; the height is in pixels."""
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
