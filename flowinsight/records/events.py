"""Log events in JSON: subscriptions and Firehose, the AWS CLI, and what other collectors wrap around a record's text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from itertools import groupby

from flowinsight.records import cells
from flowinsight.records.documents import documents
from flowinsight.records.headers import as_header
from flowinsight.records.tally import Batch, Tally, skipped, unparsable

_NO_RECORD = "a JSON document that holds no flow log record"
_FEWEST_FIELDS = 3


@dataclass(frozen=True)
class Named:
    """A record as a JSON object: the tokens its keys say, and its values as text."""

    tokens: tuple[str, ...]
    cells: tuple[str, ...]


Event = str | Named | Tally


def read_json(stream: BufferedReader, tokens: Sequence[str] | None) -> Iterator[Batch]:
    """Batches of the log events in a stream of JSON. `tokens` is the format of their texts until a header says another."""
    found = (event for document in documents(stream) for event in events(document))
    for named, group in groupby(found, key=lambda event: event.tokens if isinstance(event, Named) else None):
        if named is None:
            yield from cells.read_messages((event for event in group if not isinstance(event, Named)), tokens)
        else:
            yield from cells.read_rows((event.cells for event in group if isinstance(event, Named)), named)


def events(document: object) -> Iterator[Event]:
    """The log events of one document.

    Shapes: CloudWatch Logs subscription (`messageType`, `logEvents`), FilterLogEvents and GetLogEvents (`events`), one event
    or Firehose record (`message`), an OpenSearch document (`body`), or an object whose keys are the fields of a record.
    """
    match document:
        case Tally():
            yield document
        case {"messageType": "CONTROL_MESSAGE"}:
            yield skipped(1)
        case {"logEvents": [*found]} | {"events": [*found]}:
            for event in found:
                yield _message(event)
        case _:
            yield _message(document)


def _message(event: object) -> Event:
    match event:
        case {"message": str(text)} | {"body": str(text)}:
            return text
        case dict():
            return _named(event) or unparsable(_NO_RECORD, _sample(event))
        case _:
            return unparsable(_NO_RECORD, _sample(event))


def _named(event: Mapping[str, object]) -> Named | None:
    plain = {key: value for key, value in event.items() if not key.startswith("@")}
    if len(plain) < _FEWEST_FIELDS or any(isinstance(value, dict | list) for value in plain.values()):
        return None
    tokens = as_header(list(plain))
    return None if tokens is None else Named(tokens, tuple(as_cell(value) for value in plain.values()))


def as_cell(value: object) -> str:
    """A value as a cell of text: a whole number without a decimal point, nothing as an empty cell."""
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


def _sample(event: object) -> str:
    try:
        return json.dumps(event, ensure_ascii=False)[:200]
    except (ValueError, RecursionError):
        return "a value that is too deep or too long to show"
