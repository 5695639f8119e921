"""Sessions and clients of an identity: one of each, with the same retries and timeouts everywhere."""

import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from flowinsight.aws import clock
from flowinsight.aws.failures import note_action, on_expiry, translated
from flowinsight.aws.identity import Identity

ATTEMPTS = 4
"""Calls in all, the first and its retries, before throttling or an error of AWS's own reaches a person."""
CONNECT_SECONDS, READ_SECONDS = 5, 60
CONNECTIONS = 16

_LOCK = threading.RLock()  # asking for a client may find credentials expired, which forgets clients


@dataclass(frozen=True)
class Caller:
    """Who AWS says is asking. `user` is the name of a user, or of a role and its session."""

    account: str
    arn: str
    user: str

    @property
    def person(self) -> str:
        """The ARN without the name that botocore makes up for the session of a profile's role, another one in each process."""
        return re.sub(r"/botocore-session-\d+$", "", self.arn)


def client(
    identity: Identity,
    service: str,
    region: str | None = None,
    *,
    once: bool = False,
) -> Any:  # noqa: ANN401 - made by boto3
    """A client of an AWS service (boto3's name for it); the same one for the same arguments, usable by several threads.

    `once` makes every request a single time: for those that do and charge twice what is asked twice.
    AwsError, or one of its kinds, when the profile, the credentials or the region do not exist.
    """
    with _LOCK, translated(doing=f"connect to {service}"):
        return _client(identity, service, region or identity.region, 1 if once else ATTEMPTS)


@cache
def _client(identity: Identity, service: str, region: str | None, attempts: int) -> Any:  # noqa: ANN401
    made = _session(identity).client(
        service, region_name=region, endpoint_url=identity.endpoint_url, config=_config(identity, attempts)
    )
    made.meta.events.register("after-call", note_action)
    made.meta.events.register("after-call", partial(clock.note, identity))
    return made


def _forget() -> None:
    """Let the next client read its credentials anew: a person may have signed in again."""
    with _LOCK:
        _client.cache_clear()
        _session.cache_clear()


on_expiry(_forget)


@cache
def _session(identity: Identity) -> Any:  # noqa: ANN401
    core = _sandbox_core() if identity.is_sandbox else botocore.session.Session(profile=identity.profile)
    if identity.sandbox_account is not None:
        core.set_credentials(f"AKIASB{identity.sandbox_account}00", "sandbox")
    if identity.region:
        core.set_config_variable("region", identity.region)
    return boto3.Session(botocore_session=_assuming(identity, core) if identity.role_arn else core)


def _sandbox_core() -> Any:  # noqa: ANN401
    """A session that reads neither profile nor file: whatever this machine is set up for, it cannot reach AWS."""
    nothing = (None, None, None, None)
    return botocore.session.Session(
        session_vars={
            "profile": nothing,
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )


class _Assumed(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """The one place a session of an assumed role takes credentials from; they renew themselves."""

    METHOD = "assume-role"

    def __init__(self, fetch: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._fetch = fetch

    def load(self) -> Any:  # noqa: ANN401
        return DeferredRefreshableCredentials(refresh_using=self._fetch, method=self.METHOD)


def _assuming(identity: Identity, source: Any) -> Any:  # noqa: ANN401
    """A session of the role: AWS STS API reference, AssumeRole. The session's name is what CloudTrail shows."""
    arguments = {"RoleSessionName": "FlowInsight"}
    if identity.external_id:
        arguments["ExternalId"] = identity.external_id
    make = partial(source.create_client, endpoint_url=identity.endpoint_url, config=_config(identity))
    fetcher = AssumeRoleCredentialFetcher(make, source.get_credentials(), identity.role_arn, extra_args=arguments)
    core = _sandbox_core() if identity.is_sandbox else botocore.session.Session(profile=identity.profile)
    core.register_component("credential_provider", CredentialResolver([_Assumed(fetcher.fetch_credentials)]))
    core.set_config_variable("region", source.get_config_variable("region"))
    return core


def _config(identity: Identity, attempts: int = ATTEMPTS) -> Config:
    own = {"s3": {"addressing_style": "path"}} if identity.endpoint_url else {}
    return Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=CONNECTIONS,
        user_agent_extra="FlowInsight",
        proxies={} if identity.is_sandbox else None,
        **own,
    )


def presigned(identity: Identity, bucket: str, key: str, region: str, seconds: int, name: str) -> str:
    """A link by which anybody reads one object for so many seconds, at most seven days, and saves it under this name.

    It is signed here, without a request, and ends with the credentials that signed it where those are temporary. Signature
    version 4 with the address of the bucket's own region: S3 User Guide, Download and upload objects with presigned URLs.
    """
    style = "path" if identity.endpoint_url or "." in bucket else "virtual"
    own = Config(signature_version="s3v4", s3={"addressing_style": style})
    with _LOCK, translated(doing="make a link"):
        s3 = _session(identity).client(
            "s3", region_name=region, endpoint_url=identity.endpoint_url, config=_config(identity).merge(own)
        )
        shown = f'attachment; filename="{re.sub(r"[^A-Za-z0-9._-]", "-", name)}"'
        asked = {"Bucket": bucket, "Key": key, "ResponseContentDisposition": shown}
        return str(s3.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))


def whoami(identity: Identity) -> Caller:
    """Ask AWS who the identity is: STS GetCallerIdentity, which needs no permission."""
    with translated(doing="ask who these credentials belong to"):
        found = client(identity, "sts").get_caller_identity()
    arn = str(found["Arn"])
    return Caller(str(found["Account"]), arn, arn.rpartition(":")[2].partition("/")[2] or "root")


def profiles() -> tuple[str, ...]:
    """The names of the profiles of this machine's AWS configuration."""
    with translated(doing="read the AWS configuration of this machine"):
        return tuple(botocore.session.Session().available_profiles)
