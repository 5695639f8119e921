"""Faults to order: which calls fail, how, and how often."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from flowinsight.sandbox.envelope import Call, Refusal

Kind = Literal["throttling", "server-error", "unavailable", "denied", "expired-token", "timeout", "latency", "error"]

CODES: dict[str, dict[str, tuple[int, str]]] = {
    "throttling": {
        "ec2": (503, "RequestLimitExceeded"),
        "s3": (503, "SlowDown"),
        "json": (400, "ThrottlingException"),
        "query": (400, "Throttling"),
    },
    "server-error": {
        "ec2": (500, "InternalError"),
        "s3": (500, "InternalError"),
        "json": (500, "InternalFailure"),
        "query": (500, "InternalFailure"),
    },
    "unavailable": {
        "ec2": (503, "Unavailable"),
        "s3": (503, "ServiceUnavailable"),
        "json": (503, "ServiceUnavailableException"),
        "query": (503, "ServiceUnavailable"),
    },
    "denied": {
        "ec2": (403, "UnauthorizedOperation"),
        "s3": (403, "AccessDenied"),
        "json": (400, "AccessDeniedException"),
        "query": (403, "AccessDenied"),
    },
    "expired-token": {
        "ec2": (400, "RequestExpired"),
        "s3": (400, "ExpiredToken"),
        "json": (400, "ExpiredTokenException"),
        "query": (403, "ExpiredToken"),
    },
}
"""HTTP status and code of each kind in each protocol. Source: the services' common errors pages."""

_SENTENCES = {
    "throttling": "Rate exceeded",
    "server-error": "An internal error has occurred",
    "unavailable": "The service is temporarily unavailable",
    "denied": "You are not authorized to perform this operation.",
    "expired-token": "The security token included in the request is expired",
}


_NUMBERS: dict[str, tuple[tuple[type, ...], float, float, str]] = {
    "times": ((int,), 0, float("inf"), "a whole number"),
    "probability": ((int, float), 0, 1, "a number between 0 and 1"),
    "seconds": ((int, float), 0, 3600, "a number of seconds, at most 3,600"),
    "status": ((int,), 400, 599, "an HTTP status between 400 and 599"),
}


@dataclass
class FaultRule:
    """`service` and `action` None mean any; `times` None means for as long as the rule stands.

    `seconds` is how long latency lasts and how long a timeout keeps the caller waiting before the connection drops.
    `error` answers with `code`, `status` and `message` as given.
    """

    kind: Kind
    service: str | None = None
    action: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    code: str = "InternalFailure"
    status: int = 500
    message: str = "Injected by the sandbox"

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"A fault's kind is one of {', '.join(get_args(Kind))}, not {self.kind!r}.")
        for name, (kinds, least, most, what) in _NUMBERS.items():
            value: Any = getattr(self, name)
            if name == "times" and value is None:
                continue
            if type(value) not in kinds or not least <= value <= most:
                raise ValueError(f"A fault's {name} is {what}, not {value!r}.")
        for name in ("service", "action", "code", "message"):
            if not isinstance(getattr(self, name), str | None):
                raise ValueError(f"A fault's {name} is a text, not {getattr(self, name)!r}.")  # noqa: TRY004 - told to who asked

    def concerns(self, call: Call) -> bool:
        return self.service in (None, call.service) and self.action in (None, call.action) and self.times != 0

    def refusal(self, call: Call) -> Refusal | None:
        """Return what the caller is told, or None for kinds that only cost time."""
        if self.kind == "error":
            return Refusal(self.status, self.code, self.message)
        if self.kind not in CODES:
            return None
        status, code = CODES[self.kind][call.protocol]
        return Refusal(status, code, _SENTENCES[self.kind])


@dataclass
class Faults:
    """The rules in force, asked in order; the first that concerns a call and strikes is used up by one."""

    rules: list[FaultRule] = field(default_factory=list)
    _dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - repeatable, not secret
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, call: Call) -> FaultRule | None:
        with self._lock:
            for rule in self.rules:
                if rule.concerns(call) and self._dice.random() < rule.probability:
                    rule.times = None if rule.times is None else rule.times - 1
                    return rule
        return None

    def add(self, description: dict[str, Any]) -> FaultRule:
        """Read one rule from JSON; ValueError is a sentence."""
        if not isinstance(description, dict):
            raise ValueError("A fault is a JSON object.")  # noqa: TRY004 - told to who asked, as every other one
        unknown = set(description) - set(FaultRule.__dataclass_fields__)
        if unknown or "kind" not in description:
            raise ValueError(f"A fault takes {', '.join(FaultRule.__dataclass_fields__)}, and needs a kind.")
        rule = FaultRule(**description)
        with self._lock:
            self.rules.append(rule)
        return rule

    def clear(self) -> None:
        with self._lock:
            self.rules.clear()
