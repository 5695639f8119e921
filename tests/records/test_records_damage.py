"""Damaged and hostile input never stops a reader, never loses count, and never takes much memory."""

import gzip
import io
import json
import random
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from flowinsight import fields
from flowinsight.records.files import read_file
from flowinsight.records.tally import Tally

HEADER = (" ".join(fields.DEFAULT_FORMAT) + "\n").encode()
LINE = b"2 1 eni-0a 10.0.0.1 10.0.0.2 1 2 6 1 40 1700000000 1700000001 ACCEPT OK\n"
LINES = b"".join(LINE.replace(b" 40 ", b" %d " % number) for number in range(2000))
EVENTS = [{"timestamp": number, "message": LINE.decode().strip()} for number in range(500)]
CSV = (",".join(fields.DEFAULT_FORMAT) + "\n").encode() + LINES.replace(b" ", b",")
JSON = json.dumps({"events": EVENTS}).encode()
SUBSCRIPTION = json.dumps({"messageType": "DATA_MESSAGE", "logEvents": EVENTS}).encode() * 3


def zipped(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("one.log", content)
        archive.writestr("two.log", content)
    return out.getvalue()


def columns() -> bytes:
    rows = [line.split() for line in LINES.decode().splitlines()]
    table = {fields.BY_TOKEN[t].name: [row[n] for row in rows] for n, t in enumerate(fields.DEFAULT_FORMAT)}
    out = io.BytesIO()
    parquet.write_table(pa.table(table), out, row_group_size=500)
    return out.getvalue()


KINDS: dict[str, bytes] = {
    "text": HEADER + LINES,
    "gzip": gzip.compress(HEADER + LINES),
    "zip": zipped(HEADER + LINES),
    "stored zip": zipped(HEADER + LINES, zipfile.ZIP_STORED),
    "csv": CSV,
    "json": JSON,
    "subscription": SUBSCRIPTION,
    "parquet": columns(),
    "export": b"".join(b"2023-11-14T22:13:20.000Z " + line for line in LINES.splitlines(keepends=True)),
}


def account(path: Path) -> Tally:
    tally, rows = Tally(), 0
    for batch in read_file(path):
        tally += batch.tally
        rows += batch.table.num_rows
    assert tally.lines == tally.records + tally.status_rows + tally.skipped + tally.unparsable
    assert rows == tally.records + tally.status_rows
    assert sum(reason.count for reason in tally.reasons.values()) == tally.unparsable
    return tally


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bits_are_survived(kind: str, tmp_path: Path) -> None:
    dice = random.Random(kind)
    path = tmp_path / "damaged"
    for _ in range(12):
        content = bytearray(KINDS[kind])
        for _ in range(dice.choice([1, 1, 3, 40])):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path.write_bytes(content)
        account(path)


@pytest.mark.parametrize("kind", KINDS)
def test_truncated_files_are_survived(kind: str, tmp_path: Path) -> None:
    dice = random.Random(kind)
    path = tmp_path / "truncated"
    for _ in range(12):
        path.write_bytes(KINDS[kind][: dice.randrange(len(KINDS[kind]))])
        account(path)


def test_random_bytes_behind_every_beginning_are_survived(tmp_path: Path) -> None:
    dice = random.Random(7)
    path = tmp_path / "random"
    for beginning in (
        b"",
        b"\x1f\x8b",
        b"PK\x03\x04",
        b"PAR1",
        b'{"',
        b'{"events": [',
        b"[",
        b"\xef\xbb\xbf",
        HEADER,
        CSV[:120],
    ):
        for size in (0, 1, 100, 100_000):
            path.write_bytes(beginning + dice.randbytes(size))
            account(path)


def test_a_truncated_gzip_is_read_to_where_it_ends_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.log.gz"
    whole = gzip.compress(HEADER + random.Random(1).randbytes(1 << 20).hex(" ").encode().replace(b" 0", b"\n"))
    path.write_bytes(whole[: len(whole) // 2])
    tally = account(path)
    assert tally.lines > 1000
    assert "damaged" in tally.problems[0]


def test_a_damaged_member_of_an_archive_does_not_hide_the_others(tmp_path: Path) -> None:
    content = bytearray(zipped(HEADER + LINES))
    content[len(content) // 4] ^= 255
    path = tmp_path / "half.zip"
    path.write_bytes(content)
    tally = account(path)
    assert tally.records >= 2000
    assert len(tally.problems) == 1


def test_events_before_the_cut_in_a_json_document_are_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(JSON[: len(JSON) // 2])
    tally = account(path)
    assert 240 < tally.records < 260
    assert tally.problems or tally.unparsable


def test_a_broken_document_does_not_hide_the_next(tmp_path: Path) -> None:
    good = json.dumps({"message": LINE.decode()})
    path = tmp_path / "broken.json"
    path.write_text(good + '{"message": broken}' + good + "\n" + '{"message": "x\n' + good)
    tally = account(path)
    assert tally.records == 3
    assert tally.reasons["not a JSON document"].count == 2


def test_deep_nesting_is_refused_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    good = json.dumps({"message": LINE.decode()}) + "\n"
    path.write_text(good + '{"a":' * 100_000 + "1" + "}" * 100_000 + "\n" + "[" * 100_000 + "]" * 100_000 + "\n" + good)
    assert account(path).records == 2


def test_a_line_of_a_million_columns_is_one_unparsable_line(tmp_path: Path) -> None:
    path = tmp_path / "wide.log"
    for columns_of in (b"1 " * 1_000_000, b"a " * 400_000, b"srcaddr " * 100_000, b"1," * 500_000):
        path.write_bytes(HEADER + LINE + columns_of + b"\n" + LINE)
        tally = account(path)
        assert (tally.lines, tally.records, tally.unparsable) == (4, 2, 1)


def test_unlike_reasons_do_not_pile_up(tmp_path: Path) -> None:
    path = tmp_path / "ragged.log"
    path.write_bytes(HEADER + b"".join(b"x " * number + b"\n" for number in range(20, 1000)))
    tally = account(path)
    assert tally.unparsable == 980
    assert len(tally.reasons) <= 101


HUNDRED_MB = 100 << 20
READ = """
import resource, sys
from pathlib import Path
from flowinsight.records.files import read_file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lines = sum(batch.tally.lines for batch in read_file(Path(sys.argv[1])))
print(lines, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
BOMBS: dict[str, tuple[Callable[[], bytes], int]] = {
    "zeros": (lambda: bytes(HUNDRED_MB), 1),
    "blank lines": (lambda: b"\n" * (HUNDRED_MB // 4), HUNDRED_MB // 4),
    "one open JSON text": (lambda: b'{"message": "' + b"x" * HUNDRED_MB, 1),
    "an endless array": (lambda: b'{"a": [' + b"{}," * (HUNDRED_MB // 10), 1),
    "one quoted cell": (lambda: b'srcaddr,dstaddr\n"' + b"x" * HUNDRED_MB, 2),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("pack", [gzip.compress, zipped], ids=["gzip", "zip"])
def test_a_small_file_that_unpacks_to_a_large_one_takes_little_memory(
    bomb: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    make, lines = BOMBS[bomb]
    path = tmp_path / "bomb"
    path.write_bytes(pack(make()))
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    read, megabytes = map(int, done.stdout.split())
    assert read == lines * (2 if pack is zipped else 1)
    assert megabytes < 500
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 << 20
