"""Who asks AWS: a value that names where credentials come from and holds none."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flowinsight.errors import AwsError

SANDBOX = "Sandbox"
"""The label of every identity in the account on this machine, and of no other."""

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d{1,2}")
_ACCOUNT = re.compile(r"\d{12}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Identity:
    """A profile of the AWS configuration (None: the usual search), a role to assume with it, a region, an endpoint.

    `sandbox_account` is set for the account on this machine and for nothing else. Two identities that are not equal never
    share a session, so an answer for one is never given to the other. AwsError when a part is not of its kind.
    Patterns: IAM API reference, AssumeRole (RoleArn, ExternalId).
    """

    profile: str | None = None
    role_arn: str | None = None
    external_id: str | None = field(default=None, repr=False)
    region: str | None = None
    endpoint_url: str | None = None
    label: str = ""
    sandbox_account: str | None = None

    def __post_init__(self) -> None:
        _check(_ROLE, self.role_arn, "the ARN of a role, such as arn:aws:iam::111122223333:role/investigator")
        _check(_EXTERNAL_ID, self.external_id, "an external id: 2 to 1,224 letters, digits and +=,.@:/-", shown=False)
        _check(_REGION, self.region, "a region, such as eu-central-1")
        _check(_ACCOUNT, self.sandbox_account, "an account: twelve digits")
        if self.external_id and not self.role_arn:
            raise AwsError("An external id belongs to a role to assume, and no role is given.")
        self._check_endpoint()
        if (self.label == SANDBOX) != self.is_sandbox and self.label:
            raise AwsError(f"The label {SANDBOX} is kept for the sandbox.")
        object.__setattr__(self, "label", self.label or self._usual_label())

    def _check_endpoint(self) -> None:
        if self.endpoint_url is None:
            if self.is_sandbox:
                raise AwsError("A sandbox needs the address it answers at.")
            return
        parts = urlsplit(self.endpoint_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise AwsError(
                "An endpoint is a URL such as https://logs.eu-central-1.amazonaws.com, without a password in it."
            )
        if self.is_sandbox and parts.hostname not in _LOOPBACK:
            raise AwsError("A sandbox runs on this machine: its address begins with http://127.0.0.1.")

    def _usual_label(self) -> str:
        if self.is_sandbox:
            return SANDBOX
        if self.role_arn:
            return self.role_arn.rpartition("/")[2]
        return self.profile or "default credentials"

    @property
    def is_sandbox(self) -> bool:
        return self.sandbox_account is not None


def _check(pattern: re.Pattern[str], value: str | None, what: str, *, shown: bool = True) -> None:
    if value is not None and not pattern.fullmatch(value):
        raise AwsError(f"{value} is not {what}." if shown else f"This is not {what}.")


def sandbox(url: str, account: str = "111122223333", region: str = "eu-central-1") -> Identity:
    """The administrator of an account in the sandbox that answers at `url`."""
    return Identity(region=region, endpoint_url=url, sandbox_account=account)
