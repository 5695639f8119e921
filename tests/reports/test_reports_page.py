"""The HTML report: complete, escaped, small, and closed to everything but its own script and style."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from flowinsight import wording
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.reports import answers, page
from flowinsight.reports.content import About, Seal, Step
from tests.reports.outline import Outline

ABOUT = About(
    1793663998,
    source="A company's day",
    note="Why?",
    seal=Seal("3f8a" * 16, (("Records", "All 1,324 matching records are inside."),), (("records.parquet", "ab" * 32),)),
    steps=(Step(1793663900, ":22", "Port 22 was used", "look here"),),
)


@pytest.fixture(scope="module")
def written(found: Investigation) -> str:
    return page.render(answers.report(found, ABOUT)).decode()


def test_a_report_says_what_the_page_says(written: str, found: Investigation) -> None:
    said = "\n".join(Outline(written).texts)

    for sentence in wording.sentences(found):
        assert sentence in said
    assert "Seen, partly covered" in said
    assert wording.reconciliation(found.reconciliation) in said
    assert wording.covered(found.coverage) in said
    assert found.statement.text in said
    for name in ("192.0.2.66", "3f8a" * 16, "ab" * 32, "All 1,324 matching records are inside.", "Why?", "look here"):
        assert name in said


def test_every_conversation_listed_is_in_the_file_without_any_script(written: str, found: Investigation) -> None:
    assert written.count("<tr>") - written.count("<thead><tr>") >= len(found.conversations)
    assert all(row["client"] in written for row in found.conversations)


def test_the_policy_lets_nothing_in_but_the_reports_own_script_and_style(written: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', written)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for element in ("script", "style"):
        (body,) = re.findall(rf"<{element}>(.*?)</{element}>", written, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy[1]


def test_no_element_asks_another_place_for_anything(written: str) -> None:
    outline = Outline(written)

    assert not {"src", "href", "srcset", "action", "style", "onclick", "onload"} & outline.attributes
    assert not {"img", "link", "iframe", "object", "a", "form"} & set(outline.elements)
    assert "http://" not in written
    assert "https://" not in written


def test_a_typical_report_is_far_below_two_megabytes(company_day: Loaded) -> None:
    everything = investigate(Question(limit=1000), company_day)

    assert len(page.render(answers.report(everything, ABOUT))) < 1_000_000


def test_what_programs_read_is_json_beside_the_text(written: str, found: Investigation) -> None:
    data = json.loads(Outline(written).scripts[0])

    assert data["snapshot"] == "3f8a" * 16
    assert data["reconciliation"] == found.reconciliation
    assert Question.from_json(json.dumps(data["question"])) == found.question


def test_the_same_report_gives_the_same_bytes(found: Investigation) -> None:
    assert page.render(answers.report(found, ABOUT)) == page.render(answers.report(found, ABOUT))


def test_an_answer_of_nothing_has_its_verdict_and_no_charts(found: Investigation) -> None:
    nothing = replace(
        found, verdict="none seen, coverage unknown", reconciliation={**found.reconciliation, "conversations": 0}
    )
    text = page.render(answers.report(nothing, ABOUT)).decode()

    assert "None seen, coverage unknown" in text
    assert "<svg" not in text
