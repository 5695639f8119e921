"""Log groups of linked accounts, as a monitoring account sees them: listed when it asks for them, and named by their ARN.

Source: CloudWatch Logs API model, DescribeLogGroups, ListLogGroups, StartQuery; CloudWatch cross-account observability.
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends

from flowinsight.sandbox import refusals
from flowinsight.sandbox.log_groups import SandboxLogs
from flowinsight.sandbox.running import ACCOUNT

_ARN = re.compile(r"arn:[a-z-]+:logs:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):log-group:(?P<name>[^:]+)")
_FLOW_LOGS = {"name": "amazon_vpc", "type": "flow"}
_MOST_ACCOUNTS = 20

Located = tuple[SandboxLogs, str]
"""A log group: the account and region it is in, and its name."""


def linked(backend: SandboxLogs) -> list[SandboxLogs]:
    """The other accounts of a region that are linked to this one; none where it is no monitoring account."""
    if not backend.world.settings.linked_accounts or backend.account_id != ACCOUNT:
        return []
    others = sorted(account for account in logs_backends if account != backend.account_id)
    return [_of(account, backend.region_name) for account in others]


def _of(account: str, region: str) -> SandboxLogs:
    found = logs_backends[account][region]
    assert isinstance(found, SandboxLogs)
    return found


def located(backend: SandboxLogs, identifier: str) -> Located:
    """The group that a name or an ARN means; ResourceNotFoundException where it is none that this account sees."""
    named = _ARN.fullmatch(identifier)
    if named is not None and named["account"] != backend.account_id:
        for other in linked(backend):
            if (other.account_id, other.region_name) == (named["account"], named["region"]):
                other.group_facts(named["name"])
                return other, named["name"]
        raise ResourceNotFoundException
    name = backend.name_of(identifier)
    backend.group_facts(name)
    return backend, name


def asked(backend: SandboxLogs, given: dict[str, Any]) -> list[SandboxLogs]:
    """The accounts whose groups a request lists."""
    wanted = given.get("accountIdentifiers") or []
    if len(wanted) > _MOST_ACCOUNTS:
        raise refusals.logs("linked-many", f"At most {_MOST_ACCOUNTS} accountIdentifiers can be given.")
    if not given.get("includeLinkedAccounts"):
        return [backend]
    return [one for one in (backend, *linked(backend)) if not wanted or one.account_id in wanted]


def listed(backend: SandboxLogs, given: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What ListLogGroups says of the groups that a request asks for."""
    if given.get("fieldIndexNames") or given.get("logGroupTags"):
        raise refusals.logs("list-groups", "The sandbox lists log groups by data source, name, class and account only.")
    sources, pattern = given.get("dataSources") or [], re.compile(given.get("logGroupNamePattern") or "")
    for one in asked(backend, given):
        for name, facts in sorted(one.facts.items()):
            flows = bool(one.formats_of(name)) and any(_is_flow_logs(source) for source in sources)
            classed = given.get("logGroupClass") in (None, facts.log_class)
            if (flows or not sources) and classed and pattern.search(name):
                yield {"logGroupName": name, "logGroupArn": arn(one, name), "logGroupClass": facts.log_class}


def _is_flow_logs(source: dict[str, str]) -> bool:
    return all(source.get(part, value) == value for part, value in _FLOW_LOGS.items())


def arn(backend: SandboxLogs, name: str) -> str:
    return f"arn:{backend.partition}:logs:{backend.region_name}:{backend.account_id}:log-group:{name}"
