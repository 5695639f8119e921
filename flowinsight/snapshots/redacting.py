"""A snapshot for others: what names a company is replaced before it leaves, and the answer is worked out again from that.

Nothing is passed on because nobody thought of it: every column, sentence and fact that is not listed is replaced or left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from flowinsight.addresses import Addresses, format_address
from flowinsight.fields import BY_TOKEN
from flowinsight.filters import Endpoint, Filter, Ports, Value
from flowinsight.investigation import investigate
from flowinsight.question import Question
from flowinsight.snapshots import freezing, opening, redacted_tables, snapshot
from flowinsight.snapshots.errors import SnapshotError
from flowinsight.snapshots.facts import Events, File, Object, Redaction, Source, Sources
from flowinsight.snapshots.pseudonyms import Pseudonyms
from flowinsight.snapshots.snapshot import Snapshot

DONE = (
    "Every address has a pseudonym: addresses of one network stay in one network, private ones stay private.",
    "Accounts, interfaces, VPCs, subnets, instances, tags and all other identifiers are masked, the same one always alike.",
    "Every line is written anew from these values. Fields that FlowInsight does not know are left out.",
    "Who asked, names, notes, samples of unparsable lines, and where the files, objects and events lie are left out.",
)
STAYS = (
    "Times, ports, protocols, bytes, packets, flags, actions and regions stay, and so does the pattern of the traffic: whoever "
    "knows some of it may recognise it."
)
WITHHELD = "withheld"
ROLLED = "A rollup is inside, and not the records."


@dataclass(frozen=True)
class Preview:
    """What would leave: pseudonyms by address, masks by identifier, and sentences."""

    addresses: dict[str, str]
    words: dict[str, str]
    done: tuple[str, ...] = DONE
    stays: str = STAYS


def redact(original: Snapshot, key: bytes, note: str = "") -> Snapshot:
    """A snapshot of the same answer without what names its owner. SnapshotError for one that is redacted."""
    return _redacted(original, Pseudonyms(key), note)


def preview(original: Snapshot, key: bytes) -> Preview:
    """What `redact` with this key would replace, and by what."""
    return previewed(original, key)[1]


def previewed(original: Snapshot, key: bytes, note: str = "") -> tuple[Snapshot, Preview]:
    """The redacted snapshot, and what was replaced in it."""
    names = Pseudonyms(key)
    made = _redacted(original, names, note)
    addresses = {format_address(one): format_address(other) for one, other in names.replaced.items()}
    return made, Preview(addresses, dict(names.masked))


def _redacted(original: Snapshot, names: Pseudonyms, note: str) -> Snapshot:
    if original.facts.redaction is not None:
        raise SnapshotError("This snapshot is redacted already: redact the original.")
    formats = tuple(_known_tokens(one) for one in original.facts.row_formats)
    replaced = redacted_tables.redacted(original.tables, formats, names)
    said = replace(
        original.facts,
        question=_question(original.question, names),
        actions=tuple(redacted_tables.word("action", one, names) for one in original.facts.actions),
        row_formats=formats,
        caller=WITHHELD,
        names=(),
        note=note,
        limits=(),
        redaction=Redaction(original.id, names.fingerprint, DONE),
    )
    source = opening.loaded(said, _account(original.account, names), replaced)
    answer = investigate(replace(said.question, limit=original.answer.question.limit), source)
    rolled = (ROLLED,) if original.is_rollup else ()
    said = replace(said, limits=(*freezing.limits(answer), *rolled))
    return snapshot.made(said, _sources(original.sources), snapshot.account_of(source), answer, replaced)


def _known_tokens(a_format: str) -> str:
    """A format whose unknown fields have no name."""
    return " ".join(token if token in BY_TOKEN else f"field{place}" for place, token in enumerate(a_format.split(), 1))


def _account(account: Mapping[str, Any], names: Pseudonyms) -> dict[str, Any]:
    """What a source says of itself, without samples, sentences and names; a fact that is not known here is not passed on."""
    tally, due = account["tally"], account.get("due")
    reasons = {why: replace(one, sample="") for why, one in tally.reasons.items()}
    problems = ("Not everything of this source could be read.",) if tally.problems else ()
    plain = {name: account[name] for name in ("distinct", "duplicates", "narrowed") if name in account}
    if account.get("rolled_by") is not None:
        plain["rolled_by"] = frozenset(account["rolled_by"]) & BY_TOKEN.keys()
    return plain | {
        "tally": replace(tally, reasons=reasons, problems=problems),
        "formats": {_known_tokens(tokens): number for tokens, number in account.get("formats", {}).items()},
        "left_out": ("Records that are asked for may not have been brought.",) if account.get("left_out") else (),
        **({} if due is None else {"due": tuple(_due(one, names) for one in due)}),
    }


def _due(one: Any, names: Pseudonyms) -> Any:  # noqa: ANN401 - a value of `loaded.Due`
    """An interface that should have written."""
    places = {place: _word_of_place(place, value, names) for place, value in one.places.items()}
    return replace(one, interface_id=names.word(one.interface_id), places=places)


def _word_of_place(place: str, value: str, names: Pseudonyms) -> str:
    return redacted_tables.word(place.replace("_", "-"), value, names)


def _sources(sources: Sources) -> Sources:
    """How many there were, of which kind and size."""
    return Sources(tuple(_source(number, one) for number, one in enumerate(sources.sources, 1)))


def _source(number: int, one: Source) -> Source:
    match one:
        case File():
            return File(f"file {number}", one.size, "")
        case Object():
            return Object("bucket", f"object {number}", one.size, "")
        case Events():
            return Events(
                WITHHELD, one.region, f"log group {number}", start=one.start, end=one.end, statistics=one.statistics
            )
        case _:
            assert_never(one)


def _question(question: Question, names: Pseudonyms) -> Question:
    return replace(question, filters=tuple(_filter(one, names) for one in question.filters))


def _filter(one: Filter, names: Pseudonyms) -> Filter:
    return replace(one, values=tuple(value for given in one.values for value in _values(one.field, given, names)))


def _values(field: str, value: Value, names: Pseudonyms) -> tuple[Value, ...]:
    match value:
        case Addresses():
            return names.addresses(value)
        case Endpoint():
            return tuple(Endpoint(one, value.ports) for one in names.addresses(value.addresses))
        case str():
            return (redacted_tables.word(field, value, names),)
        case int() | Ports():
            return (value,)
        case _:
            assert_never(value)
