"""Every call of a plan fails, loses its answer, or is the last before the program dies: nothing is lost or left behind."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from flowinsight.errors import AwsError, FlowInsightError
from flowinsight.provision.account import Account
from flowinsight.provision.apply import PlanChangedError, StepFailedError, apply
from flowinsight.provision.audit import Audit
from flowinsight.provision.leftovers import read_everything
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.read import read
from flowinsight.provision.steps import Step, about
from flowinsight.provision.teardown import teardown
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import Wanted

Fault = Literal["refused", "answer lost", "killed"]


class KilledError(BaseException):
    """The program dies: nothing that catches errors catches this."""


@dataclass
class Faulty:
    """Clients whose calls are counted; the one at `position` (from 0) meets the fault, and every later one like it."""

    clients: Callable[[str], Any]
    position: int = -1
    fault: Fault = "refused"
    made: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, service: str) -> Any:
        return _Client(self, service)

    def struck(self, call: tuple[str, str]) -> bool:
        self.made.append(call)
        number = len(self.made) - 1
        if self.position < 0 or number < self.position:
            return False
        return number == self.position or (self.fault == "refused" and call == self.made[self.position])


@dataclass
class _Client:
    faulty: Faulty
    service: str

    def __getattr__(self, operation: str) -> Any:
        real = getattr(self.faulty.clients(self.service), operation)

        def call(**parameters: Any) -> Any:
            name = f"describe_by_{operation}" if parameters.get("DryRun") else operation
            if not self.faulty.struck((self.service, name)):
                return real(**parameters)
            if self.faulty.fault == "refused":
                error = {"Error": {"Code": "AccessDenied", "Message": "with an explicit deny in a test"}}
                raise ClientError(error, operation)
            real(**parameters)
            if self.faulty.fault == "killed":
                raise KilledError
            raise EndpointConnectionError(endpoint_url="https://example.invalid")

        return call


def names(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    return [(about(step).label, about(step).name) for step in steps]


def is_read(call: tuple[str, str]) -> bool:
    return call[1].startswith(("describe_", "get_", "list_", "filter_"))


def cut_off(shown: Plan, replan: Callable[[], Plan], account: Account, waiting: Waiting) -> BaseException:
    """Apply a plan that must not get through; return what stopped it."""
    with pytest.raises((FlowInsightError, KilledError)) as caught:
        apply(shown, replan, account, waiting=waiting)
    return caught.value


@dataclass(frozen=True)
class Trial:
    """One setup of its own, with a healthy account and one that meets a fault."""

    wanted: Wanted
    healthy: Account
    faulty: Account

    def plan(self) -> Plan:
        return plan(self.wanted, read(self.wanted, self.healthy))

    def faulty_plan(self) -> Plan:
        return plan(self.wanted, read(self.wanted, self.faulty))


@pytest.fixture
def trial(account: Account, wanted: Wanted) -> Callable[..., Trial]:
    def make(name: str, position: int = -1, fault: Fault = "refused") -> Trial:
        mine = replace(wanted, name=f"{wanted.name}{name}", destination="both")
        audit = Audit(account.audit.path.with_name(f"{mine.name}.jsonl"))
        healthy = replace(account, setup=mine.name, audit=audit)
        return Trial(mine, healthy, replace(healthy, clients=Faulty(account.clients, position, fault)))

    return make


@pytest.fixture
def calls(trial: Callable[..., Trial], waiting: Waiting) -> list[tuple[str, str]]:
    """Every call of one apply from nothing, in order."""
    one = trial("-all")
    shown = one.plan()
    apply(shown, one.faulty_plan, one.faulty, waiting=waiting)
    assert isinstance(one.faulty.clients, Faulty)
    return one.faulty.clients.made


def test_a_read_that_fails_changes_nothing(
    calls: list[tuple[str, str]], trial: Callable[..., Trial], waiting: Waiting
) -> None:
    one = trial("-reads")
    shown = one.plan()
    positions = [position for position, call in enumerate(calls) if is_read(call)]
    assert len(positions) >= 5
    for position in positions:
        faulty = Faulty(one.healthy.clients, position)
        there = replace(one.healthy, clients=faulty)
        stopped = cut_off(shown, Trial(one.wanted, there, there).plan, there, waiting)
        # A bucket that may not be looked at counts as somebody else's: then it is the plan that is another one.
        assert isinstance(stopped, AwsError | PlanChangedError)
        assert all(is_read(call) for call in faulty.made), faulty.made
    assert one.plan() == shown


def test_after_a_program_died_the_plan_is_exactly_what_is_missing(
    calls: list[tuple[str, str]], trial: Callable[..., Trial], waiting: Waiting
) -> None:
    positions = [position for position, call in enumerate(calls) if not is_read(call)]
    assert len(positions) == 13
    for position in positions:
        one = trial(f"-{position}", position, "killed")
        shown = one.plan()
        assert isinstance(cut_off(shown, one.faulty_plan, one.faulty, waiting), KilledError)
        missing = one.plan()
        assert names(missing.todo) == names(shown.todo)[len(shown.todo) - len(missing.todo) :], calls[position]
        if position % 4 == 0:
            apply(missing, one.plan, one.healthy, waiting=waiting)
            assert one.plan().empty, (calls[position], one.plan().todo)


def test_a_call_that_fails_for_good_fails_again_and_then_resumes(trial: Callable[..., Trial], waiting: Waiting) -> None:
    one = trial("-good")
    policy = Faulty(one.healthy.clients)
    policy.made, policy.position = [("iam", "put_role_policy")], 0
    there = replace(one.healthy, clients=policy)
    for _ in range(2):
        before = one.plan()
        cut_off(before, one.plan, there, waiting)
        assert names(one.plan().todo)[0][0] == "role"
    apply(one.plan(), one.plan, one.healthy, waiting=waiting)
    assert one.plan().empty


def first_change(account: Account, fault: Fault) -> Account:
    """The account with a fault at the first call that changes something."""
    return replace(account, clients=FirstChange(account.clients, fault=fault))


@dataclass
class FirstChange(Faulty):
    def struck(self, call: tuple[str, str]) -> bool:
        self.made.append(call)
        return sum(1 for made in self.made if not is_read(made)) == 1 and not is_read(call)


def cut_at_every_change(replan: Callable[[], Plan], account: Account, waiting: Waiting, fault: Fault) -> int:
    """Refuse the first change, which leaves all as it was; then cut off after it, and go on until nothing is to do."""
    cuts = 0
    shown = replan()
    while not shown.empty:
        stopped = cut_off(shown, replan, first_change(account, "refused"), waiting)
        assert isinstance(stopped, StepFailedError)
        assert stopped.step == shown.todo[0]
        assert "explicit deny" in str(stopped)
        assert "trying again does not help" in str(stopped)
        # That the refusal changed nothing is shown here: a plan that is no longer true would not be begun.
        stopped = cut_off(shown, replan, first_change(account, fault), waiting)
        assert not isinstance(stopped, PlanChangedError)
        before, shown = shown, replan()
        assert shown != before
        cuts += 1
    return cuts


def test_a_setup_that_loses_every_answer_is_finished_call_by_call(
    calls: list[tuple[str, str]], trial: Callable[..., Trial], waiting: Waiting
) -> None:
    one = trial("-lost")
    cuts = cut_at_every_change(one.plan, one.healthy, waiting, "answer lost")
    # A bucket is made with four of the settings that are then set, its tags among them: those are not missing.
    assert cuts == len([call for call in calls if not is_read(call)]) - 4


def test_a_replacement_that_is_cut_off_at_every_call_never_leaves_the_resource_unrecorded(
    trial: Callable[..., Trial], waiting: Waiting, client: Callable[[str], Any]
) -> None:
    one = trial("-replace")
    apply(one.plan(), one.plan, one.healthy, waiting=waiting)
    changed = replace(one.wanted, format="default")

    def replan() -> Plan:
        mine = client("ec2").describe_flow_logs(Filters=[{"Name": "tag:flowinsight:setup", "Values": [changed.name]}])
        assert len(mine["FlowLogs"]) >= 2, "one for each destination, at every moment"
        return plan(changed, read(changed, one.healthy))

    # A group, the role for both formats and again for one, the bucket's policy likewise, two new flow logs, two old ones.
    assert cut_at_every_change(replan, one.healthy, replace(waiting, step=30.0), "killed") >= 8
    assert {item.settings.log_format for item in read(changed, one.healthy).flow_logs} >= {changed.log_format}
    assert replan().empty


def test_a_teardown_that_is_cut_off_at_every_call_leaves_nothing_behind_and_nothing_foreign_touched(
    trial: Callable[..., Trial],
    waiting: Waiting,
    foreign: dict[str, str],
    inventory: Callable[[str], dict[str, Any]],
) -> None:
    one = trial("-down")
    before = inventory(one.wanted.name)
    assert foreign["flow_log"] in before["flow logs"]
    apply(one.plan(), one.plan, one.healthy, waiting=waiting)

    def replan() -> Plan:
        return teardown(one.wanted.name, read_everything(one.wanted, one.healthy), data=True, confirmed=one.wanted.name)

    assert cut_at_every_change(replan, one.healthy, waiting, "killed") == 7
    assert inventory(one.wanted.name) == before
