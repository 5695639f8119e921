"""`ask --way insights`: priced first, stopped at AWS when it costs more than was allowed, and paid for only once."""

import argparse
import sys

from flowinsight import aws, rollups
from flowinsight.engines import insights_price
from flowinsight.engines.insights.query import GRAINS, Grain
from flowinsight.engines.insights_price import Estimate, Tariff
from flowinsight.engines.insights_query_paid import Purse
from flowinsight.errors import AwsError, QuestionError
from flowinsight.fetchers import denominator, insights, live
from flowinsight.fetchers.insights_slices import Collected, Plan
from flowinsight.loaded import Loaded
from flowinsight.provision import prices
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from flowinsight.spending import SpendingError

WAY = "insights"
ALLOWED = 0.10
"""US dollars that a question may cost without being asked."""


def add(account: "argparse._ArgumentGroup") -> None:
    """The options of this way."""
    account.add_argument("--grain", choices=GRAINS, help="with --way insights: how finely records are told apart")
    account.add_argument(
        "--up-to", type=float, metavar="USD", help=f"with --way insights: what it may cost (default {ALLOWED:.2f})"
    )
    account.add_argument("--show-query", action="store_true", help="with --way insights: print the query as it is sent")


def load(question: Question, place: live.Place, identity: aws.Identity, options: argparse.Namespace) -> Loaded:
    """The records, or their rollup, of a question whose time is closed. Its price is told on standard error before it runs.

    QuestionError where it would cost more than is allowed; SpendingError when it turns out to.
    """
    if not isinstance(place, LogGroup):
        raise QuestionError("Logs Insights reads log groups: say --log-group.")
    group = live.settled(place, identity)
    to_do, estimate, tariff = _priced(question, group, identity, options.grain)
    allowed = ALLOWED if options.up_to is None else float(options.up_to)
    _told(estimate.said(tariff))
    if options.show_query:
        _told("\n\n".join(one.text for one in to_do.statements))
    if estimate.bytes is None or tariff.of(estimate.bytes) > allowed:
        raise QuestionError(f"Nothing was asked: it may cost more than {allowed:g} USD. Allow it with --up-to.")
    purse, collected = Purse(tariff, allowed), Collected()
    try:
        insights.fetch(to_do, identity, collected, run=purse.run)
    except (SpendingError, AwsError) as error:
        if not collected.parts:
            raise
        _told(f"{error} What had arrived is kept.")
    fetched = insights.read(to_do, collected)
    _told(_paid(fetched, tariff))
    loaded = denominator.joined(fetched.loaded, denominator.of_group(group, identity))
    for said in (*rollups.cautions(loaded), *loaded.tally.problems):
        _told(said)
    return loaded


def _priced(
    question: Question, group: LogGroup, identity: aws.Identity, grain: Grain | None
) -> tuple[Plan, Estimate, Tariff]:
    """The plan that fits what will be read, and its price: one scan, whatever the rung."""
    region = group.region or identity.region or "us-east-1"
    price = prices.prices_for(region)["asked in CloudWatch"]
    to_do = insights.plan(question, [group], identity, grain=grain)
    estimate = insights_price.estimated(to_do.queries(to_do.span)[0], identity, live.now(identity))
    to_do = insights.plan(question, [group], identity, grain=grain, size=estimate.bytes)
    return to_do, estimate, Tariff(price.first, price.label)


def _paid(fetched: insights.Fetched, tariff: Tariff) -> str:
    """What was read, in how many queries, and how finely."""
    queries = "1 query" if len(fetched.scans) == 1 else f"{len(fetched.scans):,} queries"
    again = sum(not scan.complete for scan in fetched.scans)
    repeated = f", {again:,} of them asked again in halves" if again else ""
    read = insights_price.size(fetched.bytes_scanned)
    grain = {"records": "every record", "binned": "records added up by time", "apart": "records added up by day"}
    return (
        f"{queries}{repeated} read {read}, {insights_price.usd(tariff.of(fetched.bytes_scanned))} at list price: "
        f"{grain[fetched.plan.scan.grain]}."
    )


def _told(said: str) -> None:
    sys.stderr.write(f"{said}\n")
