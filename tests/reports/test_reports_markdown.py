"""The report as Markdown: the same content, short enough for a ticket."""

from flowinsight import wording
from flowinsight.columns import Table, of
from flowinsight.investigation import Investigation
from flowinsight.reports import answers, markdown
from flowinsight.reports.content import About, Listing, Report, Section, Step


def listed(rows: list[dict[str, object]]) -> list[str]:
    table = Table("top", rows, (of("name", "address"), of("value", "number")))
    return markdown.render(Report("t", "s", (Section("h", (Listing(table),)),))).splitlines()


def test_the_answer_stands_first_and_the_account_of_lines_last(found: Investigation) -> None:
    about = About(1793663998, note="one\ntwo", steps=(Step(0, ":22", "Port 22", "note"),))
    text = markdown.render(answers.report(found, about))

    assert text.startswith("# :22\n")
    assert "**Seen, partly covered.**" in text
    assert wording.sentences(found)[0] in text
    assert "> one\n> two" in text
    assert f"```sql\n{found.statement.text.splitlines()[0]}" in text
    assert "1. 1970-01-01 00:00:00 UTC: `:22`" in text


def test_a_long_table_is_cut_and_says_so() -> None:
    lines = listed([{"name": f"10.0.0.{number}", "value": number} for number in range(30)])

    assert sum(line.startswith("| 10.0.0.") for line in lines) == markdown.ROWS
    assert "The first 20 rows of 30." in lines


def test_the_rows_that_make_a_table_add_up_are_never_cut() -> None:
    rows: list[dict[str, object]] = [{"name": f"10.0.0.{number}", "value": number} for number in range(30)]
    lines = listed([*rows, {"name": "Other", "value": 7}, {"name": "Total", "value": 9}])

    assert lines[lines.index("| 10.0.0.19 | 19 |") + 1 :][:2] == ["| Other | 7 |", "| Total | 9 |"]


def test_a_table_that_fits_does_not_say_that_it_was_cut() -> None:
    lines = listed([{"name": "10.0.0.1", "value": 1}, {"name": "Other", "value": 7}])

    assert not any(line.startswith("The first") for line in lines)
