"""The same plan for those who may not let an application create things, and the policies of everybody concerned."""

from typing import Literal, assert_never

from flowinsight.provision.deployed import Bucket, Deployed, Interface
from flowinsight.provision.export_cloudformation import as_json, as_yaml
from flowinsight.provision.export_commands import commands
from flowinsight.provision.export_terraform import terraform
from flowinsight.provision.permissions import provisioner
from flowinsight.provision.permissions_to_ask import asks_of, investigator
from flowinsight.provision.plan import Plan, plan
from flowinsight.provision.settings import BucketSettings, GroupSettings, Place, RoleSettings
from flowinsight.provision.steps import LeftAlone
from flowinsight.provision.wanted import Wanted

Export = Literal["cli", "cloudformation-json", "cloudformation-yaml", "terraform"]
Policy = Literal["policy-to-provision", "policy-to-ask", "policy-to-ask-with-names"]


def export(plan: Plan, kind: Export) -> str:
    """The plan as a shell script of AWS CLI commands, a CloudFormation template, or Terraform configuration."""
    match kind:
        case "cli":
            return commands(plan)
        case "cloudformation-json":
            return as_json(plan)
        case "cloudformation-yaml":
            return as_yaml(plan)
        case "terraform":
            return terraform(plan)
        case _:
            assert_never(kind)


def from_nothing(wanted: Wanted, place: Place, interfaces: tuple[Interface, ...], found: Plan | None) -> Plan:
    """The plan that makes the whole setup; what is somebody else's in the plan that was `found` is left alone in it too."""
    theirs = [step.before for step in found.steps if isinstance(step, LeftAlone)] if found else []
    buckets = [item for item in theirs if isinstance(item, BucketSettings)]
    return plan(
        wanted,
        Deployed(
            place,
            interfaces,
            groups=tuple(item for item in theirs if isinstance(item, GroupSettings)),
            roles=tuple(item for item in theirs if isinstance(item, RoleSettings)),
            buckets=tuple(Bucket(item.name, None if item.ownership == "unknown" else item) for item in buckets),
        ),
    )


def policy(wanted: Wanted, place: Place, kind: Policy) -> str:
    """The exact document for the person who provisions the setup, or who asks its logs; files on this machine need none."""
    match kind:
        case "policy-to-provision":
            return provisioner(wanted, place)
        case "policy-to-ask":
            return investigator("ask", asks_of(wanted, place))
        case "policy-to-ask-with-names":
            return investigator("ask with names", asks_of(wanted, place))
        case _:
            assert_never(kind)
