"""JSON that is written in one way only, and read as data of known types: nothing else is accepted, and nothing is executed."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from flowinsight.errors import QuestionError
from flowinsight.question import Question
from flowinsight.snapshots.errors import SnapshotError

LONGEST_TEXT = 100_000
MOST_ITEMS = 200_000
HIGHEST = 2**127
"""No count or number of a snapshot is above this."""
_TIMES = frozenset({"first", "last", "oldest", "newest", "frozen_at", "modified", "at"})
"""Fields that are Unix seconds, or None."""
_LAST_SECOND = 253_402_300_799
"""Of the year 9999, with which calendars end."""

_Kind = TypeVar("_Kind")


def written(value: object, *, indent: int | None = None) -> bytes:
    """The one text of a value: keys as they come, and no number that JSON does not know."""
    return json.dumps(_plain(value), indent=indent, allow_nan=False).encode() + b"\n"


def _plain(value: object) -> object:
    match value:
        case Question():
            return value.to_json()
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
        case str():
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        case Mapping():
            return {str(_plain(str(key))): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return sorted(map(str, value))
        case _:
            return value


def parsed(text: bytes, where: str) -> object:
    """The value of a JSON text; SnapshotError for anything that is not JSON, repeats a key or holds an impossible number."""
    try:
        return json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_impossible, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise SnapshotError(f"{where} is not JSON as a snapshot has it, so the snapshot is not opened.") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is repeated")
    return dict(pairs)


def _impossible(name: str) -> object:
    raise ValueError(f"{name} is not a number")


def _finite(text: str) -> float:
    if not math.isfinite(float(text)):
        raise ValueError("a number is too large")
    return float(text)


def read(kind: type[_Kind], text: bytes, where: str) -> _Kind:
    """The JSON text as a value of this type, checked to the last item; SnapshotError says what is not as it should be."""
    found: _Kind = _built(kind, parsed(text, where), where)
    return found


def read_some(kind: type[Any], text: bytes, where: str, without: Collection[str]) -> dict[str, Any]:
    """As `read`, of all fields of a dataclass but some."""
    given = _object(parsed(text, where), where)
    if refused := given.keys() & set(without):
        raise SnapshotError(f"{where} has a part {min(refused)!r} that does not belong there.")
    return _fields(kind, given, where, set(without))


def written_some(value: Any, without: Collection[str]) -> bytes:  # noqa: ANN401 - a dataclass of any type
    """All fields of a dataclass but some, as `written`."""
    return written({item.name: getattr(value, item.name) for item in fields(value) if item.name not in without})


def _built(kind: Any, value: object, where: str) -> Any:  # noqa: ANN401 - types are values here
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in {Any, object}:
        return _inert(value, where, depth=0)
    if kind is Question:
        return _question(value, where)
    if origin in {Union, UnionType}:
        return _either(arguments, value, where)
    if origin is Literal:
        return value if value in arguments and isinstance(value, str) else _refuse(value, where)
    if origin is frozenset:
        return frozenset(_built(arguments[0], item, where) for item in _list(value, where))
    if origin is tuple:
        return tuple(_built(arguments[0], item, where) for item in _list(value, where))
    if origin in {dict, Mapping} or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return {
            name: _built(arguments[1], item, f"{where}, {name[:40]}") for name, item in _object(value, where).items()
        }
    if is_dataclass(kind):
        made: Any = kind
        return made(**_fields(kind, _object(value, where), where))
    return _scalar(kind, value, where)


def _question(value: object, where: str) -> Question:
    try:
        return Question.from_json(_scalar(str, value, where))
    except (QuestionError, OverflowError, RecursionError) as error:
        raise SnapshotError(f"{where} is not a question that FlowInsight wrote.") from error


def _either(kinds: tuple[Any, ...], value: object, where: str) -> object:
    for kind in kinds:
        try:
            return _built(kind, value, where)
        except SnapshotError:
            continue
    return _refuse(value, where)


def _fields(kind: Any, given: dict[str, object], where: str, without: Collection[str] = ()) -> dict[str, Any]:  # noqa: ANN401
    """The values of the fields of a dataclass by name, those left out that have a default and are not given."""
    hints = get_type_hints(kind)
    known = {item.name: item for item in fields(kind) if item.name not in without}
    if unknown := given.keys() - known.keys():
        raise SnapshotError(f"{where} has a part {min(unknown)[:40]!r} that this version does not know.")
    needed = {name for name, item in known.items() if item.default is MISSING and item.default_factory is MISSING}
    if missing := needed - given.keys():
        raise SnapshotError(f"{where} lacks {min(missing)}.")
    found = {name: _built(hints[name], value, f"{where}, {name}") for name, value in given.items()}
    for name in _TIMES & found.keys():
        if found[name] is not None and not is_time(found[name]):
            _refuse(found[name], f"{where}, {name}")
    return found


def is_time(value: object) -> bool:
    """Whether a value is Unix seconds that a calendar can show."""
    return type(value) is int and 0 <= value <= _LAST_SECOND


def _scalar(kind: type, value: object, where: str) -> Any:  # noqa: ANN401
    if kind is float and type(value) is int:
        value = float(value) if abs(value) < HIGHEST else _refuse(value, where)
    if type(value) is not kind or kind not in {str, int, float, bool, NoneType}:
        return _refuse(value, where)
    if (isinstance(value, str) and not _is_shown(value)) or (isinstance(value, int) and abs(value) >= HIGHEST):
        return _refuse(value, where)
    return value


def _is_shown(text: str) -> bool:
    """Whether a text is short enough, and can be written anywhere: half of a character pair cannot."""
    return len(text) <= LONGEST_TEXT and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _inert(value: object, where: str, depth: int) -> object:
    """A value of any JSON type, within bounds."""
    if depth > 4:
        return _refuse(value, where)
    match value:
        case list():
            return [_inert(item, where, depth + 1) for item in _list(value, where)]
        case dict():
            return {name: _inert(item, where, depth + 1) for name, item in _object(value, where).items()}
        case _:
            return _scalar(type(value), value, where)


def _list(value: object, where: str) -> list[object]:
    return value if isinstance(value, list) and len(value) <= MOST_ITEMS else _refuse(value, where)


def _object(value: object, where: str) -> dict[str, object]:
    return value if isinstance(value, dict) and len(value) <= MOST_ITEMS else _refuse(value, where)


def _refuse(value: object, where: str) -> Any:  # noqa: ANN401 - it never returns
    kind = "a number out of range" if isinstance(value, int | float) else type(value).__name__
    raise SnapshotError(f"{where} is {kind}, which does not belong there, so the snapshot is not opened.")
