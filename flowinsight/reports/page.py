"""A report as one HTML file: no network, no script but its own, everything escaped, complete also where scripts do not run."""

import base64
import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path
from typing import assert_never

from flowinsight.columns import Table
from flowinsight.reports import drawing
from flowinsight.reports.cells import KINDS, as_text, is_last, sorted_by
from flowinsight.reports.content import (
    Bars,
    Block,
    Code,
    Facts,
    Finding,
    Listing,
    Passage,
    Report,
    Section,
    Steps,
    Timeline,
    visible,
)
from flowinsight.reports.drawing import safe
from flowinsight.roles import utc

_GRADES = {
    "covered": "covered",
    "partly covered": "partly",
    "coverage unknown": "unknown",
    "cannot be seen": "cannot",
}


@cache
def _own(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def content_security_policy() -> str:
    """Nothing but this file's own script and style, known by their hashes."""
    return (
        f"default-src 'none'; script-src {_hash('report.js')}; style-src {_hash('report.css')}; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(name: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(_own(name).encode()).digest()).decode()}'"


def render(report: Report) -> bytes:
    """The file, in UTF-8. The same report gives the same bytes."""
    title = safe(report.title)
    body = "".join(map(_section, report.sections))
    foot = "Written by FlowInsight. Times are in UTC. This file needs no network and asks for nothing."
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{content_security_policy()}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        f"<title>{title}</title><style>{_own('report.css')}</style></head>\n<body><main>"
        f'<header><h1>{title}</h1><p>{safe(report.subtitle)}</p></header>{body}<footer class="muted">{foot}</footer></main>\n'
        f'<script type="application/json" id="data">{_json(report.data)}</script>\n<script>{_own("report.js")}</script>'
        "</body></html>\n"
    ).encode()


def _json(data: object) -> str:
    """JSON that cannot end the element it stands in, nor open another."""
    text = json.dumps(data, separators=(",", ":"), default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _section(section: Section) -> str:
    blocks = "".join(map(_block, section.blocks))
    return f"<section{_HALF if section.half else ''}><h2>{safe(section.heading)}</h2>{blocks}</section>\n"


_HALF = ' class="half"'


def _block(block: Block) -> str:
    match block:
        case Facts():
            return _facts(block)
        case Finding():
            return _finding(block)
        case Timeline():
            return drawing.timeline(block)
        case Bars():
            return drawing.bars(block)
        case Listing():
            return (f'<p class="muted">{safe(block.said)}</p>' if block.said else "") + _table(block.table)
        case Passage():
            return _quoted(block.text) if block.quoted else f"<p>{safe(block.text)}</p>"
        case Code():
            return f"<pre>{_lines(block.text)}</pre>"
        case Steps():
            return _steps(block)
        case _:
            assert_never(block)


def _lines(text: str) -> str:
    return escape(visible(text, lines=True), quote=True)


def _quoted(text: str) -> str:
    return f"<blockquote>{_lines(text)}</blockquote>"


def _facts(facts: Facts) -> str:
    items = "".join(
        f"<dt>{safe(name)}</dt><dd>{f'<code>{safe(value)}</code>' if name in facts.exact else safe(value)}</dd>"
        for name, value in facts.items
    )
    return f"<dl>{items}</dl>"


def _finding(finding: Finding) -> str:
    said = [("lead", text) for text in finding.sentences]
    said += [("warn", text) for text in finding.reasons] + [("muted", text) for text in finding.cautions]
    badge = f'<span class="badge {_GRADES[finding.grade]}">{safe(finding.verdict)}</span>'
    return badge + "".join(f'<p class="{kind}">{safe(text)}</p>' for kind, text in said)


def _steps(case: Steps) -> str:
    items = "".join(
        f'<li><p class="muted">{safe(utc(step.at))} UTC</p><p class="mono">{safe(step.asked)}</p><p>{safe(step.answer)}</p>'
        f"{_quoted(step.note) if step.note else ''}</li>"
        for step in case.steps
    )
    return f'<ol class="steps">{items}</ol>'


def _table(table: Table) -> str:
    heads = "".join(
        f'<th scope="col" class="{KINDS[one.kind]}">{safe(table.heading(one))}</th>' for one in table.columns
    )
    rows = "".join(_row(table, row) for row in table.rows)
    return f'<div class="wide"><table class="rows"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(table: Table, row: dict[str, object]) -> str:
    cells = []
    for column in table.columns:
        text, value = as_text(column, row), sorted_by(column, row)
        known = "" if value is None else f' data-v="{value}"'
        kind = f"{KINDS[column.kind]} bad" if text == "rejected" else KINDS[column.kind]
        cells.append(f'<td class="{kind}"{known}>{safe(text)}</td>')
    return f"<tr{_LAST if is_last(table, row) else ''}>{''.join(cells)}</tr>"


_LAST = ' data-last="1"'
