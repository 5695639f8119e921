"""Apply a plan: read again, stop if it is no longer true, else take its steps one by one and say how each went."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, assert_never

from flowinsight.errors import AwsError, DeniedError
from flowinsight.provision import perform
from flowinsight.provision.account import Account, aws_words
from flowinsight.provision.arrivals import arrival
from flowinsight.provision.deployed import FlowLog
from flowinsight.provision.health import NORMAL
from flowinsight.provision.plan import Plan
from flowinsight.provision.read import flow_logs
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.settings import FlowLogSettings, differences
from flowinsight.provision.steps import Change, Create, Delete, LeftAlone, Replace, Step, Unchanged, described
from flowinsight.provision.waiting import UNASSUMED, Waiting, until_known

State = Literal["started", "waiting", "done", "failed"]


class PlanChangedError(SetupError):
    """The plan that was shown is no longer true; `current` is the one to show instead. Nothing was changed."""

    def __init__(self, current: Plan) -> None:
        super().__init__(
            "What AWS has is no longer what the plan was made from. Nothing was changed: look at the new plan."
        )
        self.current = current


class StepFailedError(SetupError):
    """A step failed; those before it are done. Planning again gives exactly what is missing."""

    def __init__(self, message: str, step: Step) -> None:
        super().__init__(message)
        self.step = step


@dataclass(frozen=True)
class Progress:
    """One report: which step of how many (from 1), its state, and a sentence."""

    number: int
    total: int
    step: Step
    state: State
    text: str


Report = Callable[[Progress], None]


def ignore(_: Progress) -> None:
    """For callers that want no reports."""


def apply(
    shown: Plan,
    replan: Callable[[], Plan],
    account: Account,
    report: Report = ignore,
    waiting: Waiting | None = None,
) -> None:
    """Take the steps of the plan that was shown. `replan` reads again and plans again.

    PlanChangedError when the plan is another one now, SetupError when something stands in its way, StepFailedError at the
    first step that does not succeed.
    """
    current = replan()
    if current != shown:
        raise PlanChangedError(current)
    if current.blockers:
        raise SetupError(" ".join(current.blockers))
    total = len(current.todo)
    for number, step in enumerate(current.todo, 1):

        def say(state: State, text: str, number: int = number, step: Step = step) -> None:
            report(Progress(number, total, step, state, text))

        say("started", described(step))
        try:
            marked = _take(step, account, waiting or Waiting(), lambda text: say("waiting", text))
        except AwsError as error:
            message = explained(error, step)
            say("failed", message)
            raise StepFailedError(message, step) from error
        say("done", f"{described(step)}{marked}")


def _take(step: Step, account: Account, waiting: Waiting, say: Callable[[str], None]) -> str:
    """Take one step; what is to be said of it besides, which is the time for which two flow logs recorded the same."""
    match step:
        case Create(FlowLogSettings() as flow_log):
            until_known(lambda: perform.create_flow_log(flow_log, account), waiting, say)
        case Create(after):
            perform.create(after, account)
        case Change():
            perform.change(step, account)
        case Replace():
            return _replace(step, account, waiting, say)
        case Delete(FlowLogSettings() as old, waits_for=FlowLogSettings() as new):
            return _superseded(step.flow_log_id, old, new, account, waiting, say)
        case Delete():
            perform.delete(step, account)
        case Unchanged() | LeftAlone():
            say("There is nothing to do.")
        case _:
            assert_never(step)
    return ""


def _replace(step: Replace, account: Account, waiting: Waiting, say: Callable[[str], None]) -> str:
    if not step.overlap:
        perform.delete_flow_log(step.before.id, account)
    until_known(lambda: perform.create_flow_log(step.after, account), waiting, say)
    if not step.overlap:
        return ""
    return _superseded(step.before.id, step.before.settings, step.after, account, waiting, say)


def _superseded(
    old_id: str,
    old: FlowLogSettings,
    new: FlowLogSettings,
    account: Account,
    waiting: Waiting,
    say: Callable[[str], None],
) -> str:
    """Delete a flow log when its successor has delivered; from when to when both recorded, in words and in the audit file."""
    shared = new.layout is None and old.destination == new.destination
    successor = _await_record(new, account, waiting, say, shared=shared)
    perform.delete_flow_log(old_id, account)
    began, ended = (
        f"{when:%Y-%m-%d %H:%M}" for when in (successor.created, datetime.fromtimestamp(waiting.now(), UTC))
    )
    account.note("overlap", resource=new.resource, old=old_id, new=successor.id, began=began, ended=ended)
    return f". Both recorded from {began} to {ended} UTC: what passed then is in both places"


def _await_record(
    settings: FlowLogSettings, account: Account, waiting: Waiting, say: Callable[[str], None], *, shared: bool
) -> FlowLog:
    """Wait until the flow log with these settings has delivered, and return it; AwsError when it does not within the time.

    With `shared` streams, where a record does not say which of the two wrote it, the usual time of a first one is waited too.
    """
    began = waiting.now()
    while True:
        found = [item for item in flow_logs(account) if not differences(item.settings, settings)]
        old_enough = [item for item in found if not shared or waiting.now() - item.created.timestamp() >= NORMAL]
        delivered = next((item for item in old_enough if arrival(item, account, waiting.now())), None)
        if delivered is not None:
            return delivered
        waited = waiting.now() - began
        if waited >= waiting.first_record:
            raise AwsError(
                f"The flow log {settings.name} has delivered nothing in {waited / 60:.0f} minutes, so the old one stays. "
                "Verify says why; apply again when records arrive."
            )
        say(f"Waiting for the first record: {waited / 60:.0f} minutes so far, 10 to 20 are normal.")
        waiting.sleep(waiting.step if waited < 60 else 10 * waiting.step)


_HIDDEN = (
    "CreateFlowLogs also needs iam:PassRole on the role (CloudWatch) or logs:CreateLogDelivery (S3), and AWS does not "
    "say which one is missing."
)


_OWNERS = {
    "LogDestination": "Its owner adds the statements that the plan shows to the bucket's policy, and to its key's.",
    "KMS key": "Its owner sees to it that the key is enabled and that its policy holds the statement that the plan shows.",
}
"""What AWS says of a bucket or a key that does not let logs in, and who can help."""


def explained(error: AwsError, step: Step) -> str:
    """Why a step failed and what to do: an explicit deny is final, the rest can be tried again."""
    words = aws_words(error)
    if "explicit deny" in words:
        where = words[words.index("explicit deny") :].rstrip(".")
        return f"{error} There is an {where}: trying again does not help, whoever owns that policy must lift it."
    if UNASSUMED in words:
        return (
            f"{error} AWS kept refusing the role: its trust policy must let vpc-flow-logs.amazonaws.com assume it. "
            "The plan shows the exact one."
        )
    for refused, remedy in _OWNERS.items():
        if refused in words:
            return f"{error} {remedy} Then plan again."
    about_flow_log = isinstance(step, Create | Replace) and isinstance(step.after, FlowLogSettings)
    if isinstance(error, DeniedError) and about_flow_log and "iam:PassRole" not in words:
        return f"{error} {_HIDDEN}"
    return f"{error} Planning again shows exactly what is missing."
