"""With enforcement on, the policies that are given away are enough: to set up, change, verify and tear down, and to ask."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowinsight import aws, grammar
from flowinsight.errors import DeniedError
from flowinsight.fetchers import live
from flowinsight.fetchers.live import Live
from flowinsight.names.inventory import inventory
from flowinsight.provision import desired, documents
from flowinsight.provision.account import Account, open_account
from flowinsight.provision.apply import apply
from flowinsight.provision.leftovers import read_everything
from flowinsight.provision.permissions import provisioner
from flowinsight.provision.permissions_to_ask import asks_of, investigator
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.policies import DELIVERY
from flowinsight.provision.read import read
from flowinsight.provision.readback import answers
from flowinsight.provision.teardown import teardown
from flowinsight.provision.verify import verify
from flowinsight.provision.waiting import Waiting
from flowinsight.provision.wanted import BucketWanted, GroupWanted, RoleWanted, Wanted
from flowinsight.question import Question, TimeRange
from flowinsight.sandbox.running import Running

ANYONE = documents.policy({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"})


@pytest.fixture
def enforced(sandbox: Running) -> Iterator[Callable[..., Any]]:
    """Switch enforcement on, or off; off after the test."""
    yield lambda on=True: sandbox.control("settings", {"enforce_permissions": on})
    sandbox.control("settings", {"enforce_permissions": False})


@pytest.fixture
def acting(identity: aws.Identity, client: Callable[[str], Any]) -> Iterator[Callable[[str, str], aws.Identity]]:
    """An identity that has one policy and nothing else, by a role that goes with the test."""
    made: dict[str, aws.Identity] = {}
    iam = client("iam")

    def act(name: str, policy: str) -> aws.Identity:
        if name not in made:
            arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=ANYONE)["Role"]["Arn"]
            made[name] = replace(identity, role_arn=arn)
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
        return made[name]

    yield act
    for name in made:
        iam.delete_role_policy(RoleName=name, PolicyName="p")
        iam.delete_role(RoleName=name)


@pytest.fixture
def key_for(client: Callable[[str], Any]) -> Callable[[str], str]:
    """The ARN of a key that a service may use."""

    def make(service: str) -> str:
        mine = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}
        policy = documents.policy(mine, {**mine, "Principal": {"Service": service}})
        return str(client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])

    return make


@pytest.fixture
def keyed(wanted: Wanted, key_for: Callable[[str], str]) -> Wanted:
    """A setup with all that policies have to name: both destinations, a role's path, keys."""
    return replace(
        wanted,
        destination="both",
        role=RoleWanted(path="/flow/"),
        group=GroupWanted(key=key_for("logs.eu-central-1.amazonaws.com")),
        bucket=BucketWanted(key=key_for(DELIVERY)),
    )


def test_who_provisions_needs_nothing_else_for_the_whole_life_of_a_setup(
    keyed: Wanted,
    acting: Callable[[str, str], aws.Identity],
    account: Account,
    waiting: Waiting,
    enforced: Callable[..., Any],
    tmp_path: Path,
) -> None:
    for wanted in (keyed, replace(keyed, format="default", group=GroupWanted(), bucket=BucketWanted(hive=True))):
        enforced(on=False)
        who = acting(f"provisioner-{wanted.name}", provisioner(wanted, account.place))
        enforced()
        there = open_account(who, tmp_path / "theirs.jsonl", wanted.name)

        def replan(wanted: Wanted = wanted, there: Account = there) -> Plan:
            return plan(wanted, read(wanted, there))

        apply(replan(), replan, there, waiting=waiting)
        assert replan().empty
        waiting.sleep(600)
        found = verify(wanted, there, waiting.now())
        assert found.proven, found.sentence
        assert all("was read back" in told for told in answers(found.healths, there, waiting.now()).values())

    def down() -> Plan:
        return teardown(wanted.name, read_everything(wanted, there), data=True, confirmed=wanted.name)

    assert len(down().todo) == 6, "two flow logs, a role, the groups of both formats, a bucket"
    apply(down(), down, there, waiting=waiting)
    assert not down().steps


def test_who_investigates_may_read_the_setups_records_and_with_names_what_they_are_called(
    keyed: Wanted,
    acting: Callable[[str, str], aws.Identity],
    account: Account,
    planned: Callable[[Wanted], Plan],
    waiting: Waiting,
    enforced: Callable[..., Any],
) -> None:
    apply(planned(keyed), lambda: planned(keyed), account, waiting=waiting)
    began = int(waiting.now())
    waiting.sleep(900)
    asks = asks_of(keyed, account.place)
    ask = acting(f"asks-{keyed.name}", investigator("ask", asks))
    names = acting(f"asks-names-{keyed.name}", investigator("ask with names", asks))
    keyless = acting(f"keyless-{keyed.name}", investigator("ask", replace(asks, key=None)))
    enforced()
    question = Question(TimeRange(began, began + 600), tuple(grammar.parse(":443")))
    bucket = f"s3://{desired.bucket_name(keyed, account.place)}/{desired.prefix(keyed)}/"
    records = {}
    for where in (desired.group_name(keyed), bucket):
        loaded, _ = live.bring(question, Live(ask, live.typed(where)), lambda _: None)
        records[where] = loaded.tally.records
    assert all(records.values()), records
    loaded, _ = live.bring(question, Live(keyless, live.typed(bucket)), lambda _: None)
    assert loaded.tally.records == 0
    assert "kms:Decrypt is missing" in loaded.tally.problems[0]
    with pytest.raises(DeniedError):
        inventory(ask)
    assert inventory(names).interfaces
