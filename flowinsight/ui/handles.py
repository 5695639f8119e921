"""Charts whose every mark is a handle: a click edits the question, and the chart forgets the click."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Literal

import streamlit as st

from flowinsight import charts
from flowinsight.question import TimeRange
from flowinsight.ui import address_bar, editing
from flowinsight.ui.plain import plain

WAYS = {"narrow": "Narrow to it", "exclude": "Leave it out", "pivot": "Ask about it"}


def switch() -> None:
    """What a click on a mark does."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="click_row"):
        st.markdown(":gray[A click on a bar or square]", width="content")
        st.segmented_control(
            "A click on a mark", list(WAYS), format_func=WAYS.__getitem__, key=editing.CLICK, default="narrow",
            required=True, label_visibility="collapsed",
        )  # fmt: skip


def heading(title: str, key: str, help: str | None = None) -> None:  # noqa: A002 as Streamlit calls it
    """The title of a chart, and what saves it as a picture: the browser does that by itself."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key=f"title_{key}"
    ):
        st.markdown(f"##### {plain(title)}", help=help, width="content")
        buttons = "".join(
            f'<button type="button" data-chart="{key}" data-format="{kind}" aria-label="{escape(title)} as {kind.upper()}">'
            f"{kind.upper()}</button>"
            for kind in ("png", "svg")
        )
        st.html(f'<div class="save">{buttons}</div>', width="content")


def draw(figure: object, key: str, alt: str) -> None:
    """A chart whose marks carry the word that a click hands to the question."""
    _chart(figure, key, alt, ("points",), lambda: _word_clicked(_points(key)))


def outcomes(figure: object, alt: str) -> None:
    """A click on an outcome lists its conversations."""
    _chart(figure, "outcomes", alt, ("points",), _outcome_clicked)


def timeline(figure: object, alt: str, width: int) -> None:
    """A click on a bar, or a range drawn over bars, becomes the time that is asked about."""
    _chart(figure, "timeline", alt, ("points", "box"), lambda: _time_chosen(width))


def still(figure: object, key: str, alt: str) -> None:
    """A chart that only shows."""
    st.plotly_chart(figure, key=f"chart_{key}_0", config=charts.CONFIG, theme=None, alt=alt)


def _chart(
    figure: object, key: str, alt: str, modes: Sequence[Literal["points", "box"]], on_select: Callable[[], None]
) -> None:
    st.plotly_chart(
        figure, key=_key(key), config=charts.CONFIG, theme=None, alt=alt, on_select=_once(key, on_select),
        selection_mode=modes,
    )  # fmt: skip


def _key(key: str) -> str:
    """A chart's key changes with each click on it, because a chart keeps showing what was clicked."""
    return f"chart_{key}_{st.session_state.get(f'clicks_{key}', 0)}"


def _once(key: str, on_select: Callable[[], None]) -> Callable[[], None]:
    def selected() -> None:
        on_select()
        st.session_state[f"clicks_{key}"] = st.session_state.get(f"clicks_{key}", 0) + 1

    return selected


def _points(key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = st.session_state[_key(key)]["selection"]["points"]
    return found


def _custom(point: dict[str, Any]) -> Any:  # noqa: ANN401 what a figure was given as customdata
    custom = point.get("customdata")
    return custom[0] if isinstance(custom, list) else custom


def _word_clicked(points: list[dict[str, Any]]) -> None:
    words = dict.fromkeys(_custom(point) for point in points)
    for word in words:
        if word:
            editing.handle(str(word))


def _outcome_clicked() -> None:
    words = [_custom(point) for point in _points("outcomes")]
    if words:
        address_bar.put(outcome="" if address_bar.value("outcome") == words[0] else str(words[0]), view="Conversations")


def _time_chosen(width: int) -> None:
    """From the first to the last bin among the chosen marks."""
    bins = [int(_custom(point)) for point in _points("timeline")]
    if bins:
        editing.set_time(TimeRange(min(bins), max(bins) + width))
