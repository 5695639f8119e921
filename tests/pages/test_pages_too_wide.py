"""What would take long is said before it begins, with ways to less of it."""

from pathlib import Path

import pytest

from flowinsight import effort
from tests.pages.live_pages import Opened, keys, text_of

DAY = "2026-11-02T00:00Z/2026-11-03T00:00Z"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is too long, and a record takes ten thousand times longer."""
    monkeypatch.setattr(effort, "PATIENCE", 1.0)
    monkeypatch.setattr(effort, "_MATCHING", 0.002)


@pytest.mark.usefixtures("impatient")
def test_a_wide_question_waits_for_a_person_and_offers_less_of_it(opened: Opened) -> None:
    page = opened(q="accepted", t=DAY)

    assert "This question is wide" in text_of(page)
    assert "was used by" not in text_of(page)
    less = page.button(key="wide_0")
    assert less.label.replace("\\", "").startswith("The last hour: ")

    less.click().run()

    assert page.query_params["t"] in ("2026-11-02T23:00Z/2026-11-03T00:00Z", ["2026-11-02T23:00Z/2026-11-03T00:00Z"])


@pytest.mark.usefixtures("impatient")
def test_a_wide_question_is_answered_all_the_same_and_not_asked_about_again(opened: Opened) -> None:
    page = opened(q="udp", t=DAY)

    page.button(key="wide_on").click().run()
    assert "This question is wide" not in text_of(page)
    assert "Seen, partly covered" in text_of(page)

    page.session_state["wide_agreed"] = ""
    assert "wide_on" not in keys(page.run())


def test_files_that_take_long_to_read_wait_for_a_person(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(effort, "_PARSED", 1.0)
    header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
    line = "2 111122223333 eni-0a1b2c3d 10.0.0.5 10.0.3.7 40000 22 6 10 8400 1793577600 1793577660 ACCEPT OK"
    (tmp_path / "flows.log").write_text("\n".join([header, *[line] * 40]))

    page = opened(source="Files on this machine", path=str(tmp_path), q="10.0.3.7")
    assert "These are many records to read at once" in text_of(page)
    assert f"python -m flowinsight ingest {tmp_path}" in text_of(page)

    page.button(key="wide_on").click().run()
    assert "As server, 10.0.3.7 was used by 1 client" in text_of(page)
