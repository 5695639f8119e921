"""Starts the pages: a web server for one person on one machine, with the headers that keep everything local."""

import base64
import hashlib
import re
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from flowinsight.ui import login
from flowinsight.ui.login import LOCAL
from flowinsight.ui.shell import ROOT, SCRIPT, unforeseen

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_Application = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

ORIGIN = "/origin.js"
"""Where the script is served that tells a page which is not the first one that the server is at the root."""

FIRST = "investigate"
"""The page that Streamlit serves at the root, and nowhere else."""

_SCRIPTS = {SCRIPT: "static/page.js", ORIGIN: "static/origin.js"}


def _index() -> str:
    """Streamlit's own page, in which everything else is drawn."""
    return (Path(st.__file__).parent / "static/index.html").read_text(encoding="utf-8")


def content_security_policy() -> str:
    """Nothing from elsewhere, no inline script but the one in Streamlit's own page, known by its hash."""
    scripts = re.findall(r"<script>(.*?)</script>", _index(), re.DOTALL)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src 'self' {hashes} 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "frame-src 'self' blob: data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
        "manifest-src 'self'"
    )


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response."""

    def __init__(self, app: _Application) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", content_security_policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self.headers}
                kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in own]
                message["headers"] = [*kept, *self.headers]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _routes() -> list[Route]:
    """The scripts, and each page's own address.

    A page under a path looks for its server under that path first, and the browser complains of what is not there; this one
    is told where it is.
    """
    told = _index().replace("<script", f'<script src="{ORIGIN}"></script>\n    <script', 1)
    scripts = [Route(path, _script(ROOT / file)) for path, file in _SCRIPTS.items()]
    names = [page.stem for page in sorted((ROOT / "pages").glob("*.py")) if page.stem != FIRST]
    pages = [Route(f"/{name}", lambda _: HTMLResponse(told)) for name in names]
    return [*scripts, *pages, Route(f"/{FIRST}", lambda request: RedirectResponse(request.url.replace(path="/")))]


def _script(file: Path) -> Callable[[Request], FileResponse]:
    return lambda _: FileResponse(file, media_type="text/javascript")


def launch(port: int, address: str = LOCAL) -> None:
    """Serve the pages until interrupted, and print where. FlowInsightError where a login is needed and cannot work."""
    login.check(address, login.provider())
    # The pages are those of st.navigation from the first visit on: else the first one would find widgets under other names.
    PagesManager.uses_pages_directory = False
    sys.stdout.write(f"FlowInsight is at http://{address}:{port}  (Ctrl+C stops it)\n")
    sys.stdout.flush()
    app = st.App(
        str(ROOT / "streamlit_app.py"),
        middleware=[Middleware(SecurityHeaders)],
        routes=_routes(),
        on_script_error=unforeseen,
    )
    app.run(config={"server.port": port, "server.address": address})
