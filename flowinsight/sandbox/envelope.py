"""How each AWS protocol says what was asked and how it says no.

A request is recognised the way AWS's own front ends do: the signature names the service, a header, a form field or the
URL names the operation. Source: the protocol elements of the botocore service models.
"""

import io
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

Environ = dict[str, Any]
Protocol = Literal["json", "ec2", "query", "s3"]

_SCOPE = re.compile(r"Credential=([^/,]+)/\d+/([^/]*)/([^/]+)/aws4_request")
_PRESIGNED = re.compile(r"([^/]+)/\d+/([^/]*)/([^/]+)/aws4_request")
_TARGETS = {"Logs_20140328": "logs", "TrentService": "kms"}
_PROTOCOLS: dict[str, Protocol] = {"ec2": "ec2", "s3": "s3", "logs": "json", "kms": "json"}
_FORM_LIMIT = 50 * 1024 * 1024


@dataclass(frozen=True)
class Call:
    """One request: `action` is the AWS operation; for S3 it is worked out from method, path and query."""

    service: str
    action: str
    protocol: Protocol
    region: str
    access_key: str
    body: bytes
    path: str
    query: str

    @property
    def form(self) -> dict[str, str]:
        text = self.body.decode("utf-8", "replace") if self.protocol in {"ec2", "query"} else ""
        return {key: values[0] for key, values in parse_qs(text or self.query, keep_blank_values=True).items()}

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON body of a JSON protocol call, empty when there is none."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Refusal:
    """`headers` are sent beside it; `details` are more elements of S3's error."""

    status: int
    code: str
    message: str
    headers: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, str], ...] = ()


def recognise(environ: Environ) -> Call:
    """Work out what a request asks for, leaving its body readable."""
    key, region, service = _credential(environ)
    target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    if target and not service:
        service = _TARGETS.get(target.partition(".")[0], target.partition("_")[0].lower())
    service = service or "s3"
    protocol = _PROTOCOLS.get(service, "json" if target else "query")
    body = b"" if protocol == "s3" else read_body(environ)
    path, query = _path(environ, protocol), str(environ.get("QUERY_STRING", ""))
    call = Call(service, target.rpartition(".")[2], protocol, region or "us-east-1", key, body, path, query)
    if call.action:
        return call
    action = s3_action(str(environ["REQUEST_METHOD"]), path, query) if protocol == "s3" else call.form.get("Action", "")
    return Call(service, action, protocol, call.region, key, body, path, query)


def render(refusal: Refusal, protocol: Protocol) -> tuple[bytes, str]:
    """Return body and content type of an error, as the protocol says it."""
    code, message, request = escape(refusal.code), escape(refusal.message), uuid.uuid4()
    match protocol:
        case "json":
            body = json.dumps({"__type": refusal.code, "message": refusal.message})
            return body.encode(), "application/x-amz-json-1.1"
        case "ec2":
            error = f"<Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            return f"<Response>{error}<RequestID>{request}</RequestID></Response>".encode(), "text/xml"
        case "query":
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            return f"<ErrorResponse>{error}<RequestId>{request}</RequestId></ErrorResponse>".encode(), "text/xml"
        case "s3":
            more = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in refusal.details)
            text = (
                f"<Error><Code>{code}</Code><Message>{message}</Message>{more}<RequestId>{request}</RequestId></Error>"
            )
            return text.encode(), "application/xml"


def s3_action(method: str, path: str, query: str) -> str:
    """Name an S3 operation: method, whether the path has bucket and key, and the sub-resource of the query."""
    bucket, _, key = path.lstrip("/").partition("/")
    sub = next((word for word in query.replace("=", "&").split("&") if word in _SUBRESOURCES), None)
    verb = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Head", "POST": "Post"}.get(method, method)
    if "select-type" in query:
        return "SelectObjectContent"
    if sub and bucket:
        kind = _SUBRESOURCES[sub]
        return f"{verb}{'Object' if key else 'Bucket'}{kind}" if not kind.startswith("*") else f"{verb}{kind[1:]}"
    if not bucket:
        return "ListBuckets"
    if key:
        return f"{verb}Object"
    return {"GET": "ListObjectsV2", "PUT": "CreateBucket", "POST": "DeleteObjects"}.get(method, f"{verb}Bucket")


_SUBRESOURCES = {
    "policy": "Policy", "acl": "Acl", "encryption": "Encryption", "versioning": "Versioning", "tagging": "Tagging",
    "location": "Location", "lifecycle": "LifecycleConfiguration", "publicAccessBlock": "*PublicAccessBlock",
    "ownershipControls": "OwnershipControls", "policyStatus": "PolicyStatus", "logging": "Logging",
    "requestPayment": "RequestPayment",
}  # fmt: skip


def _credential(environ: Environ) -> tuple[str, str, str]:
    found = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    if found is None:
        presigned = parse_qs(str(environ.get("QUERY_STRING", ""))).get("X-Amz-Credential", [""])[0]
        found = _PRESIGNED.match(presigned)
    return (found[1], found[2], found[3]) if found else ("", "", "")


def _path(environ: Environ, protocol: Protocol) -> str:
    """Return the path, with S3's bucket in front where the host names it."""
    path, host = str(environ.get("PATH_INFO", "/")), str(environ.get("HTTP_HOST", "")).partition(":")[0]
    in_host = protocol == "s3" and host.endswith(".localhost")
    return f"/{host.removesuffix('.localhost')}{path}" if in_host else path


def read_body(environ: Environ) -> bytes:
    """The request's body, which stays readable."""
    length = min(int(environ.get("CONTENT_LENGTH") or 0), _FORM_LIMIT)
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body
