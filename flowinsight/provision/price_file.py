"""Prices read from AWS's price list, kept in a file of this machine for every page and the command line."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flowinsight import whole
from flowinsight.provision.price_list import Listed
from flowinsight.provision.prices import EVER, ITEMS, PRICES, Price, joined
from flowinsight.provision.refusals import SetupError


@dataclass(frozen=True)
class Known:
    """Every price that is known here. `problem` says why the file was left out, and is empty where it was not."""

    prices: tuple[Price, ...]
    problem: str = ""


def known(path: Path) -> Known:
    """The prices FlowInsight comes with, each replaced by what the file has of its item and region."""
    try:
        kept = _prices(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Known(PRICES)
    except (OSError, ValueError, TypeError, KeyError):
        return Known(PRICES, f"The prices kept in {path} cannot be read and are left out: read AWS's price list again.")
    return Known(joined(PRICES, kept))


def keep(path: Path, listed: Listed) -> None:
    """Keep what the list said of a region beside what the file has of others; SetupError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        entries = [entry(price) for price in joined(known(path).prices, listed.prices) if price not in PRICES]
        whole.write(path, json.dumps(entries, indent=1).encode())
    except OSError as error:
        raise SetupError(f"The prices cannot be kept in {path}: {error.strerror}.") from error


def entry(price: Price) -> dict[str, Any]:
    """A price as plain values. JSON has no infinity: the last tier ends at null."""
    return {**asdict(price), "tiers": [[None if end == EVER else end, usd] for end, usd in price.tiers]}


def _prices(content: object) -> list[Price]:
    if not isinstance(content, list):
        raise TypeError(content)
    return [_price(kept) for kept in content]


def _price(kept: dict[str, Any]) -> Price:
    tiers = tuple((EVER if end is None else float(end), float(usd)) for end, usd in kept["tiers"])
    region, dated, source = (str(kept[name]) for name in ("region", "dated", "source"))
    if kept["item"] not in ITEMS or not tiers or tiers != tuple(sorted(tiers)):
        raise ValueError(kept)
    return Price(kept["item"], region, tiers, dated, source)


def said(listed: Listed, prices: Iterable[Price]) -> str:
    """What reading the list gave, in a sentence or two. `prices` are those now used for the region."""
    count = len(listed.prices)
    text = f"{count} prices of {listed.region} were read from AWS's price list."
    if not listed.lacking:
        return text
    stayed = ", ".join(f"{price.item} ({price.label})" for price in prices if price.item in listed.lacking)
    return f"{text} It has no clear price for these, and what was known stays: {stayed}."
