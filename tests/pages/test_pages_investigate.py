"""The Investigate page: one question, seen as a box, chips and a form, and its answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

Opened = Callable[..., AppTest]


def text_of(page: AppTest) -> str:
    """Everything written on the page, without Markdown's escapes."""
    return "\n".join(one.value for one in [*page.markdown, *page.error, *page.code]).replace("\\", "")


def box(page: AppTest) -> str:
    return str(page.text_input(key="q").value)


def test_a_first_visit_opens_on_an_answer(opened: Opened) -> None:
    page = opened()

    assert not page.exception
    assert "Port 22 of 9 servers was used by 57 clients" in text_of(page)
    assert "Seen, partly covered" in text_of(page)
    assert ":gray[in A company's day (generated)]" in text_of(page)


def test_a_link_opens_its_question(opened: Opened) -> None:
    page = opened(q=":443 rejected", t="2026-11-02T08:00Z/2026-11-02T18:00Z")

    assert box(page) == ":443 rejected"
    assert page.text_input(key="t").value == "2026-11-02T08:00Z/2026-11-02T18:00Z"
    assert page.query_params["q"] == ":443 rejected"


def test_the_box_fills_the_form(opened: Opened) -> None:
    page = opened(q="from 192.0.2.66 :22 rejected")

    assert page.text_input(key="form_client").value == "192.0.2.66"
    assert page.text_input(key="form_port").value == "22"
    assert page.text_input(key="form_address").value == ""


def test_the_form_edits_the_box(opened: Opened) -> None:
    page = opened()

    page.text_input(key="form_client").set_value("192.0.2.66").run()

    assert box(page) == ":22 from 192.0.2.66"
    assert "As client, 192.0.2.66 used 1 server" in text_of(page)


def test_a_wrong_value_in_the_form_is_said_and_changes_nothing(opened: Opened) -> None:
    page = opened()

    page.text_input(key="form_port").set_value("ninety").run()

    assert "ninety is not a port" in text_of(page)
    assert box(page) == ":22"


def test_a_chip_removes_its_part(opened: Opened) -> None:
    page = opened(q=":22 rejected")

    page.button(key="chip_1").click().run()

    assert box(page) == ":22"


def test_a_typed_time_becomes_a_range_in_utc(opened: Opened) -> None:
    page = opened()

    page.text_input(key="t").set_value("2026-11-02 08:00 - 2026-11-02 10:00").run()

    assert page.query_params["t"] == "2026-11-02T08:00Z/2026-11-02T10:00Z"


def test_an_arrow_shifts_the_range_by_its_length(opened: Opened) -> None:
    page = opened(t="2026-11-02T08:00Z/2026-11-02T10:00Z")

    page.button(key="time_earlier").click().run()

    assert page.query_params["t"] == "2026-11-02T06:00Z/2026-11-02T08:00Z"


def test_an_address_in_two_networks_asks_which(opened: Opened) -> None:
    page = opened(q="10.20.1.11")

    assert "10.20.1.11 is in 2 networks: which one?" in text_of(page)
    assert "was used by" not in text_of(page)

    page.button(key="network_vpc-0f4eac08e209dc69c").click().run()

    assert box(page) == "10.20.1.11 vpc-id=vpc-0f4eac08e209dc69c"
    assert "As server, 10.20.1.11 was used by" in text_of(page)


def test_a_nat_gateway_is_said_to_stand_between(opened: Opened) -> None:
    page = opened(q="10.20.0.30")

    assert "In between: 63 conversations of others went through 10.20.0.30." in text_of(page)
    assert "Role unknown: 2 conversations" in text_of(page)


def test_the_other_direction_and_either_side_are_one_press(opened: Opened) -> None:
    page = opened(q="from 192.0.2.66")

    page.button(key="turn_direction").click().run()
    assert box(page) == "to 192.0.2.66"

    page.button(key="turn_either").click().run()
    assert box(page) == "192.0.2.66"


def test_the_period_before_needs_a_range(opened: Opened) -> None:
    page = opened()
    assert page.button(key="turn_before").disabled

    page = opened(t="2026-11-02T08:00Z/2026-11-02T10:00Z")
    page.button(key="turn_before").click().run()
    assert page.query_params["t"] == "2026-11-02T06:00Z/2026-11-02T08:00Z"


def test_the_trail_leads_back(opened: Opened) -> None:
    page = opened(q=":3306")
    page.text_input(key="q").set_value(":443").run()

    page.button(key="step_0").click().run()

    assert box(page) == ":3306"


def test_the_trail_begins_with_what_a_person_asked(opened: Opened) -> None:
    page = opened()
    assert not [one for one in page.button if str(one.key).startswith("step_")]

    page.text_input(key="q").set_value(":443").run()
    page.text_input(key="q").set_value(":22").run()

    assert [one.label for one in page.button if str(one.key).startswith("step_")] == [r"\:443"]


def test_another_source_begins_with_no_step_either(opened: Opened) -> None:
    page = opened(q=":443")
    page.radio(key="source").set_value("APT29 evaluation (real captures)").run()

    assert box(page) == ":443"
    assert [one.label for one in page.button if str(one.key).startswith("step_")] == [r"\:443"]


def test_a_chosen_conversation_shows_its_records(opened: Opened) -> None:
    page = opened(q=":22 from 192.0.2.66")
    page.session_state["conversations_"] = {"selection": {"rows": [0], "columns": [], "cells": []}}

    page.run()

    assert "192.0.2.66 → 10.20.0.40" in text_of(page)
    records = page.dataframe[-1].value
    assert set(records["action"]) == {"ACCEPT"}
    assert "SYN ACK PSH" in " ".join(records["tcp-flags"]) or "SYN" in " ".join(records["tcp-flags"])


def test_what_is_new_needs_a_range(opened: Opened) -> None:
    page = opened(view="New")

    assert "What is new needs a time range" in text_of(page)


def test_new_clients_are_those_without_a_record_before(opened: Opened) -> None:
    page = opened(view="New", t="2026-11-02T12:00Z/2026-11-02T18:00Z")

    assert "clients are new in these logs" in text_of(page)


def test_a_moment_tells_what_changed(opened: Opened) -> None:
    page = opened(view="Around a moment", q=":8443", at="2026-11-02T12:00Z", half="6 hours")

    assert not page.exception
    assert "At 2026-11-02 12:00:00 UTC:" in text_of(page)


@pytest.mark.parametrize("view", ["Clients", "Servers", "Services", "Who uses what", "Coverage", "Query"])
def test_every_view_opens(opened: Opened, view: str) -> None:
    page = opened(view=view)

    assert not page.exception
    assert not page.error


def test_an_outcome_limits_the_conversations_listed(opened: Opened) -> None:
    page = opened(outcome="handshake only")

    assert "1 of 103 conversations, most bytes first, outcome handshake only only" in text_of(page)


@pytest.mark.parametrize(
    ("query", "time", "verdict", "next_step"),
    [
        (":4444", "", "None seen, partly covered", "Show the coverage"),
        ("169.254.169.254", "", "Cannot be seen in these logs", "Show the coverage"),
        (":22", "2020-01-01T00:00Z/2020-01-02T00:00Z", "Cannot be seen in these logs", "Ask for all of the time"),
    ],
)
def test_an_empty_answer_is_a_verdict_with_a_next_step(
    opened: Opened, query: str, time: str, verdict: str, next_step: str
) -> None:
    page = opened(q=query, t=time)

    assert verdict in text_of(page)
    assert next_step in [button.label for button in page.button]


def test_a_link_to_nothing_in_a_folder_is_named(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "gone.log").symlink_to(tmp_path / "nothing")

    page = opened(source="Files on this machine", path=str(tmp_path), q="10.0.3.7")

    assert "gone.log cannot be read: No such file or directory." in text_of(page)


def test_a_path_that_does_not_exist_is_an_error_with_a_sentence(opened: Opened, tmp_path: Path) -> None:
    page = opened(source="Files on this machine", path=str(tmp_path / "_nothing_"), q="10.0.3.7")

    assert len(page.error) == 1
    assert f"There is no file or folder {tmp_path / '_nothing_'}" in text_of(page)
    assert not page.exception

    page.button(key="failed_again").click().run()
    assert (page.text_input(key="path").value, page.query_params["q"]) == (str(tmp_path / "_nothing_"), "10.0.3.7")
    page.button(key="failed_example").click().run()
    assert "57 clients" in text_of(page)


def test_own_files_are_asked_for_before_anything_else(opened: Opened) -> None:
    page = opened(source="Files on this machine")

    assert "Which flow logs?" in text_of(page)


def test_hostile_text_in_a_link_is_shown_as_text(opened: Opened) -> None:
    page = opened(
        q='<img src=x onerror=alert(1)> ](javascript:alert(1)) "', t="](x)", view="nowhere", at="**bold**", source="?"
    )

    assert not page.exception
    assert page.error


def test_the_coverage_by_interface_adds_up_to_the_whole(opened: Opened) -> None:
    page = opened(view="Coverage")

    table = page.dataframe[-1].value
    assert "Of 2,900 interface-bins of 10 minutes: 2,107 with records, 665 no traffic" in text_of(page)
    assert table["With records"].sum() == 2107
    assert table.drop(columns="Interface").to_numpy().sum() == 2900
