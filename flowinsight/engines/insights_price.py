"""What a Logs Insights query will cost, before it runs: CloudWatch charges for the uncompressed bytes that it reads.

CloudWatch itself estimates the bytes (`estimate`, which reads nothing and is free). Where it does not, they are estimated
from what the log groups hold and the share of that time which is asked for. Sources: CWL_QuerySyntax-Estimate; AnalyzingLogData.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flowinsight import aws
from flowinsight.engines.insights_query import InsightsQuery, QueryResult, run
from flowinsight.engines.insights_query_errors import MalformedQueryError, QueryCancelledError
from flowinsight.errors import AwsError, ExpiredError, SourceError
from flowinsight.sources import LogGroup

GIGABYTE = 1024**3
INFREQUENT = "INFREQUENT_ACCESS"
_NOT_INFREQUENT = re.compile(r"(?:^|\|)\s*(pattern|diff|unmask|filterIndex)\b", re.IGNORECASE)
"""Commands that groups of this class do not have. Source: CWL_QuerySyntax, CloudWatch_Logs_Log_Classes."""
DAY = 86_400


@dataclass(frozen=True)
class Tariff:
    """US dollars a GB read, and where that is known from: region, date, source."""

    dollars_per_gigabyte: float
    label: str

    def of(self, size: int) -> float:
        return size / GIGABYTE * self.dollars_per_gigabyte


@dataclass(frozen=True)
class Group:
    """What CloudWatch says of a log group. `begins` is when its oldest event can be from, Unix seconds."""

    name: str
    stored: int
    begins: int
    log_class: str


@dataclass(frozen=True)
class Estimate:
    """Bytes that a query will read, None where that cannot be known; `how` it is known; `notes` are sentences of warning."""

    bytes: int | None
    how: str
    notes: tuple[str, ...] = ()

    def said(self, tariff: Tariff) -> str:
        """One sentence with bytes, dollars, list price, date and source."""
        if self.bytes is None:
            return f"What this costs is not known before it runs ({self.how}). CloudWatch charges what it reads: {_rate(tariff)}."
        price = usd(tariff.of(self.bytes))
        return f"About {size(self.bytes)} to read: {price} at {_rate(tariff)}. Estimated from {self.how}."


def _rate(tariff: Tariff) -> str:
    return f"{tariff.dollars_per_gigabyte:g} USD a GB ({tariff.label})"


def usd(amount: float) -> str:
    """An amount of US dollars; what is not nothing is never written as nothing."""
    return "less than 0.0001 USD" if 0 < amount < 0.0001 else f"{amount:.4f} USD"


def size(number: int) -> str:
    """Bytes as a person reads them."""
    for unit, of in (("GB", GIGABYTE), ("MB", 1024**2), ("kB", 1024)):
        if number >= of:
            return f"{number / of:,.1f} {unit}"
    return f"{number:,} bytes"


def estimated(
    query: InsightsQuery, identity: aws.Identity, now: int, cancelled: Callable[[], bool] = lambda: False
) -> Estimate:
    """What a query will read. `now` is the account's present, Unix seconds.

    ExpiredError and QueryCancelledError, and MalformedQueryError where the query itself is to blame; that only its estimate is
    refused is no error.
    """
    groups, notes = _groups(query, identity, now)
    lacking = _infrequent(query.text, groups)
    notes = (*notes, *lacking)
    try:
        told = _told(run(_asking(query), identity, told=lambda _: None, cancelled=cancelled))
    except (ExpiredError, QueryCancelledError):
        raise
    except MalformedQueryError as error:
        if not lacking and error.start is not None and error.start < len(query.text.rstrip()):
            raise
        told = None
    except (AwsError, SourceError):
        told = None
    if told is not None:
        return Estimate(told, "CloudWatch's own estimate, which is free", notes)
    return replace(from_stored(query, groups, now), notes=notes)


def together(estimates: Sequence[Estimate]) -> Estimate:
    """What queries of several regions read together; unknown where it is of one."""
    known = [one.bytes for one in estimates if one.bytes is not None]
    size = sum(known) if len(known) == len(estimates) else None
    how = next((one.how for one in estimates if size is not None or one.bytes is None), "")
    return Estimate(size, how, tuple(dict.fromkeys(note for one in estimates for note in one.notes)))


def _asking(query: InsightsQuery) -> InsightsQuery:
    """The same query with `estimate` as its last command, on a line of its own: a comment may end the text."""
    return replace(query, text=f"{query.text.rstrip()}\n| estimate")


def _told(result: QueryResult) -> int | None:
    """The one number of the answer: AWS does not document the name of its column."""
    cells = [text for row in result.rows for text in row.values() if re.fullmatch(r"\d+(\.\d+)?", text)]
    return round(float(cells[0])) if len(cells) == 1 else None


def from_stored(query: InsightsQuery, groups: Sequence[Group], now: int) -> Estimate:
    """The share of the groups' stored bytes that lies in the query's time, as if they had come evenly."""
    if not groups or len(groups) < len(query.groups):
        return Estimate(None, "CloudWatch gives neither an estimate nor the size of every log group")
    total = 0.0
    for group in groups:
        span = max(now - group.begins, 1)
        asked = min(query.end + 1, now) - max(query.start, group.begins)
        total += group.stored * min(max(asked, 0) / span, 1.0)
    return Estimate(round(total), "what the log groups store, by share of time")


def described(logs: Any, group: LogGroup, now: int) -> Group | None:  # noqa: ANN401 - a client made by boto3
    """One log group, as DescribeLogGroups has it; None when there is none of this name."""
    by_name = {"logGroupNamePrefix": group.name}
    by_arn = {"logGroupIdentifiers": [group.name], "includeLinkedAccounts": True}
    with aws.translated(doing=f"look up {group.label}"):
        found = logs.describe_log_groups(**(by_arn if group.name.startswith("arn:") else by_name))["logGroups"]
    for one in found:
        if group.name in {one["logGroupName"], one.get("logGroupArn"), one.get("arn", "").removesuffix(":*")}:
            begins, kept = int(one["creationTime"]) // 1000, one.get("retentionInDays")
            begins = max(begins, now - int(kept) * DAY) if kept else begins
            return Group(group.name, int(one.get("storedBytes", 0)), begins, one.get("logGroupClass", "STANDARD"))
    return None


def _groups(query: InsightsQuery, identity: aws.Identity, now: int) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    logs = aws.client(identity, "logs", query.region)
    try:
        found = [described(logs, group, now) for group in query.groups]
    except ExpiredError:
        raise
    except AwsError as error:
        return (), (str(error),)
    return tuple(one for one in found if one is not None), ()


def _infrequent(text: str, groups: Sequence[Group]) -> list[str]:
    """What groups of the Infrequent Access class will refuse."""
    named = sorted({found.lower() for found in _NOT_INFREQUENT.findall(text)})
    return [
        f"{group.name} is of the Infrequent Access class, which does not have {', '.join(named)}."
        for group in groups
        if named and group.log_class == INFREQUENT
    ]
