"""Script and formula in every text that a snapshot from elsewhere can hold: refused, or text wherever it is shown."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from flowinsight import cli, columns, exports, snapshots
from flowinsight.reports import frozen as of_snapshot
from flowinsight.reports import markdown, page
from flowinsight.snapshots import Snapshot, SnapshotError, archive, plain_json
from flowinsight.snapshots.facts import Facts, Sources
from tests.reports.outline import Outline
from tests.snapshots.test_snapshots_hostile import resealed

Frozen = Callable[..., Snapshot]
Path_ = tuple[str | int, ...]

HOSTILE = '=HYPERLINK("http://evil.example")\x1b[31m<script>alert(1)</script><img src=x onerror=alert(1)>](javascript:alert(1))'
PARTS = (archive.FACTS, archive.SOURCES, archive.ACCOUNT, archive.ANSWER)


def _texts(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    match value:
        case dict():
            for name, item in value.items():
                yield from _texts(item, (*path, name))
        case list():
            for place, item in enumerate(value):
                yield from _texts(item, (*path, place))
        case str():
            yield path


def _put(value: Any, path: Path_, text: str) -> Any:
    if not path:
        return text
    copy: Any = value.copy()
    copy[path[0]] = _put(copy[path[0]], path[1:], text)
    return copy


def _reads(made: Snapshot, part: str, content: bytes) -> bool:
    """Whether the part is accepted with this content."""
    changed = Snapshot({**made.parts, part: content})
    try:
        return all(one is not None for one in (changed.facts, changed.sources, changed.account, changed.answer))
    except SnapshotError:
        return False


def _filled(made: Snapshot, part: str) -> tuple[bytes, int, int]:
    """The part with the hostile text in every place that accepts it, and how many of the kinds of places do, and do not."""
    value = json.loads(made.parts[part])
    kinds: dict[tuple[str, ...], bool] = {}
    for path in list(_texts(value)):
        kind = tuple("*" if isinstance(step, int) else step for step in path)
        if kind not in kinds:
            kinds[kind] = _reads(made, part, json.dumps(_put(value, path, HOSTILE)).encode())
        if kinds[kind]:
            value = _put(value, path, HOSTILE)
    return json.dumps(value).encode(), sum(kinds.values()), sum(not one for one in kinds.values())


def _table(table: pa.Table) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table, out, compression="none")
    return out.getvalue()


def _told(table: pa.Table) -> pa.Table:
    """The table with the hostile text in place of every text."""
    columns = [
        pc.if_else(pc.is_valid(column), HOSTILE, None).cast(pa.string()) if pa.types.is_string(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


@pytest.fixture
def filled(frozen: Frozen, tmp_path: Path) -> Path:
    """A snapshot with the hostile text in every text of every part that may be any text, sealed as its maker would."""
    made = frozen("10.77.3.21")
    changed: dict[str, bytes] = {}
    for part in PARTS:
        changed[part], accepted, refused = _filled(made, part)
        assert accepted
        assert refused or part != archive.FACTS, "a question cannot be any text"
    changed |= {name: _table(_told(table)) for name, table in made.tables.items()}
    archive.save(resealed(made, changed), tmp_path / "a.flowsnap")
    return tmp_path / "a.flowsnap"


def test_it_is_text_in_the_report(filled: Path, frozen: Frozen) -> None:
    found, plain = snapshots.open_snapshot(filled), frozen("10.77.3.21")

    hostile, harmless = (Outline(page.render(of_snapshot.report(one, 0)).decode()) for one in (found, plain))

    assert HOSTILE.replace("\x1b", "\ufffd") in "".join(hostile.texts)
    assert set(hostile.elements) <= set(harmless.elements)
    assert hostile.elements.count("script") == harmless.elements.count("script") == 2
    assert hostile.attributes == harmless.attributes
    assert hostile.scripts[1] == harmless.scripts[1]
    ticket = markdown.render(of_snapshot.report(found, 0))
    prose = re.sub(r"(`+)[^`\n].*?\1(?!`)", "", re.sub(r"(`{3,})\w*\n.*?\n\1", "", ticket, flags=re.DOTALL))
    assert "HYPERLINK" in prose
    assert not re.search(r"(?<!\\)<|(?<!\\)\[|http://", prose)
    assert "\x1b" not in ticket


def test_it_is_text_in_a_terminal_and_in_a_spreadsheet(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("show",), ("check",)):
        assert cli.main(["snapshot", *words, str(filled)]) == 0
        assert "\x1b" not in capsys.readouterr().out

    table = columns.conversations(snapshots.open_snapshot(filled).answer)
    exported = exports.to_csv(table.exported(), [table.heading(one) for one in table.columns]).decode()
    cells = [cell for row in csv.reader(io.StringIO(exported)) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_it_is_text_in_a_source_that_is_asked(filled: Path) -> None:
    opened = snapshots.load(snapshots.open_snapshot(filled))

    rows = opened.connection.execute("SELECT DISTINCT interface_id FROM records").fetchall()
    assert rows == [(HOSTILE,)]


def test_every_kind_of_text_was_tried(frozen: Frozen) -> None:
    made = frozen("10.77.3.21")

    said = json.loads(made.parts[archive.FACTS])
    assert {path[0] for path in _texts(said)} >= {"question", "caller", "tool", "note", "rules"}
    for kind, part in ((Facts, archive.FACTS), (Sources, archive.SOURCES)):
        with pytest.raises(SnapshotError):
            plain_json.read(kind, json.dumps({**json.loads(made.parts[part]), HOSTILE: 1}).encode(), part)
