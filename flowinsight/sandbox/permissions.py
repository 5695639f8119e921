"""Would AWS allow this? One evaluator of policy documents, for delivery by the log services and for callers.

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
Operators the sandbox does not know never hold, so an Allow under one does not apply.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

Verdict = Literal["allow", "deny", "none"]
Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Principal:
    """Who asks: a service (vpc-flow-logs.amazonaws.com) or an identity of an account."""

    service: str | None = None
    arn: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class Ask:
    """One action on one resource; a `resource` of None means it is not known, and any resource element fits."""

    action: str
    resource: str | None
    principal: Principal | None = None
    context: Mapping[str, str] = field(default_factory=dict)


def parse(text: str | bytes | None) -> Policy:
    """Read a policy document; a document that is no JSON object grants nothing."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def decide(policies: Iterable[Policy], ask: Ask) -> Verdict:
    """An explicit deny wins, then any allow; "none" is the implicit deny."""
    verdict: Verdict = "none"
    for policy in policies:
        for statement in statements(policy):
            if not _applies(statement, ask):
                continue
            if statement.get("Effect") == "Deny":
                return "deny"
            verdict = "allow"
    return verdict


def statements(policy: Policy) -> list[Mapping[str, Any]]:
    found = policy.get("Statement", [])
    listed = [found] if isinstance(found, dict) else found
    return [statement for statement in listed if isinstance(statement, dict)]


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Match with IAM's wildcards: * is any run, ? any one character."""
    return (
        _wildcard(pattern.lower() if ignore_case else pattern).fullmatch(text.lower() if ignore_case else text)
        is not None
    )


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - policy documents hold any JSON
    return value if isinstance(value, list) else [value]


@lru_cache(2048)
def _wildcard(pattern: str) -> re.Pattern[str]:
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.compile("".join(parts), re.DOTALL)


def _applies(statement: Mapping[str, Any], ask: Ask) -> bool:
    return (
        _action_fits(statement, ask.action)
        and _resource_fits(statement, ask.resource)
        and _principal_fits(statement, ask.principal)
        and _conditions_hold(statement.get("Condition", {}), ask.context)
    )


def _action_fits(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(matches(str(p), action, ignore_case=True) for p in listed(statement["NotAction"]))
    return any(matches(str(p), action, ignore_case=True) for p in listed(statement.get("Action", [])))


def _resource_fits(statement: Mapping[str, Any], resource: str | None) -> bool:
    if resource is None:
        return True
    if "NotResource" in statement:
        return not any(matches(str(p), resource) for p in listed(statement["NotResource"]))
    # A trust policy has no Resource element: the role itself is meant.
    return "Resource" not in statement or any(matches(str(p), resource) for p in listed(statement["Resource"]))


def _principal_fits(statement: Mapping[str, Any], principal: Principal | None) -> bool:
    if principal is None:
        return True
    if "NotPrincipal" in statement:
        return not _named(statement["NotPrincipal"], principal)
    return _named(statement.get("Principal"), principal)


def _named(element: Any, principal: Principal) -> bool:  # noqa: ANN401 - policy documents hold any JSON
    if element == "*":
        return True
    if not isinstance(element, dict):
        return False
    if principal.service is not None:
        return principal.service in listed(element.get("Service", []))
    root = f"arn:aws:iam::{principal.account}:root"
    accepted = {"*", principal.arn, principal.account, root}
    return any(name in accepted for name in listed(element.get("AWS", [])))


def _conditions_hold(block: Any, context: Mapping[str, str]) -> bool:  # noqa: ANN401
    if not isinstance(block, dict):
        return False
    values = {key.lower(): value for key, value in context.items()}
    return all(
        _condition_holds(str(operator), listed(wanted), values.get(str(key).lower()))
        for operator, keys in block.items()
        for key, wanted in (keys.items() if isinstance(keys, dict) else ())
    )


def _condition_holds(operator: str, wanted: list[Any], value: str | None) -> bool:
    name = operator.partition(":")[2] or operator
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in wanted]
    if name == "Null":
        return (value is None) == (texts == ["true"])
    negated = "Not" in name
    if value is None:
        return if_exists or negated
    return _operator_holds(name.replace("Not", ""), texts, value) != negated


def _operator_holds(name: str, texts: list[str], value: str) -> bool:
    match name:
        case "StringEquals":
            return value in texts
        case "StringEqualsIgnoreCase" | "Bool":
            return value.lower() in [text.lower() for text in texts]
        case "StringLike" | "ArnLike" | "ArnEquals":
            return any(matches(text, value) for text in texts)
        case _:
            return False
