"""Rule 12. Any fields in any order, several formats in one folder or file, and every line accounted for."""

import pytest

from tests.spec.tables import ask, loaded

DEFAULT = (
    "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
)


def test_any_fields_in_any_order_by_the_header() -> None:
    log = """
        bytes dstport srcaddr  protocol dstaddr
        700   443     10.0.0.1 6        10.0.0.9
    """

    assert ask(log).conversations("client server port bytes_to_server") == [("10.0.0.1", "10.0.0.9", 443, 700)]


def test_a_header_further_down_begins_another_format() -> None:
    tally = loaded(
        f"srcaddr dstaddr\n10.0.0.1 10.0.0.9\ndstaddr srcaddr protocol\n10.0.0.8 10.0.0.1 6\n{DEFAULT}"
    ).tally

    assert (tally.lines, tally.records, tally.skipped, tally.unparsable) == (5, 2, 2, 1)


def test_several_formats_in_one_folder_are_read_each_by_its_own_header() -> None:
    logs = (
        "srcaddr dstaddr protocol bytes\n10.0.0.1 10.0.0.9 6 700",
        "bytes protocol dstaddr srcaddr tcp-flags\n40 6 10.0.0.9 10.0.0.1 2",
    )

    assert ask(logs).conversations("client server bytes_to_server decided_by") == [
        ("10.0.0.1", "10.0.0.9", 740, "flags")
    ]


def test_an_unknown_future_field_is_kept_as_text_and_shifts_nothing() -> None:
    found = loaded("srcaddr new-thing dstaddr\n10.0.0.1 x=1 10.0.0.9")
    row = found.connection.execute("SELECT dstaddr = srcaddr + 8, extra FROM records").fetchone()

    assert row == (True, '{"new-thing": "x=1"}')


def test_a_line_without_header_is_of_the_default_format_when_every_value_fits_it() -> None:
    assert ask("version\n2").reconciliation["records"] == 1
    assert loaded(DEFAULT).tally.records == 1


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("2 123456789010 eni-", "5 123456789010 eni-"),
        ("eni-1235b8ca123456789", "nic-1"),
        ("172.31.16.21", "172.31.16"),
        ("20641", "65536"),
        (" 6 20", " 256 20"),
        ("1418530010 1418530070", "1418530070 1418530010"),
        ("ACCEPT", "ALLOW"),
        ("OK", "FINE"),
        (" OK", ""),
    ],
)
def test_a_line_without_header_that_does_not_fit_is_unparsable_with_a_reason_and_a_sample(
    wrong: str, right: str
) -> None:
    tally = loaded(DEFAULT.replace(wrong, right)).tally
    (reason,) = tally.reasons.values()

    assert (tally.records, tally.unparsable, reason.count) == (0, 1, 1)
    assert reason.sample == DEFAULT.replace(wrong, right)


def test_a_wrong_number_of_columns_is_never_repaired_except_for_a_comment_and_repeated_spaces() -> None:
    tally = loaded(
        """
        srcaddr dstaddr protocol
        10.0.0.1 10.0.0.9 6 #Traffic from the source
        10.0.0.1   10.0.0.9   6
        10.0.0.1 10.0.0.9
        10.0.0.1 10.0.0.9 6 7
        """
    ).tally

    assert (tally.records, tally.unparsable, list(tally.reasons)) == (
        2, 2, ["2 columns where the format has 3", "4 columns where the format has 3"],
    )  # fmt: skip


def test_a_line_as_grep_prints_it_is_unparsable_for_that_reason() -> None:
    tally = loaded(f"./some.log:14:{DEFAULT}").tally

    assert list(tally.reasons) == ["a file name and line number stand in front, as grep prints them"]


def test_every_line_is_a_record_a_status_row_skipped_or_unparsable() -> None:
    log = f"""{DEFAULT}

        # a comment
        2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA
        2 123456789010 eni-11111111aaaaaaaaa - - - - - - - 1431280876 1431280934 - SKIPDATA
        bogus line
        ...
    """
    tally = loaded(log).tally

    assert (tally.records, tally.nodata, tally.skipdata, tally.skipped, tally.unparsable) == (1, 1, 1, 2, 2)
    assert tally.lines == 7
