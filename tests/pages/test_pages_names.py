"""Names and public addresses of an account, asked for on the page. No browser, and no AWS but the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest

from flowinsight.sandbox.running import Running
from flowinsight.ui import inventories
from tests.pages.live_pages import RANGE, Opened, answered, text_of, until

SANDBOX = "Sandbox AWS account"


def _with_public_address(sandbox: Running, role: str) -> tuple[str, dict[str, Any]]:
    company = sandbox.control("company")["interfaces"]
    return next((name, item) for name, item in company.items() if item["public"] and item["role"] == role)


def test_an_own_public_address_is_answered_by_its_private_one_and_the_page_says_so(
    opened: Opened, sandbox: Running
) -> None:
    _, item = _with_public_address(sandbox, "load_balancer")

    page = until(opened(source=SANDBOX, q=f"to {item['public']}:443", t=RANGE), answered)

    text = text_of(page)
    assert f"{item['public']} is the public address of {item['address']}" in text
    assert f"As server, {item['address']}" in text


def test_a_name_tag_in_the_box_is_the_address_of_what_has_it(opened: Opened, sandbox: Running) -> None:
    name, item = _with_public_address(sandbox, "instance")

    page = until(opened(source=SANDBOX, q=f"to {name}", t=RANGE), answered)

    assert page.button(key="chip_0").label.replace("\\", "").startswith(f"to {item['address']},")
    assert f"{name} is {item['address']}" in text_of(page)


def test_a_part_of_a_question_with_a_name_can_be_removed(opened: Opened, sandbox: Running) -> None:
    name, item = _with_public_address(sandbox, "instance")
    page = until(opened(source=SANDBOX, q=f"{name} :22", t=RANGE), answered)

    page.button(key="chip_1").click().run()

    assert str(page.text_input(key="q").value).startswith(item["address"])


@pytest.mark.usefixtures("sandbox")
def test_a_missing_permission_for_names_leaves_the_question_as_it_is_and_says_so(
    opened: Opened, faults: Callable[..., None]
) -> None:
    inventories._known.clear()  # what an earlier test asked is still known
    faults(kind="denied", service="ec2", action="DescribeNetworkInterfaces")

    page = until(opened(source=SANDBOX, q="198.51.100.9", t=RANGE), answered)

    assert "Whether an address is one of this account's own is not known" in text_of(page)
