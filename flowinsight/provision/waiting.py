"""How long to wait for AWS, as a value, so that a test need not."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flowinsight.errors import AwsError
from flowinsight.provision.account import aws_words


@dataclass(frozen=True)
class Waiting:
    """`propagation` is how long a new role may stay unknown to EC2 (usually seconds), `first_record`
    how long a new flow log may take (10 to 20 minutes are normal). `now` is Unix seconds; all lengths are seconds.
    """

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    propagation: float = 120.0
    first_record: float = 1800.0
    step: float = 3.0


UNASSUMED = "Unable to assume given IAM role"
"""What AWS says while a new role has not reached EC2; a role with a wrong trust policy is refused in the same words."""


def passing(error: AwsError) -> bool:
    """Whether the same call may succeed a little later. An explicit deny never does."""
    words = aws_words(error)
    return UNASSUMED in words and "explicit deny" not in words


def until_known(attempt: Callable[[], object], waiting: Waiting, say: Callable[[str], None]) -> None:
    """Call `attempt` until AWS knows what it needs; the last AwsError when it does not in `waiting.propagation`."""
    deadline = waiting.now() + waiting.propagation
    while True:
        try:
            attempt()
        except AwsError as error:
            if not passing(error) or waiting.now() + waiting.step > deadline:
                raise
            say("AWS does not know the new role everywhere yet: trying again.")
            waiting.sleep(waiting.step)
        else:
            return
