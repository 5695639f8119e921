"""A step of a plan as a diff: what is added, what goes, and what its owner has to see to."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import assert_never

from flowinsight.provision.settings import Settings
from flowinsight.provision.steps import Change, Create, Delete, LeftAlone, Replace, Step, Unchanged


def of(step: Step) -> str:
    """Lines that begin with +, - or a space, with full settings and policies."""
    match step:
        case Create():
            return "\n".join(_all("+", step.after))
        case Change():
            return "\n".join(line for one in step.differences for line in _changed(one.field, one.before, one.after))
        case Replace():
            return "\n".join([f"- {step.before.id}", *_all("-", step.before.settings), *_all("+", step.after)])
        case Delete():
            return "\n".join(_all("-", step.before))
        case Unchanged():
            return "\n".join(_all(" ", step.before))
        case LeftAlone():
            return "\n".join([*_all(" ", step.before), *_for_the_owner(step)])
        case _:
            assert_never(step)


def why(step: Step) -> str:
    """The reason a step gives for itself; a creation needs none."""
    return "" if isinstance(step, Create | Change | Unchanged) else step.why


def _all(sign: str, settings: Settings) -> Iterator[str]:
    for name, value in asdict(settings).items():
        yield from _lines(sign, name, _text(value))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and value:
        return ", ".join(f"{key}={text}" for key, text in value)
    return "none" if value in (None, ()) else json.dumps(value)


def _lines(sign: str, name: str, text: str) -> Iterator[str]:
    first, *rest = text.splitlines() or [""]
    yield f"{sign} {name}: {first}"
    yield from (f"{sign}   {line}" for line in rest)


def _changed(field: str, before: str, after: str) -> Iterator[str]:
    yield from _lines("-", field, before)
    yield from _lines("+", field, after)


def _for_the_owner(step: LeftAlone) -> Iterator[str]:
    for statement in step.statements:
        yield "  its owner sees to this:"
        yield from (f"    {line}" for line in statement.splitlines())
