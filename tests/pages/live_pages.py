"""Pages whose answers come from an account: what they say, and waiting for them as a browser would."""

import time
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Opened = Callable[..., AppTest]

NOON = 1_795_176_000  # 2026-11-20, a Friday: the same traffic in every run
HOUR = 3600
RANGE = "2026-11-20T12:10Z/2026-11-20T12:50Z"


def text_of(page: AppTest) -> str:
    """Everything written on the page, without Markdown's escapes."""
    return "\n".join(one.value for one in [*page.markdown, *page.error, *page.code]).replace("\\", "")


def keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button}


def until(page: AppTest, there: Callable[[AppTest], bool], seconds: float = 30) -> AppTest:
    """Look again, as the page's own timers would in a browser."""
    end = time.monotonic() + seconds
    while not there(page):
        assert time.monotonic() < end, text_of(page)
        time.sleep(0.1)
        page.run()
    assert not page.exception
    return page


def answered(page: AppTest) -> bool:
    return "fetch_anew" in keys(page)
