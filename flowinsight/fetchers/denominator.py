"""Which interfaces should have written to the place that is asked: the account's inventory joined with its flow logs.

Known only of the account and region that is asked. Where others deliver to the same place too, it is not known.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flowinsight import aws, db
from flowinsight.errors import AwsError
from flowinsight.fetchers.gateways import Gateway, gateways, learned
from flowinsight.fetchers.s3_layout import ROOT, Location
from flowinsight.loaded import Due, Loaded
from flowinsight.names.expected import Expected, expected
from flowinsight.names.flow_logs import FlowLog, flow_logs
from flowinsight.names.inventory import inventory
from flowinsight.sources import LogGroup, S3Objects


@dataclass(frozen=True)
class Denominator:
    """The interfaces that should have written, None where that is not known, and a sentence why it is not; the NAT gateways among
    all that deliver there, None where those are not known either.
    """

    due: tuple[Due, ...] | None
    why: str = ""
    gateways: tuple[Gateway, ...] | None = None


def of_group(source: LogGroup, identity: aws.Identity) -> Denominator:
    """The interfaces whose flow logs deliver to a log group."""

    def delivers(one: FlowLog) -> bool:
        return one.kind == "cloud-watch-logs" and one.destination in {source.name, source.label}

    return _asked(identity, source.region, delivers)


def of_groups(groups: Sequence[LogGroup], identity: aws.Identity) -> Denominator:
    """The interfaces whose flow logs deliver to any of these log groups; unknown where it is of one of them."""
    found = [of_group(group, identity) for group in groups]
    for group, one in zip(groups, found, strict=True):
        if one.due is None:
            return replace(one, why=f"{group.label}: {one.why}") if len(groups) > 1 else one
    due = {item.interface_id: item for one in found for item in one.due or ()}
    return Denominator(tuple(due.values()), "", tuple(one for each in found for one in each.gateways or ()))


def of_bucket(source: S3Objects, locations: Iterable[Location], identity: aws.Identity) -> Denominator:
    """The interfaces whose flow logs deliver below a prefix; unknown where other accounts or regions do so too."""
    regions = {one.region for one in locations}
    if len(regions) != 1:
        return Denominator(None, f"{source.label} holds several regions: {_UNKNOWN}")
    found = _asked(identity, regions.pop(), lambda one: one.kind == "s3" and _delivers(one.destination, source))
    here = {place.account for place in locations}
    owners = {one.places["account_id"] for one in found.due or ()}
    if found.due is not None and not here <= owners:
        return Denominator(None, f"Other accounts deliver to {source.label} too: {_UNKNOWN}")
    return found


_UNKNOWN = "which of their interfaces should have written is not known."


def _delivers(destination: str, source: S3Objects) -> bool:
    bucket, _, prefix = destination.partition("/")
    folder = f"{prefix.rstrip('/')}/{ROOT}".lstrip("/")
    return bucket == source.bucket and (folder.startswith(source.prefix) or source.prefix.startswith(folder))


def _asked(identity: aws.Identity, region: str | None, delivers: Callable[[FlowLog], bool]) -> Denominator:
    """Join inventory and flow logs; without the permissions, and without any flow log that delivers there, nothing is known."""
    try:
        logs = tuple(one for one in flow_logs(identity, region) if delivers(one))
        known = inventory(identity, region)
    except AwsError as error:
        return Denominator(None, f"Which interfaces should have written is not known. {error}")
    due = tuple(_due(one, region or identity.region) for one in expected(known, logs))
    if not due:
        return Denominator(None, "No interface of this account has a flow log that delivers there now.")
    return Denominator(due, "", gateways(known.interfaces))


def _due(one: Expected, region: str | None) -> Due:
    interface = one.interface
    places = {
        "account_id": interface.account,
        "vpc_id": interface.vpc,
        "subnet_id": interface.subnet,
        "instance_id": interface.instance,
        "region": region,
    }
    return Due(
        interface.id, one.since, _traffic(one.traffic_types), {name: text for name, text in places.items() if text}
    )


def _traffic(types: frozenset[str]) -> Literal["ALL", "ACCEPT", "REJECT"]:
    return "ACCEPT" if types == {"ACCEPT"} else "REJECT" if types == {"REJECT"} else "ALL"


def joined(loaded: Loaded, found: Denominator) -> Loaded:
    """The records with the interfaces that should have written; without them where other accounts wrote there too. What the NAT
    gateways of the account sent for others is told from what they would have sent themselves.
    """
    loaded = learned(loaded, found.gateways)
    if found.due is None:
        return replace(loaded, tally=replace(loaded.tally, problems=(*loaded.tally.problems, found.why)))
    owners = {one.places.get("account_id") for one in found.due}
    rows = db.rows(
        loaded.connection, f"SELECT DISTINCT account_id AS account FROM {db.ROWS} WHERE account_id IS NOT NULL"
    )
    strangers = {row["account"] for row in rows if row["account"].isdigit()} - owners
    return loaded if strangers else replace(loaded, due=found.due)
