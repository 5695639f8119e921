"""The fast reader says exactly what the careful reader says, on any text."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowinsight import fields
from flowinsight.records import careful, fast
from flowinsight.records.tally import Batch

NUMBERS = st.one_of(
    st.integers(0, 70_000).map(str),
    st.sampled_from(["-", "-1", "+1", "007", "0x1F", "1.5", "", "256", "65536", "2147483648", "9223372036854775807"]),
    st.sampled_from(["9223372036854775808", "00000000000000000001", "1e3", "१", "nan", "NULL", "true", "1_000"]),
    st.integers(1_700_000_000, 1_700_000_100).map(str),
    st.integers(1_700_000_000_000, 1_700_000_000_100).map(str),
)
ADDRESSES = st.one_of(
    st.ip_addresses().map(str),
    st.sampled_from(
        ["-", "10.0.0.1", "10.0.0.01", "::ffff:1.2.3.4", "fe80::1%eth0", "999.1.1.1", "1.2.3", "eni-1", "0x7f.1"]
    ),
)
TEXTS = st.one_of(
    st.sampled_from(
        ["-", "OK", "NODATA", "SKIPDATA", "ACCEPT", "REJECT", "eni-0a", "ENI-1", '"', '"a', "a,b", "#", "a#b"]
    ),
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=4),
)
SEPARATORS = st.sampled_from([" "] * 30 + ["  ", "\t", " # ", "\x0b", "\xa0", "\x1f"])
ENDS = st.sampled_from(["\n"] * 12 + ["\r\n", "\n\n", "\n\r\n", " \n", "\n \n", "\n#x\n", "\r", "\r\r\n", "\n...\n"])
TOKENS = [*fields.DEFAULT_FORMAT, "tcp-flags", "pkt-srcaddr", "packets-lost-no-route", "a-field-of-2030", "another"]


def values(token: str) -> st.SearchStrategy[str]:
    field = fields.BY_TOKEN.get(token)
    usual = {"address": ADDRESSES, "text": TEXTS}.get(field.kind if field else "text", NUMBERS)
    return st.one_of(usual, usual, usual, usual, usual, TEXTS)


@st.composite
def blocks(draw: st.DrawFn, tokens: tuple[str, ...]) -> bytes:
    text = ""
    for _ in range(draw(st.integers(0, 5))):
        row = [draw(values(token)) for token in tokens][: draw(st.sampled_from([99] * 9 + [len(tokens) - 1]))]
        text += "".join(draw(SEPARATORS) * (number > 0) + word for number, word in enumerate(row)) + draw(ENDS)
    return text.encode() + draw(st.sampled_from([b"", b"", b"", b"\xff", b"2 x", b"\r"]))


formats = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=8, unique=True).map(tuple)
DEFAULT_LINE = b"2 1 eni-0a 10.0.0.1 10.0.0.2 1 2 6 1 40 1700000000 1700000001 ACCEPT OK\n"


def same(block: bytes, tokens: tuple[str, ...] | None) -> None:
    quick = fast.read_block(block, tokens)
    slow = careful.read_lines(fast.text_lines(block), tokens)
    assert quick.table.schema == slow.table.schema
    assert sorted(map(str, quick.table.to_pylist())) == sorted(map(str, slow.table.to_pylist()))
    assert quick.tally == slow.tally
    accounted(quick)


def accounted(batch: Batch) -> None:
    tally = batch.tally
    assert tally.lines == tally.records + tally.status_rows + tally.skipped + tally.unparsable
    assert batch.table.num_rows == tally.records + tally.status_rows


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_both_readers_agree_on_random_formats(data: st.DataObject) -> None:
    tokens = data.draw(formats)
    same(data.draw(blocks(tokens)), tokens)


@settings(max_examples=150, deadline=None)
@given(blocks(fields.DEFAULT_FORMAT))
@example(DEFAULT_LINE * 3)
@example(DEFAULT_LINE + b"2 1 - - - - - - - - 1700000000 1700000001 - NODATA\n")
@example(DEFAULT_LINE + DEFAULT_LINE.replace(b"1700000000 1700000001", b"1700000001 1700000000"))
@example(DEFAULT_LINE.replace(b"1700000000 1700000001", b"1700000000123 1700000001456"))
@example(DEFAULT_LINE.replace(b"OK", b"SKIPDATA"))
@example(DEFAULT_LINE.replace(b" OK\n", b" \n"))
@example(b"\r" + DEFAULT_LINE)
@example(DEFAULT_LINE[:-1] + b"\r" + DEFAULT_LINE)
@example(DEFAULT_LINE[:-1] + b"\r" + DEFAULT_LINE + b"\r")
@example(b"\n\n" + DEFAULT_LINE + b"\r\n\r\n" + DEFAULT_LINE)
def test_both_readers_agree_where_there_is_no_header(block: bytes) -> None:
    same(block, None)


def test_ordinary_lines_are_read_by_the_fast_reader() -> None:
    """So that agreement is not had by always giving up."""
    lines = DEFAULT_LINE * 100 + b"bogus line\n" + DEFAULT_LINE
    assert fast._by_arrow(lines, None, 102, 0) is not None
    known = (*fields.DEFAULT_FORMAT[:-1], "a-field-of-2030")
    assert fast._by_arrow(lines, known, 102, 0) is not None
