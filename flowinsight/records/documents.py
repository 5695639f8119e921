"""JSON of any length: documents one after another, with or without line ends, commas or an array around them.

A document that is too long to hold, and a list of log events that is cut off, are opened: their events come one by one.
"""

import codecs
import json
import re
from collections.abc import Iterator
from io import BufferedReader

from flowinsight.records.tally import Tally, unparsable

LONGEST_DOCUMENT = 1 << 23
_PIECE = 1 << 22
_LONGEST_STRING = 1 << 21
_BETWEEN = re.compile(r"[\s,\[\]]*")
_IN_LIST = re.compile(r"[\s,]*")
_LIST = re.compile(r'"(logEvents|events)"\s*:\s*\[')
_NEXT = re.compile(r"\n|\}\s*,?\s*(?=\{)")
_NEXT_LINE = re.compile(r"\n")
_DECODER = json.JSONDecoder()
_BROKEN = "not a JSON document"


class _Window:
    """The part of the text that is held: whole pieces, from `at` on not yet read."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ended = False
        self.text = ""
        self.at = 0

    def fill(self) -> bool:
        """Hold one more piece, and forget what has been read; False at the end of the stream."""
        piece = self._stream.read1(_PIECE)
        self._ended = not piece
        self.text = self.text[self.at :] + self._decoder.decode(piece, final=self._ended)
        self.at = 0
        return not self._ended

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Pass over what matches; the character after it, or an empty text at the end."""
        while True:
            match = pattern.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.fill():
                return ""

    def decode(self) -> object:
        """The value that begins here; ValueError or RecursionError when it is not one, with `at` left where it is."""
        while True:
            try:
                value, self.at = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                held = len(self.text)
                hopeless = error.pos + _LONGEST_STRING < held or held - self.at > LONGEST_DOCUMENT
                if hopeless or self._ended:
                    raise
                self.fill()
            else:
                return value

    def open_list(self) -> tuple[dict[str, object], str] | None:
        """Go to the first element of the list of events in the document that begins here; what stands before the list."""
        match = _LIST.search(self.text, self.at, self.at + LONGEST_DOCUMENT)
        if match is None:
            return None
        try:
            opened = json.loads(self.text[self.at : match.end()] + "]}")
        except (ValueError, RecursionError):
            return None
        self.at = match.end()
        return (opened, match[1]) if isinstance(opened, dict) else None

    def discard(self, error: Exception) -> Tally:
        """Go to where the next document or line may begin; the account of what is left out."""
        sample = self.text[self.at : self.at + 200]
        broken = isinstance(error, json.JSONDecodeError) and error.pos + _LONGEST_STRING < len(self.text)
        pattern = _NEXT if broken or len(self.text) - self.at <= LONGEST_DOCUMENT else _NEXT_LINE
        if isinstance(error, json.JSONDecodeError):
            self.at = max(error.pos, self.at)
        while (match := pattern.search(self.text, self.at)) is None:
            self.at = len(self.text)
            if not self.fill():
                return unparsable(_BROKEN, sample)
        self.at = match.end()
        return unparsable(_BROKEN, sample)


def documents(stream: BufferedReader) -> Iterator[object]:
    """The values in a stream of JSON, and a Tally for each part that is not JSON.

    A list of log events that was opened comes as documents with one event each.
    """
    window = _Window(stream)
    while window.skip(_BETWEEN):
        try:
            yield window.decode()
        except (ValueError, RecursionError) as error:
            opened = window.open_list()
            if opened is None:
                yield window.discard(error)
            else:
                yield from _members(window, *opened)


def _members(window: _Window, document: dict[str, object], key: str) -> Iterator[object]:
    while (character := window.skip(_IN_LIST)) and character != "]":
        try:
            yield document | {key: [window.decode()]}
        except (ValueError, RecursionError) as error:
            yield window.discard(error)
    if not character:
        yield Tally(problems=("The JSON ends in the middle of a list of log events.",))
        return
    window.text, window.at = '{"":0' + window.text[window.at + 1 :], 0
    try:
        window.decode()
    except (ValueError, RecursionError) as error:
        yield window.discard(error)
