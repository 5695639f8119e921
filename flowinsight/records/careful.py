"""The careful reader: one line at a time, in plain Python. It defines what a line means; the fast reader agrees with it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from flowinsight import fields
from flowinsight.addresses import parse_address
from flowinsight.records import schema
from flowinsight.records.tally import Batch, Tally, skipped, total, unparsable

LONGEST_LINE = 1 << 20
NOTHING_LOGGED = ("NODATA", "SKIPDATA")
STATUSES = ("OK", *NOTHING_LOGGED)
ACTIONS = ("ACCEPT", "REJECT")
LIMITS = {"srcport": 65535, "dstport": 65535, "protocol": 255}
WRITE_TEST = "Permission Check Successful"
"""What CloudWatch Logs writes into a bucket before it exports to it."""

_AT_ONCE = 20_000
_SPACE = " \t\r\v\f"
_WORD = re.compile(r"[^ \t\r\v\f]+")
_COMMENT = re.compile(r"[ \t\r\v\f]#.*$", re.DOTALL)
_GREP = re.compile(r"^\S*:\d+:")
_INTERFACE = re.compile(r"eni-[0-9a-z]+")
_INTEGER = re.compile(r"(-?)0*([0-9]{1,19})")


@dataclass(frozen=True)
class Line:
    """What one line is: a row (a record or a status row), skipped, or unparsable with a reason."""

    row: dict[str, object] | None
    tally: Tally


def read_line(line: str, tokens: Sequence[str] | None) -> Line:
    """One line by a format, or with None by the default format if every value of the line fits it."""
    text = line.strip(_SPACE)
    if not text or text.startswith("#") or text == WRITE_TEST:
        return Line(None, skipped(1))
    words = _WORD.findall(_COMMENT.sub("", text))
    expected = fields.DEFAULT_FORMAT if tokens is None else tokens
    try:
        _check_shape(len(words), len(expected), headed=tokens is not None)
        row = _row(zip(expected, words, strict=True))
        if tokens is None:
            _check_default(row)
    except ValueError as error:
        why = "a file name and line number stand in front, as grep prints them" if _GREP.match(text) else str(error)
        return Line(None, unparsable(why, text))
    return Line(row, _counted(row))


def read_cells(cells: Sequence[str], tokens: Sequence[str]) -> Line:
    """One row of a table, where a cell may hold any text, and an empty one or `-` is NULL."""
    if not any(cells):
        return Line(None, skipped(1))
    try:
        _check_shape(len(cells), len(tokens), headed=True)
        row = _row((token, cell.strip() or "-") for token, cell in zip(tokens, cells, strict=True))
    except ValueError as error:
        return Line(None, unparsable(str(error), ",".join(cells)))
    return Line(row, _counted(row))


def _check_shape(found: int, expected: int, *, headed: bool) -> None:
    if found == expected:
        return
    if headed:
        raise ValueError(f"{found} columns where the format has {expected}")
    raise ValueError(f"{found} columns without a header, and the default format has {expected}: say the format")


def _row(values: Iterable[tuple[str, str]]) -> dict[str, object]:
    row: dict[str, object] = {}
    extra: dict[str, str] = {}
    for token, text in values:
        field = fields.BY_TOKEN.get(token)
        if field is None:
            extra[token] = text
        else:
            row[field.name] = None if text == "-" else _value(field, text)
    if extra:
        row[schema.EXTRA] = as_extra(extra)
    row[schema.STATUS_ROW] = _is_status_row(row)
    return row


def as_extra(values: Mapping[str, str]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _value(field: fields.Field, text: str) -> int | str:
    match field.kind:
        case "text":
            return text
        case "address":
            try:
                return parse_address(text)
            except ValueError as error:
                raise ValueError(f"{field.token} is not an address") from error
        case _:
            return _number(field, text)


def _number(field: fields.Field, text: str) -> int:
    match = _INTEGER.fullmatch(text)
    if not match:
        raise ValueError(f"{field.token} is not a whole number")
    number = int(match[1] + match[2])
    if not 0 <= number <= highest(field):
        raise ValueError(f"{field.token} is not between 0 and {highest(field)}")
    return number


def highest(field: fields.Field) -> int:
    """The largest number that the field and its physical column can hold."""
    bits = 64 if field.kind == "epoch" else field.bits
    return LIMITS.get(field.token, (1 << bits - 1) - 1)


def _is_status_row(row: Mapping[str, object]) -> bool:
    addressed = any(row.get(field.name) is not None for field in fields.ADDRESSES)
    return row.get("log_status") in NOTHING_LOGGED and not addressed


def _check_default(row: Mapping[str, object]) -> None:
    """Without a header a line is taken for the default format only when every value of it fits."""
    start, end, interface = row["start"], row["end"], row["interface_id"]
    fits = (
        row["version"] == 2
        and (interface is None or _INTERFACE.fullmatch(str(interface)) is not None)
        and isinstance(start, int)
        and isinstance(end, int)
        and start <= end
        and row["action"] in {None, *ACTIONS}
        and row["log_status"] in STATUSES
    )
    if not fits:
        raise ValueError("no header, and the line does not fit the default format: say the format")


def _counted(row: Mapping[str, object]) -> Tally:
    status = row.get("log_status")
    late = _in_milliseconds(row)
    if row[schema.STATUS_ROW]:
        return Tally(lines=1, nodata=int(status == "NODATA"), skipdata=int(status == "SKIPDATA"), milliseconds=late)
    return Tally(lines=1, records=1, milliseconds=late, contradictory=int(status in NOTHING_LOGGED))


def _in_milliseconds(row: Mapping[str, object]) -> int:
    times = (row.get("start"), row.get("end"))
    return int(any(isinstance(time, int) and time >= schema.MILLISECONDS_FROM for time in times))


def in_seconds(time: object) -> object:
    return time // 1000 if isinstance(time, int) and time >= schema.MILLISECONDS_FROM else time


def empty(tokens: Sequence[str] | None, tally: Tally) -> Batch:
    """A batch without rows: only an account."""
    return as_batch([Line(None, tally)], tokens)


def read_lines(lines: Iterable[str], tokens: Sequence[str] | None) -> Batch:
    """Lines of one format as a batch; see `read_line` for what None means."""
    return as_batch((read_line(line, tokens) for line in lines), tokens)


def as_batch(lines: Iterable[Line], tokens: Sequence[str] | None) -> Batch:
    """The rows of lines as one table. Few lines are held as Python values at a time."""
    known = fields.DEFAULT_FORMAT if tokens is None else tuple(tokens)
    shape = schema.encoded(known)
    tables, tally, rest = [shape.empty_table()], Tally(), iter(lines)
    while piece := list(islice(rest, _AT_ONCE)):
        rows = [line.row for line in piece if line.row is not None]
        tables.append(pa.table({field.name: [_cell(row, field.name) for row in rows] for field in shape}, schema=shape))
        tally += total(line.tally for line in piece)
    return Batch(pa.concat_tables(tables), tally, known, headed=tokens is not None)


def _cell(row: Mapping[str, object], column: str) -> object:
    """The value of a physical column: an address is split into its two halves, a time brought to seconds."""
    if column.endswith(("_hi", "_lo")) and column[:-3] in fields.BY_NAME:
        number = row.get(column[:-3])
        if not isinstance(number, int):
            return None
        return number >> 64 if column.endswith("_hi") else number & (2**64 - 1)
    value = row.get(column)
    return in_seconds(value) if column in {"start", "end"} else value
