"""The text of records and the layout of files, after AWS's pages on flow log records and S3 paths."""

import re
from collections.abc import Callable

import pytest

from flowinsight.scenario import FULL, V2, Company, Config, Record, ScenarioError, header, line, write
from tests.scenario.delivered import Run, read

THIN = Config(scale=0.05)


@pytest.fixture(scope="module")
def hour() -> list[Record]:
    return list(Company(THIN).records(THIN.start + 3 * 3_600, THIN.start + 4 * 3_600))


def test_the_default_format_is_awss(hour: list[Record]) -> None:
    record = next(r for r in hour if r.log_status == "OK" and r.protocol == 6)
    words = line(record, V2).split(" ")

    assert header(V2) == (
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
    )
    assert words[:2] == ["2", record.interface.vpc.account]
    assert [int(word) for word in words[5:12]] == list(record[3:10])


def test_a_silent_window_is_the_row_aws_documents(hour: list[Record]) -> None:
    row = next(r for r in hour if r.log_status == "NODATA")
    where = row.interface

    assert line(row, V2) == f"2 {where.vpc.account} {where.id} - - - - - - - {row.start} {row.end} - NODATA"
    assert line(row, ("vpc-id", "instance-id", "type", "tcp-flags", "log-status")) == (
        f"{where.vpc.id} {where.instance or '-'} - - NODATA"
    )


def test_the_version_is_the_highest_among_the_fields(hour: list[Record]) -> None:
    versions = {
        line(hour[0], tokens).split(" ")[0]
        for tokens in (("version", "srcaddr"), ("version", "vpc-id"), ("version", "region"), FULL)
    }

    assert versions == {"2", "3", "4", "11"}


def test_any_order_and_any_number_of_fields(hour: list[Record]) -> None:
    record = next(r for r in hour if r.srcaddr)

    assert line(record, ("srcaddr",)) == record.srcaddr
    assert line(record, ("log-status", "srcaddr", "version")) == f"OK {record.srcaddr} 2"
    assert line(record, ("interface-id",)) == record.interface.id


def test_fields_the_company_knows_nothing_of_are_dashes(hour: list[Record]) -> None:
    assert line(hour[0], ("version", "ecs-task-id", "az-id", "interface-id")) == f"7 - - {hour[0].interface.id}"


@pytest.mark.parametrize("tokens", [(), ("srcaddr", "colour")])
def test_a_format_of_unknown_fields_is_refused_with_a_sentence(hour: list[Record], tokens: tuple[str, ...]) -> None:
    with pytest.raises(ScenarioError, match="A format needs known fields"):
        line(hour[0], tokens)


def test_files_lie_where_aws_puts_them(written: Callable[..., Run]) -> None:
    run = written(THIN, tokens=V2, span="slot")
    pattern = re.compile(
        r"AWSLogs/(\d{12})/vpcflowlogs/eu-central-1/2026/11/02/"
        r"\1_vpcflowlogs_eu-central-1_fl-[0-9a-f]{17}_20261102T\d{4}Z_[0-9a-f]{8}\.log\.gz"
    )

    assert len(run.files) == 3 * 288
    assert all(pattern.fullmatch(str(path.relative_to(run.folder))) for path in run.files)


def test_a_file_holds_the_records_that_end_in_its_five_minutes(written: Callable[..., Run]) -> None:
    run = written(Config(seed=2, scale=0.05), tokens=V2, span="slot")
    stamped = re.compile(r"_20261102T(\d\d)(\d\d)Z_")
    midnight = run.truth["range"][0]
    for path in run.files[::97]:
        found = stamped.search(path.name)
        assert found is not None
        slot = midnight + int(found[1]) * 3_600 + int(found[2]) * 60
        ends = [int(row["end"]) for row in read(path)]
        assert slot <= min(ends)
        assert max(ends) < slot + 300


def test_compressed_files_carry_no_date_and_no_name(day: Run) -> None:
    heads = {path.read_bytes()[:8] for path in day.files}

    assert heads == {b"\x1f\x8b\x08\x00\x00\x00\x00\x00"}


def test_a_folder_that_holds_logs_is_refused(written: Callable[..., Run]) -> None:
    run = written(THIN, tokens=V2, span="day")
    with pytest.raises(ScenarioError, match="choose an empty folder"):
        write(THIN, run.folder)


@pytest.mark.parametrize("wrong", [{"days": 0}, {"scale": -1.0}, {"scale": 1e9}, {"scale": float("nan")}])
def test_impossible_configurations_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ScenarioError):
        Config(**wrong)  # type: ignore[arg-type]
