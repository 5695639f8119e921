"""What a redaction does, shown by samples: some of every kind of value as it is and as it leaves, and how many there are."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from flowinsight import grammar
from flowinsight.addresses import Addresses, is_v4, parse_address
from flowinsight.snapshots import archive, tables
from flowinsight.snapshots.redacting import Preview
from flowinsight.snapshots.snapshot import Snapshot

SHOWN = 2
"""Samples of each kind."""
_NOTHING = "(left out)"
_WORDS = (
    ("Account", r"\d{12}"), ("Interface", r"eni-\S+"), ("VPC", r"vpc-\S+"), ("Subnet", r"subnet-\S+"),
    ("Instance", r"i-\S+"), ("Transit gateway", r"tgw-\S+"),
)  # fmt: skip
_INSIDE = Addresses.parse("inside")
_OTHER_WORD = "Other identifier, tag or name"


@dataclass(frozen=True)
class Sample:
    """Values of one kind: how many there are, and pairs of one as it is and as it leaves."""

    kind: str
    count: int
    pairs: tuple[tuple[str, str], ...]


def samples(original: Snapshot, made: Snapshot, preview: Preview) -> tuple[Sample, ...]:
    """Samples of every kind of value that differs between a snapshot and what was redacted from it."""
    return tuple(one for one in _all(original, made, preview) if one.count)


def _all(original: Snapshot, made: Snapshot, preview: Preview) -> Iterator[Sample]:
    yield _lines(original, made)
    said = [grammar.unparse(one.question.filters) or "everything" for one in (original, made)]
    yield Sample("Question", 1, ((said[0], said[1]),))
    yield from _sorted(_kind_of_address, preview.addresses.items())
    yield from _sorted(_kind_of_word, preview.words.items())
    yield Sample("Asked by", 1, ((original.facts.caller, made.facts.caller),))
    yield Sample("Note", int(bool(original.facts.note)), ((original.facts.note, made.facts.note or _NOTHING),))
    names = original.facts.names
    yield Sample("Name of an address", len(names), tuple((one.name, _NOTHING) for one in names[:SHOWN]))
    sources = list(zip(original.sources.sources, made.sources.sources, strict=True))
    yield Sample("Source", len(sources), tuple((_where(one), _where(other)) for one, other in sources[:SHOWN]))


def _sorted(kind_of: Callable[[str, str], str], pairs: Iterable[tuple[str, str]]) -> Iterator[Sample]:
    found: dict[str, list[tuple[str, str]]] = {}
    for pair in pairs:
        found.setdefault(kind_of(*pair), []).append(pair)
    for kind, several in sorted(found.items()):
        yield Sample(kind, len(several), tuple(several[:SHOWN]))


def _kind_of_address(one: str, other: str) -> str:
    if one == other:
        return "Address that stays"
    number = parse_address(one)
    return f"{'Private' if number in _INSIDE else 'Public'} IPv{4 if is_v4(number) else 6} address"


def _kind_of_word(one: str, _: str) -> str:
    return next((kind for kind, pattern in _WORDS if re.fullmatch(pattern, one)), _OTHER_WORD)


def _lines(original: Snapshot, made: Snapshot) -> Sample:
    """Lines as they were delivered, and as they leave; a rollup has none."""
    if original.is_rollup:
        return Sample("Line", 0, ())
    columns = [one.table(archive.RECORDS).column(tables.ORIGINAL) for one in (original, made)]
    count = len(columns[0]) - columns[0].null_count
    lines = ([cell.as_py() for cell in row] for row in zip(*columns, strict=True))
    pairs = ((one.decode("utf-8", "replace"), (other or b"").decode("utf-8", "replace")) for one, other in lines if one)
    return Sample("Line", count, tuple(islice(pairs, SHOWN)))


def _where(source: object) -> str:
    """Where a file, object or group of events lies, by whichever of these it has."""
    parts = [getattr(source, name, "") for name in ("account", "bucket", "path", "key", "group")]
    return "/".join(part for part in parts if part)
