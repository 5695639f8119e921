"""What the fields of a record are called in a query: by the names CloudWatch discovered, or parsed from the message.

CloudWatch documents the names of the default format only, and contradicts itself about two of them; so a name is used when
GetLogGroupFields has listed it, and when one is missing all fields are parsed by the positions of the format.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from flowinsight.engines.insights import telling
from flowinsight.errors import SourceError
from flowinsight.fields import BY_TOKEN

Format = tuple[str, ...]

SECOND = "second"
"""What a record's start is called, in Unix seconds. It is the event's own time: CloudWatch takes that from it, and so it has one
name in every format.
"""

_OTHER_NAMES = {"end": ("end",)}
"""What AWS's transformer calls the end of the window, where its table of discovered fields says endTime."""

_SHAPES = {"address": "[0-9A-Fa-f.:-]+", "number": "[0-9-]+", "epoch": "[0-9-]+", "text": "[^ ]+"}


@dataclass(frozen=True)
class Columns:
    """Names by token, of those tokens that some format has; `before` are the commands that make them.

    One of `marks` is present in every message that is a line of a known format, and none in any other.
    """

    names: Mapping[str, str]
    before: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def named(self, tokens: Sequence[str]) -> list[str]:
        """The names of those of these tokens that exist."""
        return [self.names[token] for token in tokens if token in self.names]


def columns(formats: Sequence[Format], needed: Collection[str], discovered: Collection[str] = ()) -> Columns:
    """Columns for the `needed` tokens, and for `start`; SourceError where no query could tell the formats apart.

    Lines of formats of the same length are told apart by their values, and not by what CloudWatch discovered: it says nowhere how
    it tells them apart.
    """
    formats = tuple(dict.fromkeys(formats))
    _check(formats)
    present = {token for a_format in formats for token in a_format} - {"start"}
    wanted = [token for token in BY_TOKEN if token in needed and token in present]
    found = {token: name for token in wanted if (name := _discovered(token, discovered)) is not None}
    if len(found) == len(wanted) and not telling.alike(formats):
        marks = [found[token] for a_format in formats if (token := _first(a_format, wanted)) in found]
        return Columns({**found, "start": SECOND}, (), tuple(dict.fromkeys(marks)))
    return _parsed(formats, wanted)


def _check(formats: Sequence[Format]) -> None:
    if not telling.apart(formats):
        raise SourceError(
            "Two formats of these log groups have the same number of fields, and no value of a line says for certain which "
            "of them it is in: ask one log group at a time, or fetch the records by filter patterns."
        )


def _discovered(token: str, discovered: Collection[str]) -> str | None:
    names = (BY_TOKEN[token].insights, *_OTHER_NAMES.get(token, ()))
    return next((name for name in names if name in discovered), None)


def _parsed(formats: Sequence[Format], wanted: Sequence[str]) -> Columns:
    shape = telling.shape if telling.alike(formats) else _shape
    before = [_parse(a_format, wanted, number, shape) for number, a_format in enumerate(formats, 1)]
    marks = [_alias(_first(a_format, wanted), number) for number, a_format in enumerate(formats, 1)]
    names: dict[str, str] = {}
    for token in wanted:
        places = [_alias(token, number) for number, a_format in enumerate(formats, 1) if token in a_format]
        names[token] = places[0]
        if len(places) > 1:
            names[token] = _alias(token, 0)
            before.append(f"fields coalesce({', '.join(places)}) as {names[token]}")
    return Columns({**names, "start": SECOND}, tuple(before), tuple(marks))


def _first(a_format: Format, wanted: Sequence[str]) -> str:
    return next((token for token in a_format if token in wanted), a_format[0])


def _alias(token: str, number: int) -> str:
    """Letters and digits only, because that is all that a name inside an expression may have everywhere."""
    return f"f{number}" + "".join(letter for letter in token if letter.isascii() and letter.isalnum())


def _parse(a_format: Format, wanted: Sequence[str], number: int, shape: Callable[[str], str]) -> str:
    first = _first(a_format, wanted)
    pieces = [
        f"(?<{_alias(token, number)}>{shape(token)})" if token in wanted or token == first else shape(token)
        for token in a_format
    ]
    return f"parse @message /^{' '.join(pieces)}$/"


def _shape(token: str) -> str:
    field = BY_TOKEN.get(token)
    return _SHAPES["text" if field is None else field.kind]
