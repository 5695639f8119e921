"""The HTML report: complete, escaped, small, and closed to everything but its own script and style."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowinsight import wording
from flowinsight.columns import Table, of
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question
from flowinsight.reports import answers, markdown, page
from flowinsight.reports.content import (
    About,
    Bar,
    Bars,
    Bin,
    Code,
    Facts,
    Finding,
    Listing,
    Passage,
    Report,
    Seal,
    Section,
    Step,
    Steps,
    Timeline,
)

ABOUT = About(
    1793663998,
    source="A company's day",
    note="Why?",
    seal=Seal("3f8a" * 16, (("Records", "All 1,324 matching records are inside."),), (("records.parquet", "ab" * 32),)),
    steps=(Step(1793663900, ":22", "Port 22 was used", "look here"),),
)

VOID = {"meta", "link", "br", "img", "input"}


class Outline(HTMLParser):
    """What a browser would make of a file: its elements, attributes, scripts, and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.texts.append(data)


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


HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</script><script>alert(1)</script>", "<!--", "]]>",
    "' onmouseover='alert(1)", "&lt;b&gt;", "javascript:alert(1)", "\u202egpj.exe", "a\x00b\x1b[31m", "=cmd|' /C calc'!A0",
    "http://evil.example/", "![x](http://evil.example/x.png)", "[x](javascript:alert(1))", "```\n# heading",
    "| a | b |\n", "@team",
)  # fmt: skip


def everywhere(text: str) -> Report:
    """A report with a text in every place that can hold one."""
    table = Table(
        text, [{"a": text, "b": 1}, {"a": "Other", "b": 2}], (of("a", "address", text), of("b", "number", text))
    )
    blocks = (
        Facts(((text, text),), frozenset({text})), Facts(((text, text),)), Finding(text, "covered", (text,), (text,), (text,)),
        Timeline((Bin(600, 1, 2, 3),), 600, (0, 1200)), Bars((Bar(text, text, ((1, "accepted", text),)),), (("other", text),)),
        Listing(table, text), Passage(text), Passage(text, quoted=True), Code(text, "sql"), Steps((Step(1, text, text, text),)),
    )  # fmt: skip
    return Report(text, text, (Section(text, blocks),), {text: text})


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_text_wherever_it_stands(text: str) -> None:
    harmless, hostile = (Outline(page.render(everywhere(one)).decode()) for one in ("harmless", text))

    assert hostile.elements == harmless.elements
    assert hostile.attributes == harmless.attributes
    assert hostile.scripts[1] == harmless.scripts[1]
    assert json.loads(hostile.scripts[0]) == {text: text}
    assert not set("".join(hostile.texts)) & {"\x00", "\x1b", "\u202e"}


@given(st.text(min_size=1, max_size=40))
def test_any_text_stays_text(text: str) -> None:
    outline = Outline(page.render(everywhere(text)).decode())

    assert outline.elements == Outline(page.render(everywhere("harmless")).decode()).elements
    assert not outline.open


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_text_in_markdown(text: str) -> None:
    body = re.sub(r"(`{3,})sql\n.*?\n\1", "", markdown.render(everywhere(text)), flags=re.DOTALL)
    body = re.sub(r"(`+)[^`\n].*?\1(?!`)", "", body)

    assert not re.search(r"(?<!\\)[<>]", re.sub(r"^\s*> ", "", body, flags=re.MULTILINE).replace("\\>", ""))
    assert not re.search(r"(?<!\\)!?(?<!\\)\[", body)
    assert "http://" not in body
    assert not re.search(r"(?<!\\)@", body)
