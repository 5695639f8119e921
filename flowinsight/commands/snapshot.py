"""`flowinsight snapshot`: save an answer with everything it rests on, and show, check, compare or redact what was saved."""

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from flowinsight import grammar, periods, wording
from flowinsight.commands import ask, fetched, snapshot_keys, snapshot_library, snapshot_sources
from flowinsight.investigation import investigate
from flowinsight.question import Question, TimeRange
from flowinsight.snapshots import (
    SUFFIX,
    Compared,
    Snapshot,
    SnapshotError,
    check,
    compare,
    freeze,
    keys,
    open_snapshot,
    rerun,
    save,
)
from flowinsight.table import as_text
from flowinsight.times import parse_time

LISTED = 1000
"""Conversations in the answer, as on the page."""
_SHOWN = 20


def add(command: argparse.ArgumentParser) -> None:
    """The commands of `snapshot`."""
    what = command.add_subparsers(dest="what", required=True, metavar="WHAT")
    saved = what.add_parser("save", help="ask, and save the answer with everything it rests on")
    ask.add_source(saved)
    saved.add_argument("--out", type=Path, required=True, metavar="FILE", help=f"where to save it: FILE{SUFFIX}")
    saved.add_argument("--note", default="", help="a note of yours")
    saved.add_argument("--sign", type=Path, metavar="KEY", help="sign it with this private key")
    shown = what.add_parser("show", help="print what a snapshot holds")
    shown.add_argument("file", type=Path)
    checked = what.add_parser(
        "check", help="say whether it is unaltered, or which part is not; exit status 2 if one is not"
    )
    checked.add_argument("file", type=Path)
    checked.add_argument("--id", help="the id that you were told")
    compared = what.add_parser(
        "compare", help="what appeared, vanished and grew: in another snapshot, or in the source now"
    )
    compared.add_argument("file", type=Path)
    compared.add_argument("other", type=Path, nargs="?", help="another snapshot")
    ask.add_source(compared, needed=False, query=False)
    snapshot_keys.add(what)
    snapshot_library.add(what)
    for one in (saved, shown, checked, compared):
        one.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> str:
    """What `snapshot` prints."""
    match options.what:
        case "save":
            return _save(options)
        case "show" | "open":
            found = open_snapshot(options.file) if options.what == "show" else snapshot_library.opened(options)
            return json.dumps(_facts(found), indent=1) if options.json else _text(found)
        case "list" | "put":
            return snapshot_library.run(options)
        case "check":
            return _check(options)
        case "compare":
            return _compare(options)
        case _:
            return snapshot_keys.run(options)


def _save(options: argparse.Namespace) -> str:
    if options.out.suffix != SUFFIX:
        raise SnapshotError(f"A snapshot is a file that ends in {SUFFIX}.")
    ask.take_query_from_files(options)
    edges = [None if text is None else parse_time(text) for text in (options.start, options.end)]
    filters = grammar.parse(options.query, fetched.names(options))
    taken = snapshot_sources.take(Question(TimeRange(*edges), filters, limit=LISTED), options)
    found = investigate(taken.question, taken.loaded)
    made = freeze(found, taken.loaded, taken.origin, taken.circumstances(found, options.note))
    if options.sign:
        made = keys.signed(made, keys.private_key(options.sign))
    save(made, options.out)
    said = {"file": str(options.out), "holds": made.first_line, "id": made.id}
    return json.dumps(said, indent=1) if options.json else f"{made.first_line}\nSnapshot id {made.id}\n{options.out}"


def _facts(found: Snapshot) -> dict[str, Any]:
    said = asdict(replace(found.facts, question=Question()))
    said["question"] = json.loads(found.question.to_json())
    answer = found.answer
    return {
        "holds": found.first_line,
        "id": found.id,
        "verdict": answer.verdict,
        "sentences": wording.sentences(answer),
        "reasons": answer.reasons,
        "cautions": answer.cautions,
        "reconciliation": answer.reconciliation,
        "statement": asdict(answer.statement),
        "coverage": asdict(answer.coverage),
        "clients": answer.clients,
        "services": answer.services,
        "facts": said,
        "sources": [asdict(one) for one in found.sources.sources],
        "notes": found.sources.notes,
    }


def _text(found: Snapshot) -> str:
    said, answer = found.facts, found.answer
    lines = [found.first_line, f"Snapshot id {found.id}"]
    lines += [f"Redacted, from snapshot {said.redaction.original}"] if said.redaction else []
    lines += ["", f"Question: {grammar.unparse(said.question.filters) or 'everything'}"]
    lines += [f"Time: {periods.canonical(said.question.time) or 'all there is'}"]
    lines += [f"Saved {periods.iso(said.frozen_at)} by {said.tool}, asked by {said.caller}"]
    if said.clock_offset is not None:
        side = "behind" if said.clock_offset > 0 else "ahead of"
        lines += [f"This machine's clock was {abs(said.clock_offset):,.0f} seconds {side} the account's."]
    lines += [f"Note: {said.note}"] if said.note else []
    lines += ["", f"{wording.verdict(answer)}.", *wording.sentences(answer), *answer.reasons, *said.limits, ""]
    lines += [as_text(answer.clients[:_SHOWN]), "", wording.reconciliation(answer.reconciliation), ""]
    lines += [f"{said.inside.lines:,} of the records are there as the lines that were delivered, the others as values."]
    lines += [
        f"{len(found.sources.sources):,} sources:",
        as_text([asdict(one) for one in found.sources.sources[:_SHOWN]]),
    ]
    lines += found.sources.notes
    if said.names:
        lines += [f"{len(said.names):,} names of addresses:", as_text([asdict(one) for one in said.names[:_SHOWN]])]
    return "\n".join([_plain(line) for line in "\n".join(lines).split("\n")])


def _plain(line: str) -> str:
    """Without control characters, which a terminal might obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in line)


def _check(options: argparse.Namespace) -> str:
    found = check(options.file, keys.trusted(keys.trusted_file()), options.id)
    said = json.dumps(asdict(found), indent=1) if options.json else _plain_lines(found.sentences)
    if found.altered or found.same is False:
        sys.stdout.write(f"{said}\n")
        raise SnapshotError(f"{options.file} is not what it was saved as, or not what you were told.")
    return said


def _plain_lines(lines: tuple[str, ...]) -> str:
    return "\n".join(map(_plain, lines))


def _compare(options: argparse.Namespace) -> str:
    before = open_snapshot(options.file)
    if options.other:
        found = compare(before, open_snapshot(options.other))
    elif options.files or options.store or options.snapshot or options.log_group or options.s3:
        _, loaded = ask.brought(before.question, options, ask.tokens_of(options.format))
        found = rerun(before, loaded)
    else:
        raise SnapshotError(
            "Say what to compare it with: another snapshot, or its source with --files, --store, --log-group or --s3."
        )
    return json.dumps(asdict(found), indent=1) if options.json else _compared(found)


def _compared(found: Compared) -> str:
    lines = [found.sentence, *found.cautions]
    for what, rows in (("Appeared", found.appeared), ("Vanished", found.vanished), ("Grew", found.grew)):
        if rows:
            flat = [{key: value for key, value in row.items() if not isinstance(value, dict)} for row in rows[:_SHOWN]]
            more = f" (the first {_SHOWN} of {len(rows):,})" if len(rows) > _SHOWN else ""
            lines += ["", f"{what}{more}:", as_text(flat)]
    return "\n".join(lines)
