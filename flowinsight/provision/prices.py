"""List prices by region, each with its date and source."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

Item = Literal[
    "to CloudWatch", "to S3", "to Parquet", "kept in CloudWatch", "kept in S3", "asked in CloudWatch", "asked in S3",
    "written to S3", "read from S3",
]  # fmt: skip
ITEMS: tuple[Item, ...] = get_args(Item)
Tiers = tuple[tuple[float, float], ...]

EVER = float("inf")

_UNITS: dict[Item, str] = {
    "kept in CloudWatch": "GB and month",
    "kept in S3": "GB and month",
    "written to S3": "1,000 requests",
    "read from S3": "1,000 requests",
}


@dataclass(frozen=True)
class Price:
    """US dollars a `unit`. `tiers` are pairs of the amount a tier ends at and its price, in order; the last never ends."""

    item: Item
    region: str
    tiers: Tiers
    dated: str
    source: str

    @property
    def unit(self) -> str:
        """GB, GB and month, or 1,000 requests."""
        return _UNITS.get(self.item, "GB")

    @property
    def first(self) -> float:
        """What the first unit costs that is not free."""
        return next((usd for _, usd in self.tiers if usd), 0.0)

    @property
    def label(self) -> str:
        """What every figure on a page carries."""
        return f"list price {self.region}, {self.dated}, {self.source}"

    def of(self, amount: float) -> float:
        """US dollars for an amount in one month, tier by tier."""
        total, begin = 0.0, 0.0
        for end, usd in self.tiers:
            total += max(0.0, min(amount, end) - begin) * usd
            begin = end
        return total

    def rate(self, amount: float) -> str:
        """The tiers that an amount reaches: 0.5, 0.25 above 10,240 USD/GB."""
        begins = [0.0, *(end for end, _ in self.tiers)]
        reached = [tier for tier, begin in zip(self.tiers, begins, strict=False) if begin == 0 or begin < amount]
        tiers = [f"{reached[0][1]:g}", *(f"{usd:g} above {end:,.0f}" for (end, _), (_, usd) in pairwise(reached))]
        return f"{', '.join(tiers)} USD/{self.unit}"


def _vended(*usd: float) -> Tiers:
    """Vended logs cost less after 10, 30 and 50 TB a month."""
    return tuple(zip((10_240.0, 30_720.0, 51_200.0, EVER), usd, strict=True))


def _flat(usd: float) -> Tiers:
    return ((EVER, usd),)


_SAMPLES = "secondary source: aws-samples/sample-cfm-tips-mcp"
_QUOTED = "secondary source: commonly quoted"
_ATHENA = "secondary source: PyPI athena-cost-guard"
_DATED = "2026-11"
_S3_TIERS = ((51_200.0, 0.023), (512_000.0, 0.022), (EVER, 0.021))

PRICES: tuple[Price, ...] = (
    Price("to CloudWatch", "us-east-1", _vended(0.50, 0.25, 0.10, 0.05), _DATED, _SAMPLES),
    Price("to S3", "us-east-1", _vended(0.25, 0.15, 0.075, 0.05), _DATED, _SAMPLES),
    Price("to Parquet", "us-east-1", _flat(0.035), _DATED, _QUOTED),
    Price("kept in CloudWatch", "us-east-1", _flat(0.03), _DATED, _SAMPLES),
    Price("kept in S3", "us-east-1", _S3_TIERS, _DATED, _SAMPLES),
    Price("asked in CloudWatch", "us-east-1", _flat(0.005), _DATED, _QUOTED),
    Price("asked in S3", "us-east-1", _flat(0.005), _DATED, _ATHENA),
    Price("written to S3", "us-east-1", _flat(0.005), _DATED, _QUOTED),
    Price("read from S3", "us-east-1", _flat(0.0004), _DATED, _QUOTED),
)
"""Known without asking AWS. A region that is not here is shown with the prices of us-east-1, and says so."""


def prices_for(region: str, known: Iterable[Price] = PRICES) -> dict[Item, Price]:
    """The price of every item: the region's own where it is known, else that of us-east-1."""
    found: dict[Item, Price] = {}
    for price in known:
        if price.region == region or (price.region == "us-east-1" and price.item not in found):
            found[price.item] = price
    return found


def labels(*prices: Price) -> str:
    """The labels of a figure that several prices make, each once."""
    return "; ".join(dict.fromkeys(price.label for price in prices))


def joined(known: Iterable[Price], newer: Iterable[Price]) -> tuple[Price, ...]:
    """The known prices, each replaced where there is a newer one of the same item and region."""
    found = {(price.item, price.region): price for price in known}
    found |= {(price.item, price.region): price for price in newer}
    return tuple(found.values())
