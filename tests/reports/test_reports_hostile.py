"""Text from logs and from people, wherever it stands in a report: it stays text."""

import json
import re

import pytest

from flowinsight.columns import Table, of
from flowinsight.reports import markdown, page
from flowinsight.reports.content import (
    Bar,
    Bars,
    Bin,
    Code,
    Facts,
    Finding,
    Listing,
    Passage,
    Report,
    Section,
    Step,
    Steps,
    Timeline,
)
from tests.reports.outline import Outline

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


def test_every_character_there_is_stays_text() -> None:
    text = "".join(map(chr, range(0x110000)))
    report, harmless = (Report("t", "s", (Section("h", (Passage(one),)),)) for one in (text, "harmless"))

    assert Outline(page.render(report).decode()).elements == Outline(page.render(harmless).decode()).elements


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_text_in_markdown(text: str) -> None:
    body = re.sub(r"(`{3,})sql\n.*?\n\1", "", markdown.render(everywhere(text)), flags=re.DOTALL)
    body = re.sub(r"(`+)[^`\n].*?\1(?!`)", "", body)

    assert not re.search(r"(?<!\\)[<>]", re.sub(r"^\s*> ", "", body, flags=re.MULTILINE).replace("\\>", ""))
    assert not re.search(r"(?<!\\)!?(?<!\\)\[", body)
    assert "http://" not in body
    assert not re.search(r"(?<!\\)@", body)
