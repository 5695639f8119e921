"""What leads and how it changed: true totals, and no change where nothing is known of the time before."""

from pathlib import Path

import pytest

from flowinsight import grammar
from flowinsight.errors import QuestionError
from flowinsight.fetchers.files import load
from flowinsight.investigation import Investigation, investigate
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.reports import leaders
from flowinsight.reports.leading import BYS, Leading, Wanted, lead
from flowinsight.sources import Files
from flowinsight.tops import OTHER

HEADER = "account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
START = 1793577600
HALF = 43200


def line(client: str, size: int, start: int, *, port: int = 443, interface: str = "eni-1") -> str:
    return f"111122223333 {interface} {client} 10.0.0.9 40000 {port} 6 1 {size} {start} {start + 60} ACCEPT OK"


BEFORE, NOW = START + 100, START + 3700

LINES = (
    line("10.0.0.1", 100, BEFORE), line("10.0.0.2", 300, BEFORE), line("10.0.1.3", 50, BEFORE), line("10.0.2.4", 40, BEFORE),
    line("10.0.0.1", 500, NOW), line("10.0.0.2", 200, NOW), line("10.0.1.3", 50, NOW), line("10.0.3.5", 10, NOW, port=22),
)  # fmt: skip

HOUR = Question(TimeRange(START + 3600, START + 7200))


def read(folder: Path, *lines: str) -> Loaded:
    path = folder / "flow.log"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return load(Files((path,)))


@pytest.fixture
def two_hours(tmp_path: Path) -> Loaded:
    return read(tmp_path, *LINES)


def changes(leading: Leading) -> dict[str, tuple[int, int | None, str | None]]:
    return {row["name"]: (row["value"], row["before"], row["change"]) for row in leading.rows}


def test_each_row_says_how_it_changed_and_what_is_gone_is_listed(two_hours: Loaded) -> None:
    _, leading = lead(HOUR, two_hours, Wanted())

    assert changes(leading) == {
        "10.0.0.1": (500, 100, "grew"),
        "10.0.0.2": (200, 300, "shrank"),
        "10.0.1.3": (50, 50, "same"),
        "10.0.3.5": (10, 0, "new"),
    }
    assert [(row["name"], row["before"]) for row in leading.gone] == [("10.0.2.4", 40)]
    assert leading.counts == {"new": 1, "grew": 1, "same": 1, "shrank": 1, "gone": 1}


def test_other_makes_both_periods_add_up(two_hours: Loaded) -> None:
    _, leading = lead(HOUR, two_hours, Wanted(most=2))

    assert leading.other is not None
    assert leading.other["name"] == OTHER
    assert (leading.other["value"], leading.other["before"]) == (60, 90)
    for column in ("value", "before", "sent", "received", "records", "conversations"):
        assert leading.total[column] == sum(row[column] for row in (*leading.rows, leading.other))


EVENING = Question(TimeRange(START + HALF, START + 2 * HALF), grammar.parse(":22"))


@pytest.fixture(scope="module")
def earlier(company_day: Loaded) -> Investigation:
    return investigate(EVENING.previous(), company_day)


@pytest.mark.parametrize("by", BYS)
def test_every_way_of_counting_ties_to_the_answer(company_day: Loaded, earlier: Investigation, by: str) -> None:
    found, leading = lead(EVENING, company_day, Wanted(by, most=3))  # type: ignore[arg-type]

    rows = [*leading.rows, *([leading.other] if leading.other else [])]
    assert leading.total["records"] == found.reconciliation["in_conversations"]
    assert leading.total["conversations"] == found.reconciliation["conversations"]
    assert sum(row["value"] for row in rows) == sum(row["sent"] + row["received"] for row in found.clients)
    assert leading.total["before"] == sum(row["sent"] + row["received"] for row in earlier.clients)


def test_networks_are_blocks_of_the_chosen_length(two_hours: Loaded) -> None:
    _, leading = lead(HOUR, two_hours, Wanted("network", prefix=16))

    assert changes(leading) == {"10.0.0.0/16": (760, 490, "grew")}


@pytest.mark.parametrize(("prefix6", "block"), [(64, "2001:db8:0:7::/64"), (128, "2001:db8:0:7::5/128"), (0, "::/0")])
def test_ipv6_has_a_length_of_its_own(tmp_path: Path, prefix6: int, block: str) -> None:
    sent = line("2001:db8:0:7::5", 9, NOW).replace("10.0.0.9", "2001:db8::9")
    _, leading = lead(HOUR, read(tmp_path, sent), Wanted("network", prefix6=prefix6))

    assert [row["name"] for row in leading.rows] == [block]


def test_a_private_address_in_two_networks_is_two_rows_and_a_public_one_is_one(tmp_path: Path) -> None:
    header = HEADER.replace("account-id", "vpc-id")
    rows = [
        line(client, 10, NOW).replace("111122223333", vpc).replace("eni-1", f"eni-{vpc}")
        for client in ("10.0.0.1", "198.51.100.7")
        for vpc in ("vpc-a", "vpc-b")
    ]
    path = tmp_path / "flow.log"
    path.write_text("\n".join([header, *rows]) + "\n")
    _, leading = lead(HOUR, load(Files((path,))), Wanted())

    assert {(row["name"], row["network"], row["value"]) for row in leading.rows} == {
        ("198.51.100.7", None, 20), ("10.0.0.1", "vpc-a", 10), ("10.0.0.1", "vpc-b", 10),
    }  # fmt: skip


def test_where_the_logs_hold_nothing_of_the_period_before_nothing_is_new(tmp_path: Path) -> None:
    _, leading = lead(HOUR, read(tmp_path, line("10.0.0.1", 5, NOW)), Wanted())

    assert changes(leading) == {"10.0.0.1": (5, None, None)}
    assert not leading.counts
    assert list(leaders.sentences(leading)) == [
        "These logs hold nothing of the period before: nothing can be said of a change."
    ]


def test_a_range_without_an_end_has_no_period_before(two_hours: Loaded) -> None:
    _, leading = lead(Question(), two_hours, Wanted())

    assert leading.compared is None
    assert leading.total["value"] == sum(100 + 300 + 50 + 40 + 500 + 200 + 50 + 10 for _ in "1")


def test_the_order_is_by_the_measure_that_is_wanted(two_hours: Loaded) -> None:
    _, leading = lead(HOUR, two_hours, Wanted("port", "records"))

    assert changes(leading) == {"443/tcp https": (3, 4, "shrank"), "22/tcp ssh": (1, 0, "new")}


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ({"by": "colour"}, "not by colour"),
        ({"measure": "packets"}, "not by packets"),
        ({"most": 0}, "from 1 to 1,000 rows"),
        ({"prefix": 33}, "0 to 32 bits long"),
        ({"prefix6": -1}, "0 to 128 bits long"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_a_sentence(wanted: dict[str, object], why: str) -> None:
    with pytest.raises(QuestionError, match=why):
        Wanted(**wanted)  # type: ignore[arg-type]
