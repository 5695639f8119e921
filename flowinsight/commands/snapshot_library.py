"""`snapshot list`, `open` and `put`: the snapshots of a folder or of a prefix of a bucket."""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from flowinsight import aws, grammar, library, paths
from flowinsight.commands import fetched
from flowinsight.library import Bucket, Described, Entry, Folder, Library
from flowinsight.roles import utc
from flowinsight.snapshots import Snapshot, SnapshotError, open_snapshot, packed, save
from flowinsight.sources import S3Objects
from flowinsight.table import as_text

LOOKED_AT = 500
"""Snapshots of which the beginnings are read, the newest first."""
_AT_ONCE = 8


def add(what: "argparse._SubParsersAction[Any]") -> None:
    """The commands of a library."""
    listed = what.add_parser("list", help="list the snapshots of a folder, or of a prefix of a bucket")
    listed.add_argument("words", nargs="*", help="those with all of these words in their question, note, name or id")
    opened = what.add_parser("open", help="check a snapshot of a library, and print what it holds")
    opened.add_argument("name", help="its name, or the beginning of its id")
    opened.add_argument("--out", type=Path, metavar="FILE", help="keep a copy here")
    put = what.add_parser("put", help="keep a snapshot in a library")
    put.add_argument("file", type=Path)
    for one in (listed, opened, put):
        one.add_argument(
            "--library", metavar="PLACE", help="a folder, or s3://bucket/prefix/ (default: the folder of this machine)"
        )
        one.add_argument("--json", action="store_true", help="print JSON")
        fetched.add_who(one.add_argument_group("as whom, where the library is in S3"))


def run(options: argparse.Namespace) -> str:
    """What `list` and `put` print."""
    return _list(options) if options.what == "list" else _put(options)


def opened(options: argparse.Namespace) -> Snapshot:
    """The snapshot that `open` names, checked; SnapshotError where there is none, or several."""
    place = _library(options)
    entries = place.listing().entries
    found = [one for one in entries if one.name == options.name] or _by_id(place, entries, options.name.lower())
    if len(found) != 1:
        raise SnapshotError(
            f"{len(found):,} snapshots in {place.where} have the name or id {options.name[:80]}: "
            "snapshot list shows their names."
        )
    made = library.opened(place.content(found[0], lambda *_: None), place.place_of(found[0]))
    if options.out is not None:
        save(made, options.out)
    return made


def _by_id(place: Library, entries: Sequence[Entry], start: str) -> list[Entry]:
    return [one.entry for one in _described(place, entries) if one.front is not None and one.front.id.startswith(start)]


def _library(options: argparse.Namespace) -> Library:
    place = options.library
    if place is None or not place.startswith("s3://"):
        return Folder(paths.snapshots_folder() if place is None else Path(place).expanduser())
    return Bucket(aws.client(fetched.who_asks(options), "s3"), S3Objects.parse(place))


def _described(place: Library, entries: Sequence[Entry]) -> list[Described]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(partial(library.described, place), entries[:LOOKED_AT]))


def _list(options: argparse.Namespace) -> str:
    place = _library(options)
    rows = [_row(one) for one in _described(place, place.listing().entries)]
    words = [word.lower() for word in options.words]
    fits = [row for row in rows if all(word in " ".join(row.values()).lower() for word in words)]
    return json.dumps(fits, indent=1) if options.json else as_text(fits)


def _row(one: Described) -> dict[str, str]:
    front = one.front
    if front is None:
        return {"name": one.entry.name, "saved": "", "question": "", "note": "", "holds": one.problem, "id": ""}
    return {
        "name": one.entry.name,
        "saved": utc(front.facts.frozen_at),
        "question": grammar.unparse(front.facts.question.filters) or "everything",
        "note": _plain(front.facts.note),
        "holds": front.holds,
        "id": front.id,
    }


def _plain(text: str) -> str:
    """One line without control characters, which a terminal might obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _put(options: argparse.Namespace) -> str:
    made, place = open_snapshot(options.file), _library(options)
    name = library.name_for(made)
    place.save(name, packed(made))
    said = {"name": name, "library": place.where, "id": made.id}
    return json.dumps(said, indent=1) if options.json else f"Snapshot id {made.id}\n{place.where}\n{name}"
