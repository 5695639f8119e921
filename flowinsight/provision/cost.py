"""What a setup costs a month in CloudWatch and in S3: taking records in, keeping them, asking. Every figure says how."""

from dataclasses import dataclass
from typing import Literal

from flowinsight.provision.account import Account
from flowinsight.provision.arrivals import newest_lines
from flowinsight.provision.presets import record_bytes
from flowinsight.provision.prices import Item, Price
from flowinsight.provision.settings import FlowLogSettings
from flowinsight.provision.wanted import Wanted

GIGABYTE = 1024**3
HOURS = 730
"""Hours of a month, as AWS counts them."""

LEAST_SECONDS, MANY = 600, 10_000
"""Traffic of a shorter time says little of a month, unless there is as much of it as is read at once."""


@dataclass(frozen=True)
class Traffic:
    """Records a month, and how that is known: measured, or assumed."""

    records: float
    how: str


@dataclass(frozen=True)
class Use:
    """How records are used. All of it can be edited; none of it is known.

    `questions` a month, each over the newest `hours`. `kept_as` is what is left of a byte when it is stored compressed.
    """

    questions: int = 60
    hours: int = 24
    kept_as: float = 0.15


@dataclass(frozen=True)
class Line:
    """One figure: US dollars a month, and the sentence it comes from."""

    what: str
    usd: float
    how: str


@dataclass(frozen=True)
class Cost:
    destination: Literal["cloudwatch", "s3"]
    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        return sum(line.usd for line in self.lines)


@dataclass(frozen=True)
class Comparison:
    """Both destinations for the same wish. `why` says which is cheaper and what makes it so."""

    cloudwatch: Cost
    s3: Cost
    cheaper: Literal["cloudwatch", "s3"]
    why: str
    gigabytes: float
    how: str


def assumed(interfaces: int, records_an_hour: float = 1200.0) -> Traffic:
    """Traffic nobody has measured yet: so many records an hour for each interface."""
    how = f"assumed: {interfaces:,} interfaces with {records_an_hour:,.0f} records an hour each"
    return Traffic(interfaces * records_an_hour * HOURS, how)


def measured(account: Account, settings: FlowLogSettings, now: float) -> Traffic | None:
    """Traffic out of the newest hour of a log group, from at most 10,000 records; None where there is none, or too little time of
    it to say anything of a month.
    """
    lines = newest_lines(settings, account, now - 3600)
    if not lines:
        return None
    tokens = [token.removeprefix("${").removesuffix("}") for token in settings.log_format.split()]
    starts = [_start(line, tokens) for line in lines]
    span = now - min((start for start in starts if start is not None), default=now - 3600)
    if span < LEAST_SECONDS and len(lines) < MANY:
        return None
    how = f"measured: {len(lines):,} records in the newest {span / 60:.0f} minutes of {settings.destination}"
    return Traffic(len(lines) / max(span, 60.0) * 3600 * HOURS, how)


def _start(line: str, tokens: list[str]) -> int | None:
    words = line.split(" ")
    if "start" not in tokens or len(words) != len(tokens) or not words[tokens.index("start")].isdigit():
        return None
    return int(words[tokens.index("start")])


def compare(wanted: Wanted, traffic: Traffic, use: Use, prices: dict[Item, Price]) -> Comparison:
    """The price of each destination for the same records, the same questions and the lengths wanted for each."""
    gigabytes = traffic.records * (record_bytes(wanted.tokens) + 1) / GIGABYTE
    cloudwatch = Cost("cloudwatch", _in_cloudwatch(wanted, gigabytes, use, prices))
    s3 = Cost("s3", _in_s3(wanted, gigabytes, use, prices))
    cheaper: Literal["cloudwatch", "s3"] = "cloudwatch" if cloudwatch.usd < s3.usd else "s3"
    why = _why(cloudwatch, s3) if cheaper == "s3" else _why(s3, cloudwatch)
    how = f"{traffic.how}; about {record_bytes(wanted.tokens)} bytes a record in this format"
    return Comparison(cloudwatch, s3, cheaper, why, gigabytes, how)


def _why(dear: Cost, cheap: Cost) -> str:
    names = {"cloudwatch": "CloudWatch Logs", "s3": "S3"}
    gaps = {line.what: line.usd - other.usd for line, other in zip(dear.lines, cheap.lines, strict=True)}
    most = max(gaps, key=lambda what: gaps[what])
    saved = dear.usd - cheap.usd
    return (
        f"{names[cheap.destination]} is cheaper for this use by {saved:,.2f} USD a month, "
        f"mostly by {most.lower()} ({gaps[most]:,.2f} USD)."
    )


def _in_cloudwatch(wanted: Wanted, gigabytes: float, use: Use, prices: dict[Item, Price]) -> tuple[Line, ...]:
    taken, kept, asked = prices["to CloudWatch"], prices["kept in CloudWatch"], prices["asked in CloudWatch"]
    stored = gigabytes * use.kept_as * _months(wanted.group.retention_days)
    return (
        Line("Taking in", taken.of(gigabytes), f"{gigabytes:,.2f} GB at {taken.first:g} USD/GB ({taken.label})"),
        Line("Keeping", kept.of(stored), _kept(stored, wanted.group.retention_days, kept)),
        _asking(gigabytes, use, asked, "scanned by Logs Insights"),
    )


def _in_s3(wanted: Wanted, gigabytes: float, use: Use, prices: dict[Item, Price]) -> tuple[Line, ...]:
    taken, converted, kept, asked = (prices[item] for item in ("to S3", "to Parquet", "kept in S3", "asked in S3"))
    parquet = wanted.bucket.file_format == "parquet"
    share = use.kept_as * (0.8 if parquet else 1.0)
    stored = gigabytes * share * _months(wanted.bucket.expire_days)
    how = f"{gigabytes:,.2f} GB at {taken.first:g} USD/GB ({taken.label})"
    if parquet:
        how += f", converted to Parquet at {converted.first:g} USD/GB ({converted.label})"
    return (
        Line("Taking in", taken.of(gigabytes) + (converted.of(gigabytes) if parquet else 0.0), how),
        Line("Keeping", kept.of(stored), _kept(stored, wanted.bucket.expire_days, kept)),
        _asking(gigabytes * share, use, asked, "scanned by Athena, compressed; reading objects here costs no scan"),
    )


def _months(days: int | None) -> float:
    """Months of records held in a steady state; without an end, the first year's."""
    return (365 if days is None else days) * 24 / HOURS


def _kept(stored: float, days: int | None, price: Price) -> str:
    how_long = "kept for ever, shown after a year" if days is None else f"kept {days} days"
    return f"{stored:,.2f} GB compressed, {how_long}, at {price.first:g} USD/GB and month ({price.label})"


def _asking(gigabytes: float, use: Use, price: Price, by: str) -> Line:
    scanned = gigabytes * use.hours / HOURS * use.questions
    how = (
        f"{use.questions} questions over {use.hours} hours: {scanned:,.2f} GB {by}, at {price.first:g} USD/GB "
        f"({price.label})"
    )
    return Line("Asking", price.of(scanned), how)
