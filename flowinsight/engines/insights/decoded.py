"""What comes back, as records and as counts in time. All values are texts; what a row lacks it does not mention."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyarrow as pa

from flowinsight.engines.insights import kinds
from flowinsight.engines.insights.query import WHERE_WRITTEN, Scan, alias
from flowinsight.fields import BY_TOKEN
from flowinsight.records import cells
from flowinsight.records.tally import Batch, Tally, total, unparsable

Row = Mapping[str, str]

ADDED = ("stands-for", "what", "serves", "served-port", "lowest", "highest", "payload")
"""What a row of a rollup says beside the fields of a record; a reader keeps it in `schema.EXTRA`."""

UNREADABLE = "they fit none of the formats of these log groups"


@dataclass(frozen=True)
class Decoded:
    """Rows of one query, or of several whose times do not overlap.

    `batches` are the records, or rows of their rollup, and SKIPDATA rows; `counted` has one row for each interface, place, bin
    and state of everything that was logged, in the columns of COUNTED.
    """

    batches: tuple[Batch, ...]
    tally: Tally
    counted: pa.Table


_PLACES = tuple(BY_TOKEN[token].name for token in WHERE_WRITTEN)
_NUMBERS = ("at", "n", "first", "newest", "last", "accept", "reject")
COUNTED = pa.schema([*((name, pa.string()) for name in ("what", *_PLACES)), *((name, pa.int64()) for name in _NUMBERS)])


def decoded(scan: Scan, rows: Sequence[Row]) -> Decoded:
    """The rows of a query that `query.compiled` wrote for this scan."""
    tokens = (*scan.tokens, *(() if scan.grain == "records" else ("packets", "bytes")), "start")
    known = [token for token in tokens if token not in ("end", "start")]
    records = [row for row in rows if row.get("what") in (*kinds.HITS, kinds.SKIPDATA)]
    if scan.grain == "records":
        lines, order = _lines(records, known), (*known, "end", "start")
    else:
        lines, order = _rolled_lines(records, known), (*known, "end", "start", *ADDED)
    batches = tuple(cells.read_rows(lines, order))
    return Decoded(batches, _tally(scan, rows, batches), _counted(scan, rows))


def _lines(rows: Iterable[Row], tokens: Sequence[str]) -> Iterator[list[str]]:
    """The cells of each record, equal ones as often as they were logged."""
    for row in rows:
        found = [*_fields(row, tokens), whole(row.get(alias("end"))), whole(row.get("at"))]
        for _ in range(int(whole(row["n"]))):
            yield found


def _rolled_lines(rows: Iterable[Row], tokens: Sequence[str]) -> Iterator[list[str]]:
    for row in rows:
        ended = row.get(alias("end")) or row.get("last")
        sums = {"packets": row.get("packets"), "bytes": row.get("bytes")}
        found = [
            whole(sums[token]) if token in sums else cell
            for token, cell in zip(tokens, _fields(row, tokens), strict=True)
        ]
        said = [whole(row.get(name)) for name in ("lowest", "highest", "payload")]
        side = [row.get("side") or "-", whole(row.get("port"))]
        yield [*found, whole(ended), whole(row.get("first")), whole(row["n"]), row["what"], *side, *said]


def _fields(row: Row, tokens: Sequence[str]) -> list[str]:
    found = [row.get(alias(token), "") for token in tokens]
    if row["what"] == kinds.SKIPDATA and "log-status" in tokens:
        found[tokens.index("log-status")] = "SKIPDATA"
    return found


def whole(text: str | None) -> str:
    """A number as the text of a whole one, however AWS wrote it (`1.5E3`); empty where there is none."""
    if not text or text == "-":
        return ""
    if text.isdigit():
        return text
    try:
        return str(int(Decimal(text)))
    except (InvalidOperation, ValueError, OverflowError):
        return text


def _number(text: str | None) -> int | None:
    found = whole(text)
    return int(found) if found.lstrip("-").isdigit() else None


def _tally(scan: Scan, rows: Iterable[Row], batches: Iterable[Batch]) -> Tally:
    """The account of everything that was logged in the time of the query, whether a record matched or not."""
    every_record = scan.grain == "records"
    return total([*(batch.tally for batch in batches if every_record), *(_of_row(scan, row) for row in rows)])


def _of_row(scan: Scan, row: Row) -> Tally:
    """What a row stands for, unless it is counted elsewhere: by its reader, or beside it where times are kept apart."""
    count = _number(row.get("n")) or 0
    match row.get("what"):
        case kinds.UNREADABLE:
            return unparsable(UNREADABLE, "", count)
        case kinds.NODATA:
            return Tally(lines=count, nodata=count)
        case kinds.SKIPDATA if scan.grain != "records":
            return Tally(lines=count, skipdata=count)
        case kinds.ASKED | kinds.EVIDENCE | kinds.IN_PROGRESS if scan.grain != "binned":
            return Tally()
        case kinds.SKIPDATA:
            return Tally()
        case _:
            return Tally(lines=count, records=count)


def _counted(scan: Scan, rows: Iterable[Row]) -> pa.Table:
    """What was logged where and when. Where times are kept apart, records themselves are counted there and not again."""
    left_out = {kinds.UNREADABLE, *(kinds.HITS if scan.grain == "apart" else ())}
    kept = [row for row in rows if row.get("what") not in left_out]
    places = {
        name: [_text(row.get(alias(token))) for row in kept] for token, name in zip(WHERE_WRITTEN, _PLACES, strict=True)
    }
    numbers = {name: [_number(row.get(name)) for row in kept] for name in _NUMBERS}
    return pa.table({"what": [row["what"] for row in kept], **places, **numbers}, schema=COUNTED)


def _text(value: str | None) -> str | None:
    return None if not value or value == "-" else value
