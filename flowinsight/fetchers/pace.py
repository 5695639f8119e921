"""Requests no faster than AWS allows."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flowinsight import aws

_PER_SECOND = {"us-east-1": 25.0} | dict.fromkeys(
    ("ap-northeast-3", "ap-southeast-3", "ca-west-1", "eu-central-1", "il-central-1"), 5.0
)
"""FilterLogEvents requests per second; 10 elsewhere. Source: CloudWatch Logs quotas."""


@dataclass
class Pace:
    """Keeps requests below a rate, and halves it whenever AWS asks for fewer."""

    per_second: float
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    _next: float = 0.0

    def wait(self) -> None:
        moment = self.now()
        if self._next > moment:
            self.sleep(self._next - moment)
        self._next = max(moment, self._next) + 1 / self.per_second

    def slower(self) -> None:
        self.per_second = max(self.per_second / 2, 0.25)
        self._next = self.now() + 1 / self.per_second


def pace_for(identity: aws.Identity, region: str | None) -> Pace:
    """AWS's quota of the region; the sandbox has none."""
    return Pace(1000.0 if identity.is_sandbox else _PER_SECOND.get(region or "", 10.0))
