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
from starlette.responses import FileResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from flowinsight.errors import FlowInsightError
from flowinsight.ui.shell import KEYS, ROOT

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_Application = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

LOCAL = "127.0.0.1"


def content_security_policy() -> str:
    """Nothing from elsewhere, no inline script but the one in Streamlit's own page, known by its hash."""
    index = (Path(st.__file__).parent / "static/index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", index, re.DOTALL)
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
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def refuse_strangers(address: str, login: Callable[[], bool]) -> None:
    """FlowInsightError for an address that others can reach, unless a login stands before every page."""
    if address not in {LOCAL, "::1", "localhost"} and not login():
        raise FlowInsightError(
            f"FlowInsight does not listen on {address} without a login: anybody who reaches it could read your logs. Use "
            f"{LOCAL}, or configure an OIDC login in .streamlit/secrets.toml under [auth]."
        )


def launch(port: int, address: str = LOCAL) -> None:
    """Serve the pages until interrupted, and print where. FlowInsightError for an address that needs a login and has none."""
    refuse_strangers(address, login_configured)
    # The pages are those of st.navigation from the first visit on: else the first one would find widgets under other names.
    PagesManager.uses_pages_directory = False
    sys.stdout.write(f"FlowInsight is at http://{address}:{port}  (Ctrl+C stops it)\n")
    sys.stdout.flush()
    app = st.App(
        str(ROOT / "streamlit_app.py"),
        middleware=[Middleware(SecurityHeaders)],
        routes=[Route(KEYS, lambda _: FileResponse(ROOT / "static/keys.js", media_type="text/javascript"))],
    )
    app.run(config={"server.port": port, "server.address": address})


def login_configured() -> bool:
    """Whether an OIDC provider stands in the secrets. Streamlit asks it, and keeps who is logged in."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets
