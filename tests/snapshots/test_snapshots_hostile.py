"""A snapshot from elsewhere is refused with a sentence: nothing is executed, nothing is written, nothing grows without bounds."""

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from flowinsight import exports, snapshots
from flowinsight.snapshots import Snapshot, SnapshotError, archive, snapshot, tables

Frozen = Callable[..., Snapshot]


def resealed(made: Snapshot, changed: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts with others in their place, and a manifest and an id that fit: what a clever stranger would send."""
    parts = {**made.parts, **changed}
    manifest = json.loads(parts[archive.MANIFEST])
    if archive.MANIFEST not in changed:
        manifest["parts"] = {name: vars(one) for name, one in snapshot.listed(parts).items()}
    parts[archive.MANIFEST] = json.dumps(manifest).encode()
    parts[archive.IDENTITY] = hashlib.sha256(parts[archive.MANIFEST]).hexdigest().encode()
    return parts


def _opened(parts: Mapping[str, bytes], folder: Path) -> None:
    """Open a file of these parts, and use all that it says."""
    archive.save(parts, folder / "a.flowsnap")
    found = snapshots.open_snapshot(folder / "a.flowsnap")
    assert found.answer
    assert found.sources
    snapshots.load(found)


def _zip(entries: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _table(table: pa.Table, **how: object) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table, out, **{"compression": "none", **how})
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../../outside.json", "/etc/passwd", "facts.json/", "C:\\facts.json", "run.py", "records.pkl", "Facts.json"],
)
def test_a_name_that_is_no_part_is_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    path = tmp_path / "in/a.flowsnap"
    path.parent.mkdir()
    path.write_bytes(_zip([(name, pickle.dumps(print))]))

    with pytest.raises(SnapshotError, match="no part of a snapshot"):
        snapshots.open_snapshot(path)
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["a.flowsnap"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_is_there_twice_is_refused() -> None:
    with pytest.raises(SnapshotError, match="in it twice"):
        archive.unpacked(_zip([("facts.json", b"{}"), ("facts.json", b"[]")]), "a")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(SnapshotError, match="would unpack to 80 MiB"):
        archive.unpacked(_zip([("records.parquet", bytes(80 << 20))]), "a")


def test_a_file_that_is_cut_off_or_hides_something_is_refused(frozen: Frozen) -> None:
    whole = snapshots.packed(frozen(":22"))

    for content in (whole[: len(whole) // 2], whole[:-1], b"MZ" + whole, whole + b"more", b"", b"not a zip"):
        with pytest.raises(SnapshotError):
            archive.unpacked(content, "a")


def test_a_newer_version_says_so(frozen: Frozen, tmp_path: Path) -> None:
    made = frozen(":22")
    manifest = {**json.loads(made.parts[archive.MANIFEST]), "version": 2}

    with pytest.raises(SnapshotError, match="written by a newer FlowInsight"):
        _opened(resealed(made, {archive.MANIFEST: json.dumps(manifest).encode()}), tmp_path)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (archive.FACTS, '"note": "see ticket 4711"', '"note": NaN'),
        (archive.FACTS, '"note": "see ticket 4711"', '"note": 7'),
        (archive.FACTS, '"note": "see ticket 4711"', '"note": "a", "note": "b"'),
        (archive.FACTS, '"note": "see ticket 4711"', '"note": "a", "run": "b"'),
        (archive.FACTS, '"matching": 120', '"matching": 1' + "0" * 60),
        (archive.FACTS, '"matching": 120', '"matching": 121'),
        (archive.FACTS, '"clock_offset": null', '"clock_offset": 1e999'),
        (archive.FACTS, '"question": "', '"question": "x'),
        (archive.FACTS, '"names": []', '"names": ' + "[" * 100_000 + "]" * 100_000),
        (archive.SOURCES, '"kind": "file"', '"kind": "shell"'),
        (archive.ACCOUNT, '"lines": ', '"lines": "'),
        (archive.ACCOUNT, '{"tally"', '{"connection": 1, "tally"'),
        (archive.ANSWER, '"verdict": "', '"verdict": ["'),
    ],
)
def test_words_of_a_wrong_kind_are_refused(part: str, old: str, new: str, frozen: Frozen, tmp_path: Path) -> None:
    made = frozen(":22")
    text = made.parts[part].decode()
    assert old in text

    with pytest.raises(SnapshotError):
        _opened(resealed(made, {part: text.replace(old, new, 1).encode()}), tmp_path)


def test_tables_of_a_wrong_kind_are_refused(frozen: Frozen, tmp_path: Path) -> None:
    made = frozen(":22")
    records = made.table(archive.RECORDS)
    place = records.column_names.index("dstport")
    wrong = {
        "text for numbers": _table(records.set_column(place, "dstport", records.column("dstport").cast(pa.string()))),
        "another column": _table(records.append_column("run", records.column("action"))),
        "a port too high": _table(records.set_column(place, "dstport", pa.array([70_000] * len(records), pa.int32()))),
        "floats": _table(records.set_column(place, "dstport", pa.array([float("nan")] * len(records)))),
        "a huge text": _table(
            records.set_column(records.column_names.index("action"), "action", pa.array(["x" * 5000] * len(records)))
        ),
        "compressed inside": _table(records, compression="zstd"),
        "no table": b"PAR1 and nothing else PAR1",
        "cut off": made.parts[archive.RECORDS][:-9],
    }
    for why, content in wrong.items():
        with pytest.raises(SnapshotError):
            _opened(resealed(made, {archive.RECORDS: content}), tmp_path)
        assert why


@pytest.mark.parametrize("name", [archive.NETWORKS, archive.COVERAGE, archive.HOPS])
def test_no_byte_of_a_footer_ends_the_process(name: str, frozen: Frozen) -> None:
    content = frozen(":22").parts[name]
    size, refused = int.from_bytes(content[-8:-4], "little"), 0

    for place in range(len(content) - 8 - size, len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x41
        try:
            tables.read(name, bytes(changed))
        except SnapshotError:
            refused += 1

    assert refused > size / 3, "what stays is of no consequence: names of programs, statistics that nobody reads"


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("clients", "servers", "../../x"),
        ("clients", "first", "now"),
        ("clients", "last", 10**15),
        ("servers", "ports", [None]),
        ("services", "port", {"a": 1}),
        ("timeline", "rejected", "<script>"),
        ("timeline", "accepted", -1),
        ("outcomes", "outcome", 1),
        ("protocols", "sent", None),
        ("uses", "client", 7),
        ("conversations", "interfaces", "eni-1"),
        ("conversations", "reject_kinds", {"attempt": "many"}),
        ("conversations", "new", 1),
    ],
)
def test_rows_of_an_answer_that_nobody_could_show_are_refused(
    table: str, column: str, value: object, frozen: Frozen, tmp_path: Path
) -> None:
    made = frozen(":22")
    answer = json.loads(made.parts[archive.ANSWER])
    answer[table][0][column] = value

    with pytest.raises(SnapshotError, match=f"A row of its {table} has"):
        _opened(resealed(made, {archive.ANSWER: json.dumps(answer).encode()}), tmp_path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("reconciliation", "conversations"), None),
        (("bin_seconds",), 0),
        (("coverage", "oldest"), 10**15),
        (("verdict",), "\ud800"),
    ],
)
def test_counts_and_times_of_an_answer_that_nobody_could_show_are_refused(
    path: tuple[str, ...], value: object, frozen: Frozen, tmp_path: Path
) -> None:
    made = frozen(":22")
    answer = inner = json.loads(made.parts[archive.ANSWER])
    for name in path[:-1]:
        inner = inner[name]
    inner.pop(path[-1]) if value is None else inner.update({path[-1]: value})

    with pytest.raises(SnapshotError, match="the snapshot is not opened"):
        _opened(resealed(made, {archive.ANSWER: json.dumps(answer).encode()}), tmp_path)


def test_a_table_of_too_many_rows_is_refused_before_it_is_read() -> None:
    count = tables.MOST_ROWS + 1
    table = pa.table(
        {name: pa.nulls(count, kind.type) for name, kind in zip(tables.NETWORKS.names, tables.NETWORKS, strict=True)}
    )

    with pytest.raises(SnapshotError, match="more than FlowInsight opens"):
        tables.read(archive.NETWORKS, _table(table))


def test_scripts_and_formulas_stay_text(frozen: Frozen, tmp_path: Path) -> None:
    made = frozen(":22")
    bad = '=HYPERLINK("x")<script>alert(1)</script>'
    records = made.table(archive.RECORDS)
    named = records.set_column(
        records.column_names.index("interface_id"), "interface_id", pa.array([bad] * len(records))
    )
    archive.save(resealed(made, {archive.RECORDS: _table(named)}), tmp_path / "a.flowsnap")

    found = snapshots.load(snapshots.open_snapshot(tmp_path / "a.flowsnap"))

    rows = found.connection.execute("SELECT interface_id FROM records LIMIT 1").fetchall()
    assert rows == [(bad,)]
    assert exports.to_csv([{"interface": bad}], ["interface"]).splitlines()[1].startswith(b"\"'=HYPERLINK")
