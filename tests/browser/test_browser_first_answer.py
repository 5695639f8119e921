"""A person opens the product, reads an answer, and asks something else."""

import pytest
from playwright.sync_api import expect

from tests.browser.driven import App

pytestmark = pytest.mark.browser


def test_the_page_opens_with_an_answer_about_the_example(app: App) -> None:
    app.goto()

    expect(app.by_key("card_answer")).to_contain_text("was used by 57 clients")


def test_another_question_gives_another_answer(app: App) -> None:
    app.goto()

    app.fill("q", ":443")

    expect(app.by_key("card_answer")).not_to_contain_text("57 clients")
    expect(app.by_key("card_answer")).to_contain_text("443")


def test_a_word_that_means_nothing_is_marked(app: App) -> None:
    app.goto()

    app.fill("q", ":22 nonsense")

    expect(app.page.get_by_role("alert")).to_contain_text("nonsense is not an address")
