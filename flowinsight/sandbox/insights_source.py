"""Which events a Logs Insights query sees: its groups, its time range, and nothing older than a group.

Source: CloudWatch Logs guide, AnalyzingLogData (no events from before the log group's creation) and
CWL_QuerySyntax-Source.
"""

import base64
from collections.abc import Sequence
from typing import Any

from flowinsight.fields import DEFAULT_FORMAT
from flowinsight.sandbox import refusals
from flowinsight.sandbox.linked import Located, located
from flowinsight.sandbox.log_groups import SandboxLogs
from flowinsight.sandbox.logslang.insights import Discovery, Events, MalformedQuery, Query

MOST_GROUPS = 50
_SELECT = """
SELECT g.name AS log_group, s.name AS log_stream, e.ts AS timestamp_ms, e.ingested AS ingestion_ms,
       e.message AS message, to_base64(encode($pointer || e.seq)) AS ptr
FROM stored AS e
JOIN (SELECT unnest($groups) AS handle, unnest($names) AS name, unnest($created) AS created) AS g ON g.handle = e.log_group
JOIN (SELECT unnest($streams) AS handle, unnest($stream_names) AS name) AS s ON s.handle = e.log_stream
WHERE e.ts BETWEEN $from_ms AND $to_ms AND e.ts >= g.created
"""
_FLOW_SOURCE = "amazon_vpc.flow"


def named_groups(backend: SandboxLogs, given: dict[str, Any], query: Query) -> list[Located]:
    """Return the groups of a StartQuery request; exactly one way of naming them is allowed."""
    ways = [name for name in ("logGroupName", "logGroupNames", "logGroupIdentifiers") if name in given]
    if len(ways) + (query.source is not None) != 1:
        message = "Exactly one of logGroupName, logGroupNames, logGroupIdentifiers and SOURCE must be given."
        raise refusals.logs("query-groups", message)
    if query.source is not None:
        return _source_groups(backend, query)
    names = given[ways[0]] if isinstance(given[ways[0]], list) else [given[ways[0]]]
    if not 1 <= len(names) <= MOST_GROUPS:
        raise refusals.logs("query-groups", f"Between 1 and {MOST_GROUPS} log groups can be queried, not {len(names)}.")
    return [located(backend, name) for name in names]


def _source_groups(backend: SandboxLogs, query: Query) -> list[Located]:
    source = query.source
    assert source is not None
    chosen = dict(source.arguments)
    if source.kind.lower() == "loggroups" and set(chosen) <= {"namePrefix", "class"}:
        prefixes, classes = chosen.get("namePrefix", ("",)), chosen.get("class", ("STANDARD",))
        return [
            (backend, name)
            for name, facts in sorted(backend.facts.items())
            if name.startswith(tuple(prefixes)) and facts.log_class in classes
        ]
    if source.kind.lower() == "datasource" and list(chosen.values()) == [(_FLOW_SOURCE,)]:
        return [(backend, name) for name in sorted(backend.facts) if backend.formats_of(name)]
    message = "The sandbox knows SOURCE logGroups(namePrefix, class) and dataSource(['amazon_vpc.flow'])."
    raise MalformedQuery(message, source.at.start, source.at.end)


def events_of(backend: SandboxLogs, groups: Sequence[Located], start: int, end: int) -> Events:
    """Return the selection of events from `start` to `end`, Unix seconds, both inclusive."""
    facts, everything = [one.facts[name] for one, name in groups], backend.world.settings.query_before_group
    streams = [(handle, name) for item in facts for handle, name in item.stream_names.items()]
    return Events(
        _SELECT,
        {
            "pointer": f"{backend.account_id}/{backend.region_name}/",
            "groups": [item.handle for item in facts],
            "names": [f"{one.account_id}:{name}" for one, name in groups],
            "created": [0 if everything else one.created_ms(name) for one, name in groups],
            "streams": [handle for handle, _ in streams],
            "stream_names": [name for _, name in streams],
            "from_ms": start * 1000,
            "to_ms": end * 1000,
        },
    )


def discovery_of(groups: Sequence[Located]) -> Discovery:
    """Return the record formats found in the groups: those of their flow logs, and the default one."""
    found = [tokens for one, name in groups for tokens in one.formats_of(name)]
    return Discovery(tuple(dict.fromkeys((*found, DEFAULT_FORMAT))))


def pointed_at(backend: SandboxLogs, pointer: str) -> int:
    """Return the sequence number a `@ptr` of this account and region stands for."""
    try:
        account, region, seq = base64.b64decode(pointer, validate=True).decode().split("/")
    except ValueError as error:
        raise refusals.logs("record-pointer", "The specified log record pointer is invalid.") from error
    if (account, region) != (backend.account_id, backend.region_name) or not seq.isdigit():
        raise refusals.logs("record-pointer", "The specified log record pointer is invalid.")
    return int(seq)
