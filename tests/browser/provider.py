"""A small OpenID Connect provider on this machine: authorization code with PKCE, identity tokens signed with RSA.

It lets everybody in as one person. What it checks is what a provider must: the client's secret, the code, and that who brings
the code is who asked for it (RFC 7636).
"""

import base64
import contextlib
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET, KEY_ID = "flowinsight", "a-secret-of-the-client", "key-1"
PERSON = {"sub": "u1", "email": "ana@example.com", "name": "Ana"}


@dataclass(frozen=True)
class Provider:
    """Where it answers, the key it signs with, and what was asked for under each code it gave out."""

    url: str
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": KEY_ID, "use": "sig", "alg": "RS256"})
    )
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                **{
                    name: f"{self.url}/{path}"
                    for name, path in (
                        ("authorization_endpoint", "authorize"),
                        ("token_endpoint", "token"),
                        ("jwks_uri", "keys"),
                    )
                },
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 302)

    async def token(self, request: Request) -> Response:
        async with request.form() as form:
            said = {name: str(value) for name, value in form.items()}
        asked = self.codes.pop(said["code"], None)
        if (
            asked is None
            or not _proves(said["code_verifier"], asked["code_challenge"])
            or not _is_client(request, said)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {**PERSON, "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": asked["nonce"]}
        signed = jwt.encode({"alg": "RS256", "kid": KEY_ID}, claims, self.key)
        return JSONResponse({"access_token": "unused", "token_type": "Bearer", "expires_in": 600, "id_token": signed})


def _proves(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == challenge


def _is_client(request: Request, said: dict[str, str]) -> bool:
    basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    return request.headers.get("authorization") == f"Basic {basic}" or said.get("client_secret") == SECRET


@contextlib.contextmanager
def providing(port: int) -> Iterator[Provider]:
    """Run the provider in a thread until the end of the block."""
    provider = Provider(f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", provider.metadata),
        Route("/keys", provider.keys),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "The provider did not start."
            time.sleep(0.02)
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)
