"""What went wrong with AWS, translated once into sentences a person can act on. No sentence carries a credential."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

from flowinsight.errors import AwsError, DeniedError, ExpiredError, ThrottledError, UnreachableError

_THROTTLED = {
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded", "EC2ThrottledException",
}  # fmt: skip
_DENIED = {
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "AllAccessDisabled",
    "AuthorizationError", "NotAuthorized", "Forbidden", "403",
}  # fmt: skip
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_NOT_ACCEPTED = {
    "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "InvalidAccessKeyId", "SignatureDoesNotMatch",
    "InvalidToken", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
}  # fmt: skip
_ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "301"}
"""Codes: the services' common errors pages, and retry, authorization and redirect code lists of botocore."""

_S3_ACTIONS = {
    "ListObjectsV2": "ListBucket", "ListObjects": "ListBucket", "HeadBucket": "ListBucket", "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets", "ListObjectVersions": "ListBucketVersions",
    "GetBucketEncryption": "GetEncryptionConfiguration", "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration", "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration", "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock", "DeleteObjects": "DeleteObject",
}  # fmt: skip
"""Where the permission is not called as the call is. Source: Service Authorization Reference, Amazon S3."""

_NAMED_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]+:\w+)(?: on resource: (\S+))?")
_BECAUSE = re.compile(r"because (.{1,200}?)\.?$")
_NOT_OFFERED = 501
_SECRETS = re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{8,}|[A-Za-z0-9+/=_-]{60,}")

_UNREACHED = (boto.HTTPClientError, boto.ConnectionError, boto.EndpointConnectionError, boto.IncompleteReadError)
_WITHOUT_CREDENTIALS = (
    boto.NoCredentialsError, boto.PartialCredentialsError, boto.CredentialRetrievalError, boto.SSOError,
    boto.TokenRetrievalError, boto.RefreshWithMFAUnsupportedError,
)  # fmt: skip

_forgetters: list[Callable[[], None]] = []


def on_expiry(forget: Callable[[], None]) -> None:
    """Have `forget` called whenever credentials turn out to have expired."""
    _forgetters.append(forget)


def note_action(parsed: dict[str, Any], model: Any, http_response: Any, **_: Any) -> None:  # noqa: ANN401
    """Write into a refusal which permission its call needs, because the refusal itself often does not say."""
    if http_response.status_code >= 300:
        service = model.service_model.signing_name
        name = _S3_ACTIONS.get(model.name, model.name) if service == "s3" else model.name
        prefix = {"tagging": "tag"}.get(service, service)
        parsed.setdefault("ResponseMetadata", {})["Action"] = f"{prefix}:{name}"


@contextmanager
def translated(*, doing: str) -> Iterator[None]:
    """Raise what botocore raises as one of FlowInsight's own errors. `doing` completes "could not …": "list the log groups"."""
    try:
        yield
    except ClientError as error:
        raise _forgetting(_refusal(error, doing)) from error
    except BotoCoreError as error:
        raise _forgetting(_failure(error, doing)) from error


def _forgetting(error: AwsError) -> AwsError:
    if isinstance(error, ExpiredError):
        for forget in _forgetters:
            forget()
    return error


def _refusal(error: ClientError, doing: str) -> AwsError:
    """What AWS answered."""
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    metadata = error.response.get("ResponseMetadata", {})
    action = metadata.get("Action")
    if code in _DENIED:
        return _denied(code, message, action, doing)
    if code in _EXPIRED:
        return ExpiredError(f"Could not {doing}: the credentials have expired. Sign in again.", code, action)
    if code in _NOT_ACCEPTED:
        return ExpiredError(f"Could not {doing}: AWS does not accept these credentials. Sign in again.", code, action)
    if code in _THROTTLED:
        return ThrottledError(
            f"Could not {doing}: AWS asks for fewer requests ({code}). Wait a minute and try again.", code, action
        )
    if code in _ELSEWHERE:
        return AwsError(f"Could not {doing}: {_elsewhere(metadata)}", code, action)
    if metadata.get("HTTPStatusCode", 0) >= 500 and metadata["HTTPStatusCode"] != _NOT_OFFERED:
        return UnreachableError(
            f"Could not {doing}: AWS answered with an error of its own ({code}). Try again.", code, action
        )
    return AwsError(f"Could not {doing}: {_scrubbed(message) or 'AWS gave no reason'} ({code}).", code, action)


def _elsewhere(metadata: dict[str, Any]) -> str:
    """Why S3 sent the request away, where it was not led to the right region by itself."""
    region = metadata.get("HTTPHeaders", {}).get("x-amz-bucket-region")
    return (
        f"the bucket is in the region {region}: choose it." if region else "the bucket is in another region: choose it."
    )


_NOT_ASSUMED = (
    "the role {on} cannot be assumed. It does not exist, or does not trust who asks, or wants another external id, or the "
    "permission sts:AssumeRole is missing"
)
"""STS says the same of all four (AssumeRole, AccessDenied), so that nobody learns which roles there are."""


def _denied(code: str, message: str, action: str | None, doing: str) -> DeniedError:
    named = _NAMED_ACTION.search(message)
    missing = named[1] if named else action
    on = f" on {named[2].rstrip('.')}" if named and named[2] else ""
    because = _BECAUSE.search(message)
    why = f" ({_scrubbed(because[1])})" if because else ""
    if missing == "sts:AssumeRole":
        return DeniedError(f"Could not {doing}: {_NOT_ASSUMED.format(on=on.removeprefix(' on '))}{why}.", code, missing)
    lacking = f"the permission {missing} is missing{on}" if missing else "a permission is missing"
    return DeniedError(f"Could not {doing}: {lacking}{why}.", code, missing)


def _failure(error: BotoCoreError, doing: str) -> AwsError:
    """What happened before or after AWS answered."""
    match error:
        case boto.ProfileNotFound():
            profile = error.kwargs["profile"]
            return AwsError(f"Could not {doing}: the AWS configuration of this machine has no profile {profile}.")
        case boto.NoRegionError():
            return AwsError(f"Could not {doing}: no region is given, and the profile names none.")
        case _ if isinstance(error, _WITHOUT_CREDENTIALS):
            return ExpiredError(f"Could not {doing}: there are no valid credentials for this identity. Sign in first.")
        case _ if isinstance(error, _UNREACHED):
            return UnreachableError(
                f"Could not {doing}: AWS did not answer ({type(error).__name__}). Check the network and try again."
            )
        case _:
            return AwsError(f"Could not {doing}: {_scrubbed(str(error))}.")


def _scrubbed(message: str) -> str:
    """AWS's own words without anything that looks like a key or a token, and not longer than a sentence."""
    return _SECRETS.sub("…", " ".join(message.split()))[:300].rstrip(".")
