"""What clicks, chips and form fields do to the line in the box."""

import pytest

from flowinsight import editing
from flowinsight.errors import QuestionError
from flowinsight.grammar import parse, unparse


def clicked(line: str, word: str, how: editing.Click) -> str:
    return unparse(editing.clicked(parse(line), parse(word)[0], how))


def test_a_click_narrows_the_question() -> None:
    assert clicked(":22", "from 10.0.0.5", "narrow") == ":22 from 10.0.0.5"


def test_a_narrower_client_takes_the_place_of_a_wider_one() -> None:
    assert clicked(":22 from 10.0.0.0/16", "from 10.0.0.5", "narrow") == ":22 from 10.0.0.5"


def test_a_server_with_its_port_stays_beside_a_narrower_server() -> None:
    assert clicked("to 10.0.0.0/16:22", "to 10.0.0.5", "narrow") == "to 10.0.0.0/16:22 to 10.0.0.5"


def test_clicking_twice_asks_once() -> None:
    assert clicked(":22 from 10.0.0.5", "from 10.0.0.5", "narrow") == ":22 from 10.0.0.5"


def test_a_click_leaves_out() -> None:
    assert clicked(":22", "from 10.0.0.5", "exclude") == ":22 not from 10.0.0.5"


def test_a_pivot_asks_about_the_value_on_either_side() -> None:
    assert clicked(":22 rejected", "from 10.0.0.5", "pivot") == "10.0.0.5"
    assert clicked("10.0.0.5", "to :443/tcp", "pivot") == ":443/tcp"


def test_a_chip_removes_its_own_part() -> None:
    assert unparse(editing.without(parse(":22 rejected not 10.0.0.9"), 1)) == ":22 not 10.0.0.9"


def test_the_form_shows_what_the_box_says() -> None:
    filters = parse("10.0.0.5 :22,443 rejected not 10.0.0.9")

    assert editing.field_texts(filters, "address") == ("10.0.0.5",)
    assert editing.field_texts(filters, "port") == ("22", "443")
    assert editing.field_texts(filters, "action") == ("REJECT",)
    assert editing.field_texts(filters, "client") == ()


def test_a_form_field_replaces_its_part_and_leaves_the_others() -> None:
    changed = editing.with_field(parse("10.0.0.5 :22 not 10.0.0.9"), "port", ["443"])

    assert unparse(changed) == "10.0.0.5 :443 not 10.0.0.9"


def test_an_emptied_form_field_removes_its_part() -> None:
    assert unparse(editing.with_field(parse("10.0.0.5 :22"), "address", [])) == ":22"


def test_an_address_with_a_port_in_the_form_means_that_service() -> None:
    assert unparse(editing.with_field((), "address", ["10.0.3.7:5432"])) == "10.0.3.7:5432"


def test_a_wrong_form_value_is_refused() -> None:
    with pytest.raises(QuestionError, match="Not a value of port"):
        editing.with_field((), "port", ["ninety"])
