"""The fast reader: a block of lines of one format at once, by Arrow. Where it is not certain, the careful one reads the block."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from flowinsight import fields
from flowinsight.records import careful, schema
from flowinsight.records.tally import Batch, skipped
from flowinsight.records.typed import in_one, places, read_table

Ends = npt.NDArray[np.intp]

_POOL = pa.system_memory_pool()
"""Arrow's own pool gives memory back to the system between blocks: having it back again costs a sixth of the reading."""

_INTERFACE = "^eni-[0-9a-z]+$"
_UNSURE = {b"\t": b"\t", b"\v": b"\v", b"\f": b"\f", b"#": rb"[ \n]#", b"x": rb"[ \n]0x"}
"""Where Arrow would see other words than the careful reader does: other blanks, comments, hexadecimal numbers.
A byte that is quick to look for, and the expression that decides."""


def read_block(block: bytes, tokens: Sequence[str] | None, ends: Ends | None = None) -> Batch:
    """The lines of a block that holds no header, by a format, or with None by the validated default format.

    `ends` is what `line_ends` says of the block, where it is already known.
    """
    known = line_ends(block) if ends is None else ends
    blank = _blank_lines(block, known)
    if blank == len(known):
        return careful.empty(tokens, skipped(blank))
    return _by_arrow(block, tokens, len(known), blank) or careful.read_lines(text_lines(block), tokens)


def line_ends(block: bytes) -> Ends:
    """Where each line ends: the position of its newline, or of the end of the block."""
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
    return ends if not block or block.endswith(b"\n") else np.append(ends, len(block))


def text_lines(block: bytes) -> list[str]:
    text = block.decode("utf-8", "replace")
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _by_arrow(block: bytes, tokens: Sequence[str] | None, lines: int, blank: int) -> Batch | None:
    known = fields.DEFAULT_FORMAT if tokens is None else tuple(tokens)
    if len(known) < 2 or _unsure(block):
        return None
    odd: list[str] = []
    try:
        parsed = _parsed(block, known, odd)
        if lines != parsed.num_rows + len(odd) + blank:
            return None
        batch = read_table(parsed, known)
    except (pa.ArrowInvalid, ValueError):
        return None
    if tokens is None and not _all_default(batch.table):
        return None
    tally, table = batch.tally + skipped(blank), batch.table
    if odd:
        rest = careful.read_lines(odd, tokens)
        tally, table = tally + rest.tally, pa.concat_tables([table, rest.table])
    return Batch(table, tally, known, headed=tokens is not None)


def _unsure(block: bytes) -> bool:
    if block[:1] in b"#0" or any(mark in block and re.search(_UNSURE[mark], block) for mark in _UNSURE):
        return True
    if b"\r" in block and block.count(b"\r") > block.count(b"\r\n"):
        return True
    return not block.isascii() and not _is_utf8(block)


def _is_utf8(block: bytes) -> bool:
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _blank_lines(block: bytes, ends: Ends) -> int:
    blank = int(np.count_nonzero(np.diff(ends, prepend=-1) == 1))
    if b"\r" not in block:
        return blank
    return blank + block.count(b"\n\r\n") + int(block.startswith(b"\r\n"))


def _parsed(block: bytes, known: Sequence[str], odd: list[str]) -> pa.Table:
    """Every column by its type. Lines with another number of columns are put into `odd` and left out."""

    def keep_odd(row: csv.InvalidRow) -> str:
        odd.append(row.text)
        return "skip"

    types = {token: _csv_type(fields.BY_TOKEN.get(token)) for token in known}
    return csv.read_csv(
        pa.py_buffer(block),
        csv.ReadOptions(column_names=list(known), block_size=max(1 << 22, careful.LONGEST_LINE * 2)),
        csv.ParseOptions(delimiter=" ", quote_char=False, invalid_row_handler=keep_odd),
        csv.ConvertOptions(column_types=types, null_values=["-"], strings_can_be_null=True),
        memory_pool=_POOL,
    )


def _csv_type(field: fields.Field | None) -> pa.DataType:
    if field is None:
        return pa.string()
    return schema.ENCODED if field.kind in {"address", "text"} else schema.arrow_type(field)


def _all_default(table: pa.Table) -> bool:
    """Whether every row fits the default format, as `careful` checks it line by line."""
    interfaces, actions, statuses = (in_one(table.column(name)) for name in ("interface_id", "action", "log_status"))
    fits = [
        pc.all(pc.equal(table.column("version"), 2), skip_nulls=False),
        pc.all(pc.match_substring_regex(interfaces.dictionary, _INTERFACE)),
        pc.all(pc.less_equal(table.column("start"), table.column("end")), skip_nulls=False),
        pc.all(pc.is_in(actions.dictionary, pa.array(careful.ACTIONS))),
        pa.scalar(bool(np.all(places(statuses, careful.STATUSES)))),
    ]
    return all(answer.as_py() is not False and answer.is_valid for answer in fits)
