"""AWS's own price list: public files, one for each service and region, that are read without credentials.

Sources: AWS Billing User Guide, "Getting price list files manually" (where they lie) and "Reading the service price list file for
an AWS service" (their shape); CloudWatch User Guide, "Analyzing, optimizing, and reducing CloudWatch costs" (usage types).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from flowinsight.provision.prices import ITEMS, Item, Price, Tiers
from flowinsight.provision.refusals import SetupError

HOME = "https://pricing.us-east-1.amazonaws.com"
"""The list of every region but those of China, which have one of their own, in another currency."""
PATIENCE = 30.0
"""Seconds without a byte after which the list is given up."""
MOST = 64 * 1024**2
"""Bytes of one file; those that are read here have a few megabytes."""


class PriceListError(SetupError):
    """The price list was not read. The prices that were known stay."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} The prices shown stay as they are.")


@dataclass(frozen=True)
class _Product:
    """How an item is found in a service's file: by the end of its usage type, after the region's own letters, and attributes.

    Variants such as VendedLog-Bytes-WAFLogs are other services. `units` of the list make one of ours.
    """

    item: Item
    usage: str
    attributes: Mapping[str, str]
    units: float = 1.0

    def fits(self, attributes: Mapping[str, Any]) -> bool:
        """us-east-1 has no letters in some services: `Requests-Tier1`, `EUC1-Requests-Tier1`."""
        usage = str(attributes.get("usagetype", ""))
        named = self.usage in (usage, usage.partition("-")[2])
        return named and all(attributes.get(name) == value for name, value in self.attributes.items())


_SERVICES: Mapping[str, tuple[_Product, ...]] = {
    "AmazonCloudWatch": (
        _Product("to CloudWatch", "VendedLog-Bytes", {}),
        _Product("to S3", "S3-Egress-Bytes", {}),
        _Product("to Parquet", "S3-Egress-InputBytes", {}),
        _Product("kept in CloudWatch", "TimedStorage-ByteHrs", {}),
        _Product("asked in CloudWatch", "DataScanned-Bytes", {}),
    ),
    "AmazonS3": (
        _Product("kept in S3", "TimedStorage-ByteHrs", {"volumeType": "Standard"}),
        _Product("written to S3", "Requests-Tier1", {"group": "S3-API-Tier1"}, 1000),
        _Product("read from S3", "Requests-Tier2", {"group": "S3-API-Tier2"}, 1000),
    ),
    "AmazonAthena": (_Product("asked in S3", "DataScannedInTB", {}, 1 / 1024),),
}


@dataclass(frozen=True)
class Listed:
    """What the list says of one region. `lacking` are items without a clear price in it: what was known of those stays."""

    region: str
    prices: tuple[Price, ...]

    @property
    def lacking(self) -> tuple[Item, ...]:
        found = {price.item for price in self.prices}
        return tuple(item for item in ITEMS if item not in found)


def read(region: str, today: str, home: str | None = None) -> Listed:
    """Every price of a region as the list has it today (ISO date); PriceListError says why it could not be read."""
    if region.startswith("cn-"):
        raise PriceListError(f"The list has no prices in US dollars for {region}.")
    if not re.fullmatch(r"[a-z0-9-]+", region):
        raise PriceListError(f"{region} is not a region.")
    found: list[Price] = []
    for service in _SERVICES:
        document = _fetched(f"{home or HOME}/offers/v1.0/aws/{service}/current/{region}/index.json", service, region)
        found += parsed(document, service, region, today)
    if not found:
        raise PriceListError(f"The list has no prices of flow logs for {region}.")
    return Listed(region, tuple(found))


def _fetched(url: str, service: str, region: str) -> Mapping[str, Any]:
    try:
        with urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 AWS's own address, by HTTPS
            text = answer.read(MOST + 1)
    except HTTPError as error:
        error.close()
        raise PriceListError(f"AWS's price list has nothing for {service} in {region} (HTTP {error.code}).") from error
    except (OSError, HTTPException) as error:
        raise PriceListError(f"AWS's price list did not answer at {url.partition('/offers')[0]}.") from error
    try:
        document = json.loads(text) if len(text) <= MOST else None
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("offerCode") != service:
        raise PriceListError(f"What came from {url} is not a price list of {service}.")
    return document


def parsed(document: Mapping[str, Any], service: str, region: str, today: str) -> list[Price]:
    """The prices in a service's file: those of exactly one meaning. PriceListError when it has not the documented shape."""
    source = f"AWS price list of {str(document.get('publicationDate', ''))[:10] or 'no date'}"
    try:
        return [
            Price(product.item, region, tiers, today, source)
            for product in _SERVICES[service]
            for tiers in _only(product, document)
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PriceListError(f"The price list of {service} has not the shape that AWS documents.") from error


def _only(product: _Product, document: Mapping[str, Any]) -> Iterator[Tiers]:
    """Its tiers; none where no product fits, or where several do that cost different amounts."""
    found = {
        _tiers(document["terms"]["OnDemand"][sku], product.units)
        for sku, listed in document["products"].items()
        if product.fits(listed["attributes"]) and sku in document["terms"].get("OnDemand", {})
    } - {()}
    if len(found) == 1:
        yield found.pop()


def _tiers(offers: Mapping[str, Any], units: float) -> Tiers:
    """The documentation calls the end of a tier `endingRange`, the files call it `endRange`."""
    return tuple(
        sorted(
            (
                float(dimension.get("endRange", dimension.get("endingRange", "Inf"))) / units,
                float(dimension["pricePerUnit"]["USD"]) * units,
            )
            for offer in offers.values()
            for dimension in offer["priceDimensions"].values()
            if "USD" in dimension["pricePerUnit"]
        )
    )
