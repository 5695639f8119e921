"""`flowinsight probe`: what CloudWatch really answers to the queries on which asking by Logs Insights rests.

Read-only, and for less than a cent: it estimates first, which is free, and shortens its time range until the price fits. What it
costs counts towards a person's limit of the day.
"""

import argparse
import json
from dataclasses import dataclass, replace
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from flowinsight import aws
from flowinsight.commands import by_insights, fetched
from flowinsight.engines.insights_price import Estimate, Tariff, estimated, usd
from flowinsight.engines.insights_query import InsightsQuery, QueryResult
from flowinsight.engines.insights_query_paid import purse
from flowinsight.engines.insights_query_probe import MISSING, PROBES, Facts, Probe, differences
from flowinsight.errors import AwsError, ExpiredError, SourceError
from flowinsight.fetchers import live
from flowinsight.fetchers.insights_slices import Runner
from flowinsight.fields import BY_TOKEN
from flowinsight.sources import LogGroup

SANDBOX_FACTS = "probe-sandbox.json"
LONGEST, SHORTEST = 3600, 60
"""Seconds of flow logs that are asked."""
MOST_DOLLARS = 0.01


@dataclass(frozen=True)
class Asker:
    """A log group, as whom it is asked, the newest second of its records, and what runs queries within what may be spent."""

    identity: aws.Identity
    group: LogGroup
    newest: int
    run: Runner

    def ask(self, text: str, start: int, end: int) -> QueryResult:
        query = InsightsQuery(text, (self.group,), start, end, 1000)
        return self.run(query, self.identity, told=lambda _: None, cancelled=lambda: False)


def add(probe: argparse.ArgumentParser) -> None:
    """The options of `probe`."""
    probe.add_argument("--log-group", metavar="NAME", required=True, help="a log group with flow logs, or its ARN")
    probe.add_argument(
        "--to", type=Path, default=Path("flowinsight-probe.json"), metavar="FILE", help="where the facts go"
    )
    fetched.add_who(probe)


def go(options: argparse.Namespace) -> str:
    """Ask, write the facts as JSON, and say in what they differ from the sandbox's."""
    identity = fetched.who_asks(options)
    group = live.settled(LogGroup(options.log_group, None, (), ""), identity)
    newest, by = _newest(identity, group), by_insights.payer(identity, group.region)
    seconds, price = _affordable(identity, group, newest, by.tariff)
    with purse(by, price, "probe", MOST_DOLLARS) as opened:
        facts, refused = _facts(Asker(identity, group, newest, opened.run), seconds)
    written = {
        "what": "Facts about CloudWatch Logs Insights. No address, account or name is among them.",
        "sandbox": identity.is_sandbox, "seconds": seconds, "facts": facts, "refused": refused,
    }  # fmt: skip
    options.to.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    said = list(differences(sandbox_facts(), facts))
    asked = f"Asked {len(facts) + len(refused)} things about {seconds:,} s of {group.label}"
    head = f"{asked}, for {usd(opened.dollars)}: {options.to}"
    words = [f"{name}: {why}" for name, why in refused.items()]
    return "\n".join([head, *words, *(said or ["Everything is as in the sandbox."])])


def sandbox_facts() -> dict[str, dict[str, Any]]:
    """What the sandbox answered, as it is kept with the product."""
    with resources.files("flowinsight.data").joinpath(SANDBOX_FACTS).open(encoding="utf-8") as file:
        found: dict[str, dict[str, Any]] = json.load(file)["facts"]
    return found


def _newest(identity: aws.Identity, group: LogGroup) -> int:
    with aws.translated(doing=f"look for recent events of {group.label}"):
        streams = aws.client(identity, "logs", group.region).describe_log_streams(
            **{group.parameter: group.name}, orderBy="LastEventTime", descending=True, limit=5
        )["logStreams"]
    newest = max((int(one.get("lastEventTimestamp", 0)) for one in streams), default=0) // 1000
    if not newest:
        raise SourceError(f"There are no events in {group.label} yet.")
    return newest


def _affordable(identity: aws.Identity, group: LogGroup, newest: int, tariff: Tariff) -> tuple[int, Estimate]:
    """The longest range, in seconds, for which all probes together cost less than a cent, and what they read."""
    seconds = LONGEST
    while seconds >= SHORTEST:
        query = InsightsQuery("stats count(*)", (group,), newest - seconds + 1, newest)
        found = estimated(query, identity, newest + 1)
        if found.bytes is None:
            raise SourceError(f"What this would cost is not known ({found.how}), and nothing was asked.")
        together = found.bytes * (len(PROBES) + 2)
        if tariff.of(together) < MOST_DOLLARS:
            return seconds, replace(found, bytes=together)
        seconds //= 2
    raise SourceError(f"A minute of {group.label} would cost more than a cent to ask: probe a smaller log group.")


def _facts(asker: Asker, seconds: int) -> tuple[dict[str, Facts], dict[str, str]]:
    """What each probe told, and why the others told nothing."""
    start, end = asker.newest - seconds + 1, asker.newest
    told: dict[str, Facts] = {}
    refused: dict[str, str] = {}
    asked: dict[str, partial[Facts]] = {probe.name: partial(_one, probe, asker, start, end) for probe in PROBES}
    asked |= {"names": partial(_names, asker, start, end), "ends": partial(_ends, asker)}
    for name, ask in asked.items():
        try:
            told[name] = ask()
        except ExpiredError:
            raise
        except AwsError as error:
            refused[name] = str(error)
    return told, refused


def _one(probe: Probe, asker: Asker, start: int, end: int) -> Facts:
    """What a probe told; there may be no record of the kind that it looks for."""
    found = asker.ask(probe.text, start, end)
    return probe.read(found) if found.rows else {"rows": 0}


def _names(asker: Asker, start: int, end: int) -> Facts:
    """By token of the format, what a discovered field is called: by GetLogRecord, and as GetLogGroupFields lists them."""
    pointers = [row["@ptr"] for row in asker.ask('filter logStatus = "OK" | fields @ptr | limit 1', start, end).rows]
    if not pointers:
        pointers = [row["@ptr"] for row in asker.ask("fields @ptr | limit 1", start, end).rows]
    logs = aws.client(asker.identity, "logs", asker.group.region)
    with aws.translated(doing="read one record by its pointer"):
        record = logs.get_log_record(logRecordPointer=pointers[0])["logRecord"] if pointers else {}
    with aws.translated(doing="ask which fields CloudWatch discovered"):
        listed = logs.get_log_group_fields(**{asker.group.parameter: asker.group.name}, time=end)["logGroupFields"]
    names = {*record, *(one["name"] for one in listed)}
    tokens = [token for token in asker.group.formats[0] if token in BY_TOKEN]
    return {token: _discovered(token, names) for token in tokens}


def _discovered(token: str, names: set[str]) -> str:
    """What a token is called: by AWS's usual rule, as it stands in the format, or not at all."""
    usual = (BY_TOKEN[token].insights, token, token.replace("-", "_"))
    return next((name for name in usual if name in names), MISSING)


def _ends(asker: Asker) -> Facts:
    """Whether a range of one second, which begins and ends with the same number, has that second's records."""
    found = asker.ask("stats count(*) as n", asker.newest, asker.newest)
    beyond = asker.ask("stats count(*) as n", asker.newest + 1, asker.newest + 1)
    return {
        "a range from a second to itself has its records": _count(found) > 0,
        "the next second has none of them": _count(beyond) == 0,
    }


def _count(found: QueryResult) -> int:
    return int(found.rows[0]["n"]) if found.rows else 0
