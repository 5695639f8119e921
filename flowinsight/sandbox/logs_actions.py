"""The CloudWatch Logs actions that moto lacks or answers differently from AWS."""

import json
from typing import Any, TypeVar, cast

from moto.logs.responses import LogsResponse

from flowinsight.sandbox import filter_events, insights_actions, linked, log_events, refusals
from flowinsight.sandbox.discovered import group_fields
from flowinsight.sandbox.events import Selection
from flowinsight.sandbox.log_groups import SandboxLogs
from flowinsight.sandbox.patterns import compiled, described_matches


class SandboxLogsResponse(LogsResponse):
    """Each method is one action, found by its snake_case name; the rest is moto's."""

    __module__ = "moto.logs.responses"

    @property
    def logs_backend(self) -> SandboxLogs:
        return cast("SandboxLogs", super().logs_backend)

    @property
    def request(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.body or "{}"))

    def create_log_group(self) -> str:
        given = self.request
        extra = {name: given[name] for name in ("kmsKeyId", "logGroupClass") if name in given}
        self.logs_backend.create_log_group(given["logGroupName"], given.get("tags", {}), **extra)
        return ""

    def associate_kms_key(self) -> str:
        backend, name = self._keyed_group()
        backend.set_key(name, self.request["kmsKeyId"])
        return ""

    def disassociate_kms_key(self) -> str:
        backend, name = self._keyed_group()
        backend.set_key(name, None)
        return ""

    def _keyed_group(self) -> linked.Located:
        given = self.request
        return self._group(
            {"logGroupIdentifier": given["resourceIdentifier"]} if "resourceIdentifier" in given else given
        )

    def describe_log_groups(self) -> str:
        given = self.request
        chosen = _chosen_groups(given, linked.asked(self.logs_backend, given))
        shown, token = _page(chosen, given, most=50)
        return _answer(logGroups=[one.described(one.groups[name]) for one, name in shown], nextToken=token)

    def list_log_groups(self) -> str:
        given = self.request
        shown, token = _page(list(linked.listed(self.logs_backend, given)), given, most=1000)
        return _answer(logGroups=shown, nextToken=token)

    def describe_log_streams(self) -> str:
        given = self.request
        backend, name = self._group(given)
        streams = backend.described_streams(name)
        prefix, by_time = given.get("logStreamNamePrefix"), given.get("orderBy") == "LastEventTime"
        if prefix and by_time:
            raise refusals.logs("streams-order", "Cannot order by LastEventTime with a logStreamNamePrefix.")
        limit = given.get("limit") or 50
        if not 1 <= limit <= 50:
            constraint = "Member must have value between 1 and 50"
            raise refusals.logs("streams-order", refusals.invalid_value(limit, "limit", constraint))
        found = [stream for stream in streams if stream["logStreamName"].startswith(prefix or "")]
        if by_time:
            found.sort(key=lambda stream: stream.get("lastEventTimestamp", 0))
        if given.get("descending"):
            found.reverse()
        first = _offset(given.get("nextToken"))
        more = str(first + limit) if len(found) > first + limit else None
        return _answer(logStreams=found[first : first + limit], nextToken=more)

    def put_log_events(self) -> str:
        given = self.request
        group, stream = given["logGroupName"], given["logStreamName"]
        rejected = log_events.put(self.logs_backend, group, stream, given["logEvents"])
        token = f"{self.logs_backend.world.clock.milliseconds():056d}"
        return _answer(nextSequenceToken=token, rejectedLogEventsInfo=rejected or None)

    def get_log_events(self) -> str:
        given = self.request
        backend, group = self._group(given)
        stream = backend.stream_handle(group, given["logStreamName"])
        end = given.get("endTime")
        handle = backend.facts[group].handle
        wanted = Selection(handle, given.get("startTime"), None if end is None else end - 1, (stream,))
        return json.dumps(log_events.get(self.logs_backend.world.events, wanted, given))

    def filter_log_events(self) -> str:
        given, world = self.request, self.logs_backend.world
        filter_events.check(given)
        backend, group = self._group(given)
        facts = backend.group_facts(group)
        if facts.log_class != "STANDARD":
            raise refusals.logs("filter-class", "FilterLogEvents is not available for this log group's class.")
        pattern = compiled(given["filterPattern"]) if (given.get("filterPattern") or "").strip() else None
        streams = facts.chosen(given.get("logStreamNames"), given.get("logStreamNamePrefix"))
        newest = given.get("startFromHead", True) is False
        wanted = Selection(facts.handle, given.get("startTime"), given.get("endTime"), streams, newest)
        limit = given.get("limit") or filter_events.PAGE_EVENTS
        after = filter_events.position(given, world.clock.now())
        scan = world.settings.scan_events_per_page
        page = filter_events.read_page(world.events, wanted, pattern, limit, after, scan)
        shown = [filter_events.described(event, facts.stream_names[event.log_stream]) for event in page.events]
        token = filter_events.token(given, page.resume, world.clock.now()) if page.resume else None
        return _answer(events=shown, nextToken=token, searchedLogStreams=[])

    def test_metric_filter(self) -> str:
        given = self.request
        messages = given.get("logEventMessages", [])
        if not 1 <= len(messages) <= 50:
            constraint = "Member must have length between 1 and 50"
            raise refusals.logs("metric-filter-test", refusals.invalid_value("…", "logEventMessages", constraint))
        return _answer(matches=described_matches(given["filterPattern"], messages))

    def get_log_group_fields(self) -> str:
        given = self.request
        return _answer(logGroupFields=group_fields(*self._group(given), given.get("time")))

    def start_query(self) -> str:
        return json.dumps(insights_actions.start_query(self.logs_backend, self.request))

    def get_query_results(self) -> str:
        return json.dumps(insights_actions.query_results(self.logs_backend, self.request))

    def stop_query(self) -> str:
        return json.dumps(insights_actions.stop_query(self.logs_backend, self.request))

    def describe_queries(self) -> str:
        return json.dumps(insights_actions.describe_queries(self.logs_backend, self.request))

    def get_log_record(self) -> str:
        return json.dumps(insights_actions.log_record(self.logs_backend, self.request))

    def _group(self, given: dict[str, Any]) -> linked.Located:
        """Return the one group a request names, by name or identifier."""
        if ("logGroupName" in given) == ("logGroupIdentifier" in given):
            raise refusals.logs("filter-group", "Exactly one of logGroupName and logGroupIdentifier must be given.")
        return linked.located(self.logs_backend, given.get("logGroupName") or given["logGroupIdentifier"])


def _chosen_groups(given: dict[str, Any], backends: list[SandboxLogs]) -> list[linked.Located]:
    prefix, part = given.get("logGroupNamePrefix"), given.get("logGroupNamePattern")
    named, log_class = given.get("logGroupIdentifiers"), given.get("logGroupClass")
    if prefix is not None and part is not None:
        raise refusals.logs("groups-pattern", "logGroupNamePrefix and logGroupNamePattern cannot both be given.")
    if named is not None:
        return [linked.located(backends[0], identifier) for identifier in named]
    return [
        (one, name)
        for one in backends
        for name in sorted(one.groups)
        if name.startswith(prefix or "") and (part or "").lower() in name.lower()
        if log_class in (None, one.facts[name].log_class)
    ]


_T = TypeVar("_T")


def _page(found: list[_T], given: dict[str, Any], most: int) -> tuple[list[_T], str | None]:
    """Return a page of what was found, and the token of the next one."""
    limit = given.get("limit") or 50
    if not 1 <= limit <= most:
        constraint = f"Member must have value between 1 and {most}"
        raise refusals.logs("groups-pattern", refusals.invalid_value(limit, "limit", constraint))
    first = _offset(given.get("nextToken"))
    return found[first : first + limit], str(first + limit) if len(found) > first + limit else None


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdigit():
        raise refusals.logs("filter-token", "The specified nextToken is invalid.")
    return int(token)


def _answer(**values: object) -> str:
    """A JSON body without the members AWS would leave out."""
    return json.dumps({name: value for name, value in values.items() if value is not None})
