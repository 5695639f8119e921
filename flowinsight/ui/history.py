"""The trail: every question asked in this session, what it cost, and the way back to it."""

from dataclasses import dataclass

import streamlit as st

from flowinsight.ui import address_bar
from flowinsight.ui.plain import plain

_KEY, _MOST = "trail", 30


@dataclass(frozen=True)
class Step:
    """A question as the address bar holds it, and what came of it."""

    parts: tuple[tuple[str, str], ...]
    conversations: int
    seconds: float
    scanned: int = 0
    dollars: float = 0.0

    @property
    def label(self) -> str:
        given = dict(self.parts)
        return " · ".join(text for text in (given.get("q") or "everything", given.get("t", "")) if text)


_STEP_PARTS = ("source", "path", "q", "t")


def add(conversations: int, seconds: float) -> None:
    """Remember the question that was just answered, unless it is the one before."""
    trail: list[Step] = st.session_state.setdefault(_KEY, [])
    parts = tuple((key, address_bar.value(key)) for key in _STEP_PARTS)
    if not trail or trail[-1].parts != parts:
        trail.append(Step(parts, conversations, seconds))
        del trail[:-_MOST]


def draw() -> None:
    """The newest question first; each is a button that asks it again."""
    trail: list[Step] = st.session_state.get(_KEY, [])
    if not trail:
        return
    with st.expander("Questions so far", icon=":material/history:", key="history"):
        for place in range(len(trail) - 1, -1, -1):
            step = trail[place]
            st.button(
                plain(step.label),
                key=f"step_{place}",
                on_click=address_bar.put,
                kwargs=dict(step.parts),
                type="tertiary",
            )
            st.markdown(
                f":gray[{step.conversations:,} conversations · {step.seconds:.2f} s · {step.scanned:,} bytes billed · "
                f"\\${step.dollars:.2f}]"
            )
