"""What is wanted as a TOML file, and back."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from flowinsight.provision.refusals import SetupError
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted

_TABLES: dict[str, type[Any]] = {"cloudwatch": GroupWanted, "role": RoleWanted, "s3": BucketWanted}
_ATTRIBUTES = {"cloudwatch": "group", "role": "role", "s3": "bucket"}

_PAIRS = ("tags", "tag_fields")
"""Tables of names of one's own, each with a text."""

_FOR_EVER = {"retention_days", "expire_days"}
"""Settings for which 0 in a file means that nothing is ever deleted."""


def from_toml(text: str) -> Wanted:
    """The setup a file describes; SetupError is a sentence about the first thing wrong in it."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"The file is not TOML: {error}.") from error
    top = {name: value for name, value in given.items() if name not in {*_TABLES, *_PAIRS}}
    _check_names(top, {item.name for item in fields(Wanted)} - set(_ATTRIBUTES.values()) - set(_PAIRS), "at the top")
    for name in ("name", "destination", "format", "traffic"):
        if not isinstance(top.get(name, ""), str):
            raise SetupError(f"{name} is a text in quotes.")
    if type(top.get("interval", 60)) is not int:
        raise SetupError(f"interval is a whole number, not {json.dumps(top['interval'], default=str)}.")
    missing = {"name", "resources"} - set(top)
    if missing:
        raise SetupError(f"The file does not say {' and '.join(sorted(missing))}.")
    parts: dict[str, Any] = {_ATTRIBUTES[name]: _part(name, given.get(name, {})) for name in _TABLES}
    pairs: dict[str, Any] = {name: _pairs(name, given.get(name, {})) for name in _PAIRS}
    return Wanted(**{**top, **parts, **pairs, "resources": _resources(top["resources"])})


def _part(table: str, given: object) -> object:
    kind = _TABLES[table]
    known = {_file_name(table, item.name): item for item in fields(kind)}
    values = _table(table, given)
    _check_names(values, set(known), f"in [{table}]")
    for name, value in values.items():
        wanted = _expected(known[name].default, name)
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise SetupError(f"{name} in [{table}] is {_WORDS[wanted]}, not {json.dumps(value, default=str)}.")
    return kind(
        **{known[name].name: None if name in _FOR_EVER and value == 0 else value for name, value in values.items()}
    )


_WORDS: dict[type, str] = {str: "a text in quotes", int: "a whole number", bool: "true or false"}


def _expected(default: object, name: str) -> type:
    if name in _FOR_EVER:
        return int
    return bool if isinstance(default, bool) else str


def _file_name(table: str, attribute: str) -> str:
    own = {"cloudwatch": "group", "s3": "bucket"}
    return own.get(table, "name") if attribute == "name" else attribute


def _table(name: str, given: object) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise SetupError(f"[{name}] is a table.")
    return given


def _check_names(given: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise SetupError(f"There is no setting {unknown[0]} {where}; there are {', '.join(sorted(known))}.")


def _resources(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise SetupError('The resources are a list of ids: resources = ["vpc-…"].')
    return tuple(given)


def _pairs(table: str, given: object) -> tuple[tuple[str, str], ...]:
    pairs = tuple(_table(table, given).items())
    for name, value in pairs:
        if not isinstance(value, str):
            what = "The tag" if table == "tags" else "The tag's key for"
            raise SetupError(f"{what} {name} is a text in quotes.")
    return pairs


def to_toml(wanted: Wanted) -> str:
    """The file of a setup: every setting, so that it can be read and edited."""
    lines = [
        f"{item.name} = {_value(getattr(wanted, item.name))}"
        for item in fields(wanted)
        if item.name not in {*_ATTRIBUTES.values(), *_PAIRS}
    ]
    for table, attribute in _ATTRIBUTES.items():
        lines += ["", f"[{table}]", *_settings(table, getattr(wanted, attribute))]
    for table in _PAIRS:
        pairs = getattr(wanted, table)
        if pairs:
            lines += ["", f"[{table}]", *(f"{_value(name)} = {_value(value)}" for name, value in pairs)]
    return "\n".join(lines) + "\n"


def _settings(table: str, part: Any) -> list[str]:  # noqa: ANN401 one of three dataclasses
    lines = []
    for item in fields(part):
        name, value = _file_name(table, item.name), getattr(part, item.name)
        if value is None and name not in _FOR_EVER:
            continue
        lines.append(f"{name} = {_value(0 if value is None else value)}")
    return lines


def _value(value: object) -> str:
    """A TOML value; texts are written as JSON writes them, which TOML reads the same."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
