"""The same plan for those who may not let an application create things, and the policies of everybody concerned."""

from typing import Literal, assert_never

from flowinsight.provision.export_cloudformation import as_json, as_yaml
from flowinsight.provision.export_commands import commands
from flowinsight.provision.export_terraform import terraform
from flowinsight.provision.permissions import provisioner
from flowinsight.provision.permissions_to_ask import asks_of, investigator
from flowinsight.provision.plan import Plan
from flowinsight.provision.settings import Place
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
