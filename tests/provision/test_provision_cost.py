"""The price of a choice: CloudWatch beside S3, every figure with its list price, date and source."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest

from flowinsight.provision.account import Account
from flowinsight.provision.apply import apply
from flowinsight.provision.cost import Traffic, Use, assumed, compare, dollars
from flowinsight.provision.deployed import belongs
from flowinsight.provision.measured import measured
from flowinsight.provision.plan import Plan
from flowinsight.provision.presets import record_bytes
from flowinsight.provision.prices import PRICES, Price, prices_for
from flowinsight.provision.read import flow_logs
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, GroupWanted, Wanted

WANTED = Wanted(
    "one",
    ("vpc-0c8eab7aff7cff031",),
    "both",
    group=GroupWanted(retention_days=30),
    bucket=BucketWanted(file_format="plain-text", expire_days=30),
)
HUNDRED_GB = Traffic(100 * 1024**3 / (record_bytes(WANTED.tokens) + 1), "assumed: a hundred gigabytes")
VIRGINIA = prices_for("us-east-1")


def test_the_list_prices_are_those_that_are_known() -> None:
    first = {item: price.first for item, price in VIRGINIA.items()}
    assert first["to CloudWatch"] == 0.50
    assert first["to S3"] == 0.25
    assert first["kept in CloudWatch"] == 0.03
    assert first["kept in S3"] == 0.023


def test_a_hundred_gigabytes_cost_what_a_pencil_says() -> None:
    found = compare(WANTED, HUNDRED_GB, Use(questions=60, hours=24, kept_as=0.15), VIRGINIA)
    assert round(found.gigabytes, 6) == 100
    month = 30 * 24 / 730
    asked = 100 * 24 / 730 * 60 * 0.005
    assert [round(line.usd, 6) for line in found.cloudwatch.lines] == [
        50.0,
        round(15 * month * 0.03, 6),
        round(asked, 6),
    ]
    assert [round(line.usd, 6) for line in found.s3.lines] == [
        round(25.0 + 8760 * 0.005 / 1000, 6),
        round(15 * month * 0.023, 6),
        round(asked * 0.15 + 60 * 24 * 12 * 0.0004 / 1000 + 60 * 2 * 0.005 / 1000, 6),
    ]
    assert found.cheaper == "s3"
    assert found.why.startswith("S3 is cheaper for this use by ")
    assert "mostly by taking in (24.96 USD)" in found.why


def test_requests_of_s3_are_counted_for_every_flow_log() -> None:
    one, ten = (compare(WANTED, HUNDRED_GB, Use(), VIRGINIA, count).s3.lines for count in (1, 10))
    assert "; 8,760 objects or more written at 0.005 USD/1,000 requests (list price us-east-1, 2026-11, " in one[0].how
    assert "17,280 objects got at 0.0004 USD/1,000 requests" in one[2].how
    assert "120 lists at 0.005 USD/1,000 requests" in one[2].how
    assert ten[0].usd - one[0].usd == pytest.approx(9 * 8760 * 0.005 / 1000)


def test_a_question_costs_no_more_than_what_is_kept() -> None:
    brief, long = (
        compare(replace(WANTED, group=GroupWanted(retention_days=1)), HUNDRED_GB, Use(hours=hours), VIRGINIA)
        for hours in (24, 720)
    )
    assert long.cloudwatch.lines[2].usd == brief.cloudwatch.lines[2].usd


@pytest.mark.parametrize(
    ("usd", "said"),
    [(0, "0.00 USD"), (0.001, "less than 0.01 USD"), (0.005, "0.01 USD"), (1234.5, "1,234.50 USD")],
)
def test_a_small_price_is_not_written_as_nothing(usd: float, said: str) -> None:
    assert dollars(usd) == said


def test_a_figure_tells_every_tier_it_reaches() -> None:
    price = VIRGINIA["to CloudWatch"]
    assert price.rate(10_240) == "0.5 USD/GB"
    assert price.rate(40_000) == "0.5, 0.25 above 10,240, 0.1 above 30,720 USD/GB"


def test_a_figure_made_of_several_prices_names_each_source_once() -> None:
    parquet = replace(WANTED, bucket=BucketWanted(file_format="parquet"))
    how = compare(parquet, HUNDRED_GB, Use(), VIRGINIA).s3.lines[0].how
    assert how.count("commonly quoted") == 1
    assert how.count("list price us-east-1, 2026-11, ") == 2


def test_every_figure_says_list_price_date_and_source() -> None:
    found = compare(WANTED, HUNDRED_GB, Use(), VIRGINIA)
    for line in (*found.cloudwatch.lines, *found.s3.lines):
        assert "list price us-east-1, 2026-11, " in line.how
    assert "assumed: a hundred gigabytes" in found.how


def test_parquet_costs_its_conversion_and_keeps_less() -> None:
    parquet = replace(WANTED, bucket=BucketWanted(file_format="parquet", expire_days=30))
    text, other = (compare(wanted, HUNDRED_GB, Use(), VIRGINIA).s3.lines for wanted in (WANTED, parquet))
    assert round(other[0].usd - text[0].usd, 6) == 3.5
    assert other[1].usd < text[1].usd
    assert other[2].usd < text[2].usd


def test_cloudwatch_is_cheaper_where_the_prices_say_so() -> None:
    dear = {**VIRGINIA, "to S3": replace(VIRGINIA["to S3"], tiers=((float("inf"), 2.0),))}
    found = compare(WANTED, HUNDRED_GB, Use(), dear)
    assert found.cheaper == "cloudwatch"
    assert found.why.startswith("CloudWatch Logs is cheaper")


@pytest.mark.parametrize(
    ("gigabytes", "usd"), [(0, 0.0), (10_240, 5_120.0), (10_241, 5_120.25), (51_200, 12_288.0), (51_201, 12_288.05)]
)
def test_vended_logs_cost_less_tier_by_tier(gigabytes: float, usd: float) -> None:
    assert round(VIRGINIA["to CloudWatch"].of(gigabytes), 6) == usd


def test_a_region_without_prices_says_whose_it_shows() -> None:
    assert {price.region for price in prices_for("eu-central-1").values()} == {"us-east-1"}
    own = Price("to S3", "eu-central-1", ((float("inf"), 0.3),), "2026-11-20", "AWS Price List API")
    assert prices_for("eu-central-1", (*PRICES, own))["to S3"] == own


def test_records_kept_for_ever_are_priced_after_a_year() -> None:
    for_ever = replace(WANTED, group=GroupWanted(retention_days=None))
    line = compare(for_ever, HUNDRED_GB, Use(), VIRGINIA).cloudwatch.lines[1]
    assert "kept for ever, shown after a year" in line.how
    assert line.usd == pytest.approx(15 * 12 * 0.03)


def test_a_longer_format_costs_more() -> None:
    traffic = assumed(10)
    assert traffic.how == "assumed: 10 interfaces with 1,200 records an hour each"
    lean, full = (compare(replace(WANTED, format=name), traffic, Use(), VIRGINIA) for name in ("default", "full"))
    assert 1.9 < full.cloudwatch.lines[0].usd / lean.cloudwatch.lines[0].usd < 2.5


@pytest.mark.parametrize("destination", ["cloudwatch", "s3"])
def test_traffic_is_measured_where_records_arrive(
    destination: Literal["cloudwatch", "s3"],
    wanted: Wanted,
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
) -> None:
    wanted = replace(wanted, destination=destination)
    apply(planned(wanted), lambda: planned(wanted), account, waiting=waiting)
    (flow_log,) = (one for one in flow_logs(account) if belongs(one.settings, wanted.name))
    assert measured(account, flow_log, waiting.now()) is None
    waiting.sleep(300)
    assert measured(account, flow_log, waiting.now()) is None, "five minutes are no month"
    waiting.sleep(600)
    found = measured(account, flow_log, waiting.now())
    assert found is not None
    assert found.how.startswith("measured: ")
    assert found.how.endswith(f"of {flow_log.settings.destination}")
    assert found.records > 1000
