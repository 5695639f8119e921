"""Where others can reach the pages, nobody sees anything before a login, on any page."""

from collections.abc import Callable, Iterator

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from flowinsight.errors import FlowInsightError
from flowinsight.ui import login

WHOLE = {
    "redirect_uri": "https://flows.example.org/oauth2callback", "cookie_secret": "x", "client_id": "flowinsight",
    "client_secret": "y", "server_metadata_url": "https://id.example.org/.well-known/openid-configuration",
}  # fmt: skip


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


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.5", "example.org"])
def test_other_addresses_are_refused_without_a_login(address: str) -> None:
    with pytest.raises(FlowInsightError, match="does not listen on"):
        login.check(address, None)

    login.check(address, WHOLE)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_needs_no_login(address: str) -> None:
    login.check(address, None)


@pytest.mark.parametrize("lacking", list(WHOLE))
def test_a_login_that_lacks_something_is_refused_by_its_name(lacking: str) -> None:
    with pytest.raises(FlowInsightError, match=f"lacks {lacking}"):
        login.check("127.0.0.1", {**WHOLE, lacking: ""})


def test_a_login_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(FlowInsightError, match="must be the address of these pages followed by /oauth2callback"):
        login.check("0.0.0.0", {**WHOLE, "redirect_uri": "https://flows.example.org/"})
