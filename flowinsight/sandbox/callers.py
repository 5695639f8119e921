"""Who calls, and may they? Only asked when the control endpoint has switched isolation or enforcement on.

Signatures are not checked: the access key alone says who calls. Source of the codes: each service's common errors.
"""

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import get_account_id_from, iam_backends

from flowinsight.sandbox.deliverable import Place, find_role, role_policies
from flowinsight.sandbox.envelope import Call, Refusal
from flowinsight.sandbox.permissions import Ask, Policy, Principal, decide, parse
from flowinsight.sandbox.resources import asks_of
from flowinsight.sandbox.running import ACCOUNT
from flowinsight.sandbox.settings import Settings

_UNKNOWN = {
    "ec2": Refusal(401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    "s3": Refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    "json": Refusal(400, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "query": Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
}


def refuse_caller(call: Call, settings: Settings) -> Refusal | None:
    """Return the refusal of a call whose key nobody was given, or whose identity lacks a permission."""
    if not settings.isolate_accounts and not settings.enforce_permissions:
        return None
    account = account_of(call.access_key)
    identity = identity_policies(call.access_key, account)
    if identity is None:
        return _UNKNOWN[call.protocol]
    if not settings.enforce_permissions:
        return None
    arn, policies = identity
    for ask in asks_of(call, account):
        if decide(policies, ask) != "allow":
            return _denied(call, arn, ask)
    return None


def account_of(access_key: str) -> str:
    """Return the account a key was given out in, and the company's main account for any other key."""
    account = str(get_account_id_from(access_key))
    return ACCOUNT if account == DEFAULT_ACCOUNT_ID else account


def refuse_role(call: Call, settings: Settings) -> Refusal | None:
    """Return AssumeRole's refusal of a role that does not exist or, with enforcement on, does not trust the caller."""
    if (call.service, call.action) != ("sts", "AssumeRole"):
        return None
    arn = call.form.get("RoleArn", "")
    place = Place((arn.split(":") + [""] * 5)[4], call.region)
    role = find_role(arn, place) if place.account.isdigit() else None
    account = account_of(call.access_key)
    caller = identity_policies(call.access_key, account)
    who = Principal(arn=caller[0] if caller else None, account=account)
    ask = Ask("sts:AssumeRole", arn)
    if role is None:
        return _denied(call, who.arn or f"arn:aws:iam::{account}:root", ask)
    told = {"sts:ExternalId": call.form["ExternalId"]} if "ExternalId" in call.form else {}
    asked = Ask("sts:AssumeRole", None, who, told)
    trusted = decide([parse(role.assume_role_policy_document)], asked) == "allow"
    return None if trusted or not settings.enforce_permissions else _denied(call, who.arn or "", ask)


def identity_policies(access_key: str, account: str) -> tuple[str, list[Policy]] | None:
    """Return ARN and policies of a user's or an assumed role's key; None for a key that was never given out."""
    backend = iam_backends[account]["aws"]
    for user in backend.users.values():
        if any(key.access_key_id == access_key for key in user.access_keys):
            attached = [v.document for p in user.managed_policies.values() for v in p.versions if v.is_default]
            return user.arn, [parse(text) for text in (*user.policies.values(), *attached)]
    key = backend.access_keys.get(access_key)
    if key is None or not key.role_arn:
        return None
    return key.role_arn, role_policies(backend.get_role_by_arn(key.role_arn))


def _denied(call: Call, arn: str, ask: Ask) -> Refusal:
    sentence = f"User: {arn} is not authorized to perform: {ask.action}"
    sentence += f" on resource: {ask.resource}" if ask.resource else ""
    match call.protocol:
        case "ec2":
            return Refusal(
                403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {sentence}"
            )
        case "json":
            return Refusal(400, "AccessDeniedException", sentence)
        case "s3" | "query":
            return Refusal(403, "AccessDenied", sentence)
