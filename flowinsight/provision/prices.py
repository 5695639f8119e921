"""List prices by region, each with its date and source, and how to read newer ones from AWS's price list."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flowinsight.provision.account import Account
from flowinsight.provision.refusals import SetupError

Item = Literal[
    "to CloudWatch", "to S3", "to Parquet", "kept in CloudWatch", "kept in S3", "asked in CloudWatch", "asked in S3"
]
Tiers = tuple[tuple[float, float], ...]

_EVER = float("inf")


@dataclass(frozen=True)
class Price:
    """US dollars a GB (kept: a GB and month). `tiers` are pairs of the GB a tier ends at and its price, in order."""

    item: Item
    region: str
    tiers: Tiers
    dated: str
    source: str

    @property
    def first(self) -> float:
        return self.tiers[0][1]

    @property
    def label(self) -> str:
        """What every figure on a page carries."""
        return f"list price {self.region}, {self.dated}, {self.source}"

    def of(self, gigabytes: float) -> float:
        """US dollars for an amount in one month, tier by tier."""
        total, begin = 0.0, 0.0
        for end, usd in self.tiers:
            total += max(0.0, min(gigabytes, end) - begin) * usd
            begin = end
        return total


def _vended(*usd: float) -> Tiers:
    """Vended logs cost less after 10, 30 and 50 TB a month."""
    return tuple(zip((10_240.0, 30_720.0, 51_200.0, _EVER), usd, strict=True))


def _flat(usd: float) -> Tiers:
    return ((_EVER, usd),)


_SAMPLES = "aws-samples/sample-cfm-tips-mcp, not AWS's own price page"
_QUOTED = "commonly quoted, not AWS's own price page"
_ATHENA = "PyPI athena-cost-guard, not AWS's own price page"
_DATED = "2026-11"

PRICES: tuple[Price, ...] = (
    Price("to CloudWatch", "us-east-1", _vended(0.50, 0.25, 0.10, 0.05), _DATED, _SAMPLES),
    Price("to S3", "us-east-1", _vended(0.25, 0.15, 0.075, 0.05), _DATED, _SAMPLES),
    Price("to Parquet", "us-east-1", _flat(0.03), _DATED, _QUOTED),
    Price("kept in CloudWatch", "us-east-1", _flat(0.03), _DATED, _SAMPLES),
    Price("kept in S3", "us-east-1", _flat(0.023), _DATED, _SAMPLES),
    Price("asked in CloudWatch", "us-east-1", _flat(0.005), _DATED, _QUOTED),
    Price("asked in S3", "us-east-1", _flat(0.005), _DATED, _ATHENA),
)
"""Known without asking AWS. A region that is not here is shown with the prices of us-east-1, and says so."""


def prices_for(region: str, known: Iterable[Price] = PRICES) -> dict[Item, Price]:
    """The price of every item: the region's own where it is known, else that of us-east-1."""
    found: dict[Item, Price] = {}
    for price in known:
        if price.region == region or (price.region == "us-east-1" and price.item not in found):
            found[price.item] = price
    return found


_USAGE: Mapping[str, Item] = {
    "VendedLog-Bytes": "to CloudWatch",
    "S3-Egress-Bytes": "to S3",
    "S3-Egress-ParquetConversion-Bytes": "to Parquet",
    "TimedStorage-ByteHrs": "kept in CloudWatch",
    "DataScanned-Bytes": "asked in CloudWatch",
}
"""How usage types of AmazonCloudWatch end, after the region's own letters. Variants such as -CFLogs- are other services."""

_PRICE_LIST_REGION = "us-east-1"


def refreshed(account: Account, today: str, known: tuple[Price, ...] = PRICES) -> tuple[Price, ...]:
    """The known prices with those of the account's region as AWS's price list gives them today (ISO date).

    The client for `pricing` is the caller's: the price list answers in us-east-1 only. AwsError when it may not be asked.
    """
    region = account.place.region
    products: list[str] = []
    doing = f"read the price list of {region}"
    where = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    for page in account.pages(
        "pricing", "get_products", doing, "NextToken", ServiceCode="AmazonCloudWatch", Filters=where
    ):
        products += page["PriceList"]
    new = tuple(parse(products, region, today))
    if not new:
        raise SetupError(f"The price list has no prices of CloudWatch Logs for {region}. The prices shown stay.")
    replaced = {(price.item, price.region) for price in new}
    return (*(price for price in known if (price.item, price.region) not in replaced), *new)


def parse(products: Iterable[str], region: str, today: str) -> list[Price]:
    """Prices out of the price list's products, each a JSON text as GetProducts answers."""
    found = []
    for text in products:
        product: dict[str, Any] = json.loads(text)
        usage = str(product["product"]["attributes"].get("usagetype", ""))
        item = _item(usage)
        tiers = sorted(_tiers(product))
        if item is not None and tiers:
            found.append(Price(item, region, tuple(tiers), today, "AWS Price List API"))
    return found


def _item(usage: str) -> Item | None:
    """The item of a usage type: its name, or that name after one group of letters for the region (`EUC1-`)."""
    return next((item for end, item in _USAGE.items() if usage == end or usage.partition("-")[2] == end), None)


def _tiers(product: Mapping[str, Any]) -> list[tuple[float, float]]:
    return [
        (float(dimension["endRange"].replace("Inf", "inf")), float(dimension["pricePerUnit"]["USD"]))
        for offer in product["terms"].get("OnDemand", {}).values()
        for dimension in offer["priceDimensions"].values()
        if "USD" in dimension["pricePerUnit"]
    ]
