"""The web application: moto's dispatcher behind the sandbox's own layers, on 127.0.0.1 only.

Outermost first: refuse foreign hosts and web pages, answer the control endpoint, recognise the call and keep it in the
call log, order faults, check the caller, turn failures into AWS's error envelopes, and hold the one lock around moto.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from flowinsight.sandbox.buckets import answered, refuse_bucket, with_tags
from flowinsight.sandbox.callers import account_of, refuse_caller, refuse_role
from flowinsight.sandbox.calls import CallLog
from flowinsight.sandbox.control import Control
from flowinsight.sandbox.envelope import Call, Environ, Refusal, recognise, render
from flowinsight.sandbox.fault_rules import FaultRule
from flowinsight.sandbox.offered import refuse_unoffered, unknown_operation
from flowinsight.sandbox.running import HOST
from flowinsight.sandbox.world import World

CONTROL = "/_sandbox"
_LOG = logging.getLogger(__name__)
StartResponse = Callable[..., Any]
Headers = list[tuple[str, str]]


class Application:
    """The WSGI application of one sandbox."""

    def __init__(self, world: World, control: Control, calls: CallLog) -> None:
        self.world, self.control, self.calls = world, control, calls
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        foreign = foreign_request(environ)
        if foreign:
            return _send(start_response, 421, [("Content-Type", "text/plain; charset=utf-8")], foreign.encode())
        if environ["PATH_INFO"].rstrip("/").startswith(CONTROL):
            status, body = self.control.answer(environ)
            return _send(start_response, status, [("Content-Type", "application/json")], body)
        began = time.monotonic()
        call = recognise(environ)
        # Moto reads the account from this header; what a client sent there does not count.
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_of(call.access_key)
        status, headers, body = self._answer(call, environ)
        self.calls.add(call, status, body, time.monotonic() - began)
        return _send(start_response, status, headers, body)

    def _answer(self, call: Call, environ: Environ) -> tuple[int, Headers, bytes]:
        fault = self.world.faults.strike(call)
        refusal = _suffer(fault, call) if fault else None
        refusal = refusal or refuse_unoffered(call)
        if refusal is None:
            with self.world.lock:
                refusal = refuse_bucket(call, environ) or refuse_caller(call, self.world.settings)
                refusal = refusal or refuse_role(call, self.world.settings)
                if refusal is None:
                    moto = partial(self._ask_moto, call, environ)
                    return answered(call, environ) or with_tags(call, environ, moto)
        body, content_type = render(refusal, call.protocol)
        return refusal.status, [("Content-Type", content_type), *refusal.headers], body

    def _ask_moto(self, call: Call, environ: Environ) -> tuple[int, Headers, bytes]:
        told: list[Any] = [500, []]

        def start(status: str, headers: Headers, _: object = None) -> None:
            told[:] = [int(status.split(" ", 1)[0]), headers]

        refusal = None
        try:
            body = b"".join(self._moto(environ, start))
        except NotImplementedError:
            refusal = unknown_operation(call)
        except Exception:  # noqa: BLE001 - whatever moto raises becomes AWS's own internal failure
            _LOG.exception("moto failed in %s %s", call.service, call.action)
            refusal = Refusal(500, "InternalFailure", "The sandbox failed on this request; its log has the traceback.")
        if refusal is None and told[0] >= 400 and _is_page(told[1]):
            refusal = _worded(call, told[0])
        if refusal is not None:
            body, content_type = render(refusal, call.protocol)
            return refusal.status, [("Content-Type", content_type)], body
        return told[0], [item for item in told[1] if not item[0].lower().startswith("access-control-")], body


def foreign_request(environ: Environ) -> str | None:
    """Return why a request may not be answered: another host's name (DNS rebinding), or a web page's script."""
    host = urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    if host not in {HOST, "localhost"} and not host.endswith(".localhost"):
        return f"The sandbox answers to {HOST} and localhost only, not to {host!r}."
    if "HTTP_ORIGIN" in environ:
        return "The sandbox does not answer web pages; use boto3, the AWS CLI or another program."
    return None


def serve(application: Application, port: int) -> BaseWSGIServer:
    """Bind 127.0.0.1 at `port` (0 = any free one); the caller runs serve_forever."""
    return make_server(HOST, port, application, threaded=True, request_handler=_QuietHandler)


class _QuietHandler(MotoRequestHandler):
    def connection_dropped(self, error: BaseException, environ: Environ | None = None) -> None:  # noqa: ARG002
        """Hang up, so that an ordered timeout reaches the caller at once and not as a silent open connection."""
        self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The call log keeps what was asked; a line a request on the terminal would only hide the address."""


def _suffer(fault: FaultRule, call: Call) -> Refusal | None:
    if fault.seconds:
        time.sleep(fault.seconds)
    if fault.kind == "timeout":
        # Ends the connection without an answer, as a load balancer that lost its backend does.
        raise ConnectionAbortedError("A timeout was ordered for this call.")
    return fault.refusal(call)


def _worded(call: Call, status: int) -> Refusal:
    """What an HTML page of moto means: S3's refusals come as one without a word; the rest is what moto does not know."""
    if call.protocol == "s3" and status in _S3_SAYS:
        return Refusal(status, *_S3_SAYS[status])
    return unknown_operation(call)


_S3_SAYS = {403: ("AccessDenied", "Access Denied"), 404: ("NotFound", "Not Found")}


def _is_page(headers: Headers) -> bool:
    """Moto answers what it does not know with an HTML page, which SDKs take for a server error and retry."""
    return any(name.lower() == "content-type" and value.startswith("text/html") for name, value in headers)


def _send(start_response: StartResponse, status: int, headers: Headers, body: bytes) -> list[bytes]:
    kept = [item for item in headers if item[0].lower() != "content-length"]
    has_length = next((item for item in headers if item[0].lower() == "content-length"), None)
    start_response(
        f"{status} {_REASONS.get(status, 'Status')}", [*kept, has_length or ("Content-Length", str(len(body)))]
    )
    return [body]


_REASONS = {
    200: "OK",
    204: "No Content",
    206: "Partial Content",
    301: "Moved Permanently",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
}
