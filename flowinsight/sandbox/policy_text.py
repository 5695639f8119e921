"""What IAM and S3 refuse in the text of a trust policy or a bucket policy.

Source: IAM user guide, "JSON policy element reference"; S3 user guide, "Policies and permissions in Amazon S3".
"""

import json
from typing import Any

from flowinsight.sandbox.permissions import listed

BUCKET_POLICY_BYTES = 20 * 1024
_VERSIONS = ("2012-10-17", "2008-10-17")
_SERVICE_PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}


def trust_policy_problem(text: str) -> str | None:
    """Return a sentence when every statement does not name a principal; moto's validator looks at the rest."""
    for statement in _statements(text):
        if "Principal" not in statement and "NotPrincipal" not in statement:
            return "Missing required field Principal"
        if _bad_principal(statement):
            return "Invalid principal in policy"
    return None


def bucket_policy_problem(text: str, bucket: str) -> str | None:
    """Return a sentence when S3 would refuse this text as the policy of `bucket`."""
    if len(text.encode()) > BUCKET_POLICY_BYTES:
        return "Normalized policy document exceeds the maximum allowed size of 20480 bytes"
    try:
        document = json.loads(text)
    except ValueError:
        return "This policy contains invalid Json"
    if not isinstance(document, dict) or document.get("Version", _VERSIONS[1]) not in _VERSIONS:
        return "The policy must contain a valid version string"
    found = _statements(text)
    if not found:
        return "Missing required field Statement"
    return next((problem for statement in found if (problem := _statement_problem(statement, bucket))), None)


def _statement_problem(statement: dict[str, Any], bucket: str) -> str | None:
    if statement.get("Effect") not in ("Allow", "Deny"):
        return "Invalid effect"
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return "Missing required field Principal"
    if _bad_principal(statement):
        return "Invalid principal in policy"
    actions = listed(statement.get("Action", statement.get("NotAction", [])))
    if not actions or not all(action == "*" or str(action).lower().startswith("s3:") for action in actions):
        return "Policy has invalid action"
    resources = listed(statement.get("Resource", statement.get("NotResource", [])))
    home = f"arn:aws:s3:::{bucket}"
    if not resources or not all(str(item) == home or str(item).startswith(f"{home}/") for item in resources):
        return "Policy has invalid resource"
    return None


def _bad_principal(statement: dict[str, Any]) -> bool:
    named = statement.get("Principal", statement.get("NotPrincipal"))
    if named == "*":
        return False
    return not isinstance(named, dict) or not named or not set(named) <= _SERVICE_PRINCIPALS


def _statements(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text).get("Statement", [])
    except (ValueError, AttributeError):
        return []
    return [statement for statement in listed(found) if isinstance(statement, dict)]
