"""`flowinsight ask`: a question in, an answer out, as text or JSON."""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from flowinsight import grammar, legs, views
from flowinsight.answer import Answer
from flowinsight.chosen import bring
from flowinsight.commands import fetched
from flowinsight.commands.by_insights import LEADING
from flowinsight.errors import QuestionError
from flowinsight.fetchers.files import load
from flowinsight.filters import Filter
from flowinsight.loaded import Loaded
from flowinsight.prepared import Prepared, prepare
from flowinsight.question import MEASURES, Question, TimeRange
from flowinsight.records.headers import as_header
from flowinsight.roles import roles, sentence
from flowinsight.snapshots import Snapshot, open_snapshot
from flowinsight.snapshots import load as load_snapshot
from flowinsight.sources import Files
from flowinsight.store import cache, open_store
from flowinsight.table import as_text
from flowinsight.times import parse_length, parse_time

VIEWS = ("rows", "records", "conversations", "coverage", "summary")


def add(ask: argparse.ArgumentParser) -> None:
    """The options of `ask`."""
    add_source(ask)
    for option in ("address", "port", "client", "server", "protocol"):
        ask.add_argument(f"--{option}", action="append", default=[], metavar=option[0].upper())
    ask.add_argument("--action", action="append", default=[], choices=["accept", "reject"])
    ask.add_argument(
        "--by", action="append", default=[], metavar="FIELD", help="group by: a record field, or client, server, …"
    )
    ask.add_argument("--measure", action="append", default=[], choices=MEASURES, help="the first one orders the rows")
    ask.add_argument("--bin", help="count by this length of time too: 5m, 1h")
    ask.add_argument("--limit", type=int, help="rows at most (default 100; records 1,000)")
    ask.add_argument("--view", choices=VIEWS, default="rows")
    ask.add_argument("--json", action="store_true", help="print JSON")


def add_source(ask: argparse.ArgumentParser, *, needed: bool = True, query: bool = True) -> None:
    """The options that say what is asked, of which records, in which time. Without `needed` no source has to be named."""
    if query:
        ask.add_argument(
            "query", nargs="?", default="", help="what to ask, as in the text box: '10.0.3.7:5432', ':22 rejected'"
        )
    source = ask.add_mutually_exclusive_group(required=needed)
    source.add_argument("--files", nargs="+", type=Path, metavar="PATH", help="flow log files or folders")
    source.add_argument("--store", type=Path, metavar="DIR", help="a store that `ingest` made")
    source.add_argument("--snapshot", type=Path, metavar="FILE", help="a snapshot that `snapshot save` made")
    ask.add_argument(
        "--no-cache", action="store_true", help="do not keep what was parsed from files for the next question"
    )
    fetched.add_sources(source)
    fetched.add_identity(ask)
    ask.add_argument(
        "--format", help="the log format of lines without a header, or of a log group: '${version} ${srcaddr} …'"
    )
    ask.add_argument(
        "--from", dest="start", metavar="T", help="from this time on: ISO 8601 (UTC without a zone) or epoch seconds"
    )
    ask.add_argument("--to", dest="end", metavar="T", help="to before this time")


def question(options: argparse.Namespace) -> Question:
    """The question of a command line; QuestionError when it is not one."""
    filters = list(grammar.parse(options.query, fetched.names(options)))
    fields = ("address", "port", "client", "server", "protocol", "action")
    filters += [Filter.parse(field, getattr(options, field)) for field in fields if getattr(options, field)]
    edges = [None if text is None else parse_time(text) for text in (options.start, options.end)]
    dimensions = tuple(part for text in options.by for part in text.split(","))
    measures = tuple(options.measure) or _usual_measures(options.view, dimensions)
    limit = options.limit if options.limit is not None else 1000 if options.view == "records" else 100
    width = None if options.bin is None else parse_length(options.bin)
    return Question(TimeRange(*edges), tuple(filters), dimensions, measures, width, limit)


def _usual_measures(view: str, dimensions: Sequence[str]) -> tuple[Any, ...]:
    usual = Question(dimensions=tuple(dimensions))
    return (*usual.measures, "conversations") if view == "rows" and usual.by_conversation else usual.measures


def run(options: argparse.Namespace) -> str:
    """What `ask` prints."""
    tokens = tokens_of(options.format)
    take_query_from_files(options)
    if fetched.wanted(options) and options.way == LEADING and options.view == "rows":
        return fetched.what_leads(question(options), options, tokens)
    asked, loaded = brought(question(options), options, tokens)
    if options.view == "summary":
        return _summary(asked, loaded, as_json=options.json)
    prepared = prepare(asked, loaded)
    answer = _answer(options.view, prepared)
    return _json(prepared, answer) if options.json else _text(prepared, answer)


def brought(asked: Question, options: argparse.Namespace, tokens: tuple[str, ...] | None) -> tuple[Question, Loaded]:
    """The records of the one source that is named; the question has a closed time where AWS is asked."""
    if fetched.wanted(options):
        return fetched.load(asked, options, tokens)
    if options.snapshot:
        return _of_snapshot(asked, open_snapshot(options.snapshot))
    if options.store:
        return asked, open_store(options.store, asked.time)
    kept = None if options.no_cache else cache.folder(os.environ)
    return asked, load(Files(tuple(options.files), tokens), cache=kept)


def _of_snapshot(asked: Question, snapshot: Snapshot) -> tuple[Question, Loaded]:
    """The records of a snapshot. What is not said is as in its own question."""
    own = snapshot.question
    time = own.time if asked.time == TimeRange() else asked.time
    return replace(asked, time=time, filters=asked.filters or own.filters), load_snapshot(snapshot)


def tokens_of(a_format: str | None) -> tuple[str, ...] | None:
    """The fields of a log format that was typed; QuestionError when it is not one."""
    if not a_format:
        return None
    tokens = as_header(a_format.split())
    if tokens is None:
        raise QuestionError(
            f"{a_format} is not a log format: write its fields as AWS does, such as '${{version}} ${{srcaddr}}'."
        )
    return tokens


def take_query_from_files(options: argparse.Namespace) -> None:
    """`--files` takes every word up to the next option: a last word that is no path is the query."""
    if options.files and not options.query and len(options.files) > 1 and not options.files[-1].exists():
        options.query = str(options.files.pop())


def _answer(view: str, prepared: Prepared) -> Answer:
    match view:
        case "records":
            return views.records(prepared)
        case "conversations":
            return views.conversations(prepared)
        case "coverage":
            return views.coverage_rows(prepared)
        case _:
            return views.rows(prepared)


def _json(prepared: Prepared, answer: Answer) -> str:
    return json.dumps(
        {
            "rows": answer.rows,
            "truncated": answer.truncated,
            "deduplicated": answer.deduplicated,
            "statement": asdict(prepared.loaded.sent or answer.statement),
            "coverage": {**asdict(prepared.coverage), "verdict": prepared.verdict, "reasons": prepared.reasons},
            "reconciliation": prepared.reconciliation,
        },
        indent=1,
    )


def _text(prepared: Prepared, answer: Answer) -> str:
    lines = [*map(sentence, roles(prepared.question, bring(prepared))), *map(legs.sentence, legs.untold(prepared))]
    lines += [f"{prepared.verdict[:1].upper()}{prepared.verdict[1:]}.", *prepared.reasons, ""]
    lines.append(as_text(answer.rows))
    if answer.truncated:
        lines.append(f"There are more than these {len(answer.rows):,} rows: raise --limit.")
    counted = "; ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in prepared.reconciliation.items())
    return "\n".join([*lines, "", counted])


def _summary(asked: Question, loaded: Loaded, *, as_json: bool) -> str:
    prepared = prepare(asked, loaded) if asked.conversation_filters else None
    found = views.summary(asked, loaded, prepared)
    return (
        json.dumps(found, indent=1)
        if as_json
        else as_text([{"": name, "value": value} for name, value in found.items()])
    )
