"""JSON documents of policies: written in one order, compared by meaning, merged statement by statement."""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

VERSION = "2012-10-17"

Statement = Mapping[str, Any]


def policy(*statements: Statement) -> str:
    """A policy document's text, its parts in the order they are given."""
    return text({"Version": VERSION, "Statement": list(statements)})


def text(document: object) -> str:
    """JSON as it is stored and shown."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def compact(document: str) -> str:
    """The same JSON without white space: a bucket policy may have 20 KB."""
    return json.dumps(json.loads(document), separators=(",", ":"), ensure_ascii=False) if document else ""


def same(one: str, other: str) -> bool:
    """Whether two documents mean the same: AWS may reorder lists and unwrap lists of one."""
    return _meaning(_read(one)) == _meaning(_read(other))


def _read(document: str) -> object:
    return json.loads(document) if document else None


def _meaning(value: object) -> object:
    match value:
        case dict():
            return {key: _meaning(item) for key, item in value.items()}
        case [only]:
            return _meaning(only)
        case list():
            return sorted((_meaning(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        case _:
            return value


def statements(document: str) -> list[dict[str, Any]]:
    """The statements of a policy; none for an empty text."""
    found = json.loads(document).get("Statement", []) if document else []
    return found if isinstance(found, list) else [found]


def merged(existing: str, wanted: Iterable[Statement]) -> str:
    """The existing policy with the wanted statements: one with the same Sid is replaced, every other one is kept."""
    new = list(wanted)
    sids = {statement["Sid"] for statement in new}
    kept = [statement for statement in statements(existing) if statement.get("Sid") not in sids]
    start: dict[str, Any] = json.loads(existing) if existing else {"Version": VERSION}
    return text({**start, "Statement": [*kept, *new]})


def overwritten(existing: str, wanted: Iterable[Statement], known: Iterable[str] = ()) -> tuple[str, ...]:
    """The Sids of existing statements that say something else than the wanted ones of the same name.

    A statement that differs only in resources that are all `known` is an earlier one of the same setup.
    """
    new = {statement["Sid"]: statement for statement in wanted}
    return tuple(
        str(statement["Sid"])
        for statement in statements(existing)
        if statement.get("Sid") in new and not _earlier(statement, new[statement["Sid"]], set(known))
    )


def _earlier(existing: Statement, wanted: Statement, known: set[str]) -> bool:
    resources = listed(wanted.get("Resource"))
    if set(listed(existing.get("Resource"))) <= {*resources, *known}:
        existing = {**existing, "Resource": wanted["Resource"]}
    return same(text(existing), text(wanted))


def allows(document: str, service: str, action: str, resource: str) -> bool:
    """Whether some statement allows a service the action on the resource. Conditions are not judged."""
    return any(
        statement.get("Effect") == "Allow"
        and _names(statement.get("Principal"), service)
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in listed(statement.get("Action")))
        and any(_covers(pattern, resource) for pattern in listed(statement.get("Resource")))
        for statement in statements(document)
    )


def denies(document: str, action: str) -> bool:
    """Whether some statement denies an action to whoever asks and however: statements with conditions do not count."""
    return any(
        statement.get("Effect") == "Deny"
        and "Condition" not in statement
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in listed(statement.get("Action")))
        for statement in statements(document)
    )


def _names(principal: object, service: str) -> bool:
    return principal == "*" or (isinstance(principal, dict) and service in listed(principal.get("Service")))


def _covers(pattern: str, resource: str) -> bool:
    return pattern == resource or fnmatchcase(resource, pattern)


def listed(value: object) -> list[str]:
    """A policy's element as the list it stands for."""
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def rules(lifecycle: str) -> list[dict[str, Any]]:
    """The rules of a lifecycle's JSON; none for an empty text."""
    found: list[dict[str, Any]] = json.loads(lifecycle) if lifecycle else []
    return found
