"""The Logs Insights actions: StartQuery, GetQueryResults, StopQuery, DescribeQueries, GetLogRecord.

Source: CloudWatch Logs API reference (botocore 1.44.5 model).
"""

import json
import time
from collections import deque
from typing import Any

from moto.core.exceptions import JsonRESTError

from flowinsight.sandbox import refusals
from flowinsight.sandbox.discovered import record_format
from flowinsight.sandbox.insights_jobs import UNFINISHED, Job, described
from flowinsight.sandbox.insights_source import discovery_of, events_of, named_groups, pointed_at
from flowinsight.sandbox.linked import Located, linked
from flowinsight.sandbox.log_groups import SandboxLogs
from flowinsight.sandbox.logslang.insights import MalformedQuery, Moment, parse_query, run, to_sql

PAGE_ROWS = 10_000
MOST_ROWS = 100_000
CONCURRENT = 100
KEPT_MS = 7 * 86_400_000
TOKEN_MS = 3_600_000


class MalformedQueryError(JsonRESTError):
    """MalformedQueryException with the place to blame, as its model has it."""

    code = 400

    def __init__(self, problem: MalformedQuery) -> None:
        super().__init__("MalformedQueryException", problem.message)
        location = {"startCharOffset": problem.start, "endCharOffset": problem.end}
        error = {"location": location, "message": problem.message}
        body = {"__type": "MalformedQueryException", "message": problem.message, "queryCompileError": error}
        self.description = json.dumps(body)


def start_query(backend: SandboxLogs, given: dict[str, Any]) -> dict[str, Any]:
    """Check and start a query; its answer carries the id."""
    _within_rate(backend, "StartQuery")
    if given.get("queryLanguage", "CWLI") != "CWLI":
        raise refusals.logs("query-language", "The sandbox runs Logs Insights QL (CWLI) only.")
    limit = given.get("limit") or PAGE_ROWS
    if not 1 <= limit <= MOST_ROWS:
        constraint = f"Member must have value between 1 and {MOST_ROWS}"
        raise refusals.logs("query-limit", refusals.invalid_value(limit, "limit", constraint))
    start, end = int(given["startTime"]), int(given["endTime"])
    if start > end:
        raise refusals.logs("query-times", "End time should not be less than start time.")
    if sum(job.status in UNFINISHED for job in backend.jobs.values()) >= CONCURRENT:
        raise refusals.logs("query-concurrency", f"At most {CONCURRENT} queries can run at a time.")
    job = _prepared(backend, given, start, end, limit)
    backend.jobs[job.id] = job
    return {"queryId": job.id}


def _prepared(backend: SandboxLogs, given: dict[str, Any], start: int, end: int, limit: int) -> Job:
    text, world = str(given["queryString"]), backend.world
    try:
        query = parse_query(text)
        groups = named_groups(backend, given, query)
        events, discovery = events_of(backend, groups, start, end), discovery_of(groups)
        moment = Moment(world.clock.milliseconds(), start * 1000, end * 1000)
        to_sql(query, events, discovery=discovery, moment=moment, limit=limit)
    except MalformedQuery as problem:
        raise MalformedQueryError(problem) from problem
    job = Job(text, tuple(name for _, name in groups), moment.now, world.settings.query_seconds)
    job.start(
        world.events.cursor(),
        lambda cursor: run(query, cursor, events, discovery=discovery, moment=moment, limit=limit),
    )
    return job


def query_results(backend: SandboxLogs, given: dict[str, Any]) -> dict[str, Any]:
    """Answer with a page of rows, statistics and status."""
    _within_rate(backend, "GetQueryResults")
    job = _job(backend, given)
    most = given.get("maxItems") or PAGE_ROWS
    now = backend.world.clock.milliseconds()
    status, rows, first = job.status, job.rows(), _offset(job, given.get("nextToken"), now)
    answer = {
        "queryLanguage": "CWLI",
        "results": rows[first : first + most],
        "statistics": job.statistics(),
        "status": status,
    }
    more = status == "Complete" and len(rows) > first + most
    return {**answer, "nextToken": f"{job.id}/{first + most}/{now}"} if more else answer


def _within_rate(backend: SandboxLogs, call: str) -> None:
    """Refuse a call of this account and region beyond the quota, where one is set."""
    most, now = backend.world.settings.query_rate, time.monotonic()
    if not most:
        return
    lately = backend.called.setdefault(call, deque())
    while lately and now - lately[0] > 1:
        lately.popleft()
    if len(lately) >= most:
        raise refusals.logs("query-rate", "Rate exceeded")
    lately.append(now)


def stop_query(backend: SandboxLogs, given: dict[str, Any]) -> dict[str, Any]:
    if not _job(backend, given).cancel():
        raise refusals.logs("query-ended", "Query is not in Scheduled or Running status.")
    return {"success": True}


def describe_queries(backend: SandboxLogs, given: dict[str, Any]) -> dict[str, Any]:
    """List queries, newest first, of one group or one status where asked."""
    group, status = given.get("logGroupName"), given.get("status")
    found = [
        described(job)
        for job in reversed(list(backend.jobs.values()))
        if group in (None, *job.groups) and status in (None, job.status)
    ]
    first, most = int(given.get("nextToken", "0")), given.get("maxResults") or 1000
    answer: dict[str, Any] = {"queries": found[first : first + most]}
    return {**answer, "nextToken": str(first + most)} if len(found) > first + most else answer


def log_record(backend: SandboxLogs, given: dict[str, Any]) -> dict[str, Any]:
    """Return every field of the record a `@ptr` points at."""
    event = backend.world.events.at(pointed_at(backend, str(given["logRecordPointer"])))
    found = None if event is None else _group_of(backend, event.log_stream)
    if event is None or found is None:
        raise refusals.logs("record-pointer", "The specified log record pointer is invalid.")
    owner, group = found
    names = discovery_of([found])
    tokens = record_format(event.message, owner.formats_of(group)) or ()
    words = zip(tokens, event.message.split(" "), strict=False)
    record = {names.name(token): word for token, word in words}
    own = {"@message": event.message, "@timestamp": str(event.ts), "@ingestionTime": str(event.ingested)}
    stream = owner.facts[group].stream_names[event.log_stream]
    return {"logRecord": {**record, **own, "@logStream": stream, "@log": f"{owner.account_id}:{group}"}}


def _group_of(backend: SandboxLogs, stream: int) -> Located | None:
    known = ((one, one.group_of_stream(stream)) for one in (backend, *linked(backend)))
    return next(((one, name) for one, name in known if name is not None), None)


def _job(backend: SandboxLogs, given: dict[str, Any]) -> Job:
    job = backend.jobs.get(str(given.get("queryId")))
    if job is None or backend.world.clock.milliseconds() - job.asked_ms > KEPT_MS:
        raise refusals.logs("query-unknown", "The specified query does not exist.")
    return job


def _offset(job: Job, token: str | None, now: int) -> int:
    if token is None:
        return 0
    job_id, _, rest = token.partition("/")
    first, _, issued = rest.partition("/")
    if job_id != job.id or not first.isdigit() or not issued.isdigit() or now - int(issued) > TOKEN_MS:
        raise refusals.logs("query-token", "The specified nextToken is invalid.")
    return int(first)
