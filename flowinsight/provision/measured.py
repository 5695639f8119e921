"""Traffic of a month, out of what a flow log delivered in its newest hour."""

from flowinsight.provision.account import Account
from flowinsight.provision.arrivals import keys_since, newest_lines
from flowinsight.provision.cost import HOURS, Traffic
from flowinsight.provision.deployed import FlowLog
from flowinsight.provision.readback import HOUR, MOST_OBJECTS, loaded

LEAST_SECONDS, MANY = 600, 10_000
"""Traffic of a shorter time says little of a month, unless there is as much of it as is read at once."""


def measured(account: Account, flow_log: FlowLog, now: float) -> Traffic | None:
    """Records a month; None where there are none, or too little time of them to say anything of a month.

    At most 10,000 events of a log group, or 24 objects of a bucket, are read.
    """
    if flow_log.settings.destination_type == "s3":
        return _in_bucket(account, flow_log, now)
    return _in_group(account, flow_log, now)


def _in_group(account: Account, flow_log: FlowLog, now: float) -> Traffic | None:
    lines = newest_lines(flow_log.settings, account, now - HOUR)
    if not lines:
        return None
    tokens = [token.removeprefix("${").removesuffix("}") for token in flow_log.settings.log_format.split()]
    starts = [_start(line, tokens) for line in lines]
    span = now - min((start for start in starts if start is not None), default=now - HOUR)
    if span < LEAST_SECONDS and len(lines) < MANY:
        return None
    return _traffic(len(lines), span, flow_log)


def _in_bucket(account: Account, flow_log: FlowLog, now: float) -> Traffic | None:
    """Where there are more objects than are read, the others hold as much on average."""
    span = min(float(HOUR), now - flow_log.created.timestamp())
    keys = keys_since(flow_log, account, now - HOUR, now)
    found = loaded(flow_log, account, now - HOUR, now) if keys and span >= LEAST_SECONDS else None
    if found is None:
        return None
    return _traffic(found.tally.records * len(keys) / min(len(keys), MOST_OBJECTS), span, flow_log)


def _traffic(records: float, span: float, flow_log: FlowLog) -> Traffic:
    where = flow_log.settings.destination
    how = f"measured: {records:,.0f} records in the newest {span / 60:.0f} minutes of {where}"
    return Traffic(records / max(span, 60.0) * 3600 * HOURS, how)


def _start(line: str, tokens: list[str]) -> int | None:
    words = line.split(" ")
    if "start" not in tokens or len(words) != len(tokens) or not words[tokens.index("start")].isdigit():
        return None
    return int(words[tokens.index("start")])
