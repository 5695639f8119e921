"""Every way flow logs are delivered gives the same records."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from flowinsight import fields
from flowinsight.records.files import found, read_file
from flowinsight.records.tally import Tally

HEADER = " ".join(fields.DEFAULT_FORMAT)
LINES = [
    "2 012345678901 eni-0a1b2c3d 10.0.0.5 203.0.113.9 49152 443 6 10 840 1700000000 1700000059 ACCEPT OK",
    "2 012345678901 eni-0a1b2c3d 203.0.113.9 10.0.0.5 443 49152 6 12 9000 1700000001 1700000060 ACCEPT OK",
    "2 012345678901 eni-0a1b2c3d 2001:db8::1 2001:db8::2 0 0 58 1 80 1700000002 1700000003 REJECT OK",
    "2 012345678901 eni-0a1b2c3d - - - - - - - 1700000100 1700000160 - NODATA",
    "2 012345678901 eni-0e4f5a6b - - - - - - - 1700000100 1700000160 - SKIPDATA",
]
ROWS = [line.split() for line in LINES]


def lines_of(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def event(line: str, number: int) -> dict[str, object]:
    return {"id": f"{number:056}", "timestamp": 1700000000000 + number, "message": line}


EVENTS = [event(line, number) for number, line in enumerate(LINES)]
CONTROL = {
    "messageType": "CONTROL_MESSAGE",
    "owner": "CloudwatchLogs",
    "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: Checking health of destination."}],
}
DATA = [{"messageType": "DATA_MESSAGE", "owner": "012345678901", "logGroup": "flow", "logEvents": EVENTS[:2]}]
DATA.append({"messageType": "DATA_MESSAGE", "owner": "012345678901", "logGroup": "flow", "logEvents": EVENTS[2:]})


def as_csv(names: Iterable[str], rows: Iterable[Iterable[str]], quoting: Any = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting)
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue().encode()


def as_parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    parquet.write_table(table, out, compression="gzip")
    return out.getvalue()


def aws_parquet() -> bytes:
    """With the types AWS documents: STRING, INT_32 and INT_64, NULL for `-`."""
    columns = {}
    for number, token in enumerate(fields.DEFAULT_FORMAT):
        field = fields.BY_TOKEN[token]
        texts = [None if row[number] == "-" else row[number] for row in ROWS]
        if field.parquet == "STRING":
            columns[field.name] = pa.array(texts, pa.string())
        else:
            kind = pa.int32() if field.bits == 32 and field.kind == "number" else pa.int64()
            columns[field.name] = pa.array([None if text is None else int(text) for text in texts], kind)
    return as_parquet(pa.table(columns))


def text_parquet() -> bytes:
    names = [fields.BY_TOKEN[token].name for token in fields.DEFAULT_FORMAT]
    return as_parquet(pa.table({name: [row[number] for row in ROWS] for number, name in enumerate(names)}))


def odd_parquet() -> bytes:
    """As programs in Python write it: floating point with NULL, accounts as numbers, "None"."""
    columns: dict[str, pa.Array] = {}
    for number, token in enumerate(fields.DEFAULT_FORMAT):
        field, texts = fields.BY_TOKEN[token], [row[number] for row in ROWS]
        if token in {"packets", "bytes"}:
            columns[field.name] = pa.array([None if text == "-" else float(text) for text in texts], pa.float64())
        elif token in {"srcport", "protocol"}:
            columns[field.name] = pa.array(["None" if text == "-" else text for text in texts], pa.string())
        elif token == "account-id":
            columns[field.name] = pa.array([int(text) for text in texts], pa.int64())
        else:
            columns[field.name] = pa.array([None if text == "-" else text for text in texts], pa.string())
    return as_parquet(pa.table(columns))


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.log", lines_of(HEADER, *LINES[:2]))
        archive.writestr("__MACOSX/._one.log", b"nothing")
        archive.writestr("two.log.gz", gzip.compress(lines_of(HEADER, *LINES[2:])))
    return out.getvalue()


def two_formats() -> bytes:
    order = ["interface-id", "srcaddr", "dstaddr", "log-status", "start", "end", "bytes", "packets", "account-id"]
    order += ["srcport", "dstport", "protocol", "action", "version"]
    second = [
        " ".join(dict(zip(fields.DEFAULT_FORMAT, row, strict=True))[token] for token in order) for row in ROWS[3:]
    ]
    return lines_of(HEADER, *LINES[:3], " ".join(order), *second)


def pretty(document: object) -> bytes:
    return json.dumps(document, indent=4).encode()


DISCOVERED = [fields.BY_TOKEN[token].insights for token in fields.DEFAULT_FORMAT]
UNDERSCORED = [fields.BY_TOKEN[token].name for token in fields.DEFAULT_FORMAT]
EMPTY_FOR_NULL = [["" if cell == "-" else cell for cell in row] for row in ROWS]

# name, content, how many lines besides the five are skipped
DELIVERIES: list[tuple[str, Callable[[], bytes], int]] = [
    ("text with a header", lambda: lines_of(HEADER, *LINES), 1),
    ("text without a header", lambda: lines_of(*LINES), 0),
    ("text without a final newline", lambda: lines_of(HEADER, *LINES)[:-1], 1),
    ("text with a byte order mark", lambda: b"\xef\xbb\xbf" + lines_of(HEADER, *LINES), 1),
    ("text with CRLF", lambda: lines_of(HEADER, *LINES).replace(b"\n", b"\r\n"), 1),
    ("text with two formats", two_formats, 2),
    ("a LogFormat as the header", lambda: lines_of(" ".join(f"${{{t}}}" for t in fields.DEFAULT_FORMAT), *LINES), 1),
    ("blank lines and comments", lambda: lines_of("", HEADER, "# a note", *LINES, "   ", ""), 5),
    ("repeated spaces and a trailing comment", lambda: lines_of(HEADER, *[f" {x}  # y" for x in LINES]), 1),
    ("gzip", lambda: gzip.compress(lines_of(HEADER, *LINES)), 1),
    ("two gzip members and padding", lambda: gzip.compress(lines_of(HEADER, LINES[0])) + bytes(9)
     + gzip.compress(lines_of(*LINES[1:])) + bytes(3), 1),
    ("gzip inside gzip, as Firehose makes of a subscription", lambda: gzip.compress(
        gzip.compress(json.dumps(DATA[0]).encode()) + gzip.compress(json.dumps(DATA[1]).encode())), 0),
    ("zip", zipped, 2),
    ("a CloudWatch export", lambda: lines_of(*[f"2023-11-14T22:13:20.000Z {line}" for line in LINES]), 0),
    ("a subscription in lines", lambda: lines_of(*[json.dumps(x) for x in [CONTROL, *DATA]]), 1),
    ("a subscription without separators", lambda: "".join(json.dumps(x) for x in [CONTROL, *DATA]).encode(), 1),
    ("Firehose messages in lines", lambda: lines_of(*[json.dumps({"message": line}) for line in LINES]), 0),
    ("Firehose messages without separators", lambda: "".join(json.dumps({"message": f"{x}\n"}) for x in LINES).encode(), 0),
    ("aws logs filter-log-events", lambda: pretty({"events": EVENTS, "searchedLogStreams": []}), 0),
    ("aws logs get-log-events", lambda: pretty({"events": EVENTS, "nextForwardToken": "f/1", "nextBackwardToken": "b/1"}), 0),
    ("an array of events", lambda: pretty(EVENTS), 0),
    ("OpenSearch documents", lambda: pretty([{"@timestamp": "x", "body": line, "aws": {"vpc": {}}} for line in LINES]), 0),
    ("records as JSON objects", lambda: lines_of(
        *[json.dumps({n: (c or None) for n, c in zip(UNDERSCORED, row, strict=True)}) for row in EMPTY_FOR_NULL]), 0),
    ("commas", lambda: as_csv(fields.DEFAULT_FORMAT, ROWS), 1),
    ("a result of Athena", lambda: as_csv(UNDERSCORED, EMPTY_FOR_NULL, csv.QUOTE_ALL), 1),
    ("an export of Insights with messages", lambda: as_csv(["@timestamp", "@message"], [["2023", x] for x in LINES]), 1),
    ("an export of Insights with discovered fields", lambda: as_csv(
        ["@timestamp", *DISCOVERED, "@ptr"], [["2023", *row, "x=="] for row in EMPTY_FOR_NULL]), 1),
    ("Parquet with AWS's types", aws_parquet, 0),
    ("Parquet with text for numbers", text_parquet, 0),
    ("Parquet as pandas writes it", odd_parquet, 0),
]  # fmt: skip


def read(path: Path, tokens: tuple[str, ...] | None = None) -> tuple[list[dict[str, object]], Tally]:
    tally, rows = Tally(), []
    for file in found([path]):
        for batch in read_file(file, tokens):
            tally += batch.tally
            rows += batch.table.to_pylist()
    assert tally.lines == tally.records + tally.nodata + tally.skipdata + tally.skipped + tally.unparsable
    assert len(rows) == tally.records + tally.status_rows
    return rows, tally


def in_order(rows: list[dict[str, object]]) -> list[str]:
    return sorted(str(sorted(row.items())) for row in rows)


@pytest.mark.parametrize(("content", "skipped"), [row[1:] for row in DELIVERIES], ids=[row[0] for row in DELIVERIES])
def test_every_delivery_holds_the_same_records(content: Callable[[], bytes], skipped: int, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(lines_of(HEADER, *LINES))
    expected, _ = read(plain)
    path = tmp_path / "delivered.dat"
    path.write_bytes(content())
    rows, tally = read(path)
    assert in_order(rows) == in_order(expected)
    counts = (tally.records, tally.nodata, tally.skipdata, tally.skipped, tally.unparsable)
    assert counts == (3, 1, 1, skipped, 0)
    assert (tally.problems, tally.reasons) == ((), {})


def test_a_folder_is_searched_to_the_bottom_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    day = tmp_path / "AWSLogs" / "aws-account-id=012345678901" / "year=2023" / "hour=22"
    day.mkdir(parents=True)
    (day / "x.log.parquet").write_bytes(aws_parquet())
    (tmp_path / "aws-logs-write-test").write_bytes(b"Permission Check Successful")
    (tmp_path / ".DS_Store").write_bytes(b"junk")
    (tmp_path / "_SUCCESS").write_bytes(b"")
    _, tally = read(tmp_path)
    assert (tally.records, tally.status_rows, tally.skipped, tally.unparsable) == (3, 2, 1, 0)


def test_the_format_that_a_person_says_is_used_where_there_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "custom.json"
    path.write_text(json.dumps({"events": [{"message": "eni-1 10.0.0.1 10.0.0.2"}]}))
    assert read(path)[1].unparsable == 1
    rows, tally = read(path, ("interface-id", "srcaddr", "dstaddr"))
    assert tally.records == 1
    assert rows[0]["interface_id"] == "eni-1"


def test_transit_gateway_and_ecs_fields_have_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "tgw.log"
    path.write_text(
        "tgw-id tgw-src-vpc-account-id srcaddr dstaddr packets-lost-no-route start ecs-task-id log-status\n"
        "tgw-0a 012345678901 10.0.0.1 10.0.1.1 7 1700000000 t-1 OK\n"
    )
    rows, _ = read(path)
    assert rows[0]["tgw_id"] == "tgw-0a"
    assert rows[0]["tgw_src_vpc_account_id"] == "012345678901"
    assert rows[0]["packets_lost_no_route"] == 7
    assert rows[0]["ecs_task_id"] == "t-1"


@pytest.mark.parametrize("separator", [" ", ","], ids=["text", "csv"])
def test_tag_values_stay_percent_encoded_and_unknown_fields_are_kept(separator: str, tmp_path: Path) -> None:
    text = "srcaddr instance-tag a-field-of-2030 dstaddr\n10.0.0.1 my%20app%2C - 10.0.0.2\n10.0.0.3 b new 10.0.0.4\n"
    path = tmp_path / "tags.log"
    path.write_text(text.replace(" ", separator))
    rows, _ = read(path)
    assert [row["instance_tag"] for row in rows] == ["my%20app%2C", "b"]
    assert [row["extra"] for row in rows] == ['{"a-field-of-2030": "-"}', '{"a-field-of-2030": "new"}']
    assert all(row["srcaddr_lo"] is not None and row["dstaddr_lo"] is not None for row in rows)


def test_a_column_that_comes_twice_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "athena.csv"
    path.write_text("srcaddr,dstaddr,region,region\n10.0.0.1,10.0.0.2,eu-west-1,a b\n")
    rows, tally = read(path)
    assert tally.records == 1
    assert (rows[0]["region"], rows[0]["extra"]) == ("eu-west-1", '{"region.4": "a b"}')


def test_messages_without_a_record_are_counted_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "mixed.json"
    documents = [{"message": LINES[0]}, {"level": "info"}, 7, {"message": None}, {"events": []}, {"logEvents": [{}]}]
    path.write_text("\n".join(json.dumps(document) for document in documents))
    _, tally = read(path)
    assert (tally.lines, tally.records, tally.unparsable) == (5, 1, 4)
    assert tally.reasons["a JSON document that holds no flow log record"].count == 4


def test_a_row_with_another_number_of_columns_is_unparsable(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_bytes(as_csv(fields.DEFAULT_FORMAT, [*ROWS, ["2", "x"], []]))
    _, tally = read(path)
    assert (tally.records, tally.unparsable, tally.skipped) == (3, 1, 2)
    assert "2 columns where the format has 14" in tally.reasons
