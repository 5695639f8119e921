"""A page of the product in a browser, and the waits that make driving it reliable."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

IDLE = """() => { const app = document.querySelector('[data-testid="stApp"]');
  return !!app && app.dataset.testConnectionState === 'CONNECTED' && app.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid="stAppSkeleton"],[data-testid="stSkeleton"],[data-stale="true"]'); }"""

HEIGHT = """() => { const parts = ['stMain', 'stSidebarContent'].map(n => document.querySelector(`[data-testid="${n}"]`));
  return Math.ceil(Math.max(...parts.map(part => part ? part.scrollHeight : 0))); }"""

ROW_HEIGHT = 31
"""Pixels of a table's row at the base font of 14 pixels."""


def kind_of(message: ForwardMsg) -> str:
    """What the server sent: the kind of a new element, such as plotly_chart, else that of the message."""
    if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
        return str(message.delta.new_element.WhichOneof("type"))
    return str(message.WhichOneof("type"))


class App:
    """Drives one page. Waits count finished script runs on the websocket: the page itself shows a fast run as nothing."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.runs = 0
        self.received: Counter[str] = Counter()
        self.console: list[str] = []
        self.foreign: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._received))
        page.on("console", lambda said: self.console.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))
        page.on("request", lambda request: self._requested(request.url))

    def _received(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes):
            message = ForwardMsg()
            message.ParseFromString(payload)
            self.received[kind_of(message)] += 1
            self.runs += message.WhichOneof("type") == "script_finished"

    def _requested(self, url: str) -> None:
        if url.startswith(("http", "ws")) and "//127.0.0.1:" not in url:
            self.foreign.append(url)

    def _wait_for_run(self, after: int, timeout: float) -> None:
        end = time.monotonic() + timeout
        while self.runs <= after:
            if time.monotonic() > end:
                raise TimeoutError(f"No script run finished in {timeout} s. Console: {self.console[-5:]}")
            self.page.wait_for_timeout(10)

    def goto(self, path: str = "/", timeout: float = 30) -> None:
        """Open a path as a new visitor session and wait until it is drawn."""
        before = self.runs
        self.page.goto(self.base + path, wait_until="domcontentloaded")
        self._wait_for_run(before, timeout)
        self.idle(timeout)

    def idle(self, timeout: float = 30) -> None:
        self.page.wait_for_function(IDLE, timeout=timeout * 1000)

    @contextlib.contextmanager
    def rerun(self, timeout: float = 30) -> Iterator[None]:
        """Around something that must make the page run again."""
        before = self.runs
        yield
        self._wait_for_run(before, timeout)
        self.idle(timeout)

    def by_key(self, key: str) -> Locator:
        return self.page.locator(f".st-key-{key}")

    def fill(self, key: str, value: str) -> None:
        """Type into a box and press Enter."""
        box = self.by_key(key).locator("input,textarea").first
        box.fill(value)
        with self.rerun():
            box.press("Enter")

    def click(self, key: str) -> None:
        """Press the button with this key."""
        with self.rerun():
            self.by_key(key).get_by_role("button").first.click()

    def cell(self, key: str, column: int, row: int) -> Locator:
        """The text of a table's cell; a column of check boxes counts as 0."""
        return self.by_key(key).get_by_test_id(f"glide-cell-{column}-{row}")

    def select_row(self, key: str, row: int) -> None:
        """Tick a table's row. The scroller lies over the canvas, so the editor around both is clicked."""
        table = self.by_key(key)
        table.scroll_into_view_if_needed()
        expect(self.cell(key, 1, 0)).to_be_attached()
        with self.rerun():
            table.locator(".stDataFrameGlideDataEditor").first.click(position={"x": 15, "y": ROW_HEIGHT * (row + 1.5)})

    def click_mark(self, key: str, number: int = 0, selector: str = ".bars .point path") -> None:
        """Click the drawn mark of a chart; Plotly needs the mouse over it first."""
        chart = self.by_key(key)
        chart.scroll_into_view_if_needed()
        mark = chart.locator(selector).nth(number)
        mark.wait_for(state="visible")
        box = mark.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y, steps=3)
        expect(chart.locator(".hoverlayer .hovertext").first).to_be_visible()
        with self.rerun():
            self.page.mouse.click(x, y)

    def shot(self, path: Path, width: int = 1440, most: int = 6000) -> None:
        """The whole page: Streamlit scrolls inside, so the window grows to the content first."""
        self.idle()
        before = self.page.viewport_size
        assert before is not None
        self.page.set_viewport_size({"width": width, "height": before["height"]})
        self.page.wait_for_timeout(200)
        self.page.set_viewport_size({"width": width, "height": min(max(self.page.evaluate(HEIGHT), 600), most)})
        self.page.wait_for_timeout(400)
        self.page.evaluate("document.fonts.ready")
        self.page.screenshot(path=path, animations="disabled")
        self.page.set_viewport_size(before)
