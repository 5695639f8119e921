"""`flowinsight report`: what leads, with the change since the period before, as a file or as text; made to be run by a timer."""

import argparse
import json
import time as clock
from dataclasses import replace
from pathlib import Path

from flowinsight import grammar
from flowinsight.commands import ask, by_insights, fetched
from flowinsight.errors import QuestionError
from flowinsight.fetchers import live
from flowinsight.investigation import Investigation
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.reports import frozen, leaders, markdown, writing
from flowinsight.reports.content import About
from flowinsight.reports.leading import BYS, Leading, Wanted, lead
from flowinsight.snapshots import asked, open_snapshot
from flowinsight.snapshots.facts import caller
from flowinsight.survey import survey
from flowinsight.times import parse_length, parse_time


def add(report: argparse.ArgumentParser) -> None:
    """The options of `report`."""
    usual = Wanted()
    ask.add_source(report)
    report.add_argument(
        "--last", metavar="LENGTH", help="the last 24h, 7d or 30m: of AWS up to now, of files up to the newest record"
    )
    report.add_argument("--by", choices=BYS, default=usual.by, help="what to count by (default %(default)s)")
    report.add_argument("--measure", choices=("bytes", "records", "conversations"), default=usual.measure)
    report.add_argument(
        "--prefix", type=int, default=usual.prefix, help="bits of an IPv4 network (default %(default)s)"
    )
    report.add_argument(
        "--prefix6", type=int, default=usual.prefix6, help="bits of an IPv6 network (default %(default)s)"
    )
    report.add_argument("--top", type=int, default=usual.most, help="rows before Other (default %(default)s)")
    report.add_argument("--title", default="", help="a title of your own")
    report.add_argument("--note", default="", help="a note, printed under the answer")
    report.add_argument(
        "--out", type=Path, metavar="FILE", help="write FILE.html or FILE.md; without it, Markdown is printed"
    )
    report.add_argument("--json", action="store_true", help="print JSON")
    report.add_argument("--quiet", action="store_true", help="with --out: print nothing where all went well")


def run(options: argparse.Namespace) -> str:
    """What `report` prints. Nothing is asked of a person, and a file is written as a whole or not at all."""
    wanted = Wanted(options.by, options.measure, options.top, options.prefix, options.prefix6)
    out = None if options.out is None else writing.checked(options.out)
    ask.take_query_from_files(options)
    if options.way == by_insights.WAY:
        options.grain = options.grain or "records"  # both periods come from one reading, which a rollup could not part
    question, loaded = _records(options)
    found, leading = lead(question, loaded, wanted)
    made = leaders.report(found, leading, _about(options, found, leading))
    if out is not None:
        writing.write(made, out)
    if options.json:
        return json.dumps(made.data, indent=1)
    if out is None:
        return markdown.render(made).rstrip("\n")
    return "" if options.quiet else f"{out}: {_said(leading)}"


def _about(options: argparse.Namespace, found: Investigation, leading: Leading) -> About:
    """What surrounds the answer: of an account who asked and what its addresses are called, of a snapshot its names and id."""
    about = About(int(clock.time()), _source(options), options.title, options.note)
    if options.snapshot:
        snapshot = open_snapshot(options.snapshot)
        return replace(about, names=snapshot.facts.names, seal=frozen.seal(snapshot))
    if not fetched.wanted(options):
        return about
    identity = fetched.who_asks(options)
    who, known = asked.asker(identity), asked.known(identity)
    met = [*asked.met(found), *((row["name"], row["network"]) for row in (*leading.rows, *leading.gone))]
    by = (("Asked by", caller(identity, who.caller)), *(("Names", why) for why in known.notes))
    return replace(about, facts=by, names=tuple(asked.called(met, known)), present=live.now(identity))


def _said(leading: Leading) -> str:
    return " ".join(leaders.sentences(leading))


def _source(options: argparse.Namespace) -> str:
    if options.files:
        return ", ".join(map(str, options.files))
    return str(options.store or options.snapshot or options.log_group or options.s3)


def _records(options: argparse.Namespace) -> tuple[Question, Loaded]:
    """The question, and records of its time and of the period before."""
    tokens = ask.tokens_of(options.format)
    wanted = Question(_time(options), grammar.parse(options.query, fetched.names(options)))
    length = None if options.last is None else parse_length(options.last)
    if length is not None and wanted.time.end is None:
        wanted, loaded = ask.brought(wanted, options, tokens)
        newest = survey(loaded)["newest_start"]
        end = newest + 1 if wanted.time.end is None and newest is not None else wanted.time.end
        return (wanted if end is None else _lasting(wanted, length, end)), loaded
    wanted = wanted if length is None or wanted.time.end is None else _lasting(wanted, length, wanted.time.end)
    brought, loaded = ask.brought(_with_before(wanted), options, tokens)
    return (brought if wanted.time == TimeRange() else replace(brought, time=wanted.time)), loaded


def _time(options: argparse.Namespace) -> TimeRange:
    """The range as it was given. One of AWS is closed: it ends now, and is an hour long where nothing says how long."""
    start, end = (None if text is None else parse_time(text) for text in (options.start, options.end))
    if options.last is not None and start is not None:
        raise QuestionError("--last says where the range begins: leave --from out.")
    if not fetched.wanted(options):
        return TimeRange(start, end)
    if end is None:
        who = (options.profile, options.role, options.external_id, options.region, options.endpoint_url)
        end = live.now(live.identified(*who))
    return TimeRange(start, end) if options.last is not None else live.closed(TimeRange(start, end), end)


def _lasting(question: Question, length: int, end: int) -> Question:
    return replace(question, time=TimeRange(end - length, end))


def _with_before(question: Question) -> Question:
    """The same question about its period and the one before, where there is one."""
    time = question.time
    if time.start is None or time.end is None:
        return question
    return replace(question, time=TimeRange(question.previous().time.start, time.end))
