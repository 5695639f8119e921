"""Where others can reach the pages, nobody sees anything before a login, on any page."""

from collections.abc import Callable, Iterator

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest


@pytest.fixture
def reachable_by_others() -> Iterator[None]:
    before = config.get_option("server.address")
    config.set_option("server.address", "0.0.0.0")
    yield
    config.set_option("server.address", before)


@pytest.mark.usefixtures("reachable_by_others")
def test_a_stranger_with_a_deep_link_sees_no_answer(opened: Callable[..., AppTest]) -> None:
    page = opened(q=":22", view="Clients")

    assert page.markdown[0].value == "#### FlowInsight needs to know who you are"
    assert not page.text_input
    assert not page.dataframe
    assert "57 clients" not in "".join(one.value for one in page.markdown)
