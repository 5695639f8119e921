"""What a setup costs a month in CloudWatch and in S3: taking records in, keeping them, asking. Every figure says how."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from flowinsight.provision.presets import record_bytes
from flowinsight.provision.prices import Item, Price, labels
from flowinsight.provision.wanted import Wanted

GIGABYTE = 1024**3
HOURS = 730
"""Hours of a month, as AWS counts them."""


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


def compare(
    wanted: Wanted, traffic: Traffic, use: Use, prices: dict[Item, Price], flow_logs: int | None = None
) -> Comparison:
    """The price of each destination for the same records, the same questions and the lengths wanted for each.

    `flow_logs` is how many there will be for each destination, where it is not one for each resource.
    """
    gigabytes = traffic.records * (record_bytes(wanted.tokens) + 1) / GIGABYTE
    cloudwatch = Cost("cloudwatch", _in_cloudwatch(wanted, gigabytes, use, prices))
    s3 = Cost("s3", _in_s3(wanted, gigabytes, use, prices, flow_logs or len(wanted.resources)))
    cheaper: Literal["cloudwatch", "s3"] = "cloudwatch" if cloudwatch.usd < s3.usd else "s3"
    why = _why(cloudwatch, s3) if cheaper == "s3" else _why(s3, cloudwatch)
    how = f"{traffic.how}; about {record_bytes(wanted.tokens)} bytes a record in this format"
    return Comparison(cloudwatch, s3, cheaper, why, gigabytes, how)


def dollars(usd: float) -> str:
    """An amount as a person reads it: a small one is not nothing."""
    return "less than 0.01 USD" if 0 < usd < 0.005 else f"{usd:,.2f} USD"


def _why(dear: Cost, cheap: Cost) -> str:
    names = {"cloudwatch": "CloudWatch Logs", "s3": "S3"}
    gaps = {line.what: line.usd - other.usd for line, other in zip(dear.lines, cheap.lines, strict=True)}
    most = max(gaps, key=lambda what: gaps[what])
    saved = dear.usd - cheap.usd
    return (
        f"{names[cheap.destination]} is cheaper for this use by {dollars(saved)} a month, "
        f"mostly by {most.lower()} ({dollars(gaps[most])})."
    )


def _in_cloudwatch(wanted: Wanted, gigabytes: float, use: Use, prices: dict[Item, Price]) -> tuple[Line, ...]:
    taken, kept, asked = prices["to CloudWatch"], prices["kept in CloudWatch"], prices["asked in CloudWatch"]
    days = wanted.group.retention_days
    stored, scanned = gigabytes * use.kept_as * _months(days), gigabytes * _looked_back(use, days)
    by = f"{_questions(use)}: {scanned:,.2f} GB scanned by Logs Insights at {asked.rate(scanned)} ({labels(asked)})"
    return (
        Line("Taking in", taken.of(gigabytes), f"{gigabytes:,.2f} GB at {taken.rate(gigabytes)} ({labels(taken)})"),
        Line("Keeping", kept.of(stored), _kept(stored, days, kept)),
        Line("Asking", asked.of(scanned), by),
    )


def _in_s3(wanted: Wanted, gigabytes: float, use: Use, prices: dict[Item, Price], flow_logs: int) -> tuple[Line, ...]:
    days, parquet = wanted.bucket.expire_days, wanted.bucket.file_format == "parquet"
    share = use.kept_as * (0.8 if parquet else 1.0)
    stored, kept = gigabytes * share * _months(days), prices["kept in S3"]
    return (
        _delivered(gigabytes, flow_logs, prices, parquet=parquet),
        Line("Keeping", kept.of(stored), _kept(stored, days, kept)),
        _asked_in_s3(gigabytes * share, days, use, flow_logs, prices),
    )


def _delivered(gigabytes: float, flow_logs: int, prices: dict[Item, Price], *, parquet: bool) -> Line:
    """Delivery is paid by the gigabyte, conversion too, and each object it writes is a PUT request of the bucket's."""
    taken, converted, put = prices["to S3"], prices["to Parquet"], prices["written to S3"]
    objects = flow_logs * _OBJECTS_AN_HOUR * HOURS
    usd = taken.of(gigabytes) + put.of(objects / 1000)
    how, used = f"{gigabytes:,.2f} GB at {taken.rate(gigabytes)}", [taken, put]
    if parquet:
        usd += converted.of(gigabytes)
        how, used = f"{how}, converted to Parquet at {converted.rate(gigabytes)}", [taken, converted, put]
    how += f"; {objects:,} objects or more written at {put.rate(objects / 1000)} ({labels(*used)})"
    return Line("Taking in", usd, how)


def _asked_in_s3(gigabytes: float, days: int | None, use: Use, flow_logs: int, prices: dict[Item, Price]) -> Line:
    """Athena bills what it scans; it and a reader here alike list folders and get objects."""
    asked, put, get = prices["asked in S3"], prices["written to S3"], prices["read from S3"]
    scanned = gigabytes * _looked_back(use, days)
    got = _looked_back(use, days) * HOURS * _OBJECTS_AN_HOUR * flow_logs
    listed = use.questions * flow_logs * (ceil(use.hours / 24) + 1)
    how = (
        f"{_questions(use)}: {scanned:,.2f} GB, compressed, scanned by Athena at {asked.rate(scanned)}, or read here without a "
        f"scan; {got:,.0f} objects got at {get.rate(got / 1000)} and {listed:,} lists at {put.rate(listed / 1000)} "
        f"({labels(asked, get, put)})"
    )
    return Line("Asking", asked.of(scanned) + get.of(got / 1000) + put.of(listed / 1000), how)


_OBJECTS_AN_HOUR = 12
"""Of one flow log: one every five minutes, and more where one would pass 75 MB. Source: VPC User Guide, "Flow log files"."""


def _months(days: int | None) -> float:
    """Months of records held in a steady state; without an end, the first year's."""
    return (365 if days is None else days) * 24 / HOURS


def _kept(stored: float, days: int | None, price: Price) -> str:
    how_long = "kept for ever, shown after a year" if days is None else f"kept {days} days"
    return f"{stored:,.2f} GB compressed, {how_long}, at {price.rate(stored)} ({labels(price)})"


def _looked_back(use: Use, days: int | None) -> float:
    """Months of records that a month's questions look at; nobody reads what is kept no longer."""
    return use.questions * min(use.hours / HOURS, _months(days))


def _questions(use: Use) -> str:
    return f"{use.questions} questions over {use.hours} hours"
