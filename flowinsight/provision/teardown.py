"""Take a setup down: a plan that deletes what carries its tag. Records go only when that is asked for, twice."""

from flowinsight.provision.deployed import Deployed, belongs, role_belongs
from flowinsight.provision.own import owned
from flowinsight.provision.plan import Plan
from flowinsight.provision.refusals import SetupError
from flowinsight.provision.steps import Delete, LeftAlone, Step

KEPT = "It holds records: they stay unless they are asked for too."
GONE = "Torn down with every record in it. This cannot be undone."


def teardown(setup: str, deployed: Deployed, *, data: bool = False, confirmed: str = "") -> Plan:
    """What to delete of a setup. With `data`, groups and buckets go with their records.

    Data is asked for twice: `confirmed` must then be the setup's name, else SetupError. Nothing without the tag is named.
    """
    if data and confirmed != setup:
        raise SetupError(
            f"Deleting the records of {setup} cannot be undone. Confirm it by giving the setup's name, {setup}, once more."
        )
    flow_logs: list[Step] = [
        Delete(item.settings, "Torn down." if data else "Torn down. Records that were delivered stay.", item.id)
        for item in deployed.flow_logs
        if belongs(item.settings, setup)
    ]
    roles: list[Step] = [
        Delete(role, "Torn down.") for role in deployed.roles if role_belongs(role, setup, deployed.place)
    ]
    steps = (*flow_logs, *roles, *_holding_records(setup, deployed, data=data))
    return Plan(setup, deployed.place, steps, deployed.unsearched)


def _holding_records(setup: str, deployed: Deployed, *, data: bool) -> tuple[Step, ...]:
    groups = [group for group in deployed.groups if belongs(group, setup)]
    buckets = [bucket.settings for bucket in deployed.buckets if bucket.settings is not None and owned(bucket, setup)]
    if data:
        return (
            *(Delete(item, GONE, data=True) for item in groups),
            *(Delete(item, GONE, data=True) for item in buckets),
        )
    return (*(LeftAlone(item, KEPT) for item in groups), *(LeftAlone(item, KEPT) for item in buckets))
