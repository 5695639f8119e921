"""Prices out of AWS's price list: read from files of the shape that AWS documents, kept on this machine, never half a list."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowinsight.provision.price_file import keep, known, said
from flowinsight.provision.price_list import PriceListError, parsed, read
from flowinsight.provision.prices import EVER, ITEMS, PRICES, Item, Price, prices_for
from flowinsight.provision.refusals import SetupError
from tests.provision.price_server import LISTS, PriceServer, serving

TODAY = "2026-11-23"
HERE = "eu-central-1"


@pytest.fixture
def server() -> Iterator[PriceServer]:
    with serving() as told:
        yield told


def test_every_price_of_a_region_is_in_the_list(server: PriceServer) -> None:
    listed = read(HERE, TODAY, server.url)

    assert listed.lacking == ()
    assert [(price.item, price.tiers) for price in listed.prices] == [
        ("to CloudWatch", ((10240, 0.63), (30720, 0.31), (51200, 0.13), (EVER, 0.06))),
        ("to S3", ((10240, 0.3), (30720, 0.18), (51200, 0.09), (EVER, 0.06))),
        ("to Parquet", ((EVER, 0.042),)),
        ("kept in CloudWatch", ((EVER, 0.0324),)),
        ("asked in CloudWatch", ((5, 0.0), (EVER, 0.0063))),
        ("kept in S3", ((51200, 0.0245), (512000, 0.0235), (EVER, 0.0225))),
        ("written to S3", ((EVER, pytest.approx(0.0054)),)),
        ("read from S3", ((EVER, pytest.approx(0.00043)),)),
        ("asked in S3", ((EVER, 5 / 1024),)),
    ]
    assert listed.prices[0].label == "list price eu-central-1, 2026-11-23, AWS price list of 2026-11-05"


def test_one_file_of_the_region_is_asked_for_each_service(server: PriceServer) -> None:
    read(HERE, TODAY, server.url)

    assert server.asked == [PriceServer.path(service) for service in ("AmazonCloudWatch", "AmazonS3", "AmazonAthena")]


def test_what_is_free_first_is_not_taken_for_the_price() -> None:
    price = Price("asked in CloudWatch", HERE, ((5.0, 0.0), (EVER, 0.0063)), TODAY, "a test")

    assert price.first == 0.0063
    assert price.of(5) == 0
    assert price.of(105) == pytest.approx(0.63)
    assert price.rate(105) == "0, 0.0063 above 5 USD/GB"


def document(service: str) -> Any:
    return json.loads((LISTS / f"{service}.json").read_text())


def twin(usage: str, usd: str) -> Any:
    """CloudWatch's list with a second product of one usage type, at a price of its own."""
    lists = document("AmazonCloudWatch")
    (sku,) = (sku for sku, listed in lists["products"].items() if listed["attributes"]["usagetype"] == usage)
    lists["products"]["TWIN"] = lists["products"][sku]
    term = json.loads(json.dumps(lists["terms"]["OnDemand"][sku]))
    for offer in term.values():
        for dimension in offer["priceDimensions"].values():
            dimension["pricePerUnit"]["USD"] = usd
    lists["terms"]["OnDemand"]["TWIN"] = term
    return lists


def items(lists: Any) -> list[Item]:
    return [price.item for price in parsed(lists, "AmazonCloudWatch", HERE, TODAY)]


def test_a_price_that_two_products_tell_differently_is_not_chosen_between() -> None:
    assert "to Parquet" in items(twin("EUC1-S3-Egress-InputBytes", "0.0420000000"))

    assert "to Parquet" not in items(twin("EUC1-S3-Egress-InputBytes", "0.0500000000"))


def test_the_list_of_virginia_names_no_region_in_its_usage_types() -> None:
    text = json.dumps(document("AmazonCloudWatch")).replace("EUC1-", "")

    assert len(parsed(json.loads(text), "AmazonCloudWatch", "us-east-1", TODAY)) == 5


def test_an_item_the_list_lacks_keeps_its_price_and_that_is_said(server: PriceServer, tmp_path: Path) -> None:
    path = PriceServer.path("AmazonCloudWatch")
    server.files[path] = server.files[path].replace(b"EUC1-S3-Egress-InputBytes", b"EUC1-Something-Else")

    listed = read(HERE, TODAY, server.url)
    keep(tmp_path / "prices.json", listed)
    found = prices_for(HERE, known(tmp_path / "prices.json").prices)

    assert listed.lacking == ("to Parquet",)
    assert found["to Parquet"] == prices_for(HERE)["to Parquet"]
    assert found["to S3"].first == 0.3
    assert said(listed, found.values()) == (
        "8 prices of eu-central-1 were read from AWS's price list. It has no clear price for these, and what was known "
        f"stays: to Parquet ({found['to Parquet'].label})."
    )


Breaks = Callable[[PriceServer], object]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lambda server: server.files.clear(), "has nothing for AmazonCloudWatch in eu-central-1"),
        (lambda server: server.files.pop(PriceServer.path("AmazonS3")), "has nothing for AmazonS3 in eu-central-1"),
        (lambda server: server.files.update({PriceServer.path("AmazonS3"): b"<html>"}), "is not a price list"),
        (
            lambda server: server.files.update({PriceServer.path("AmazonS3"): b'{"offerCode": "Other"}'}),
            "is not a price",
        ),
        (
            lambda server: server.files.update({PriceServer.path("AmazonS3"): b'{"offerCode": "AmazonS3"}'}),
            "has not the shape that AWS documents",
        ),
    ],
)
def test_a_list_that_cannot_be_read_is_told_and_changes_nothing(server: PriceServer, broken: Breaks, why: str) -> None:
    broken(server)

    with pytest.raises(PriceListError, match=why) as caught:
        read(HERE, TODAY, server.url)

    assert str(caught.value).endswith("The prices shown stay as they are.")


def test_a_list_that_nobody_serves_is_told(server: PriceServer) -> None:
    with pytest.raises(PriceListError, match=r"did not answer at http://127\.0\.0\.1:9"):
        read(HERE, TODAY, "http://127.0.0.1:9")
    assert server.asked == []


@pytest.mark.parametrize(("region", "why"), [("cn-north-1", "no prices in US dollars"), ("../x", "is not a region")])
def test_a_region_that_the_list_cannot_have_is_not_asked_for(server: PriceServer, region: str, why: str) -> None:
    with pytest.raises(PriceListError, match=why):
        read(region, TODAY, server.url)
    assert server.asked == []


def test_what_was_read_of_one_region_stays_when_another_is_read(server: PriceServer, tmp_path: Path) -> None:
    server.files |= {
        path.replace(HERE, "us-east-1"): text.replace(b"EUC1-", b"USE1-") for path, text in server.files.items()
    }
    path = tmp_path / "new" / "prices.json"

    keep(path, read(HERE, TODAY, server.url))
    keep(path, read("us-east-1", "2026-11-24", server.url))

    prices = known(path).prices
    assert {price.dated for price in prices_for(HERE, prices).values()} == {TODAY}
    assert {price.dated for price in prices_for("us-east-1", prices).values()} == {"2026-11-24"}
    assert set(prices_for("eu-west-1", prices)) == set(ITEMS)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'[{"item": "to S3"}]', b'[{"item": "x", "tiers": [[null, 1]]}]', b"[1]"]
)
def test_a_file_that_is_none_of_ours_is_told_and_left_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "prices.json"
    path.write_bytes(content)

    found = known(path)

    assert found.prices == PRICES
    assert found.problem.endswith("read AWS's price list again.")


def test_a_place_that_cannot_be_written_is_told(server: PriceServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SetupError, match="cannot be kept in"):
        keep(tmp_path / "file" / "prices.json", read(HERE, TODAY, server.url))


def test_without_a_file_the_prices_are_those_flowinsight_comes_with(tmp_path: Path) -> None:
    assert known(tmp_path / "prices.json").prices == PRICES
    assert {price.item for price in PRICES} == set(ITEMS)
