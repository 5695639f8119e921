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

_FOR_EVER = {"retention_days", "expire_days"}
"""Settings for which 0 in a file means that nothing is ever deleted."""


def from_toml(text: str) -> Wanted:
    """The setup a file describes; SetupError is a sentence about the first thing wrong in it."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"The file is not TOML: {error}.") from error
    top = {name: value for name, value in given.items() if name not in {*_TABLES, "tags"}}
    _check_names(top, {item.name for item in fields(Wanted)} - set(_ATTRIBUTES.values()) - {"tags"}, "at the top")
    for name in ("name", "destination", "format", "traffic"):
        if not isinstance(top.get(name, ""), str):
            raise SetupError(f"{name} is a text in quotes.")
    missing = {"name", "resources"} - set(top)
    if missing:
        raise SetupError(f"The file does not say {' and '.join(sorted(missing))}.")
    parts: dict[str, Any] = {_ATTRIBUTES[name]: _part(name, given.get(name, {})) for name in _TABLES}
    tags = tuple((key, _text(key, value)) for key, value in _table("tags", given.get("tags", {})).items())
    return Wanted(**{**top, **parts, "resources": _resources(top["resources"]), "tags": tags})


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


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise SetupError(f"The tag {key} is a text in quotes.")
    return value


def to_toml(wanted: Wanted) -> str:
    """The file of a setup: every setting, so that it can be read and edited."""
    lines = [
        f"{item.name} = {_value(getattr(wanted, item.name))}"
        for item in fields(wanted)
        if item.name not in {*_ATTRIBUTES.values(), "tags"}
    ]
    for table, attribute in _ATTRIBUTES.items():
        lines += ["", f"[{table}]", *_settings(table, getattr(wanted, attribute))]
    if wanted.tags:
        lines += ["", "[tags]", *(f"{_value(key)} = {_value(value)}" for key, value in wanted.tags)]
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
