"""`ask --way insights`: priced first, stopped at AWS when it costs more than was allowed, and paid for only once.

What it costs is entered where the pages enter it, and a person's limit a day holds for both.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence

from flowinsight import aws, paths, rollups
from flowinsight.engines import insights_price
from flowinsight.engines.insights import leading
from flowinsight.engines.insights.query import GRAINS
from flowinsight.engines.insights_price import Estimate, Tariff
from flowinsight.engines.insights_query_paid import Payer, purse
from flowinsight.errors import AwsError, QuestionError
from flowinsight.fetchers import denominator, insights, insights_leading, insights_priced, live
from flowinsight.fetchers.brought import ByQueries
from flowinsight.fetchers.insights_ladder import TooWideError
from flowinsight.fetchers.insights_leading import Lists
from flowinsight.fetchers.insights_priced import Asking, Priced
from flowinsight.fetchers.insights_slices import Collected
from flowinsight.loaded import Loaded
from flowinsight.provision import price_file, prices
from flowinsight.question import Question
from flowinsight.sources import LogGroup
from flowinsight.spending import Ledger, SpendingError
from flowinsight.switches import spending_limit
from flowinsight.table import as_text

WAY, LEADING = "insights", "leading"
ALLOWED = 0.10
"""US dollars that a question may cost without being asked."""


def add(account: "argparse._ArgumentGroup") -> None:
    """The options of this way."""
    account.add_argument(
        "--also",
        action="append",
        metavar="NAME",
        help="with --way insights and --way leading: another log group, asked together with it, by name or ARN; repeatable",
    )
    account.add_argument("--grain", choices=GRAINS, help="with --way insights: how finely records are told apart")
    account.add_argument(
        "--up-to",
        type=float,
        metavar="USD",
        help=f"with --way insights and --way leading: what it may cost (default {ALLOWED:.2f})",
    )
    account.add_argument(
        "--without-coverage",
        action="store_true",
        help="with --way insights: only matching records, where an index makes that cheaper; what the logs covered is not known",
    )
    account.add_argument(
        "--show-query",
        action="store_true",
        help="with --way insights and --way leading: print queries as they are sent",
    )


def payer(identity: aws.Identity, region: str | None) -> Payer:
    """Who AWS says is asking, by the limits chosen on the pages or the usual ones, at the list price of a region."""
    known = price_file.known(paths.prices_file()).prices
    price = prices.prices_for(region or identity.region or "us-east-1", known)["asked in CloudWatch"]
    kept = Ledger(paths.spending_file(sandbox=identity.is_sandbox), spending_limit())
    return Payer(kept, aws.whoami(identity).person, Tariff(price.first, price.label))


def load(
    question: Question, place: live.Place, identity: aws.Identity, options: argparse.Namespace
) -> tuple[Loaded, ByQueries]:
    """The records, or their rollup, of a question whose time is closed, and the queries that brought them. Its price is told on
    standard error before it runs.

    QuestionError where it would cost more than is allowed; SpendingError where it would pass the day's limit, or turns out to.
    """
    groups = _groups(place, identity, options)
    by, found = payer(identity, groups[0].region), _priced(question, groups, identity, options)
    to_do, estimate = found.plan, found.estimate
    went_well(found.said(by.tariff) + (" --without-coverage asks for those alone." if found.alone else ""), options)
    if options.show_query:
        _told("\n\n".join(one.text for one in to_do.statements))
    _agreed(estimate, by.tariff, options.up_to)
    collected = Collected()
    with purse(by, estimate, "a question", _allowed(options.up_to)) as opened:
        try:
            insights.fetch(to_do, identity, collected, run=opened.run)
        except (SpendingError, AwsError) as error:
            if not collected.parts:
                raise
            _told(f"{error} What had arrived is kept.")
    fetched = insights.read(to_do, collected)
    went_well(_paid(fetched, by.tariff), options)
    loaded = denominator.joined(fetched.loaded, denominator.of_groups(groups, identity))
    for said in (*rollups.cautions(loaded), *loaded.tally.problems):
        _told(said)
    return loaded, ByQueries(to_do, fetched.scans)


def what_leads(question: Question, place: live.Place, identity: aws.Identity, options: argparse.Namespace) -> str:
    """What `ask --way leading` prints: a list for each field, within the price that is allowed for all of its scans."""
    groups = _groups(place, identity, options)
    by, to_do, collected = payer(identity, groups[0].region), insights_leading.plan(question, groups, identity), Lists()
    one = insights_price.estimated(to_do.query(0), identity, live.now(identity))
    _told(to_do.said(one, by.tariff))
    if options.show_query:
        _told("\n\n".join(statement.text for _, statement in to_do.statements))
    _agreed(to_do.priced(one), by.tariff, options.up_to)
    with purse(by, to_do.priced(one), "what leads", _allowed(options.up_to)) as opened:
        try:
            insights_leading.lead(to_do, identity, collected, run=opened.run)
        except (SpendingError, AwsError) as error:
            if not collected.found:
                raise
            missing = ", ".join(name for name, _ in to_do.statements[len(collected.found) :])
            _told(f"{error} What had arrived is kept; {missing} were not asked.")
    read = insights_price.size(collected.bytes_scanned)
    _told(f"{len(collected.found)} queries read {read}, {insights_price.usd(opened.dollars)} at list price.")
    lists = {one.by: one.table() for one in collected.found}
    if options.json:
        return json.dumps({"lists": lists, "caution": leading.CAUTION}, indent=1)
    return "\n\n".join([*map(as_text, lists.values()), leading.CAUTION])


def _groups(place: live.Place, identity: aws.Identity, options: argparse.Namespace) -> tuple[LogGroup, ...]:
    if not isinstance(place, LogGroup):
        raise QuestionError("Logs Insights reads log groups: say --log-group.")
    return live.together(place, options.also or (), identity)


def _allowed(up_to: float | None) -> float:
    return ALLOWED if up_to is None else float(up_to)


def _agreed(estimate: Estimate, tariff: Tariff, up_to: float | None) -> None:
    """QuestionError where it may cost more than is allowed. Of unknown price it is asked within an amount that was named."""
    named = 0.0 if up_to else math.inf
    likely = named if estimate.bytes is None else tariff.of(estimate.bytes)
    if likely > _allowed(up_to):
        raise QuestionError(f"Nothing was asked: it may cost more than {_allowed(up_to):g} USD. Allow it with --up-to.")


def _priced(
    question: Question, groups: Sequence[LogGroup], identity: aws.Identity, options: argparse.Namespace
) -> Priced:
    """The plan that fits what will be read, and what that is."""
    asking = Asking(options.grain, matching=options.without_coverage)
    try:
        return insights_priced.priced(question, groups, identity, live.now(identity), asking)
    except TooWideError as error:
        leads = " --way leading lists what leads." if insights_leading.possible(question) else ""
        raise QuestionError(f"{error} --grain apart asks all the same.{leads}") from error


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


def went_well(said: str, options: argparse.Namespace) -> None:
    """Tell what is no trouble, unless a timer runs this (`--quiet`), which writes a letter about every line."""
    if not getattr(options, "quiet", False):
        _told(said)


def _told(said: str) -> None:
    sys.stderr.write(f"{said}\n")
