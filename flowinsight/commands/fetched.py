"""`ask` of an AWS account: options that say where its flow logs lie and as whom to ask, and the records they name."""

import argparse
import sys
from dataclasses import replace
from itertools import chain

from flowinsight import aws
from flowinsight.commands import by_insights
from flowinsight.errors import DeniedError, QuestionError
from flowinsight.fetchers import group_ways, live, log_groups
from flowinsight.fetchers.brought import Fetched
from flowinsight.fetchers.group_ways import WAYS, Reading
from flowinsight.fetchers.live import Live, Place
from flowinsight.grammar import Names
from flowinsight.loaded import Loaded
from flowinsight.names.inventory import Inventory, inventory
from flowinsight.names.translated import Translated, addresses_named, called, needed, translated
from flowinsight.question import Question
from flowinsight.sources import LogGroup, S3Objects

_OF_GROUPS = ("way", "pattern", "grain", "up_to", "also")
_IDENTITY = ("profile", "role", "external_id", "region", "endpoint_url")


def add_sources(sources: "argparse._MutuallyExclusiveGroup") -> None:
    """The options of which exactly one says where records lie."""
    sources.add_argument("--log-group", metavar="NAME", help="a log group of CloudWatch Logs, or its ARN")
    sources.add_argument("--s3", metavar="URL", help="flow logs in a bucket: s3://bucket/prefix/")


def add_identity(ask: argparse.ArgumentParser) -> None:
    """The options that say who asks AWS."""
    account = ask.add_argument_group(
        "asking AWS", "with --log-group and --s3; without a time, the last hour is asked for"
    )
    add_who(account)
    account.add_argument(
        "--way",
        choices=WAYS,
        help="how a log group is read (default: pattern, which is exact and free); insights reads all of it at AWS, for a price; "
        "leading counts there what leads, one scan a list",
    )
    account.add_argument(
        "--pattern",
        action="append",
        metavar="TEXT",
        help="read a log group by this filter pattern, sent as it is; repeatable",
    )
    by_insights.add(account)


def add_who(account: "argparse._ActionsContainer") -> None:
    """The options of which `who_asks` makes one."""
    account.add_argument("--profile", help="a profile of this machine's AWS configuration (default: the usual search)")
    account.add_argument("--role", metavar="ARN", help="a role to assume")
    account.add_argument("--external-id", help="the external id that role asks for")
    account.add_argument("--region", help="default: the profile's")
    account.add_argument(
        "--requester-pays", action="store_true", help="with --s3: agree to pay for the requests and the transfer"
    )
    account.add_argument("--endpoint-url", metavar="URL", help="where to ask instead of AWS, such as a sandbox")


def wanted(options: argparse.Namespace) -> bool:
    """Whether AWS is to be asked; QuestionError when an option for that has nothing to apply to."""
    named = options.log_group is not None or options.s3 is not None
    if options.requester_pays and options.s3 is None:
        raise QuestionError("--requester-pays is about a bucket: say --s3 as well.")
    given = [name for name in (*_IDENTITY, *_OF_GROUPS) if getattr(options, name) is not None]
    if given and not named:
        raise QuestionError(f"--{given[0].replace('_', '-')} is about AWS: say --log-group or --s3 as well.")
    return named


def load(
    question: Question, options: argparse.Namespace, tokens: tuple[str, ...] | None = None
) -> tuple[Question, Loaded]:
    """The records from AWS, and the question with its time as it was asked for: an open side is closed.

    `tokens` is the format of a log group's events, where it is given. What could not be read is told on standard error.
    """
    asked, loaded, _ = bring(question, options, tokens)
    return asked, loaded


def bring(
    question: Question, options: argparse.Namespace, tokens: tuple[str, ...] | None = None, *, keep: bool = False
) -> tuple[Question, Loaded, Fetched]:
    """As `load`, with what the records were read from; `keep` as in `live.bring`."""
    asked, source, identity, reading = _asked(question, options, tokens)
    if options.way == by_insights.LEADING:
        raise QuestionError("What leads is lists and no records: only `ask` has it, without --view.")
    if options.way == by_insights.WAY or _without_patterns(source, identity, options):
        return asked, *by_insights.load(asked, source, identity, options)
    return asked, *live.bring(asked, Live(identity, source, reading), _told, keep=keep)


def _without_patterns(source: Place, identity: aws.Identity, options: argparse.Namespace) -> bool:
    """Whether a log group has no filter patterns and no way was named; it is said then."""
    if not isinstance(source, LogGroup) or options.way is not None or options.pattern:
        return False
    found = log_groups.classed(source, identity)
    if not found.has_patterns:
        said = f"{found.label} is of the class {found.log_class}, which has no filter patterns: Logs Insights is asked."
        by_insights.went_well(said, options)
    return not found.has_patterns


def what_leads(question: Question, options: argparse.Namespace, tokens: tuple[str, ...] | None) -> str:
    """What `ask --way leading` prints: see `by_insights.what_leads`."""
    asked, source, identity, _ = _asked(question, options, tokens)
    return by_insights.what_leads(asked, source, identity, options)


def _asked(
    question: Question, options: argparse.Namespace, tokens: tuple[str, ...] | None
) -> tuple[Question, Place, aws.Identity, Reading]:
    """The question about what records hold with its time closed, where it is asked, as whom and how."""
    source = live.typed(options.log_group, tokens) if options.s3 is None else _bucket(options)
    reading = _reading(options)
    identity = who_asks(options)
    say_who(identity, options)
    asked = replace(question, time=live.closed(question.time, live.now(identity)))
    return _translated(asked, source, identity), source, identity, reading


def names(options: argparse.Namespace) -> Names | None:
    """Who is called what in the account that is to be asked, which is asked about it when a name is met; None without one."""
    if not wanted(options):
        return None

    def known(name: str) -> tuple[str, ...]:
        account = _inventory(who_asks(options))
        found = addresses_named(name, account)
        if found:
            _told(called(name, account))
        return found

    return known


def _translated(question: Question, source: Place, identity: aws.Identity) -> Question:
    """The question about the addresses that records hold; what was changed is told on standard error."""
    if not needed(question, frozenset()):
        return question
    settled = live.settled(source, identity) if isinstance(source, LogGroup) else source
    known = frozenset(chain(*settled.formats)) if isinstance(settled, LogGroup) else None
    if not needed(question, known):
        return question
    try:
        found = translated(question, _inventory(identity), known)
    except DeniedError as error:
        found = Translated(question, (f"Whether an address is one of this account's own is not known. {error}",))
    for said in found.said:
        _told(said)
    return found.question


def _inventory(identity: aws.Identity) -> Inventory:
    return inventory(identity, at=live.now(identity))


def who_asks(options: argparse.Namespace) -> aws.Identity:
    """Who asks AWS, by the options of `add_who`."""
    return live.identified(*(getattr(options, name) for name in _IDENTITY))


def say_who(identity: aws.Identity, options: argparse.Namespace) -> None:
    """Tell which account is asked, before it is; programs, which read JSON, chose it themselves."""
    if getattr(options, "json", False):
        return
    caller, region = aws.whoami(identity), aws.client(identity, "sts").meta.region_name
    where = f"account {caller.account} of the sandbox" if identity.is_sandbox else f"AWS account {caller.account}"
    by_insights.went_well(f"Asking {where} as {caller.user}, {region}.", options)


def _bucket(options: argparse.Namespace) -> S3Objects:
    return replace(S3Objects.parse(options.s3), requester_pays=bool(options.requester_pays))


def _reading(options: argparse.Namespace) -> Reading:
    """How the log group is read; QuestionError with a mark under the place where a pattern is wrong."""
    given = [name for name in _OF_GROUPS if getattr(options, name) is not None]
    if given and options.log_group is None:
        raise QuestionError(f"--{given[0].replace('_', '-')} is about a log group: say --log-group as well.")
    if options.way in (by_insights.WAY, by_insights.LEADING):
        if options.pattern:
            raise QuestionError("A pattern of your own is a way by itself: leave --way out.")
        return Reading()
    if any(getattr(options, name) is not None for name in ("grain", "up_to", "also")):
        raise QuestionError("--grain, --up-to and --also are about Logs Insights: say --way insights as well.")
    for pattern in options.pattern or ():
        wrong = group_ways.objection(pattern)
        if wrong is not None:
            raise QuestionError(f"{wrong}\n{pattern}\n{' ' * (wrong.position or 0)}^") from wrong
    return Reading(options.way or "pattern", tuple(options.pattern or ()))


def _told(problem: str) -> None:
    sys.stderr.write(f"{problem}\n")
