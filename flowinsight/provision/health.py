"""How existing flow logs do: what they write, whether it arrives, how old the newest record is, and what they do not see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flowinsight.errors import AwsError
from flowinsight.provision.account import Account
from flowinsight.provision.arrivals import STREAMS, Arrival, arrival
from flowinsight.provision.deployed import FAILED, FlowLog, Interface
from flowinsight.provision.read import flow_logs, interfaces

State = Literal["delivering", "waiting", "late", "failed", "unknown"]

NORMAL = 20 * 60
"""Seconds a first record may take; 10 to 20 minutes are normal. AWS promises no time."""

SILENT = 60 * 60
"""Seconds without a record after which a flow log that delivered once is called late."""

_CAUSES = {
    "Access error": (
        "The flow logs service may not assume the role, the role may not write the group, or bucket or key refuse delivery.",
        "Compare trust, policy and key with the plan; AWS does not take a failed flow log up again, so the plan replaces it.",
    ),
    "Rate limited": (
        "CloudWatch Logs refused records because too many came at once, or the account has too many log groups.",
        "Write to S3, or record fewer interfaces in one group.",
    ),
    "Unknown error": ("AWS had an error of its own.", "Wait, and if it stays, replace the flow log."),
}
"""AWS's word for a failed delivery: what it means and what to do. Source: VPC User Guide, troubleshooting."""


@dataclass(frozen=True)
class Health:
    """One flow log. `age` is the newest record's, in seconds; `sentence` says how it does and `repair` what to do."""

    flow_log: FlowLog
    state: State
    sentence: str
    age: float | None = None
    arrived: Arrival | None = None
    repair: str = ""


def health(flow_log: FlowLog, account: Account, now: float) -> Health:
    """Ask a flow log's destination. What may not be read is said, not raised: one denial must not hide the others."""
    if flow_log.delivery == FAILED:
        cause, repair = _CAUSES.get(
            flow_log.error, (f"AWS says: {flow_log.error or 'nothing'}.", "Replace the flow log.")
        )
        return Health(flow_log, "failed", f"Delivery has failed ({flow_log.error}). {cause}", repair=repair)
    try:
        found = arrival(flow_log, account, now)
    except AwsError as error:
        return Health(flow_log, "unknown", str(error), repair="Give yourself the permission named, or ask who has it.")
    if found is None:
        return _nothing_yet(flow_log, now)
    age = max(0.0, now - found.newest)
    more = " or more" if found.streams == STREAMS else ""
    number, what = (found.streams, "stream") if found.streams else (found.objects, "object")
    where = f"{number}{more} {what}{'' if number == 1 else 's'}"
    text = f"Records arrive: {where}, the newest record is {_minutes(age)} old."
    if age > SILENT:
        text += " That is long: either nothing passed, or delivery has stopped."
    return Health(flow_log, "late" if age > SILENT else "delivering", text, age, found)


def _nothing_yet(flow_log: FlowLog, now: float) -> Health:
    waited = now - flow_log.created.timestamp()
    text = f"Nothing has arrived in {_minutes(waited)} since the flow log was created; 10 to 20 minutes are normal."
    if waited <= NORMAL:
        return Health(flow_log, "waiting", text)
    repair = (
        "Check that something passes the interfaces. For S3, check that the bucket's policy and key let "
        "delivery.logs.amazonaws.com write: S3 delivery reports no error."
    )
    return Health(flow_log, "late", text, repair=repair)


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def uncovered(seen: Iterable[Interface], logs: Iterable[FlowLog]) -> tuple[str, ...]:
    """Interfaces that no flow log records, or only one whose delivery failed."""
    working = [item.settings.resource for item in logs if item.delivery != FAILED]
    return tuple(item.id for item in seen if not any(item.within(resource) for resource in working))


@dataclass(frozen=True)
class Survey:
    """Every flow log of a region, whoever made it, and the interfaces that none of them sees."""

    healths: tuple[Health, ...]
    uncovered: tuple[str, ...]


def survey(account: Account, now: float) -> Survey:
    """Look at every flow log of the account's region; AwsError when they may not be listed."""
    found = tuple(flow_logs(account))
    healths = tuple(health(item, account, now) for item in found)
    return Survey(healths, uncovered(interfaces(account), found))
