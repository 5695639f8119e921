"""`flowinsight report`: what leads, with the change since the period before, as a file or as text; made to be run by a timer."""

import argparse
import json
import time as clock
from dataclasses import replace
from pathlib import Path

from flowinsight import grammar
from flowinsight.commands import ask, fetched
from flowinsight.errors import QuestionError
from flowinsight.fetchers import live
from flowinsight.loaded import Loaded
from flowinsight.question import Question, TimeRange
from flowinsight.reports import leaders, markdown, writing
from flowinsight.reports.content import About
from flowinsight.reports.leading import BYS, Leading, Wanted, lead
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


def run(options: argparse.Namespace) -> str:
    """What `report` prints. Nothing is asked of a person, and a file is written as a whole or not at all."""
    wanted = Wanted(options.by, options.measure, options.top, options.prefix, options.prefix6)
    out = None if options.out is None else writing.checked(options.out)
    ask.take_query_from_files(options)
    question, loaded = _records(options)
    found, leading = lead(question, loaded, wanted)
    about = About(int(clock.time()), _source(options), options.title, options.note)
    made = leaders.report(found, leading, about)
    if out is not None:
        writing.write(made, out)
    if options.json:
        return json.dumps(made.data, indent=1)
    return markdown.render(made).rstrip("\n") if out is None else f"{out}: {_said(leading)}"


def _said(leading: Leading) -> str:
    return " ".join(leaders.sentences(leading))


def _source(options: argparse.Namespace) -> str:
    if options.files:
        return ", ".join(map(str, options.files))
    return str(options.store or options.log_group or options.s3)


def _records(options: argparse.Namespace) -> tuple[Question, Loaded]:
    """The question, and records of its time and of the period before."""
    tokens = ask.tokens_of(options.format)
    asked = Question(_time(options), grammar.parse(options.query))
    length = None if options.last is None else parse_length(options.last)
    if length is not None and asked.time.end is None:
        asked, loaded = ask.brought(asked, options, tokens)
        newest = survey(loaded)["newest_start"]
        return (asked if newest is None else _lasting(asked, length, newest + 1)), loaded
    asked = asked if length is None or asked.time.end is None else _lasting(asked, length, asked.time.end)
    brought, loaded = ask.brought(_with_before(asked), options, tokens)
    return replace(brought, time=asked.time), loaded


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
