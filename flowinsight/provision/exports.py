"""The same plan for those who may not let an application create things."""

from typing import Literal, assert_never

from flowinsight.provision.export_cloudformation import as_json, as_yaml
from flowinsight.provision.export_commands import commands
from flowinsight.provision.export_terraform import terraform
from flowinsight.provision.plan import Plan

Export = Literal["cli", "cloudformation-json", "cloudformation-yaml", "terraform"]


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
