"""Edits of a question's filters: what a click, a chip and a form field do to the line in the box."""

from collections.abc import Sequence
from typing import Literal

from flowinsight.filters import Endpoint, Filter, value_text

Click = Literal["narrow", "exclude", "pivot"]

FORM_FIELDS = ("address", "client", "server", "port", "protocol", "action", "interface-id", "vpc-id")
"""What the form shows a box for; every other part of a question is a chip only."""

_ONE_VALUE = {"client", "server", "service", "protocol", "action"}
"""A conversation has one of each, so a narrower value takes the place of a wider one."""


def clicked(filters: Sequence[Filter], one: Filter, how: Click) -> tuple[Filter, ...]:
    """The filters after a mark that stands for `one` was clicked."""
    match how:
        case "narrow":
            kept = tuple(before for before in filters if not _replaced(before, one))
            return kept if one in kept else (*kept, one)
        case "exclude":
            return tuple(filters) if one.negated() in filters else (*filters, one.negated())
        case "pivot":
            return (_about(one),)


def _replaced(before: Filter, one: Filter) -> bool:
    alike = before.field == one.field and before.op == one.op == "is" and one.field in _ONE_VALUE
    return alike and not any(isinstance(value, Endpoint) for value in before.values)


def _about(one: Filter) -> Filter:
    """The same value on either side: a question of its own."""
    field = {"client": "address", "server": "address", "service": "port"}.get(one.field, one.field)
    if field == "address" and any(isinstance(value, Endpoint) for value in one.values):
        field = "endpoint"
    return Filter(field, one.values)


def without(filters: Sequence[Filter], place: int) -> tuple[Filter, ...]:
    return tuple(one for number, one in enumerate(filters) if number != place)


def field_texts(filters: Sequence[Filter], field: str) -> tuple[str, ...]:
    """The values the form shows for a field: those of the first filter that asks for it."""
    found = _first(filters, field)
    return () if found is None else tuple(value_text(value) for value in filters[found].values)


def with_field(filters: Sequence[Filter], field: str, texts: Sequence[str]) -> tuple[Filter, ...]:
    """The filters with one form field set, or removed where there is no text; QuestionError names a wrong value."""
    place = _first(filters, field)
    if not texts:
        return tuple(filters) if place is None else without(filters, place)
    one = _parsed(field, texts)
    if place is None:
        return (*filters, one)
    return (*filters[:place], one, *filters[place + 1 :])


def _parsed(field: str, texts: Sequence[str]) -> Filter:
    if field == "address" and all(text.startswith("[") or text.count(":") == 1 for text in texts):
        return Filter.parse("endpoint", texts)
    return Filter.parse(field, texts)


def _first(filters: Sequence[Filter], field: str) -> int | None:
    alike = {field, "endpoint"} if field == "address" else {field, "service"} if field == "port" else {field}
    return next((n for n, one in enumerate(filters) if one.field in alike and one.op == "is"), None)
