"""The frame around every page: settings, navigation, colours, errors.

Streamlit serves a folder called `pages/` itself until `st.navigation` has run once in the process, so a deep link can run a
page without the entry point. Each page therefore stands in `with shell.page(...)`, which pulls the frame in when it is missing.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from flowinsight import charts
from flowinsight.errors import FlowInsightError
from flowinsight.ui import leaving, login
from flowinsight.ui.plain import plain

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "/page.js"
"""Where the script is served that does what a browser must do by itself: shortcuts, and saving charts."""
_run = threading.local()


def run() -> None:
    """The entry point: draw the frame, then the page that was asked for."""
    chosen = _frame()
    _run.framed = True
    try:
        chosen.run()
    finally:
        _run.framed = False


@contextmanager
def page(ways_out: Callable[[], None] | None = None) -> Iterator[None]:
    """Everything a page does stands inside this: the frame around it, and errors told in sentences, `ways_out` under them."""
    if not getattr(_run, "framed", False):
        _frame()
    login.gate()
    try:
        yield
    except FlowInsightError as error:
        with st.container(border=True, key="card_failed"):
            st.error(plain(error), icon=":material/error:")
            if ways_out is not None:
                ways_out()


def unforeseen(error: Exception) -> bool:
    """What a page shows in place of an error that nothing foresaw, the traceback of which the server has logged by then."""
    with st.container(border=True, key="card_failed"):
        if isinstance(error, FlowInsightError):  # in a callback, where no page stands around it
            st.error(plain(error), icon=":material/error:")
        else:
            st.markdown("#### Something failed that nobody foresaw")
            st.markdown(
                "What it was stands in the terminal that serves these pages. It belongs into a bug report, together with what "
                "`python -m flowinsight doctor` prints."
            )
        st.button("Try again", key="failed_again", type="primary", icon=":material/refresh:")
    return True


def _frame() -> StreamlitPage:
    st.set_page_config(
        page_title="FlowInsight", page_icon=str(ROOT / "static/favicon.svg"), layout="wide", initial_sidebar_state=310
    )
    st.logo(str(ROOT / f"static/{'logo-dark' if is_dark() else 'logo'}.svg"), size="medium")
    pages = [
        st.Page(ROOT / "pages/investigate.py", title="Investigate", icon=":material/manage_search:", default=True),
        st.Page(ROOT / "pages/insights.py", title="Logs Insights", icon=":material/query_stats:"),
        st.Page(ROOT / "pages/snapshots.py", title="Snapshots", icon=":material/photo_library:"),
        st.Page(ROOT / "pages/setup.py", title="Setup", icon=":material/construction:"),
    ]
    chosen = st.navigation(pages, position="top" if login.admitted() else "hidden")
    leaving.arrived(chosen.title)
    st.html(_CSS)
    st.html(f'<script src="{SCRIPT}"></script>', unsafe_allow_javascript=True)
    return chosen


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def palette() -> charts.Palette:
    return charts.DARK if is_dark() else charts.LIGHT


# The theme's background is the colour that tables paint themselves with, so it is the colour of cards; the canvas behind the
# cards is the one thing the configuration cannot set. The browser may change between light and dark without a new run. On the
# dark theme's blue white text has too little contrast, and so has any text on the blue that Streamlit shows under the mouse.
_CSS = """<style>
[data-testid="stMain"] { background: #f4f6f8; }
[class*="st-key-card_"] { background: #ffffff; }
@media (prefers-color-scheme: dark) {
  [data-testid="stMain"] { background: #0f141b; }
  [class*="st-key-card_"] { background: #171e27; }
  [data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] * { color: #0f141b; }
  [data-testid="stBaseButton-primary"]:hover, [data-testid="stBaseButton-primary"]:active {
    background-color: #85b3ff !important; border-color: #85b3ff !important; }
  .stMultiSelect span[title], .stMultiSelect span[title] + * { color: #0f141b !important; }
}
[class*="st-key-time_"] kbd { display: none; }
[data-testid="stLayoutWrapper"]:has(> .st-key-work):not(:has(.st-key-card_cancelled)) { position: absolute; }
/* Work on an answer floats over the answer before it, which stays where it is until then. */
.st-key-card_working_answer, .st-key-card_working_effort { position: fixed; z-index: 100; bottom: 1.5rem; left: 50%;
  transform: translateX(-50%); width: min(30rem, calc(100vw - 2rem)); box-shadow: 0 4px 24px rgba(0, 0, 0, .25); }
.save { display: flex; gap: 2px; }
.save button { all: unset; cursor: pointer; font: 500 11px Inter, sans-serif; padding: 2px 6px; border-radius: 4px;
  opacity: .75; }
.save button:hover, .save button:focus-visible { opacity: 1; background: rgba(128, 144, 160, .18); }
.save button:focus-visible { outline: 2px solid; }
[data-testid="stMainBlockContainer"] { padding-inline: clamp(0.75rem, 2.2vw, 2.5rem); max-width: 1760px; }
</style>"""
