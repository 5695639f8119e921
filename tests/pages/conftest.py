"""The page without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def opened() -> Callable[..., AppTest]:
    """Open the product and then a link with these parts.

    AppTest names widgets differently in its first run, because there is a folder called pages; so a link is a second run.
    """

    def run(**parts: str) -> AppTest:
        page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
        page.query_params.clear()
        for key, text in parts.items():
            page.query_params[key] = text
        return page.run()

    return run
