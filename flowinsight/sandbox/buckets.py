"""What S3 does about a bucket that moto does not: a request signed for another region, an owner who is not the expected one, a
reader who has to pay, and tags that come with the bucket.

Source: S3 API reference, error responses (PermanentRedirect, AuthorizationHeaderMalformed), bucket owner condition, CreateBucket,
PutBucketRequestPayment; S3 user guide, Requester Pays buckets.
"""

from collections.abc import Callable
from typing import TypeVar
from xml.etree import ElementTree as ET

from moto.s3.models import FakeBucket, s3_backends

from flowinsight.sandbox.callers import account_of
from flowinsight.sandbox.envelope import Call, Environ, Refusal, read_body, render
from flowinsight.sandbox.rules import RULES

Headers = list[tuple[str, str]]
_Answer = TypeVar("_Answer", bound=tuple[int, object, object])

_GLOBAL = "us-east-1"
"""The region of the endpoint without one in its name."""
_PAYERS = ("BucketOwner", "Requester")
_WITHOUT_BUCKET = {"ListBuckets", "CreateBucket"}


def refuse_bucket(call: Call, environ: Environ) -> Refusal | None:
    """Return the refusal of a call about a bucket of another region, or of another owner than the caller expects."""
    if call.protocol != "s3" or call.action in _WITHOUT_BUCKET:
        return None
    name = _name(call)
    bucket = _bucket(name)
    if bucket is None:
        return None
    if call.access_key and call.region != bucket.region_name:
        return _elsewhere(name, str(bucket.region_name), call.region)
    expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
    if expected is not None and expected != bucket.account_id:
        return Refusal(403, RULES["bucket-owner"].code, "Access Denied")
    agreed = "requester" in {environ.get("HTTP_X_AMZ_REQUEST_PAYER"), call.form.get("x-amz-request-payer")}
    if not _is_owners(call, bucket) and _payer(bucket) == "Requester" and not agreed:
        return Refusal(403, RULES["bucket-payer"].code, "Access Denied")
    return None


def answered(call: Call, environ: Environ) -> tuple[int, Headers, bytes] | None:
    """The answer to a call about who pays, which only the owner may make; None for any other call."""
    bucket = _bucket(_name(call)) if call.action.endswith("BucketRequestPayment") else None
    if bucket is None:
        return None
    headers = [("Content-Type", "application/xml")]
    if not _is_owners(call, bucket):
        body, _ = render(Refusal(403, RULES["bucket-payer"].code, "Access Denied"), "s3")
        return 403, headers, body
    if call.action.startswith("Put"):
        told = _read(read_body(environ))
        payer = "" if told is None else told.findtext("{*}Payer", "")
        if payer not in _PAYERS:
            body, _ = render(Refusal(400, "MalformedXML", "Payer is Requester or BucketOwner."), "s3")
            return 400, headers, body
        bucket.payer = payer  # moto knows nobody who pays
        return 200, headers, b""
    body = f"<RequestPaymentConfiguration><Payer>{_payer(bucket)}</Payer></RequestPaymentConfiguration>".encode()
    return 200, headers, body


def _is_owners(call: Call, bucket: FakeBucket) -> bool:
    return account_of(call.access_key) == bucket.account_id


def _payer(bucket: FakeBucket) -> str:
    return str(getattr(bucket, "payer", _PAYERS[0]))


def with_tags(call: Call, environ: Environ, answer: Callable[[], _Answer]) -> _Answer:
    """The answer to a call; a bucket that it created gets the tags of its configuration in the same moment."""
    if (call.protocol, call.action) != ("s3", "CreateBucket"):
        return answer()
    tags = _tags(read_body(environ))
    given = answer()
    name = _name(call)
    bucket = _bucket(name)
    if given[0] == 200 and tags and bucket is not None:
        partition, account = s3_backends.bucket_accounts[name]
        s3_backends[account][partition].put_bucket_tagging(name, tags)
    return given


def _read(configuration: bytes) -> ET.Element | None:
    try:
        return ET.fromstring(configuration) if configuration else None  # noqa: S314 - from who uses this machine
    except ET.ParseError:
        return None


def _tags(configuration: bytes) -> dict[str, str]:
    found = _read(configuration)
    tags = found.iterfind(".//{*}Tag") if found is not None else ()
    return {tag.findtext("{*}Key", ""): tag.findtext("{*}Value", "") for tag in tags}


def _name(call: Call) -> str:
    return call.path.lstrip("/").partition("/")[0]


def _bucket(name: str) -> FakeBucket | None:
    partition, account = s3_backends.bucket_accounts.get(name, ("", ""))
    return s3_backends[account][partition].buckets.get(name) if account else None


def _elsewhere(name: str, region: str, asked: str) -> Refusal:
    """The endpoint that names no region tells which one to sign for; any other says where the bucket is."""
    headers = (("x-amz-bucket-region", region),)
    if asked == _GLOBAL:
        message = f"The authorization header is malformed; the region '{asked}' is wrong; expecting '{region}'"
        return Refusal(400, RULES["bucket-signature"].code, message, headers, (("Region", region),))
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    details = (("Endpoint", f"{name}.s3.{region}.amazonaws.com"), ("Bucket", name))
    return Refusal(301, RULES["bucket-region"].code, message, headers, details)
