"""The plan as AWS CLI commands: the very calls that applying it makes, recorded instead of sent."""

import json
import re
import shlex
from dataclasses import dataclass
from typing import Any, assert_never

from flowinsight.provision import perform
from flowinsight.provision.account import Account
from flowinsight.provision.plan import Plan
from flowinsight.provision.settings import BucketSettings, RoleSettings
from flowinsight.provision.steps import Change, Create, Delete, LeftAlone, Replace, Step, Unchanged, described

_SERVICES = {"s3": "s3api"}
_WAIT_ROLE = ("# A new role takes a few seconds to reach EC2.", "sleep 15")
_WAIT_RECORD = (
    "# The old flow log goes when the new one has delivered its first record: 10 to 20 minutes are normal.",
    "printf 'Press Enter when the new flow log has delivered: the old one is deleted then. ' >&2; read -r _",
)


@dataclass(frozen=True)
class Recorder(Account):
    """An account to which nothing is sent."""

    lines: tuple[list[str], ...] = ()

    def call(self, service: str, operation: str, doing: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002
        if not operation.startswith("list_"):
            self.lines[0].append(command(service, operation, parameters))
        return {"FlowLogIds": [""]}


def commands(plan: Plan) -> str:
    """A shell script for the AWS CLI, one command a line; every value is quoted for the shell."""
    lines = [
        "#!/bin/sh",
        f"# The setup {plan.setup} in account {plan.place.account}, {plan.place.region}.",
        "# create-flow-logs answers with success even where it failed: read Unsuccessful in its output.",
        "set -eu",
        f"export AWS_DEFAULT_REGION={plan.place.region}",
    ]
    for step in plan.todo:
        lines += ["", f"# {described(step)}", *_of(step, plan)]
    for blocker in plan.blockers:
        lines += ["", f"# In the way: {blocker}"]
    return "\n".join(lines) + "\n"


def _of(step: Step, plan: Plan) -> list[str]:
    sent: list[str] = []
    account = Recorder(plan.place, _nowhere, None, plan.setup, (sent,))  # type: ignore[arg-type]  # nothing is sent
    match step:
        case Create():
            perform.create(step.after, account)
            if isinstance(step.after, RoleSettings):
                sent += _WAIT_ROLE
        case Change():
            perform.change(step, account)
        case Delete():
            if step.waits_for is not None:
                sent += _WAIT_RECORD
            if isinstance(step.before, BucketSettings):
                sent.append(f"aws s3 rm {shlex.quote(f's3://{step.before.name}')} --recursive")
            perform.delete(step, account)
        case Replace(overlap=True):
            perform.create_flow_log(step.after, account)
            sent += _WAIT_RECORD
            perform.delete_flow_log(step.before.id, account)
        case Replace():
            perform.delete_flow_log(step.before.id, account)
            perform.create_flow_log(step.after, account)
        case Unchanged() | LeftAlone():
            sent.append("# There is nothing to do.")
        case _:
            assert_never(step)
    return sent


def _nowhere(service: str) -> Any:  # noqa: ANN401
    raise AssertionError(f"A recorder asked for a client of {service}.")


def command(service: str, operation: str, parameters: dict[str, Any]) -> str:
    """One AWS CLI command for one call of boto3."""
    words = ["aws", _SERVICES.get(service, service), operation.replace("_", "-")]
    for name, value in parameters.items():
        words += [f"--{_kebab(name)}", *_words(value)]
    return " ".join(words)


def _words(value: object) -> list[str]:
    match value:
        case list() if value and all(isinstance(item, str) for item in value):
            return [shlex.quote(item) for item in value]
        case str():
            return [shlex.quote(value)]
        case _:
            return [shlex.quote(json.dumps(value, separators=(",", ":")))]


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"-\1", name).lower()
